// SPDX-License-Identifier: Apache-2.0
// An explanation as JSON, for programs.
#include "explain/sentence.hpp"
#include "rulec/explain.hpp"

namespace sensor::rulec {
namespace {

using nlohmann::json;

const char* word_of(explain::TruthNode::Kind kind) {
    switch (kind) {
        case explain::TruthNode::Kind::And: return "and";
        case explain::TruthNode::Kind::Or: return "or";
        case explain::TruthNode::Kind::Not: return "not";
        case explain::TruthNode::Kind::Check: return "check";
    }
    return "";
}

const char* word_of(explain::Truth truth) {
    switch (truth) {
        case explain::Truth::True: return "true";
        case explain::Truth::False: return "false";
        case explain::Truth::Absent: return "absent";
    }
    return "";
}

json tree_json(const explain::TruthNode& node) {
    json out = {{"kind", word_of(node.kind)},
                {"truth", word_of(node.truth)},
                {"decisive", node.decisive},
                {"text", node.text}};
    if (!node.macro.empty()) out["macro"] = node.macro;
    if (!node.exception.empty()) out["exception"] = node.exception;
    if (!node.facts.empty()) {
        json values = json::object();
        for (const explain::Fact& fact : node.facts)
            values[fact.expression] = fact.present ? json(fact.value) : json(nullptr);
        out["values"] = std::move(values);
    }
    for (const explain::TruthNode& child : node.children)
        out["children"].push_back(tree_json(child));
    return out;
}

json exceptions_json(const rules::Rule& rule) {
    json out = json::array();
    for (const rules::ExceptionInfo& e : rule.exceptions) {
        out.push_back(
            {{"name", e.name}, {"fields", e.fields}, {"comps", e.comps}, {"values", e.values}});
    }
    return out;
}

}  // namespace

json json_of(const RuleFacts& facts) {
    const rules::Rule& rule = *facts.rule;
    json predicates = json::array();
    for (const PredicateFact& p : facts.predicates)
        predicates.push_back({{"text", p.text}, {"cost_ns", p.cost_ns}, {"rules", p.rules}});
    return {{"rule", rule.name},
            {"file", rule.file},
            {"line", rule.line},
            {"active", facts.active},
            {"condition", rule.condition_written},
            {"expanded", rule.condition_compiled},
            {"exceptions", exceptions_json(rule)},
            {"predicates", predicates},
            {"cost_ns", facts.cost_ns},
            {"dispatch",
             {{"types", facts.types},
              {"every_type", facts.every_type},
              {"because", facts.because},
              {"calls", facts.calls},
              {"left_out", facts.left_out},
              {"state_calls", facts.state_calls}}}};
}

json json_of(const Finding& finding) {
    json out = {{"number", finding.number},         {"type", finding.event_type},
                {"fired", finding.fired},           {"verdict", explain::verdict(finding.truth)},
                {"tree", tree_json(finding.truth)}, {"rules_first", finding.rules_first}};
    if (!finding.message.empty()) out["alert"] = finding.message;
    if (finding.silence) {
        out["silence"] = {
            {"yaml", finding.silence->yaml},           {"condition", finding.silence->condition},
            {"exception", finding.silence->exception}, {"own_fields", finding.silence->own_fields},
            {"fields", finding.silence->fields},       {"proved", true}};
        if (finding.counted) {
            out["silence"]["silenced"] = finding.silenced;
            out["silence"]["alerts"] = finding.alerts;
        }
    }
    return out;
}

}  // namespace sensor::rulec
