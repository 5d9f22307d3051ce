// SPDX-License-Identifier: Apache-2.0
// fakeable-allow-list: exclusions that a process satisfies by what it chooses for itself. A name is
// copied in a second (`cp sh /tmp/sshd`), arguments and environment are given at will, and so are
// those of a parent; a path is held by the rights of its folder.
#include <algorithm>
#include <string>

#include "rulec/linter.hpp"

namespace sensor::rulec {
namespace {

using lang::Node;
using lang::Operand;

constexpr std::string_view kChosen[] = {
    "proc.name",      "proc.pname",    "proc.aname",     "proc.exe",        "proc.pexe",
    "proc.aexe",      "proc.args",     "proc.aargs",     "proc.cmdline",    "proc.pcmdline",
    "proc.acmdline",  "proc.cmdnargs", "proc.exeline",   "proc.env",        "proc.aenv",
    "proc.cwd",       "proc.sname",    "proc.sid.exe",   "proc.vpgid.name", "proc.vpgid.exe",
    "proc.pgid.name", "proc.pgid.exe", "proc.cmdlenargs"};

struct Exclusion {
    const Node* at = nullptr;
    std::vector<std::string> fields;

    void add(const Exclusion& other) {
        if (at == nullptr) at = other.at;
        for (const std::string& field : other.fields) {
            if (std::find(fields.begin(), fields.end(), field) == fields.end())
                fields.push_back(field);
        }
    }
    bool found() const { return at != nullptr; }
};

/// The field an operand takes its value from; "" for anything with more than one.
std::string field_of(const Operand& operand) {
    if (operand.kind == Operand::Kind::Field) return operand.field.name;
    if (operand.kind == Operand::Kind::Transform && !operand.transform.args.empty())
        return field_of(operand.transform.args.front());
    return {};
}

bool is_chosen(const Node& check, std::string& field) {
    field = field_of(check.left);
    return check.op != Op::exists &&
           std::find(std::begin(kChosen), std::end(kChosen), field) != std::end(kChosen);
}

/// What the event is, beside the process: says nothing about who escapes.
bool is_about_event(const Node& node) {
    const std::string field = node.kind == Node::Kind::Check ? field_of(node.left) : "";
    return field == "evt.type" || field == "evt.dir" || field == "syscall.type";
}

/// Fields by which a process alone makes this hold (`wanted`) or fail; nothing found: it takes
/// more than that.
Exclusion by_choice(const Node& node, bool wanted) {
    Exclusion all;
    if (node.kind == Node::Kind::Not) return by_choice(*node.children.front(), !wanted);
    if (node.kind == Node::Kind::Check) {
        std::string field;
        if (is_chosen(node, field)) all = {&node, {std::move(field)}};
        return all;
    }
    const bool needs_all = (node.kind == Node::Kind::And) == wanted;
    for (const lang::NodePtr& child : node.children) {
        const Exclusion part = by_choice(*child, wanted);
        if (needs_all && !part.found() && !is_about_event(*child)) return {};
        all.add(part);
    }
    return all;
}

/// Exclusions of a condition by which a process alone keeps it from holding.
Exclusion escaped(const Node& node) {
    Exclusion all;
    switch (node.kind) {
        case Node::Kind::Check: return node.op == Op::ne ? by_choice(node, false) : all;
        case Node::Kind::Not: return by_choice(*node.children.front(), true);
        case Node::Kind::And:
            for (const lang::NodePtr& child : node.children) all.add(escaped(*child));
            return all;
        case Node::Kind::Or:
            for (const lang::NodePtr& child : node.children) {
                const Exclusion part = escaped(*child);
                if (!part.found()) return {};
                all.add(part);
            }
            return all;
        case Node::Kind::Macro: break;
    }
    return all;
}

}  // namespace

void lint_fakeable(LintView& view) {
    for (std::size_t k = 0; k < view.set.rules.size(); ++k) {
        const rules::Rule& rule = view.set.rules[k];
        const Exclusion exclusion = escaped(*rule.tree);
        if (!exclusion.found()) continue;
        std::string names;
        for (const std::string& field : exclusion.fields)
            names += (names.empty() ? "" : ", ") + field;
        const auto scope = inside(view, k);
        view.reporter.warning("fakeable-allow-list", place_of(exclusion.at->pos),
                              "any process escapes this rule by its choice of " + names,
                              "exclude by proc.exepath (of an ancestor: proc.aexepath), which is "
                              "held by the rights of its folder");
    }
}

}  // namespace sensor::rulec
