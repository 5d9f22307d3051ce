// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.hpp"

#include <chrono>
#include <optional>
#include <vector>

#include "base/check.hpp"
#include "engine/code_image.hpp"
#include "engine/code_source.hpp"
#include "engine/narrowing.hpp"
#include "engine/partial.hpp"
#include "eval/interpret.hpp"

namespace sensor::engine {
namespace {

// The sanitizer for calls looks for its mark before the callee, which our own code does not have.
#if defined(__clang__)
[[clang::no_sanitize("function")]]
#endif
bool call_rule(eval::RuleFn rule, eval::Frame& frame) noexcept {
    return rule(&frame);
}

/// What a process rules out alone, and the interests of conditions.
struct OwnPart {
    explicit OwnPart(const lang::Program& program)
        : judgements(program),
          partial(program, judgements, filter::own_predicates(program)),
          bits(filter::interest_bits(program)) {}
    Judgements judgements;
    Partial partial;
    std::vector<std::uint8_t> bits;
};

}  // namespace

struct Engine::Impl {
    Impl(std::unique_ptr<eval::Runtime> made, bool narrows)
        : runtime(std::move(made)),
          memory(*runtime),
          narrowing(runtime->program(), narrows),
          late(runtime->program()),
          all_known(runtime->program().predicates.size()),
          profile(runtime->program().conditions.size()) {}

    void add_note(const std::string& text) { note += (note.empty() ? "" : "; ") + text; }
    void take_native(const EngineOptions& options);

    template <typename Judge>
    std::size_t run(std::span<const std::uint32_t> candidates, bool all,
                    std::span<std::uint32_t> matches, Judge judge) noexcept {
        if (++events % kTimed == 0) [[unlikely]]
            return walk(candidates, all, matches, [&](std::uint32_t k) { return time(k, judge); });
        return walk(candidates, all, matches, judge);
    }

    template <typename Judge>
    std::size_t walk(std::span<const std::uint32_t> candidates, bool all,
                     std::span<std::uint32_t> matches, Judge judge) noexcept {
        std::size_t count = 0;
        for (const std::uint32_t k : candidates) {
            ++profile[k].judged;
            if (!judge(k)) continue;
            ++profile[k].held;
            matches[count++] = k;
            if (!all || count == matches.size()) break;
        }
        return count;
    }

    template <typename Judge>
    bool time(std::uint32_t k, Judge& judge) noexcept {
        using Clock = std::chrono::steady_clock;
        const Clock::time_point begin = Clock::now();
        const bool holds = judge(k);
        ++profile[k].timed;
        profile[k].ns += static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin).count());
        return holds;
    }

    static constexpr std::uint64_t kTimed = 128;  // one event of so many with conditions to judge

    std::unique_ptr<eval::Runtime> runtime;
    eval::FrameMemory memory;
    Narrowing narrowing;
    LateParts late;
    const std::vector<bool> all_known;  // by predicate: nothing is unknown
    std::vector<EarlyMatch> early;
    std::unique_ptr<OwnPart> own;  // once somebody asked what goes into the kernel
    std::optional<CodeSource> source;
    std::optional<CodeImage> code;
    std::vector<ConditionProfile> profile;  // by condition
    std::uint64_t events = 0;               // with conditions to judge
    std::string note;
};

void Engine::Impl::take_native(const EngineOptions& options) {
    source.emplace(runtime->program(), options);
    Result<std::optional<CodeImage>> first = source->first();
    note = source->note();
    if (first) {
        code = *std::move(first);
    } else {
        add_note("rules are interpreted, no machine code: " + first.error().text);
    }
}

Engine::Engine() = default;
Engine::~Engine() = default;

std::unique_ptr<Engine> Engine::create(std::shared_ptr<const lang::Program> program,
                                       const EngineOptions& options) {
    auto runtime = eval::Runtime::create(std::move(program), options.lookup);
    // The checker compiles every pattern before it lets it into a Program.
    SENSOR_CHECK(runtime.has_value());
    std::unique_ptr<Engine> engine(new Engine);
    engine->impl_ = std::make_unique<Impl>(*std::move(runtime), options.narrowing);
    if (options.native) engine->impl_->take_native(options);
    return engine;
}

Result<bool> Engine::improve() {
    if (!impl_->source) return false;
    SENSOR_TRY(std::optional<CodeImage> better, impl_->source->better());
    if (!better) return false;
    impl_->code = std::move(better);
    return true;
}

std::size_t Engine::match(const fields::Context& context, bool all,
                          std::span<std::uint32_t> matches) noexcept {
    eval::Frame& frame = impl_->memory.begin(context);
    if (matches.empty()) return 0;
    const auto candidates =
        impl_->narrowing.conditions(frame, context.facts, context.event.head().sc);
    if (candidates.empty()) return 0;
    if (impl_->code) {
        const CodeImage& code = *impl_->code;
        return impl_->run(candidates, all, matches,
                          [&](std::uint32_t k) { return call_rule(code.rule(k), frame); });
    }
    const std::vector<lang::Condition>& conditions = impl_->runtime->program().conditions;
    return impl_->run(candidates, all, matches,
                      [&](std::uint32_t k) { return eval::interpret(frame, conditions[k].root); });
}

std::span<const EarlyMatch> Engine::match_early(const fields::Context& context, bool all) {
    using eval::Tri;
    Impl& impl = *impl_;
    eval::Frame& frame = impl.memory.begin(context);
    const lang::Program& program = impl.runtime->program();
    const auto judge = [&](std::uint32_t k) {
        if (impl.late.is_late_condition(k))
            return interpret_partly(frame, program.conditions[k].root, impl.late.predicates());
        const bool holds = impl.code ? call_rule(impl.code->rule(k), frame)
                                     : eval::interpret(frame, program.conditions[k].root);
        return holds ? Tri::True : Tri::False;
    };
    impl.early.clear();
    // Nothing is promised of the process: what it leaves possible is not remembered.
    for (const std::uint32_t k : impl.narrowing.conditions(frame, 0, context.event.head().sc)) {
        ++impl.profile[k].judged;
        const Tri verdict = judge(k);
        if (verdict == Tri::False) continue;
        impl.early.push_back({k, verdict == Tri::Unknown});
        if (verdict == Tri::True && !all) break;
    }
    return impl.early;
}

const LateParts& Engine::late() const noexcept { return impl_->late; }

bool Engine::answer(std::uint32_t predicate) noexcept {
    return impl_->runtime->answer(impl_->memory.frame(), predicate);
}

void Engine::resume(const fields::Context& context, std::span<const KnownTerm> terms,
                    std::span<const KnownAnswer> answers) noexcept {
    eval::Frame& frame = impl_->memory.begin(context);
    for (const KnownTerm& known : terms) {
        frame.values[known.term] = known.value;
        frame.value_stamps[known.term] = frame.stamp;
    }
    for (const KnownAnswer& known : answers)
        frame.results[known.predicate] = frame.stamp << 1 | (known.holds ? 1U : 0U);
}

bool Engine::holds(std::uint32_t condition) noexcept {
    const lang::Condition& of = impl_->runtime->program().conditions[condition];
    return eval::interpret_partly(impl_->memory.frame(), of.root, impl_->all_known) ==
           eval::Tri::True;
}

bool Engine::has_kernel_code() const noexcept {
    return impl_->code && !impl_->code->kernel_image().empty();
}

filter::KernelImage Engine::kernel_image(bool as_table) {
    const lang::Program& program = impl_->runtime->program();
    if (!impl_->own) impl_->own = std::make_unique<OwnPart>(program);
    if (has_kernel_code() && !as_table) {
        Result<filter::KernelImage> image = filter::read_image(impl_->code->kernel_image());
        if (image) return *std::move(image);
    }
    return filter::make_table_image(program);
}

std::uint64_t Engine::interests() noexcept {
    if (!impl_->own) return ~std::uint64_t{0};
    OwnPart& own = *impl_->own;
    eval::Frame& frame = impl_->memory.frame();
    const auto answer = [&](std::uint32_t k) { return impl_->runtime->answer(frame, k); };
    std::uint64_t mask = filter::kAnyInterest;
    own.partial.begin();
    for (std::uint32_t k = 0; k < own.bits.size(); ++k) {
        const std::uint64_t bit = std::uint64_t{1} << own.bits[k];
        if ((mask & bit) == 0 && own.partial.possible(k, answer)) mask |= bit;
    }
    return mask;
}

Value Engine::term(std::uint32_t k) noexcept {
    return impl_->runtime->term(impl_->memory.frame(), k);
}
bool Engine::native() const noexcept { return impl_->code.has_value(); }
bool Engine::is_compiling() const noexcept {
    return impl_->source && impl_->source->is_compiling();
}
bool Engine::from_bundle() const noexcept { return impl_->source && impl_->source->from_bundle(); }
bool Engine::from_cache() const noexcept { return impl_->source && impl_->source->from_cache(); }
const std::string& Engine::note() const noexcept { return impl_->note; }
std::uint64_t Engine::judged() const noexcept {
    std::uint64_t sum = 0;
    for (const ConditionProfile& condition : impl_->profile) sum += condition.judged;
    return sum;
}
std::span<const ConditionProfile> Engine::profile() const noexcept { return impl_->profile; }
std::uint64_t Engine::code_bytes() const noexcept { return impl_->code ? impl_->code->bytes() : 0; }

}  // namespace sensor::engine
