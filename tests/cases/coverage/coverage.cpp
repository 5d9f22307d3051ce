// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/coverage/coverage.hpp"

#include <cstdio>
#include <fstream>

namespace sensor::cases {
namespace {

/// Fields and operators of everything reachable from one condition or output term.
class Walker {
public:
    Walker(const lang::Program& program, Coverage& out) : program_(program), out_(out) {}

    void term(std::uint32_t k) {
        const lang::Term& term = program_.terms[k];
        if (term.kind == lang::Term::Kind::Field) field(term.field);
        if (term.kind == lang::Term::Kind::Transform)
            out_.transformers.emplace(to_text(term.transformer));
        for (const std::uint32_t arg : term.args) this->term(arg);
    }
    void node(std::uint32_t k) {
        const lang::CondNode& node = program_.nodes[k];
        if (node.kind == lang::CondNode::Kind::Predicate)
            predicate(program_.predicates[node.predicate]);
        for (const std::uint32_t child : node.children) this->node(child);
    }

private:
    void field(const FieldRef& ref) {
        out_.fields.emplace(field_info(ref.id).text);
        if (ref.arg.kind == FieldArg::Kind::Name) out_.arguments.insert(to_text(ref));
    }
    void predicate(const lang::Predicate& predicate) {
        out_.operators.emplace(op_info(predicate.op).text);
        if (predicate.modifier != Modifier::none)
            out_.modifiers.emplace(to_text(predicate.modifier));
        term(predicate.left);
        if (predicate.right_is_term) term(predicate.right);
    }

    const lang::Program& program_;
    Coverage& out_;
};

void print_share(const char* what, std::size_t covered, std::size_t all) {
    std::printf("%-13s %4zu of %4zu  %3zu %%\n", what, covered, all,
                all == 0 ? 0 : 100 * covered / all);
}

}  // namespace

void Coverage::add(const World& world, const Case& test, const rules::RuleSet& ruleset) {
    for (const OwnedRecord& event : world.events) events.emplace(event.event().info().name);
    std::set<std::string> expected;
    for (const ExpectedAlert& alert : test.alerts) expected.insert(alert.rule);
    for (const rules::Rule& rule : ruleset.rules) {
        const bool ours = rule.file != "inline.yaml";
        if (expected.count(rule.name) == 0) {
            if (ours) quiet.insert(rule.name);
            continue;
        }
        if (ours) fired.insert(rule.name);
        Walker walker(ruleset.program, *this);
        walker.node(ruleset.program.conditions[rule.condition_idx].root);
        for (const lang::OutputPart& part : rule.format.parts) {
            if (part.has_term) walker.term(part.term);
        }
        // Not everything written is stored as written: `==` becomes `=`, `intersects` of one value
        // `in`, and some comparisons are folded away. The text tells.
        const std::string text = " " + rule.condition + " ";
        for (const char* word : {"=", "==", "intersects"}) {
            if (text.find(" " + std::string(word) + " ") != std::string::npos)
                operators.emplace(word);
        }
        for (const char* folded : {"evt.type", "evt.num"}) {
            if (text.find(folded) != std::string::npos) fields.emplace(folded);
        }
        if (text.find("val(") != std::string::npos) transformers.emplace("val");
    }
}

std::size_t Coverage::report(const std::string& floor_file) const {
    print_share("fields", fields.size(), all_fields().size());
    print_share("operators", operators.size(), all_ops().size());
    print_share("transformers", transformers.size(), all_transformers().size());
    std::set<std::string_view> names;
    for (const EventInfo& info : all_events()) names.insert(info.name);
    print_share("events", events.size(), names.size());
    std::printf("rules fired %zu\n", fired.size());

    std::size_t missing = 0;
    std::ifstream in(floor_file);
    if (!in) {
        std::printf("%s: cannot read\n", floor_file.c_str());
        return 1;
    }
    for (std::string kind, name; in >> kind >> name;) {
        const std::set<std::string>& covered = kind == "FIELD"         ? fields
                                               : kind == "OPERATOR"    ? operators
                                               : kind == "EVENT"       ? events
                                               : kind == "TRANSFORMER" ? transformers
                                                                       : modifiers;
        if (covered.count(name) != 0 || (kind == "FIELD" && arguments.count(name) != 0)) continue;
        std::printf("no case: %s %s\n", kind.c_str(), name.c_str());
        ++missing;
    }
    return missing;
}

}  // namespace sensor::cases
