// SPDX-License-Identifier: Apache-2.0
#include "rules/exception.hpp"

#include <algorithm>

#include "event/field_table.hpp"

namespace sensor::rules {
namespace {

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : text) {
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            if (!word.empty()) words.push_back(std::move(word));
            word.clear();
        } else {
            word += c;
        }
    }
    if (!word.empty()) words.push_back(std::move(word));
    return words;
}

bool is_modifier(std::string_view word) {
    return word == "oneof" || word == "anyof" || word == "allof";
}

void append_value(Sourced& out, const Sourced& value) {
    const std::string text = quote_blanks(value.text);
    const bool quoted = text.size() != value.text.size();
    if (quoted) out.append("\"", value.at(0));
    out.append(value);
    if (quoted) out.append("\"", value.at(value.text.size()));
}

void append_entry(Sourced& out, const ExceptionValue& entry, std::string_view comp, Origin at) {
    const bool written_list =
        !entry.is_list && takes_list(comp) && entry.texts.front().text.starts_with('(');
    if (written_list) {  // its blanks are no reason for quotes
        out.append(entry.texts.front());
        return;
    }
    const bool wrap = entry.is_list || takes_list(comp);
    if (wrap) out.append("(", at);
    for (std::size_t k = 0; k < entry.texts.size(); ++k) {
        if (k > 0) out.append(", ", at);
        append_value(out, entry.texts[k]);
    }
    if (wrap) out.append(")", at);
}

void append_scalar(Sourced& out, const Exception& e) {
    out.append("(" + e.fields.front() + " " + e.comps.front() + " (", e.at);
    for (std::size_t k = 0; k < e.tuples.size(); ++k) {
        if (k > 0) out.append(", ", e.at);
        append_value(out, e.tuples[k].front().texts.front());
    }
    out.append("))", e.at);
}

void append_tuples(Sourced& out, const Exception& e) {
    out.append("(", e.at);
    for (std::size_t row = 0; row < e.tuples.size(); ++row) {
        out.append(row > 0 ? " or (" : "(", e.at);
        for (std::size_t k = 0; k < e.fields.size(); ++k) {
            out.append((k > 0 ? " and " : "") + e.fields[k] + " " + e.comps[k] + " ", e.at);
            append_entry(out, e.tuples[row][k], e.comps[k], e.at);
        }
        out.append(")", e.at);
    }
    out.append(")", e.at);
}

}  // namespace

std::string canonical_comp(std::string_view written) {
    const std::vector<std::string> words = words_of(written);
    if (words.empty() || words.size() > 2) return {};
    const OpInfo* op = find_op(words[0]);
    if (op == nullptr) return {};
    if (words.size() == 1) return words[0];
    if (op->right != RightSide::ONE || !is_modifier(words[1])) return {};
    return words[0] + " " + words[1];
}

bool takes_list(std::string_view comp) {
    return comp == "in" || comp == "pmatch" || comp == "intersects" ||
           comp.find(' ') != std::string_view::npos;
}

std::string quote_blanks(std::string_view value) {
    const bool has_blank = value.find(' ') != std::string_view::npos;
    if (!has_blank || value.starts_with('"') || value.starts_with('\'')) return std::string(value);
    return '"' + std::string(value) + '"';
}

Sourced with_exceptions(const RuleDef& rule) {
    if (rule.exceptions.empty()) return rule.condition;
    Sourced whole;
    whole.append("(", rule.condition.at(0));
    whole.append(rule.condition);
    whole.append(")", rule.condition.at(rule.condition.text.size()));
    for (const Exception& exception : rule.exceptions) {
        if (exception.tuples.empty()) continue;
        whole.append(" and not ", exception.at);
        if (exception.scalar) {
            append_scalar(whole, exception);
        } else {
            append_tuples(whole, exception);
        }
    }
    return whole;
}

}  // namespace sensor::rules
