// SPDX-License-Identifier: Apache-2.0
#include "rules/compile.hpp"

#include <algorithm>

#include "lang/event_set.hpp"
#include "lang/parse.hpp"
#include "lang/similar.hpp"
#include "rules/codes.hpp"
#include "rules/condition_text.hpp"
#include "rules/exception.hpp"
#include "rules/old_meaning.hpp"
#include "rules/select.hpp"

namespace sensor::rules {
namespace {

/// More event types than this make a rule slow enough to warn of.
constexpr std::size_t kManyTypes = 100;

Rule make_rule(const RuleDef& def, const Reporter& reporter) {
    Rule rule;
    rule.name = def.name;
    rule.description = def.description;
    rule.condition = with_exceptions(def).text;
    rule.output = def.output.text;
    rule.priority = def.priority;
    rule.source = def.source;
    rule.tags = def.tags;
    rule.enabled = def.enabled;
    rule.warn_evttypes = def.warn_evttypes;
    rule.capture = def.capture;
    rule.capture_duration_ms = def.capture_duration_ms;
    for (const Exception& exception : def.exceptions)
        rule.exception_names.push_back(exception.name);
    const lang::Position position = reporter.files().position(def.at);
    rule.file = position.file;
    rule.line = position.line;
    return rule;
}

}  // namespace

void Compiler::check_file(std::uint32_t file) {
    ListExpander lists(library_, reporter_);
    MacroTable macros(library_, lists, reporter_);
    for (const RuleDef& def : library_.rules.items) {
        if (def.file != file || def.source != "syscall") continue;
        lang::Program scratch;
        Rule rule = make_rule(def, reporter_);
        compile(def, lists, macros, scratch, rule);
    }
}

void Compiler::build(RuleSet& set) {
    apply_selections(options_.selections, library_);
    ListExpander lists(library_, reporter_);
    MacroTable macros(library_, lists, reporter_);
    for (const RuleDef& def : library_.rules.items) {
        Rule rule = make_rule(def, reporter_);
        if (!is_known_source(def)) {
            mark_names(def, lists, macros);
            set.idle.push_back(std::move(rule));
            continue;
        }
        const bool runs = def.enabled && def.priority <= options_.least;
        lang::Program scratch;
        // What may be refused must leave no trace in the program.
        bool good = runs && !def.skip_if_unknown;
        if (!good) good = compile(def, lists, macros, scratch, rule) == Outcome::Good && runs;
        if (good) good = compile(def, lists, macros, set.program, rule) == Outcome::Good;
        if (!good) {
            rule.format = {};  // its terms are in no program
            set.idle.push_back(std::move(rule));
            continue;
        }
        rule.condition_idx = static_cast<std::uint32_t>(set.rules.size());
        set.program.conditions.push_back({checked_.root, checked_.events});
        set.rules.push_back(std::move(rule));
    }
    // What nobody names is known only if everything could be read.
    if (!reporter_.has_errors()) warn_unused();
    describe(lists, macros, set);
}

Compiler::Outcome Compiler::compile(const RuleDef& def, ListExpander& lists, MacroTable& macros,
                                    lang::Program& program, Rule& rule) {
    const Reporter::Scope scope(reporter_, "rule", def.name, def.at);
    const Outcome condition = compile_condition(def, lists, macros, program, rule);
    const Outcome output = compile_output(def, program, rule);
    return condition == Outcome::Good ? output : condition;
}

Compiler::Outcome Compiler::compile_condition(const RuleDef& def, ListExpander& lists,
                                              MacroTable& macros, lang::Program& program,
                                              Rule& rule) {
    const Reporter::Scope scope(reporter_, "rule condition", "", def.condition.at(0));
    rule.lists.clear();
    rule.macros.clear();
    const Sourced text = lists.expand(with_exceptions(def), rule.lists);
    const lang::NodePtr written = parse_condition_text(text, library_, reporter_);
    if (!written) return Outcome::Failed;
    warn_of_names(*written, text, library_, reporter_);
    const auto place = [&](const lang::TextPos& pos) { return text.at(pos.offset); };
    lang::NodePtr tree = macros.expand(*written, place, rule.macros);
    if (!tree) {
        // A macro of it is broken; the rest may have mistakes of its own.
        lang::Program scratch;
        if (const lang::NodePtr rest = macros.without_broken(*written))
            report(def, lang::check_condition(*rest, scratch).problems, text, macros);
        return Outcome::Failed;
    }
    if (def.one_line) tree = with_old_meaning(std::move(tree));
    rule.condition_compiled = to_text(*tree);
    checked_ = lang::check_condition(*tree, program);
    const Outcome outcome = report(def, checked_.problems, text, macros);
    if (outcome == Outcome::Good && def.warn_evttypes &&
        lang::count_types(checked_.events) > kManyTypes) {
        reporter_.warning(code::kNoEventType, def.condition.at(0),
                          "the rule is judged for nearly every event, which costs time",
                          "add a check of evt.type, or warn_evttypes: false");
    }
    return outcome;
}

Compiler::Outcome Compiler::report(const RuleDef& def, const std::vector<lang::Problem>& problems,
                                   const Sourced& text, const MacroTable& macros) {
    const auto is_error = [](const lang::Problem& p) {
        return p.severity == lang::Severity::Error;
    };
    const auto is_hard = [&](const lang::Problem& p) { return is_error(p) && !p.unknown_filter; };
    const bool forgive =
        def.skip_if_unknown && std::none_of(problems.begin(), problems.end(), is_hard);
    Outcome outcome = Outcome::Good;
    for (const lang::Problem& p : problems) {
        const Origin at = p.pos.text == 0 ? text.at(p.pos.offset) : macros.place(p.pos);
        if (!is_error(p)) {
            reporter_.warning(p.code, at, p.message, p.hint);
        } else if (forgive) {
            reporter_.warning(code::kUnknownFilter, at, p.message, p.hint);
            outcome = Outcome::Dropped;
        } else {
            reporter_.error(p.code, at, p.message, p.hint);
            outcome = Outcome::Failed;
        }
    }
    return outcome;
}

Compiler::Outcome Compiler::compile_output(const RuleDef& def, lang::Program& program, Rule& rule) {
    const Reporter::Scope scope(reporter_, "rule output", "", def.output.at(0));
    const Sourced full = full_output(def);
    rule.output_compiled = full.text;
    lang::Program scratch;
    lang::OutputParse parsed = lang::parse_output(full.text, def.one_line ? scratch : program);
    const auto is_hard = [](const lang::OutputProblem& p) {
        return p.is_error && !p.unknown_field;
    };
    const bool forgive = def.skip_if_unknown &&
                         std::none_of(parsed.problems.begin(), parsed.problems.end(), is_hard);
    for (const lang::OutputProblem& p : parsed.problems) {
        const Origin at = full.at(p.offset);
        if (!p.is_error) {
            reporter_.warning(code::kOutputWarning, at, p.message, p.hint);
        } else if (forgive) {
            reporter_.warning(code::kUnknownFilter, at, p.message, p.hint);
        } else {
            reporter_.error(code::kCompileOutput, at, p.message, p.hint);
        }
    }
    if (!parsed.ok) return forgive ? Outcome::Dropped : Outcome::Failed;
    if (def.one_line) {
        parsed = lang::parse_output(output_with_old_meaning(full.text), program);
        restore_keys(parsed.format);
    }
    rule.format = std::move(parsed.format);
    return Outcome::Good;
}

bool Compiler::is_known_source(const RuleDef& def) {
    if (def.source == "syscall") return true;
    const Reporter::Scope scope(reporter_, "rule", def.name, def.at);
    const std::string near = lang::did_you_mean(def.source, {"syscall"});
    reporter_.warning(code::kUnknownSource, def.source_at,
                      "unknown source '" + def.source + "', the rule is skipped",
                      near.empty()
                          ? "other sources than 'syscall' come with plugins, and there are "
                            "none here"
                          : near);
    return false;
}

void Compiler::mark_names(const RuleDef& def, ListExpander& lists, MacroTable& macros) {
    std::vector<std::string> named;
    const Sourced text = lists.expand(with_exceptions(def), named);
    const lang::ParseResult parsed = lang::parse_condition(text.text);
    if (!parsed.root) return;
    macros.mark_used(*parsed.root);
}

void Compiler::warn_unused() {
    for (const MacroDef& def : library_.macros.items) {
        if (def.used) continue;
        const Reporter::Scope scope(reporter_, "macro", def.name, def.at);
        reporter_.warning(code::kUnusedMacro, def.at, "no rule or macro names this macro");
    }
    for (const ListDef& def : library_.lists.items) {
        if (def.used) continue;
        const Reporter::Scope scope(reporter_, "list", def.name, def.at);
        reporter_.warning(code::kUnusedList, def.at, "no rule, macro or list names this list");
    }
}

void Compiler::describe(ListExpander& lists, MacroTable& macros, RuleSet& set) {
    for (std::size_t k = 0; k < library_.macros.items.size(); ++k) {
        const MacroDef& def = library_.macros.items[k];
        const lang::Position position = reporter_.files().position(def.at);
        set.macros.push_back({def.name, def.condition.text, macros.compiled(k),
                              macros.macros_named(k), macros.lists_named(k), def.used,
                              position.file, position.line});
    }
    for (std::size_t k = 0; k < library_.lists.items.size(); ++k) {
        const ListDef& def = library_.lists.items[k];
        const lang::Position position = reporter_.files().position(def.at);
        ListInfo info;
        info.name = def.name;
        for (const Sourced& item : def.items) {
            info.items.push_back(item.text);
            if (item.text != def.name && library_.lists.index.contains(item.text))
                info.lists.push_back(item.text);
        }
        info.items_compiled = lists.items(k);
        info.used = def.used;
        info.file = position.file;
        info.line = position.line;
        std::sort(info.lists.begin(), info.lists.end());
        set.lists.push_back(std::move(info));
    }
}

}  // namespace sensor::rules
