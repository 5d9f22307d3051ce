// SPDX-License-Identifier: Apache-2.0
// OutputFormat: an output text split into literal parts and fields, by the grammar of
// grammar/output.hpp (the longest valid prefix after % is the field). Rendering is output/'s.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lang/program.hpp"

namespace sensor::lang {

/// Some bytes of OutputFormat::text.
struct TextPiece {
    std::uint32_t begin = 0, length = 0;
};

struct OutputPart {
    TextPiece literal;        ///< text before the field
    std::uint32_t term = 0;   ///< in the Program
    std::uint16_t width = 0;  ///< 0: as it is; else cut or padded right with blanks, in bytes
    bool has_term = false;    ///< false: literal only
};

/// A field named in the text; the key of output_fields in JSON. Transformers are not keys, the
/// fields inside them are.
struct OutputField {
    TextPiece key;
    std::uint32_t term = 0;
};

/// Small, as every rule has one for as long as the sensor runs.
struct OutputFormat {
    std::string text;  ///< literals and keys, one behind the other
    std::vector<OutputPart> parts;
    std::vector<OutputField> fields;  ///< in order of first use, each once

    std::string_view literal(const OutputPart& part) const { return view(part.literal); }
    std::string_view key(const OutputField& field) const { return view(field.key); }

    void add_literal(std::string_view literal);
    void add_term(std::string_view literal, std::uint32_t term, std::uint16_t width = 0);
    /// Unless there is one with this key.
    void add_field(std::string_view key, std::uint32_t term);
    void rename_field(std::string_view from, std::string_view to);
    void shrink();

private:
    std::string_view view(TextPiece piece) const {
        return std::string_view(text).substr(piece.begin, piece.length);
    }
    TextPiece keep(std::string_view bytes);
};

/// Something wrong in the text, or most likely not meant as it is written (a warning).
struct OutputProblem {
    bool is_error = true;
    std::size_t offset = 0;  ///< of the offending % or text, in bytes
    std::string message;     ///< "unknown field 'proc.nmae'", ...
    std::string hint;
    bool unknown_field = false;  ///< skip-if-unknown-filter forgives it
};

struct OutputParse {
    bool ok = false;  ///< no error; else `format` is not to be used
    OutputFormat format;
    std::vector<OutputProblem> problems;  ///< in the order of the text
};

OutputParse parse_output(std::string_view text, Program& program);

/// The first error with its hint, "" if there is none: for texts that are not in a file of rules.
std::string first_error(const OutputParse& parsed);

}  // namespace sensor::lang
