// SPDX-License-Identifier: Apache-2.0
#include "lang/tokens.hpp"

#include <cctype>

namespace sensor::lang {
namespace {

constexpr std::string_view kBlanks = " \t\b\r\n\v\f";
constexpr std::string_view kSymbols = "=!<>~&|:";

bool is_symbol(char c) { return kSymbols.find(c) != std::string_view::npos; }
bool is_name_byte(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
}

std::size_t quoted_end(std::string_view text, std::size_t begin, bool& closed) {
    for (std::size_t k = begin + 1; k < text.size(); ++k) {
        if (text[k] == text[begin] && text[k - 1] != '\\') return k + 1;
    }
    closed = false;
    return text.size();
}

/// A name ends at a sign ("fd.num>3"), any other word goes on ("/a|b").
std::size_t word_end(std::string_view text, std::size_t begin) {
    bool is_name = true;
    std::size_t k = begin;
    for (; k < text.size(); ++k) {
        const char c = text[k];
        if (kBlanks.find(c) != std::string_view::npos) break;
        if (c == '(' || c == ')' || c == ',' || c == '"' || c == '\'' || c == '=') break;
        if (is_name && k > begin && is_symbol(c)) break;
        is_name = is_name && is_name_byte(c);
    }
    return k;
}

}  // namespace

Token token_at(std::string_view text, std::size_t offset) {
    const std::size_t begin = text.find_first_not_of(kBlanks, offset);
    Token token;
    token.begin = begin == std::string_view::npos ? text.size() : begin;
    if (begin == std::string_view::npos) return token;
    std::size_t end = begin + 1;
    const char c = text[begin];
    if (c == '(' || c == ')' || c == ',') {
        token.kind = Token::Kind::Mark;
    } else if (c == '"' || c == '\'') {
        token.kind = Token::Kind::Quoted;
        end = quoted_end(text, begin, token.closed);
    } else if (is_symbol(c)) {
        token.kind = Token::Kind::Symbol;
        while (end < text.size() && is_symbol(text[end])) ++end;
    } else {
        token.kind = Token::Kind::Word;
        end = word_end(text, begin);
    }
    token.text = text.substr(begin, end - begin);
    return token;
}

std::vector<Token> tokens_before(std::string_view text, std::size_t offset) {
    std::vector<Token> tokens;
    for (Token token = token_at(text, 0); token.kind != Token::Kind::End && token.begin < offset;
         token = token_at(text, token.end())) {
        tokens.push_back(token);
    }
    return tokens;
}

bool looks_like_field(std::string_view word) {
    bool dot = false;
    for (std::size_t k = 0; k < word.size(); ++k) {
        const char before = k == 0 ? '.' : word[k - 1];
        if (!is_name_byte(word[k])) return false;
        if (before == '.' && std::isalpha(static_cast<unsigned char>(word[k])) == 0) return false;
        dot = dot || word[k] == '.';
    }
    return dot && word.back() != '.';
}

}  // namespace sensor::lang
