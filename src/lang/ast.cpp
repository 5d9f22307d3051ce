// SPDX-License-Identifier: Apache-2.0
// Copies of condition trees and their canonical text.
#include "lang/ast.hpp"

#include "lang/tree.hpp"

namespace sensor::lang {
namespace {

std::string bracket_text(const std::optional<std::string>& bracket) {
    if (!bracket) return {};
    const std::string inner = quote_if_needed(*bracket);
    return "[" + (inner.empty() ? std::string("\"\"") : inner) + "]";
}

std::string joined(const std::vector<Operand>& items, std::string_view comma) {
    std::string text = "(";
    for (std::size_t k = 0; k < items.size(); ++k) {
        if (k > 0) text += comma;
        text += to_text(items[k]);
    }
    return text + ")";
}

// Inside a transformer a text is always quoted: a bare word there would be a field.
std::string argument_text(const Operand& operand) {
    if (operand.kind == Operand::Kind::Text) {
        const std::string plain = quote_if_needed(operand.text);
        return plain.starts_with('"') ? plain : '"' + plain + '"';
    }
    if (operand.kind != Operand::Kind::List) return to_text(operand);
    std::string text = "(";
    for (const Operand& item : operand.items) {
        if (text.size() > 1) text += ',';
        text += argument_text(item);
    }
    return text + ")";
}

std::string check_text(const Node& node) {
    std::string text = to_text(node.left) + " " + std::string(op_info(node.op).text);
    if (node.modifier != Modifier::none) text += " " + std::string(to_text(node.modifier));
    if (!node.right) return text;
    const bool field = node.right->kind == Operand::Kind::Field;
    return text + (field ? " val(" : " ") + to_text(*node.right) + (field ? ")" : "");
}

}  // namespace

std::string to_text(const Operand& operand) {
    switch (operand.kind) {
        case Operand::Kind::Field: return operand.field.name + bracket_text(operand.field.bracket);
        case Operand::Kind::Transform: {
            std::string text(to_text(operand.transform.transformer));
            text += '(';
            for (std::size_t k = 0; k < operand.transform.args.size(); ++k) {
                if (k > 0) text += ',';
                text += argument_text(operand.transform.args[k]);
            }
            return text + ")" + bracket_text(operand.transform.bracket);
        }
        case Operand::Kind::List: return joined(operand.items, ", ");
        case Operand::Kind::Number: return operand.text;
        case Operand::Kind::Text: return quote_if_needed(operand.text);
    }
    return {};
}

NodePtr clone(const Node& node) {
    auto copy = std::make_unique<Node>();
    copy->kind = node.kind;
    copy->pos = node.pos;
    copy->label = node.label;
    copy->label_name = node.label_name;
    copy->macro = node.macro;
    copy->left = node.left;
    copy->op = node.op;
    copy->op_pos = node.op_pos;
    copy->modifier = node.modifier;
    copy->right = node.right;
    copy->children.reserve(node.children.size());
    for (const NodePtr& child : node.children) copy->children.push_back(clone(*child));
    return copy;
}

std::string to_text(const Node& node) {
    switch (node.kind) {
        case Node::Kind::Check: return check_text(node);
        case Node::Kind::Macro: return node.macro;
        case Node::Kind::Not: return "not " + to_text(*node.children.front());
        case Node::Kind::And:
        case Node::Kind::Or: break;
    }
    const std::string_view word = node.kind == Node::Kind::And ? " and " : " or ";
    std::string text = "(";
    for (std::size_t k = 0; k < node.children.size(); ++k) {
        if (k > 0) text += word;
        text += to_text(*node.children[k]);
    }
    return text + ")";
}

}  // namespace sensor::lang
