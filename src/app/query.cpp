// SPDX-License-Identifier: Apache-2.0
#include "app/query.hpp"

#include "base/log.hpp"
#include "lang/check.hpp"
#include "lang/output_format.hpp"
#include "lang/parse.hpp"

namespace sensor::app {
namespace {

/// "-f: message", the text, a caret below its byte `offset`, the hint.
std::string explain(const char* option, const std::string& text, std::size_t offset,
                    const std::string& message, const std::string& hint) {
    std::string said = format("{}: {}\n  {}\n  {}^", option, message, text,
                              std::string(std::min(offset, text.size()), ' '));
    if (!hint.empty()) said += "\n  hint: " + hint;
    return said;
}

Result<lang::Condition> compile(const std::string& text, lang::Program& program) {
    if (text.empty()) return lang::Condition{program.add_node({}), lang::EventSet::all()};
    const lang::ParseResult parsed = lang::parse_condition(text);
    if (parsed.error) {
        const lang::SyntaxError& error = *parsed.error;
        return Error(explain("-f", text, error.pos.offset, error.message, error.hint));
    }
    const lang::Checked checked = lang::check_condition(*parsed.root, program);
    std::string errors;
    for (const lang::Problem& problem : checked.problems) {
        const std::string said =
            explain("-f", text, problem.pos.offset, problem.message, problem.hint);
        if (problem.severity == lang::Severity::Error)
            errors += (errors.empty() ? "" : "\n") + said;
        else
            log::warning("{}", said);
    }
    if (!checked.ok) return Error(errors);
    return lang::Condition{checked.root, checked.events};
}

}  // namespace

Result<rules::RunningRules> make_query(const std::string& condition, const std::string& output,
                                       const lang::StaticFields& fields) {
    rules::RuleSet set;
    set.program.static_fields = fields;
    rules::Rule rule;
    rule.name = "query";
    SENSOR_TRY(const lang::Condition compiled, compile(condition, set.program));
    set.program.conditions.push_back(compiled);
    lang::OutputParse parsed = lang::parse_output(output, set.program);
    std::string errors;
    for (const lang::OutputProblem& problem : parsed.problems) {
        const std::string said =
            explain("-p", output, problem.offset, problem.message, problem.hint);
        if (problem.is_error)
            errors += (errors.empty() ? "" : "\n") + said;
        else
            log::warning("{}", said);
    }
    if (!parsed.ok) return Error(errors);
    rule.format = std::move(parsed.format);
    set.rules.push_back(std::move(rule));
    return rules::running_rules(set);
}

}  // namespace sensor::app
