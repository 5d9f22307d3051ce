// SPDX-License-Identifier: Apache-2.0
#include "rules/compile.hpp"

#include <algorithm>
#include <functional>

#include "lang/event_set.hpp"
#include "lang/parse.hpp"
#include "lang/similar.hpp"
#include "rules/codes.hpp"
#include "rules/condition_text.hpp"
#include "rules/details.hpp"
#include "rules/exception.hpp"
#include "rules/old_meaning.hpp"
#include "rules/select.hpp"

namespace sensor::rules {
namespace {

using PlaceFn = std::function<Origin(const lang::TextPos&)>;

void place_in_files(lang::TextPos& pos, const PlaceFn& place) {
    const Origin origin = place(pos);
    pos.offset = origin.offset;
    pos.text = origin.file;
}

void place_in_files(lang::Operand& operand, const PlaceFn& place) {
    place_in_files(operand.pos, place);
    for (lang::Operand& arg : operand.transform.args) place_in_files(arg, place);
    for (lang::Operand& item : operand.items) place_in_files(item, place);
}

void place_in_files(lang::Node& node, const PlaceFn& place) {
    place_in_files(node.pos, place);
    if (node.kind == lang::Node::Kind::Check) {
        place_in_files(node.op_pos, place);
        place_in_files(node.left, place);
        if (node.right) place_in_files(*node.right, place);
    }
    for (const lang::NodePtr& child : node.children) place_in_files(*child, place);
}

std::shared_ptr<const lang::Node> placed_in_files(const lang::Node& tree, const PlaceFn& place) {
    std::shared_ptr<lang::Node> copy = lang::clone(tree);
    place_in_files(*copy, place);
    return copy;
}

Rule make_rule(const RuleDef& def, const Reporter& reporter) {
    Rule rule;
    rule.name = def.name;
    rule.description = def.description;
    rule.condition = with_exceptions(def).text;
    rule.condition_written = def.condition.text;
    rule.output = def.output.text;
    rule.priority = def.priority;
    rule.source = def.source;
    rule.tags = def.tags;
    rule.enabled = def.enabled;
    rule.warn_evttypes = def.warn_evttypes;
    rule.capture = def.capture;
    rule.capture_duration_ms = def.capture_duration_ms;
    for (const Exception& exception : def.exceptions) {
        rule.exception_names.push_back(exception.name);
        rule.exceptions.push_back({exception.name, exception.scalar, exception.fields,
                                   exception.comps, exception.tuples.size()});
        const auto add = [](const std::vector<std::string>& from, std::vector<std::string>& to) {
            to.insert(to.end(), from.begin(), from.end());
        };
        add(exception.fields, rule.exception_fields);
        add(exception.comps, rule.exception_operators);
    }
    sort_unique(rule.exception_fields);
    sort_unique(rule.exception_operators);
    const lang::Position position = reporter.files().position(def.at);
    rule.file = position.file;
    rule.line = position.line;
    return rule;
}

/// with_exceptions puts each exception that has values behind the condition: `and not (...)`.
void label_exceptions(const RuleDef& def, lang::Node& root) {
    std::vector<const Exception*> used;
    for (const Exception& e : def.exceptions) {
        if (!e.tuples.empty()) used.push_back(&e);
    }
    if (root.kind != lang::Node::Kind::And || root.children.size() <= used.size()) return;
    const std::size_t first = root.children.size() - used.size();
    for (std::size_t k = 0; k < used.size(); ++k) {
        root.children[first + k]->label = lang::Node::Label::Exception;
        root.children[first + k]->label_name = used[k]->name;
    }
}

}  // namespace

lang::Program Compiler::empty_program() const {
    lang::Program program;
    program.static_fields = options_.static_fields;
    return program;
}

void Compiler::check_file(std::uint32_t file) {
    ListExpander lists(library_, reporter_);
    MacroTable macros(library_, lists, reporter_);
    for (const RuleDef& def : library_.rules.items) {
        if (def.file != file || def.source != "syscall") continue;
        lang::Program scratch = empty_program();
        Rule rule = make_rule(def, reporter_);
        compile(def, lists, macros, scratch, rule);
    }
}

void Compiler::build(RuleSet& set) {
    apply_selections(options_.selections, library_);
    ListExpander lists(library_, reporter_);
    MacroTable macros(library_, lists, reporter_);
    std::size_t definition = 0;
    for (const RuleDef& def : library_.rules.items) {
        Rule rule = make_rule(def, reporter_);
        rule.definition = definition++;
        if (!is_known_source(def)) {
            mark_names(def, lists, macros);
            set.idle.push_back(std::move(rule));
            continue;
        }
        const bool runs = def.enabled && def.priority <= options_.least;
        lang::Program scratch = empty_program();
        // What may be refused must leave no trace in the program.
        bool good = runs && !def.skip_if_unknown;
        if (!good) good = compile(def, lists, macros, scratch, rule) == Outcome::Good && runs;
        if (good) good = compile(def, lists, macros, set.program, rule) == Outcome::Good;
        if (!good) {
            rule.format = {};  // its terms are in no program
            for (ExtraFormat& extra : rule.extra_formats) extra.format = {};
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
    rule.lists.clear();
    rule.macros.clear();
    const Sourced text = lists.expand(with_exceptions(def), rule.lists);
    lang::NodePtr written;
    {
        const Reporter::Scope scope(reporter_, "rule condition", "", def.condition.at(0));
        written = parse_condition_text(text, library_, reporter_);
    }
    if (!written) return Outcome::Failed;
    warn_of_names(*written, text, library_, reporter_);
    label_exceptions(def, *written);
    const auto place = [&](const lang::TextPos& pos) { return text.at(pos.offset); };
    lang::NodePtr tree = macros.expand(*written, place, text.text, rule.macros);
    if (!tree) {
        // A macro of it is broken; the rest may have mistakes of its own.
        lang::Program scratch = empty_program();
        if (const lang::NodePtr rest = macros.without_broken(*written)) {
            const Reporter::Scope scope(reporter_, "rule condition", "", def.condition.at(0));
            report(def, lang::check_condition(*rest, scratch).problems, text, macros);
        }
        return Outcome::Failed;
    }
    if (def.one_line) tree = with_old_meaning(std::move(tree));
    if (options_.trees) {
        rule.tree = placed_in_files(*tree, [&](const lang::TextPos& pos) {
            return pos.text == 0 ? place(pos) : macros.place(pos);
        });
    }
    rule.condition_compiled = to_text(*tree);
    const Reporter::Scope scope(reporter_, "rule condition", "", def.condition.at(0));
    checked_ = lang::check_condition(*tree, program);
    if (options_.describe) rule.details = details_of(*tree, checked_);
    const Outcome outcome = report(def, checked_.problems, text, macros);
    if (outcome == Outcome::Good && def.warn_evttypes && lang::is_wide(checked_.events)) {
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
        const bool own = p.pos.text == 0;
        const Origin at = own ? text.at(p.pos.offset) : macros.place(p.pos);
        Reporter::More more{expression_at(own ? text.text : macros.text(p.pos), p.pos),
                            p.deprecated_field};
        if (!is_error(p)) {
            reporter_.warning(p.code, at, p.message, p.hint, std::move(more));
        } else if (forgive) {
            reporter_.warning(code::kUnknownFilter, at, p.message, p.hint, std::move(more));
            outcome = Outcome::Dropped;
        } else {
            reporter_.error(p.code, at, p.message, p.hint, std::move(more));
            outcome = Outcome::Failed;
        }
    }
    return outcome;
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

}  // namespace sensor::rules
