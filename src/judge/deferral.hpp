// SPDX-License-Identifier: Apache-2.0
// Deferral: events of containers whose names are not known yet. What hangs on the names is decided,
// and what prints them is printed, when they come, exactly as if they had been known; other alerts
// of the same container wait with them, so that alerts stay in order. Bounded in number and
// memory; how long is the state's business (ContainerOptions::patience_ns). Called by the pipeline,
// in the thread of the events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "event/make_record.hpp"
#include "judge/held_event.hpp"
#include "output/render.hpp"
#include "rules/ruleset.hpp"
#include "state/state.hpp"

namespace sensor::judge {

struct DeferralLimits {
    std::size_t most_events = 8192;
    std::size_t most_bytes = 16 << 20;
};

struct DeferralStats {
    std::uint64_t waiting = 0;              ///< now
    std::uint64_t waited = 0;               ///< events that had to wait
    std::uint64_t waited_ns = 0;            ///< all together
    std::uint64_t longest_ns = 0;           ///< of them
    std::uint64_t alerts = 0, dropped = 0;  ///< conditions that held, and did not, afterwards
    std::uint64_t incomplete = 0;           ///< alerts without names: they did not come in time
    std::uint64_t evicted = 0;      ///< events that could wait no longer, since too many did
    std::uint64_t followed_up = 0;  ///< containers whose names came after such alerts
};

/// A rule that holds for an event of a container.
struct LateAlert {
    std::uint32_t rule = 0;
    std::uint64_t ts_ns = 0, number = 0;
    bool incomplete = false;
};

class Deferral {
public:
    /// values: of the event, for the rule's output
    using OnAlert = std::function<void(const LateAlert&, output::TermSource& values)>;
    /// The names of a container have come after `alerts` of it went out without them.
    using OnNames = std::function<void(const state::Container&, std::uint64_t alerts)>;

    /// Borrows the state.
    Deferral(state::State& state, OnAlert on_alert, OnNames on_names, DeferralLimits limits = {});

    /// By these rules from the next event on; what waits is decided by the old ones, now.
    void use(engine::Engine& engine, const rules::RunningRules& rules, bool all,
             std::uint64_t now_ns);

    /// An event of a thread whose container is pending; between `begin` and `end` of the state.
    /// cost: rules are judged with less help than usual; allocates if one may hold
    void judge(const fields::Context& context, std::uint64_t now_ns);
    /// Raises what waits for no container any more. Between events, and before an event is judged.
    /// cost: a comparison if nothing came to be known
    void settle(std::uint64_t now_ns) {
        if (has_news()) settle_news(now_ns);
    }
    bool has_news() const noexcept { return state_.containers().news() != news_; }
    /// Raises all that waits, with what is known.
    void settle_all(std::uint64_t now_ns);

    /// An alert of a rule for a thread in this container goes out: does it lack what never came?
    bool note_if_incomplete(std::uint32_t rule, const state::Ref<state::Container>& container);

    DeferralStats stats() const noexcept;

private:
    void settle_news(std::uint64_t now_ns);
    void follow_up();
    HeldEvent keep(const fields::Context& context, std::span<const engine::EarlyMatch> matches,
                   std::uint8_t needs, std::uint64_t now_ns) const;
    void hold(HeldEvent held, std::uint64_t now_ns);
    void keep_answers(HeldEvent& held) const;
    std::uint8_t needs_of(std::span<const engine::EarlyMatch> matches) const;
    void add_output_needs(std::uint32_t rule, std::vector<std::uint32_t>& terms) const;
    std::uint8_t prints(const rules::RunningRule& of) const;
    bool has_held(const state::Container& container) const noexcept;
    void resolve(const HeldEvent& held, std::uint64_t now_ns);
    void raise(const HeldEvent& held);
    void note_incomplete(const state::Ref<state::Container>& container);
    void make_room(std::uint64_t now_ns);
    void take_out(std::size_t place, std::uint64_t now_ns);

    struct Followed {
        state::Ref<state::Container> container;
        std::uint64_t alerts = 0;
    };

    state::State& state_;
    const OnAlert on_alert_;
    const OnNames on_names_;
    const DeferralLimits limits_;
    engine::Engine* engine_ = nullptr;
    const rules::RunningRules* rules_ = nullptr;
    bool all_ = false;
    std::vector<std::uint8_t> prints_;  // by rule, late_part
    std::deque<HeldEvent> held_;        // in the order the events came
    std::size_t bytes_ = 0;
    std::vector<Followed> incomplete_;  // containers of which alerts went out without names
    std::uint64_t news_ = 0;
    fields::Arena arena_;  // texts of late fields
    OwnedRecord blank_;    // stands for the record of a held event
    DeferralStats stats_;
};

}  // namespace sensor::judge
