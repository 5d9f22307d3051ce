// SPDX-License-Identifier: Apache-2.0
#include "rulec/compare_sets.hpp"

#include <algorithm>

#include "judge/judge.hpp"
#include "judge/replay.hpp"

namespace sensor::rulec {
namespace {

/// One rule set and what of it matches the event at hand.
class Side {
public:
    Side(const rules::RuleSet& set, bool all) : set_(set), all_(all) {
        engine::EngineOptions options;
        options.native = false;
        engine_ = engine::Engine::create(set.program, options);
        matches_.resize(std::max<std::size_t>(1, all ? set.rules.size() : 1));
    }

    void judge(const fields::Context& context) {
        const std::size_t count = set_.rules.empty() ? 0 : engine_->match(context, all_, matches_);
        names_.clear();
        for (std::size_t k = 0; k < count; ++k) names_.push_back(&set_.rules[matches_[k]]);
    }

    const std::vector<const rules::Rule*>& matched() const { return names_; }
    bool has(const std::string& name) const {
        return std::any_of(names_.begin(), names_.end(),
                           [&](const rules::Rule* rule) { return rule->name == name; });
    }
    std::string text(const rules::Rule& rule, const fields::Context& context) {
        judge::EngineTerms terms(*engine_);
        return "evt.num " + std::to_string(context.evt_num) + ": " +
               output::render_message(rule.format, set_.program, terms,
                                      {false, context.event.ts_ns()});
    }

private:
    const rules::RuleSet& set_;
    const bool all_;
    std::unique_ptr<engine::Engine> engine_;
    std::vector<std::uint32_t> matches_;
    std::vector<const rules::Rule*> names_;
};

class Comparer {
public:
    Comparer(const rules::RuleSet& before, const rules::RuleSet& after,
             const CompareOptions& options, SetDifference& out)
        : before_(before, options.match_all),
          after_(after, options.match_all),
          show_(options.show),
          out_(out) {}

    void look(const fields::Context& context) {
        ++out_.events;
        before_.judge(context);
        after_.judge(context);
        for (const rules::Rule* rule : before_.matched()) {
            RuleDelta& delta = out_.rules[rule->name];
            ++delta.before;
            if (after_.has(rule->name)) continue;
            ++delta.lost;
            if (delta.lost_texts.size() < show_)
                delta.lost_texts.push_back(before_.text(*rule, context));
        }
        for (const rules::Rule* rule : after_.matched()) {
            RuleDelta& delta = out_.rules[rule->name];
            ++delta.after;
            if (before_.has(rule->name)) continue;
            ++delta.gained;
            if (delta.gained_texts.size() < show_)
                delta.gained_texts.push_back(after_.text(*rule, context));
        }
    }

private:
    Side before_, after_;
    std::size_t show_;
    SetDifference& out_;
};

RuleChange change_of(const rules::Rule& a, const rules::Rule& b) {
    RuleChange out{a.name, {}};
    if (a.condition_compiled != b.condition_compiled) out.what.emplace_back("condition");
    if (a.output_compiled != b.output_compiled) out.what.emplace_back("output");
    if (a.priority != b.priority) out.what.emplace_back("priority");
    if (a.tags != b.tags) out.what.emplace_back("tags");
    if (a.description != b.description) out.what.emplace_back("description");
    return out;
}

const rules::Rule* find(const rules::RuleSet& set, const std::string& name) {
    const auto found = std::find_if(set.rules.begin(), set.rules.end(),
                                    [&](const rules::Rule& rule) { return rule.name == name; });
    return found == set.rules.end() ? nullptr : &*found;
}

}  // namespace

std::uint64_t SetDifference::gained() const {
    std::uint64_t sum = 0;
    for (const auto& [name, delta] : rules) sum += delta.gained;
    return sum;
}

std::uint64_t SetDifference::lost() const {
    std::uint64_t sum = 0;
    for (const auto& [name, delta] : rules) sum += delta.lost;
    return sum;
}

SetDifference compare_texts(const rules::RuleSet& before, const rules::RuleSet& after) {
    SetDifference out;
    for (const rules::Rule& rule : before.rules) {
        const rules::Rule* other = find(after, rule.name);
        if (other == nullptr) {
            out.removed.push_back(rule.name);
            continue;
        }
        RuleChange change = change_of(rule, *other);
        if (!change.what.empty()) out.changed.push_back(std::move(change));
    }
    for (const rules::Rule& rule : after.rules) {
        if (find(before, rule.name) == nullptr) out.added.push_back(rule.name);
    }
    return out;
}

Result<> compare_alerts(const rules::RuleSet& before, const rules::RuleSet& after,
                        const CompareOptions& options, SetDifference& out) {
    Comparer comparer(before, after, options, out);
    for (const std::string& path : options.captures) {
        SENSOR_TRY(const std::unique_ptr<capture::ScapSource> source,
                   capture::ScapSource::open(path));
        state::State state(judge::replay_state());
        judge::EventWalk walk(state);
        SENSOR_TRY_OK(judge::replay_capture(
            *source, state,
            [&](std::span<const std::byte> record, std::uint64_t number, bool wanted) {
                walk.step(record, number, wanted,
                          [&](const fields::Context& context) { comparer.look(context); });
            },
            [] { return false; }));
    }
    return Ok{};
}

}  // namespace sensor::rulec
