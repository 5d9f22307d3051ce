// SPDX-License-Identifier: Apache-2.0
#include "capture/scap/pairs.hpp"

#include <algorithm>

namespace sensor::capture::scap {
namespace {

/// Rows of an exit event that took its later parameters from the enter event.
bool follow_rules(const Codes& codes, const Code& exit, Pair& pair) {
    bool any = false;
    for (const Rule& rule : codes.rules(exit)) {
        if (rule.action != Action::Add) continue;
        std::size_t at = rule.count;
        for (std::size_t t = 0; t < rule.take_count; ++t) {
            const Take& take = rule.takes[t];
            const bool from_enter =
                take.from == From::EnterOrEmpty || take.from == From::EnterOrDefault;
            for (std::size_t n = 0; from_enter && n < take.count; ++n) {
                if (take.first + n >= pair.count) continue;
                pair.from[take.first + n] = static_cast<std::int8_t>(at + n);
                any = true;
            }
            at += take.count;
        }
    }
    return any;
}

/// Enter events that are still known: their parameters have the names of the exit's.
bool follow_names(std::uint16_t enter_code, std::uint16_t exit_code, Pair& pair) {
    const EventInfo* enter = event_info(enter_code);
    const EventInfo* exit = event_info(exit_code);
    if (enter == nullptr || exit == nullptr) return false;
    bool any = false;
    for (std::size_t k = 0; k < enter->params.size() && k < pair.count; ++k) {
        const auto same = std::find_if(
            exit->params.begin(), exit->params.end(),
            [&](const ParamInfo& param) { return param.name == enter->params[k].name; });
        if (same == exit->params.end()) continue;
        pair.from[k] = static_cast<std::int8_t>(same - exit->params.begin());
        any = true;
    }
    return any;
}

}  // namespace

Pairs::Pairs() {
    const Codes& codes = Codes::get();
    for (std::uint16_t exit_code = 1; exit_code < kCodes; exit_code += 2) {
        const auto enter_code = static_cast<std::uint16_t>(exit_code - 1);
        const Code &exit = codes[exit_code], &enter = codes[enter_code];
        if (exit.status != CodeStatus::Current || exit.enter || !enter.enter ||
            (enter.status != CodeStatus::Old && enter.status != CodeStatus::Current))
            continue;
        Pair pair;
        pair.code = enter_code;
        pair.count = enter.count;
        pair.from.fill(Pair::kNone);
        const bool known = follow_rules(codes, exit, pair);
        if (exit.names_call) pair.from[0] = 0;  // both name the call first
        if (follow_names(enter_code, exit_code, pair) || known) pairs_[exit_code] = pair;
    }
}

const Pairs& Pairs::get() {
    static const Pairs pairs;
    return pairs;
}

}  // namespace sensor::capture::scap
