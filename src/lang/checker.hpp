// SPDX-License-Identifier: Apache-2.0
// Internals of check: TermBuilder resolves operands (check_term.cpp), hints finds values that are
// probably not meant as they are written (check_hint.cpp). Used by check.cpp only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lang/check.hpp"

namespace sensor::lang {

inline constexpr std::string_view kConditionError = "LOAD_ERR_COMPILE_CONDITION";
inline constexpr std::string_view kConditionWarning = "LOAD_COMPILE_CONDITION";

/// An operand in the program, with what operators need to know about it.
struct TermUse {
    std::uint32_t term = 0;
    ParamType type = ParamType::NONE;
    bool is_list = false;
    FieldId field = FieldId::count;  ///< plain fields only
    FieldArg::Kind arg = FieldArg::Kind::None;
    std::uint16_t flags = 0;  ///< field_flag, plain fields only
};

class TermBuilder {
public:
    TermBuilder(Program& program, std::vector<Problem>& problems)
        : program_(program), problems_(problems) {}

    /// A field or transformer. fails: nullopt, reported
    std::optional<TermUse> build(const Operand& operand);

    void error(const TextPos& pos, std::string message, std::string hint = {});
    void unknown(const TextPos& pos, std::string message, std::string hint);
    void warning(std::string_view code, const TextPos& pos, std::string message,
                 std::string hint = {}, std::string deprecated_field = {});

    /// Takes back what was warned of at a place.
    void retract_warning(const TextPos& pos);

    /// Does a transformer in this operand take evt.type or syscall.type?
    static bool transforms_event_type(const Operand& operand);

private:
    std::optional<TermUse> field(const Operand& operand);
    std::optional<TermUse> static_field(const Operand& operand, const std::string& text);
    std::string similar_static(const std::string& name) const;
    std::optional<TermUse> transform(const Operand& operand);
    std::optional<TermUse> argument(const Operand& operand);
    std::optional<TermUse> list_argument(const Operand& operand);
    bool check_arguments(const Operand& operand, const std::vector<TermUse>& args, Term& term);
    bool check_getopt(const Operand& operand, const std::vector<TermUse>& args, Term& term);
    bool reject(const Operand& operand, const std::string& why);

    Program& program_;
    std::vector<Problem>& problems_;
    std::vector<FieldId> warned_;  // deprecated fields, each said once
};

/// Message for a text literal that is probably meant as a field or a transformer; "" if not.
std::string misused_text(std::string_view text);
/// True for a regular expression that startswith, endswith, contains or = could replace.
bool is_simple_regex(std::string_view pattern);
/// "" or why `pattern` is not a regular expression of ours.
std::string regex_error(std::string_view pattern);

}  // namespace sensor::lang
