// SPDX-License-Identifier: Apache-2.0
// Engine: judges events against a rule set, by the machine code of a bundle where there is one and
// by the interpreter where not. Owns the code and every constant it points to.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.hpp"
#include "engine/late.hpp"
#include "eval/abi.hpp"
#include "eval/runtime.hpp"
#include "filter/kernel_image.hpp"
#include "lang/program.hpp"

namespace sensor::engine {

struct EngineOptions {
    bool native = true;     ///< false: interpreter only
    bool narrowing = true;  ///< false: judge all conditions of an event's type, for comparisons
    std::string compiler;   ///< path of falco-rulec; empty: beside this program, libexec, PATH
    std::string bundle;     ///< file of a delivered bundle, tried first; empty: none
    std::string cache_dir;  ///< folder for bundles, ours and 0700; empty: no cache
    std::uint64_t memory_mb = 1024;  ///< limit of the compiler process
    std::uint32_t seconds = 60;      ///< limit of the compiler process: wall clock and CPU time
    std::uint32_t level = 1;         ///< 0: compile fast, 1: run fast
    /// So long the start waits for machine code, compiled fast; that of `level` comes later, with
    /// `improve`. None: it waits for that of `level`.
    std::optional<std::chrono::milliseconds> patience;
    eval::Lookup lookup = fields::extractor;  ///< where fields come from; tests put their own in
};

/// A condition that holds, or may, once LATE fields are known.
struct EarlyMatch {
    std::uint32_t condition = 0;
    bool open = false;
};

/// What was known of an event, by number of its term or predicate. Texts are borrowed.
struct KnownTerm {
    std::uint32_t term = 0;
    Value value;
};
struct KnownAnswer {
    std::uint32_t predicate = 0;
    bool holds = false;
};

/// What judging one condition took so far.
struct ConditionProfile {
    std::uint64_t judged = 0;  ///< times it was left to judge
    std::uint64_t held = 0;
    std::uint64_t timed = 0;  ///< of the times judged, those that were timed
    std::uint64_t ns = 0;     ///< that these took
};

class Engine {
public:
    /// Compiles (or takes from the cache) and maps. Where machine code cannot be had the engine
    /// interprets and `note()` says why; that is not a failure.
    static std::unique_ptr<Engine> create(std::shared_ptr<const lang::Program> program,
                                          const EngineOptions& options);
    /// The same with a copy of the program.
    static std::unique_ptr<Engine> create(const lang::Program& program,
                                          const EngineOptions& options) {
        return create(std::make_shared<const lang::Program>(program), options);
    }
    ~Engine();

    /// Conditions (indices of program.conditions) that hold for the event, in order.
    /// all:  every one, else only the first
    /// out:  count written to `matches`, at most its size
    /// cost: no allocation, no lock; proportional to the conditions of this event type
    std::size_t match(const fields::Context& context, bool all,
                      std::span<std::uint32_t> matches) noexcept;

    // An event whose LATE fields are not known yet: it is matched as far as can be, what is asked
    // of it is kept, and it is resumed when they are known.

    /// Conditions that hold or may hold, in order, up to the first that holds unless `all`.
    /// out:  valid until the next call
    /// cost: as `match`, but conditions that ask for LATE fields are interpreted
    std::span<const EarlyMatch> match_early(const fields::Context& context, bool all);
    const LateParts& late() const noexcept;
    /// Answer of a predicate for the event given to the latest `match` or `match_early`.
    bool answer(std::uint32_t predicate) noexcept;
    /// Makes that event the one at hand again. context: has its LATE fields
    void resume(const fields::Context& context, std::span<const KnownTerm> terms,
                std::span<const KnownAnswer> answers) noexcept;
    /// Does a condition hold for the event at hand? cost: it is interpreted
    bool holds(std::uint32_t condition) noexcept;

    /// Takes better machine code if the compiler has finished some since. To be called between
    /// events, now and then.
    /// out:   true if there is
    /// cost:  a few system calls while a compiler runs, else a load
    /// fails: Error if what was awaited will not come; it goes on with what there is
    Result<bool> improve();

    /// What of the rules goes into the kernel: of machine code that was not made in a hurry; else,
    /// or if asked so, a table.
    /// cost: without machine code linear in the conditions for each event type
    filter::KernelImage kernel_image(bool as_table = false);
    bool has_kernel_code() const noexcept;  ///< kernel_image is compiled
    /// Interests (KernelImage::bits) of the process of the event given to the latest `match`: what
    /// is known of it alone leaves conditions with one of these bits possible. All of them before
    /// the first `kernel_image`.
    /// cost: each predicate on the process alone, once
    std::uint64_t interests() noexcept;

    /// Value of a term for the event given to the latest `match`; for output formats.
    Value term(std::uint32_t k) noexcept;

    bool native() const noexcept;
    bool is_compiling() const noexcept;  ///< better machine code may come
    bool from_cache() const noexcept;    ///< the machine code was not compiled but found
    bool from_bundle() const noexcept;   ///< the machine code is that of the delivered bundle
    /// Why it interprets although asked not to, or why the bundle or the cache is not used; else
    /// "".
    const std::string& note() const noexcept;
    std::uint64_t code_bytes() const noexcept;
    /// Conditions left to judge, of all events given to `match` so far.
    std::uint64_t judged() const noexcept;
    /// By condition. One event in some is timed.
    std::span<const ConditionProfile> profile() const noexcept;

private:
    Engine();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace sensor::engine
