// SPDX-License-Identifier: Apache-2.0
#include "lang/syntax_words.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include "event/field_table.hpp"
#include "lang/field_hint.hpp"
#include "lang/similar.hpp"

namespace sensor::lang {
namespace {

constexpr std::size_t kLongest = 60;

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

}  // namespace

std::string in_quotes(std::string_view text) {
    return text.size() <= kLongest ? "'" + std::string(text) + "'"
                                   : "'" + std::string(text.substr(0, kLongest)) + "...'";
}

std::string_view inside(std::string_view text) {
    return text.size() < 2 ? text : text.substr(1, text.size() - 2);
}

bool is_number(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-';
    });
}

bool is_boolean(const Token& token) { return token.is("and") || token.is("or") || token.is("not"); }

bool is_operator(const Token& token) {
    return token.kind != Token::Kind::End && find_op(token.text) != nullptr;
}

bool takes_list(const Token& token) {
    const OpInfo* op = token.kind == Token::Kind::End ? nullptr : find_op(token.text);
    return op != nullptr && op->right == RightSide::MANY;
}

bool takes_value(const Token& token) {
    return is_operator(token) && find_op(token.text)->right != RightSide::NONE;
}

std::string_view operator_inside(std::string_view word) {
    for (const OpInfo& op : all_ops()) {
        const bool begins = is_letter(op.text[0]) && word.size() > op.text.size() &&
                            word.starts_with(op.text) && !is_letter(word[op.text.size()]) &&
                            word[op.text.size()] != '_';
        if (begins) return op.text;
    }
    return {};
}

std::string_view phrase(std::string_view text, std::size_t begin) {
    std::size_t end = begin;
    unsigned depth = 0;
    for (Token token = token_at(text, begin); token.kind != Token::Kind::End;
         token = token_at(text, token.end())) {
        if (depth == 0 && (is_boolean(token) || token.is(")"))) break;
        if (token.is("(")) ++depth;
        if (token.is(")")) --depth;
        end = token.end();
    }
    return text.substr(begin, end - begin);
}

std::string list_text(std::string_view items) {
    constexpr std::string_view kBrackets = "[]{}()";
    while (!items.empty() && kBrackets.find(items.front()) != std::string_view::npos)
        items.remove_prefix(1);
    while (!items.empty() && kBrackets.find(items.back()) != std::string_view::npos)
        items.remove_suffix(1);
    return "(" + std::string(items) + ")";
}

std::string several_hint(const std::string& field, std::string_view op, const std::string& items) {
    const std::string list = items.size() <= kLongest ? items : "(...)";
    if (op == "!=") return "'!=' takes one value; none of several: not " + field + " in " + list;
    const std::string one = "'" + std::string(op) + "' takes one value; one of several: " + field;
    if (op == "=" || op == "==") return one + " in " + list;
    return one + " " + std::string(op) + " anyof " + list;
}

std::string field_like_hint(std::string_view word) {
    if (std::string hint = keyed_field_hint(word); !hint.empty()) return hint;
    std::string dotted(word);
    std::replace_if(dotted.begin(), dotted.end(), [](char c) { return c == '_' || c == '-'; }, '.');
    if (resolve_field(dotted, nullptr)) return did_you_mean({dotted});
    std::string hint = unknown_field_hint(dotted);
    return hint.empty() ? "a field has a class, a dot and a name, such as proc.name" : hint;
}

std::string alone_hint(const std::string& field) {
    const Result<FieldRef> ref = resolve_field(field, nullptr);
    if (ref && ref->type == ParamType::BOOL) return "write " + field + " = true";
    return "compare it, or ask whether it is there: " + field + " exists";
}

std::string transformer_hint(std::string_view name) {
    std::vector<std::string_view> known;
    std::string all;
    for (const TransformerInfo& info : all_transformers()) {
        if (info.transformer == Transformer::val) continue;
        known.push_back(info.text);
        all += (all.empty() ? "one of " : ", ") + std::string(info.text);
    }
    std::string hint = did_you_mean(name, known);
    return hint.empty() ? all : hint;
}

}  // namespace sensor::lang
