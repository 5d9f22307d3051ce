// SPDX-License-Identifier: Apache-2.0
// Diagnostic: one thing wrong with what the user wrote, with its place and a way out. They are
// collected, never thrown; one bad rule does not hide the next one's mistakes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace sensor::lang {

enum class Severity { Warning, Error };

/// A place in a file. Line and column count from 1; 0 means unknown.
struct Position {
    std::string file;
    std::size_t line = 0;
    std::size_t column = 0;
    std::size_t offset = 0;  ///< bytes from the start of the file
};

/// What a diagnostic is inside of, outermost first: "rule 'Shadow opened'", "condition", ...
struct Location {
    std::string item_type;
    std::string item_name;
    Position position;
};

inline constexpr std::size_t kExpressionBegin = 32;

/// A place in a text that was put together: a condition with its lists replaced, an output with
/// everything appended. Line and column count from 1. A long text with many mistakes is not kept
/// with each of them: only what is shown.
struct Expression {
    std::string begin;    ///< of the text: no more than kExpressionBegin bytes
    std::string snippet;  ///< as that of a diagnostic
    std::size_t line = 1;
    std::size_t column = 1;
    std::size_t offset = 0;
};

struct Diagnostic {
    Severity severity = Severity::Error;
    std::string code;     ///< LOAD_ERR_... or LOAD_... of the rules file specification, section 9
    std::string message;  ///< what is wrong
    std::string hint;     ///< what to do about it; may be empty
    Position position;    ///< the exact place
    std::vector<Location> context;
    std::string snippet;                   ///< the line in question, a newline, blanks and a caret
    std::optional<Expression> expression;  ///< the same place, if it is inside such a text
    std::string deprecated_field;          ///< the field it warns of
};

using Diagnostics = std::vector<Diagnostic>;

bool has_errors(const Diagnostics& diagnostics);
/// "file:line:column: error: message [code]\n  line\n     ^\n  hint: ...\n"
std::string to_text(const Diagnostic& diagnostic);

}  // namespace sensor::lang
