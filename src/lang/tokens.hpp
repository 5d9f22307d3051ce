// SPDX-License-Identifier: Apache-2.0
// Tokens of a condition as a reader sees them, also of one that cannot be parsed: for messages
// only, the grammar does not know them.
#pragma once

#include <string_view>
#include <vector>

namespace sensor::lang {

struct Token {
    enum class Kind { Word, Quoted, Symbol, Mark, End };  ///< Mark: ( ) or ,
    Kind kind = Kind::End;
    std::string_view text;
    std::size_t begin = 0;  ///< offset in the condition
    bool closed = true;     ///< Quoted: false if the quote runs to the end of the text

    std::size_t end() const { return begin + text.size(); }
    bool is(std::string_view what) const { return kind != Kind::End && text == what; }
    /// A text without quotes, or a quoted one: what may stand for a value.
    bool is_value() const { return kind == Kind::Word || kind == Kind::Quoted; }
};

/// The token at `offset` or behind the blanks there. Kind::End at the end of the text.
Token token_at(std::string_view text, std::size_t offset);

/// All tokens that begin before `offset`; the last one may reach behind it.
std::vector<Token> tokens_before(std::string_view text, std::size_t offset);

/// Is this written like a field: words joined by dots?
bool looks_like_field(std::string_view word);

}  // namespace sensor::lang
