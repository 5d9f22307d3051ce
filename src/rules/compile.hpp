// SPDX-License-Identifier: Apache-2.0
// Compiler: the library as it stands to checked rules. check_file judges what one file touched, so
// that a file may not lean on a later one; build makes the final rule set.
#pragma once

#include <functional>

#include "lang/check.hpp"
#include "rules/library.hpp"
#include "rules/macros.hpp"
#include "rules/reporter.hpp"

namespace sensor::rules {

class Compiler {
public:
    Compiler(Library& library, Reporter& reporter, const LoadOptions& options)
        : library_(library), reporter_(reporter), options_(options) {}

    /// Reports what is wrong with macros, and with rules changed by this file.
    void check_file(std::uint32_t file);
    /// Reports what is wrong with everything and fills `set` with what is not.
    void build(RuleSet& set);

private:
    enum class Outcome : std::uint8_t { Good, Failed, Dropped };

    Outcome compile(const RuleDef& def, ListExpander& lists, MacroTable& macros,
                    lang::Program& program, Rule& rule);
    Outcome compile_condition(const RuleDef& def, ListExpander& lists, MacroTable& macros,
                              lang::Program& program, Rule& rule);
    Outcome compile_output(const RuleDef& def, lang::Program& program, Rule& rule);
    Outcome compile_extras(const RuleDef& def, lang::Program& program, Rule& rule);
    using PlaceOf = std::function<Origin(std::size_t offset)>;
    Outcome report_output(const RuleDef& def, const lang::OutputParse& parsed,
                          const std::string& text, const PlaceOf& place, const std::string& what);
    Outcome report(const RuleDef& def, const std::vector<lang::Problem>& problems,
                   const Sourced& text, const MacroTable& macros);
    void mark_names(const RuleDef& def, ListExpander& lists, MacroTable& macros);
    bool is_known_source(const RuleDef& def);
    Sourced full_output(const RuleDef& def);
    void warn_deprecated(const Sourced& output);
    std::string suggested_fields() const;
    lang::Program empty_program() const;
    void describe(ListExpander& lists, MacroTable& macros, RuleSet& set);
    void warn_unused();

    Library& library_;
    Reporter& reporter_;
    const LoadOptions& options_;
    lang::Checked checked_;  // of the rule at hand
};

}  // namespace sensor::rules
