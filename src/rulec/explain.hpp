// SPDX-License-Identifier: Apache-2.0
// Parts of `falco-rulec explain`: what a condition is (facts), what it was for an event (finding),
// both printed as text or JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "explain/truth.hpp"
#include "output/json.hpp"
#include "rulec/silence.hpp"
#include "rulec/terminal.hpp"
#include "rules/ruleset.hpp"

namespace sensor::rulec {

struct PredicateFact {
    std::string text;
    double cost_ns = 0;     ///< estimate of the compiler's plan
    std::size_t rules = 0;  ///< how many active rules ask it
};

/// Everything there is to say of a rule without an event.
struct RuleFacts {
    const rules::Rule* rule = nullptr;
    bool active = true;
    std::vector<PredicateFact> predicates;  ///< each once, dearest first
    double cost_ns = 0;                     ///< of judging one event, estimate
    std::vector<std::string> types;         ///< events for which it is asked
    bool every_type = false;
    std::vector<std::string> because;      ///< its checks of the event's type
    std::vector<std::string> calls;        ///< the sensor watches for it
    std::vector<std::string> left_out;     ///< high-volume calls, watched with -A only
    std::vector<std::string> state_calls;  ///< watched whatever the rules are
};
RuleFacts facts_of(const rules::Rule& rule, const rules::RuleSet& set);

/// What a rule was for one event.
struct Finding {
    std::uint64_t number = 0;
    std::string event_type, actor;
    explain::TruthNode truth;
    bool fired = false;                    ///< by the engine; the same as truth
    std::string message;                   ///< of the alert, if it fired
    std::vector<std::string> rules_first;  ///< that match too and come before it
    std::optional<Silence> silence;
    bool bare = false;     ///< a condition of the command line, not a rule of a file
    bool counted = false;  ///< the capture was judged with it too
    std::uint64_t silenced = 0, alerts = 0;  ///< of the rule's alerts in the capture
};

struct Show {
    Paint paint{false};
    bool full = false;  ///< long lists whole
};

std::string text_of(const RuleFacts& facts, const Show& show);
std::string text_of(const Finding& finding, const Show& show);
nlohmann::json json_of(const RuleFacts& facts);
nlohmann::json json_of(const Finding& finding);

}  // namespace sensor::rulec
