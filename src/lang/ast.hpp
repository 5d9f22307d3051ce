// SPDX-License-Identifier: Apache-2.0
// The condition language as written: a tree of checks, macro names and boolean operators. Nothing
// is resolved here; names and types come in check.hpp. Every node knows its place in the text.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "event/field_table.hpp"

namespace sensor::lang {

/// Place in a condition text: byte offset from 0, line and column from 1.
struct TextPos {
    std::uint32_t offset = 0;
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    std::uint32_t text =
        0;  ///< which text: 0 the condition at hand, else that of a macro, see rules/
};

struct Operand;

/// name[arg] as written.
struct FieldUse {
    std::string name;
    std::optional<std::string> bracket;
};

struct TransformUse {
    Transformer transformer{};
    std::vector<Operand> args;
    std::optional<std::string> bracket;  ///< getopt(...)[c]
};

struct Operand {
    enum class Kind : std::uint8_t { Field, Transform, Text, Number, List };
    Kind kind = Kind::Text;
    TextPos pos;
    FieldUse field;
    TransformUse transform;
    std::string text;  ///< Text (unescaped) and Number (as written)
    bool quoted = false;
    std::vector<Operand> items;  ///< List
};

struct Node;
using NodePtr = std::unique_ptr<Node>;

struct Node {
    enum class Kind : std::uint8_t { And, Or, Not, Check, Macro };
    enum class Label : std::uint8_t { None, Macro, Exception };
    Kind kind = Kind::Check;
    TextPos pos;
    Label label = Label::None;      ///< set by rules/: what this subtree was put in for
    std::string label_name;         ///< of the macro or the exception
    std::vector<NodePtr> children;  ///< And, Or: two or more; Not: one
    std::string macro;              ///< Macro
    // Check
    Operand left;
    Op op{};
    TextPos op_pos;
    Modifier modifier = Modifier::none;
    std::optional<Operand>
        right;  ///< none for exists; Field (also val()), Transform, Text, Number, List
};

NodePtr clone(const Node& node);
/// Canonical text of section 11 of the rules file specification (condition_compiled).
std::string to_text(const Node& node);

}  // namespace sensor::lang
