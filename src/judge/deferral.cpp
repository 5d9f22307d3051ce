// SPDX-License-Identifier: Apache-2.0
#include "judge/deferral.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/check.hpp"
#include "judge/judge.hpp"

namespace sensor::judge {
namespace {

constexpr std::size_t kMostFollowed = 4096;  // containers

OwnedRecord blank_record() {
    Result<OwnedRecord> made = make_record(EventType::asyncevent, {}, {}, {});
    SENSOR_CHECK(made.has_value());
    return *std::move(made);
}

void sort_unique(std::vector<std::uint32_t>& numbers) {
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

}  // namespace

Deferral::Deferral(state::State& state, OnAlert on_alert, OnNames on_names, DeferralLimits limits)
    : state_(state),
      on_alert_(std::move(on_alert)),
      on_names_(std::move(on_names)),
      limits_(limits),
      blank_(blank_record()) {}

void Deferral::use(engine::Engine& engine, const rules::RunningRules& rules, bool all,
                   std::uint64_t now_ns) {
    settle_all(now_ns);
    engine_ = &engine;
    rules_ = &rules;
    all_ = all;
    prints_.clear();
    for (const rules::RunningRule& rule : rules.rules) prints_.push_back(prints(rule));
}

std::uint8_t Deferral::needs_of(std::span<const engine::EarlyMatch> matches) const {
    std::uint8_t all = 0;
    for (const engine::EarlyMatch& match : matches) {
        all |= prints_[match.condition];
        if (match.open) all |= engine_->late().parts_of_condition(match.condition);
    }
    return all;
}

void Deferral::judge(const fields::Context& context, std::uint64_t now_ns) {
    const auto matches = engine_->match_early(context, all_);
    if (matches.empty()) return;
    const state::Container& container = *context.thread->container;
    const std::uint8_t needs = needs_of(matches);
    if ((needs & container.awaited()) != 0 || has_held(container))
        return hold(keep(context, matches, needs, now_ns), now_ns);
    const bool open = std::any_of(matches.begin(), matches.end(),
                                  [](const engine::EarlyMatch& match) { return match.open; });
    if (open) return raise(keep(context, matches, needs, now_ns));  // what they ask for has come
    EngineTerms values(*engine_);
    for (const engine::EarlyMatch& match : matches)
        on_alert_({match.condition, context.event.ts_ns(), context.evt_num, false}, values);
}

bool Deferral::has_held(const state::Container& container) const noexcept {
    return std::any_of(held_.begin(), held_.end(),
                       [&](const HeldEvent& held) { return held.container.get() == &container; });
}

std::uint8_t Deferral::prints(const rules::RunningRule& of) const {
    std::uint8_t all = 0;
    const auto add = [&](const lang::OutputFormat& format) {
        for (const lang::OutputPart& part : format.parts) {
            if (part.has_term) all |= engine_->late().parts_of_term(part.term);
        }
        for (const lang::OutputField& field : format.fields)
            all |= engine_->late().parts_of_term(field.term);
    };
    add(of.format);
    for (const rules::ExtraFormat& extra : of.extra_formats) add(extra.format);
    return all;
}

void Deferral::add_output_needs(std::uint32_t rule, std::vector<std::uint32_t>& terms) const {
    const auto add = [&](const lang::OutputFormat& format) {
        for (const lang::OutputPart& part : format.parts) {
            if (part.has_term) engine_->late().add_needs(part.term, terms);
        }
        for (const lang::OutputField& field : format.fields)
            engine_->late().add_needs(field.term, terms);
    };
    add(rules_->rules[rule].format);
    for (const rules::ExtraFormat& extra : rules_->rules[rule].extra_formats) add(extra.format);
}

HeldEvent Deferral::keep(const fields::Context& context,
                         std::span<const engine::EarlyMatch> matches, std::uint8_t needs,
                         std::uint64_t now_ns) const {
    HeldEvent held;
    held.container = context.thread->container;
    held.needs = needs;
    held.ts_ns = context.event.ts_ns();
    held.number = context.evt_num;
    held.uid = context.thread->uid;
    held.gid = context.thread->gid;
    held.own_userns = context.thread->own_userns;
    held.since_ns = std::max(now_ns, held.ts_ns);
    held.matches.assign(matches.begin(), matches.end());
    keep_answers(held);
    held.own_values();
    return held;
}

void Deferral::hold(HeldEvent held, std::uint64_t now_ns) {
    ++stats_.waited;
    bytes_ += held.size;
    held_.push_back(std::move(held));
    make_room(now_ns);
}

void Deferral::keep_answers(HeldEvent& held) const {
    std::vector<std::uint32_t> predicates, terms;
    for (const engine::EarlyMatch& match : held.matches) {
        if (match.open) engine_->late().add_needs(match.condition, predicates, terms);
        add_output_needs(match.condition, terms);
    }
    sort_unique(predicates);
    sort_unique(terms);
    for (const std::uint32_t k : predicates) held.answers.push_back({k, engine_->answer(k)});
    for (const std::uint32_t k : terms) held.terms.push_back({k, engine_->term(k)});
}

void Deferral::make_room(std::uint64_t now_ns) {
    while (held_.size() > limits_.most_events || bytes_ > limits_.most_bytes) {
        ++stats_.evicted;
        take_out(0, now_ns);
    }
}

void Deferral::take_out(std::size_t place, std::uint64_t now_ns) {
    const HeldEvent held = std::move(held_[place]);
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(place));
    bytes_ -= held.size;
    resolve(held, now_ns);
}

void Deferral::settle_news(std::uint64_t now_ns) {
    news_ = state_.containers().news();
    std::deque<HeldEvent> ready;
    std::unordered_set<const state::Container*> waiting;  // others wait behind their first
    for (HeldEvent& held : held_) {
        const state::Container* const container = held.container.get();
        const bool waits = (held.needs & container->awaited()) != 0 || waiting.contains(container);
        if (waits && container->pending)
            waiting.insert(container);
        else
            ready.push_back(std::move(held));
    }
    std::erase_if(held_, [](const HeldEvent& held) { return !held.container; });
    for (const HeldEvent& held : ready) {
        bytes_ -= held.size;
        resolve(held, now_ns);
    }
    follow_up();
}

void Deferral::settle_all(std::uint64_t now_ns) {
    while (!held_.empty()) take_out(0, now_ns);
}

void Deferral::resolve(const HeldEvent& held, std::uint64_t now_ns) {
    const std::uint64_t waited = now_ns > held.since_ns ? now_ns - held.since_ns : 0;
    stats_.waited_ns += waited;
    stats_.longest_ns = std::max(stats_.longest_ns, waited);
    raise(held);
}

void Deferral::raise(const HeldEvent& held) {
    fields::Context context;
    arena_.reset();
    context.event = blank_.event();
    state::Thread thread;  // what of it late fields look at
    thread.container = held.container;
    thread.uid = held.uid;
    thread.gid = held.gid;
    thread.own_userns = held.own_userns;
    context.thread = &thread;
    context.state = &state_;
    context.arena = &arena_;
    engine_->resume(context, held.terms, held.answers);
    const bool incomplete = (held.needs & held.container->untold()) != 0;
    EngineTerms values(*engine_);
    for (const engine::EarlyMatch& match : held.matches) {
        if (match.open && !engine_->holds(match.condition)) {
            ++stats_.dropped;
            continue;
        }
        ++stats_.alerts;
        if (incomplete) note_incomplete(held.container);
        on_alert_({match.condition, held.ts_ns, held.number, incomplete}, values);
        if (!all_) break;
    }
}

bool Deferral::note_if_incomplete(std::uint32_t rule,
                                  const state::Ref<state::Container>& container) {
    if (!container->incomplete || (prints_[rule] & container->untold()) == 0) return false;
    note_incomplete(container);
    return true;
}

void Deferral::note_incomplete(const state::Ref<state::Container>& container) {
    ++stats_.incomplete;
    const auto known = std::find_if(incomplete_.begin(), incomplete_.end(), [&](const auto& each) {
        return each.container.get() == container.get();
    });
    if (known != incomplete_.end()) {
        ++known->alerts;
        return;
    }
    if (incomplete_.size() == kMostFollowed) incomplete_.erase(incomplete_.begin());
    incomplete_.push_back({container, 1});
}

void Deferral::follow_up() {
    // Those that nobody is in, nor the state keeps, will have no names any more.
    std::erase_if(incomplete_, [&](const Followed& each) {
        if (each.container->known != containers::Known::Complete) return each.container.unique();
        ++stats_.followed_up;
        if (on_names_) on_names_(*each.container, each.alerts);
        return true;
    });
}

DeferralStats Deferral::stats() const noexcept {
    DeferralStats now = stats_;
    now.waiting = held_.size();
    return now;
}

}  // namespace sensor::judge
