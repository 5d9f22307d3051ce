// SPDX-License-Identifier: Apache-2.0
#include <re2/re2.h>

#include <cctype>

#include "lang/checker.hpp"
#include "lang/parse.hpp"

namespace sensor::lang {

std::string misused_text(std::string_view text) {
    // Cheap test first: nearly every text of a rule ends here.
    if (text.empty() || std::isalpha(static_cast<unsigned char>(text[0])) == 0) return {};
    if (text.find_first_of(".(") == std::string_view::npos) return {};
    const OperandResult parsed = parse_expression(text);
    if (!parsed.operand) return {};
    if (parsed.operand->kind == Operand::Kind::Transform) {
        return "'" + std::string(text) +
               "' may be a valid field transformer misused as a const string value";
    }
    const FieldUse& use = parsed.operand->field;
    if (!resolve_field(use.name, use.bracket ? &*use.bracket : nullptr)) return {};
    return "'" + std::string(text) + "' may be a valid field misused as a const string value";
}

bool is_simple_regex(std::string_view pattern) {
    constexpr std::string_view kRepeat = "*+?";
    if (pattern.starts_with('^')) pattern.remove_prefix(1);
    if (pattern.ends_with('$')) pattern.remove_suffix(1);
    if (pattern.size() >= 2 && pattern[0] == '.' &&
        kRepeat.find(pattern[1]) != std::string_view::npos) {
        pattern.remove_prefix(2);
    }
    if (pattern.size() >= 2 && pattern[pattern.size() - 2] == '.' &&
        kRepeat.find(pattern.back()) != std::string_view::npos) {
        pattern.remove_suffix(2);
    }
    return pattern.find_first_of(".[]{}()\\*+?|^$") == std::string_view::npos;
}

std::string regex_error(std::string_view pattern) {
    RE2::Options options;
    options.set_posix_syntax(true);
    options.set_longest_match(true);
    options.set_log_errors(false);
    const RE2 compiled(re2::StringPiece(pattern.data(), pattern.size()), options);
    return compiled.ok() ? std::string() : compiled.error();
}

}  // namespace sensor::lang
