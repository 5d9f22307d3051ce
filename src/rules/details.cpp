// SPDX-License-Identifier: Apache-2.0
#include "rules/details.hpp"

#include <algorithm>

#include "lang/event_set.hpp"

namespace sensor::rules {
namespace {

using lang::Node;
using lang::Operand;

void add_fields(const Operand& operand, std::vector<std::string>& fields) {
    switch (operand.kind) {
        case Operand::Kind::Field:
            fields.push_back(operand.field.name +
                             (operand.field.bracket ? "[" + *operand.field.bracket + "]" : ""));
            break;
        case Operand::Kind::Transform:
            for (const Operand& arg : operand.transform.args) add_fields(arg, fields);
            break;
        case Operand::Kind::List:
            for (const Operand& item : operand.items) add_fields(item, fields);
            break;
        case Operand::Kind::Text:
        case Operand::Kind::Number: break;
    }
}

void add_names(const Node& node, ConditionDetails& details) {
    for (const lang::NodePtr& child : node.children) add_names(*child, details);
    if (node.kind != Node::Kind::Check) return;
    add_fields(node.left, details.fields);
    if (node.right) add_fields(*node.right, details.fields);
    std::string op(op_info(node.op).text);
    if (node.modifier != Modifier::none) op += " " + std::string(to_text(node.modifier));
    details.operators.push_back(std::move(op));
}

}  // namespace

void sort_unique(std::vector<std::string>& names) {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
}

ConditionDetails details_of(const Node& tree, const lang::Checked& checked) {
    ConditionDetails details;
    add_names(tree, details);
    sort_unique(details.fields);
    sort_unique(details.operators);
    if (!checked.ok) return details;
    for (const std::string_view name : lang::names_of(checked.events))
        details.events.emplace_back(name);
    return details;
}

}  // namespace sensor::rules
