// SPDX-License-Identifier: Apache-2.0
#include "rulec/lint.hpp"

#include <algorithm>
#include <tuple>

#include "lang/tree.hpp"
#include "rulec/linter.hpp"
#include "rules/codes.hpp"

namespace sensor::rulec {
namespace {

constexpr LintInfo kLints[] = {
    {"never-true", "never-true", "A condition, or a part of one, that cannot hold for any event.",
     "Mend the checks that contradict each other, or take the part out."},
    {"shadowed", "shadowed",
     "A rule that is never reached: an earlier one holds whenever it does, and the first rule that "
     "matches is the one that reports.",
     "Put the narrower rule first, narrow the earlier one, or set rule_matching: all."},
    {"fakeable-allow-list", "fakeable-allow-list",
     "An exclusion that every process can satisfy by the name, the arguments or the parent it "
     "chooses for itself.",
     "Exclude by proc.exepath, a container image or a user, which a process cannot choose."},
    {"no-event-type", rules::code::kNoEventType,
     "A condition without event types: it is judged for every event and asks for every call.",
     "Add a check of evt.type."},
    {"unbounded-negation", "unbounded-negation",
     "A negated check of evt.type that leaves nearly all event types in.",
     "Name the event types that are wanted."},
    {"unused-macro", rules::code::kUnusedMacro, "A macro that no rule and no macro uses.",
     "Remove it, or use it."},
    {"unused-list", rules::code::kUnusedList, "A list that no rule and no macro uses.",
     "Remove it, or use it."},
};

using LintFn = void (*)(LintView&);
struct Step {
    std::string_view name;
    LintFn run;
};
constexpr Step kSteps[] = {
    {"shadowed", lint_shadowed},
    {"fakeable-allow-list", lint_fakeable},
    {"unbounded-negation", lint_unbounded},
};

/// An empty list gets one value that no event has but that nothing here knows of.
void fill_lists(lang::Node& node) {
    for (const lang::NodePtr& child : node.children) fill_lists(*child);
    const bool empty =
        node.right && node.right->kind == lang::Operand::Kind::List && node.right->items.empty();
    if (!empty) return;
    lang::Operand unknown;
    unknown.pos = node.right->pos;
    unknown.text = "...";
    node.right->items.push_back(unknown);
    lang::Program scratch;
    if (lang::check_condition(node, scratch).ok) return;
    // A field that takes no such text: any other that does will do.
    node.right->items.front().text = to_text(node.left);
    node.left = {};
    node.left.kind = lang::Operand::Kind::Field;
    node.left.field.name = "evt.hostname";
    node.op = Op::in;
}

/// The first key of a rule, or its line in a file of one-line rules.
rules::Origin item_origin(const std::vector<rules::SourceFile>& files, const rules::Rule& rule) {
    for (std::uint32_t k = 0; k < files.size(); ++k) {
        if (files[k].name != rule.file) continue;
        const std::string& text = files[k].text;
        std::size_t at = 0;
        for (std::size_t line = 1; line < rule.line; ++line)
            at = std::min(text.find('\n', at), text.size() - 1) + 1;
        const std::size_t first = text.find_first_not_of("- \t", at);
        return {k, static_cast<std::uint32_t>(std::min(first, text.size()))};
    }
    return {};
}

/// Is this load warning said by a lint that was not asked for?
bool is_left_out(const lang::Diagnostic& d, const LintChoice& choice) {
    if (choice.only.empty()) return false;
    return std::any_of(std::begin(kLints), std::end(kLints), [&](const LintInfo& lint) {
        return lint.code == d.code && !choice.has(lint.name);
    });
}

/// The rule a diagnostic is in, "" if none.
std::string rule_of(const lang::Diagnostic& d) {
    for (const lang::Location& location : d.context) {
        if (location.item_type == "rule") return location.item_name;
    }
    return {};
}

/// A negation that unbounds the event types says more exactly what no-event-type says.
void drop_what_is_said_better(lang::Diagnostics& all) {
    std::vector<std::string> said;
    for (const lang::Diagnostic& d : all) {
        if (d.code == "unbounded-negation") said.push_back(rule_of(d));
    }
    std::erase_if(all, [&](const lang::Diagnostic& d) {
        return d.code == rules::code::kNoEventType &&
               std::find(said.begin(), said.end(), rule_of(d)) != said.end();
    });
}

void sort_by_place(const std::vector<rules::SourceFile>& files, lang::Diagnostics& all) {
    const auto file_number = [&](const std::string& name) {
        return std::find_if(files.begin(), files.end(),
                            [&](const rules::SourceFile& f) { return f.name == name; }) -
               files.begin();
    };
    const auto key = [&](const lang::Diagnostic& d) {
        return std::tuple(file_number(d.position.file), d.position.offset, std::string_view(d.code),
                          std::string_view(d.message));
    };
    std::sort(all.begin(), all.end(),
              [&](const auto& a, const auto& b) { return key(a) < key(b); });
}

}  // namespace

std::span<const LintInfo> all_lints() noexcept { return kLints; }

bool LintChoice::has(std::string_view name) const {
    if (none) return false;
    return only.empty() || std::find(only.begin(), only.end(), name) != only.end();
}

LintView::LintView(const std::vector<rules::SourceFile>& files, const rules::RuleSet& rules,
                   rules::Reporter& to)
    : set(rules), program(rules.program), reporter(to), never(rules.rules.size()) {
    for (const rules::Rule& rule : rules.rules) {
        trees.push_back(lang::clone(*rule.tree));
        fill_lists(*trees.back());
        checked.push_back(lang::check_condition(*trees.back(), program));
        items.push_back(item_origin(files, rule));
    }
}

rules::Reporter::Scope inside(LintView& view, std::size_t rule) {
    return rules::Reporter::Scope(view.reporter, "rule", view.set.rules[rule].name,
                                  view.items[rule]);
}

void lint(const std::vector<rules::SourceFile>& sources, const LintChoice& choice,
          rules::RuleSet& set) {
    const rules::Files files(sources);
    lang::Diagnostics found;
    rules::Reporter reporter(files, found);
    if (!choice.none) {
        LintView view(sources, set, reporter);
        lint_never_true(view);
        if (!choice.has("never-true")) found.clear();
        for (const Step& step : kSteps) {
            if (choice.has(step.name)) step.run(view);
        }
    }
    std::erase_if(set.diagnostics,
                  [&](const lang::Diagnostic& d) { return is_left_out(d, choice); });
    set.diagnostics.insert(set.diagnostics.end(), found.begin(), found.end());
    drop_what_is_said_better(set.diagnostics);
    sort_by_place(sources, set.diagnostics);
}

}  // namespace sensor::rulec
