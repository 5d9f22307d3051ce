// SPDX-License-Identifier: Apache-2.0
// Runtime: a Program made ready to run: fields bound to their extractors, constants prepared.
// FrameMemory: the caches one thread needs to judge events with it. Both are built at load by the
// engine; per event nothing here allocates (RE2 may, inside its fixed budget) and nothing locks.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "eval/abi.hpp"
#include "eval/ops.hpp"
#include "lang/program.hpp"

namespace sensor::eval {

/// How a field is found; tests put their own in.
using Lookup = fields::Extractor (*)(FieldId) noexcept;

class Runtime {
public:
    /// fails: Error if a pattern does not compile
    static Result<std::unique_ptr<Runtime>> create(std::shared_ptr<const lang::Program> program,
                                                   Lookup lookup);
    /// The same with a copy of the program.
    static Result<std::unique_ptr<Runtime>> create(const lang::Program& program, Lookup lookup) {
        return create(std::make_shared<const lang::Program>(program), lookup);
    }

    const lang::Program& program() const noexcept { return *program_; }

    /// Value of term `k` for the frame's event, cached for the event.
    Value term(Frame& frame, std::uint32_t k) const noexcept {
        if (frame.value_stamps[k] != frame.stamp) {
            const PreparedTerm& prepared = terms_[k];
            frame.values[k] = prepared.extract != nullptr
                                  ? prepared.extract(*frame.context, prepared.arg)
                                  : compute(frame, k);
            frame.value_stamps[k] = frame.stamp;
        }
        return frame.values[k];
    }
    /// Predicate `k` for the frame's event; false if a side is absent. Not cached.
    bool predicate(Frame& frame, std::uint32_t k) const noexcept;
    /// The same, cached for the event, also for machine code.
    bool answer(Frame& frame, std::uint32_t k) const noexcept {
        std::uint32_t& known = frame.results[k];
        if (known >> 1 != frame.stamp) known = frame.stamp << 1 | (predicate(frame, k) ? 1U : 0U);
        return (known & 1) != 0;
    }
    /// Predicate `k` (right side of constants) for a given present left value.
    bool holds_for(std::uint32_t k, const Value& left) const noexcept {
        return holds(predicates_[k], left, nullptr, nullptr);
    }

private:
    struct PreparedTerm {
        fields::Extractor extract = nullptr;  ///< Kind::Field, else null
        FieldArg arg;                         ///< Kind::Field
        Value constant;                       ///< Kind::Constant
    };
    explicit Runtime(std::shared_ptr<const lang::Program> program) : program_(std::move(program)) {}
    /// A term that is no field.
    Value compute(Frame& frame, std::uint32_t k) const noexcept;
    /// Values of `terms` in the arena; null if one is absent or there is no room.
    const Value* gather(Frame& frame, const std::vector<std::uint32_t>& terms) const noexcept;

    const std::shared_ptr<const lang::Program> program_;
    std::vector<PreparedTerm> terms_;
    std::vector<PreparedPredicate> predicates_;
};

class FrameMemory {
public:
    explicit FrameMemory(const Runtime& runtime);
    FrameMemory(const FrameMemory&) = delete;
    FrameMemory& operator=(const FrameMemory&) = delete;

    /// Makes the frame that of another event. `context` is borrowed until the next call.
    /// cost: a few stores; once in 2^31 events the stamps are cleared
    Frame& begin(const fields::Context& context) noexcept {
        if (frame_.stamp == kMaxStamp) [[unlikely]]
            forget();
        ++frame_.stamp;
        frame_.context = &context;
        frame_.record = reinterpret_cast<const std::byte*>(&context.event.head());
        frame_.type = static_cast<std::uint32_t>(context.event.type());
        return frame_;
    }
    Frame& frame() noexcept { return frame_; }

private:
    void forget() noexcept;

    std::vector<Value> values_;
    std::vector<std::uint32_t> value_stamps_;
    std::vector<std::uint32_t> results_;
    Frame frame_;
};

}  // namespace sensor::eval
