// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>

#include "rulec/command.hpp"
#include "rulec/lint.hpp"
#include "rulec/report.hpp"

namespace sensor::rulec {
namespace {

struct Options {
    RulesInput input;
    std::string format = "text";
    bool strict = false;
    LintChoice lints;
};

std::string report(const LoadedRules& loaded, const std::string& kind) {
    if (kind == "json") return report_json(loaded);
    if (kind != "sarif") return report_text(loaded, Paint::of_stdout());
    std::error_code unknown;
    return report_sarif(loaded, std::filesystem::current_path(unknown).string());
}

// Lints compare rules with one another, with macros written out: that has its bounds.
constexpr std::size_t kMostRules = 2000, kMostText = 512 << 10;

bool can_lint(const rules::RuleSet& set) {
    std::size_t text = 0;
    for (const rules::Rule& rule : set.rules) text += rule.condition_compiled.size();
    return set.rules.size() <= kMostRules && text <= kMostText &&
           set.diagnostics.size() <= kMostRules;
}

int run(const Options& options) {
    auto loaded = load_input(options.input, {});
    if (!loaded) return kUnusable;
    if (!options.lints.none && !can_lint(loaded->set)) {
        complain("the lints are left out: more rules or longer conditions than they can compare");
    } else if (!options.lints.none) {
        rules::LoadOptions how;
        how.trees = true;
        loaded->set = load_set(options.input, loaded->files, how);
        lint(loaded->files, options.lints, loaded->set);
    }
    if (!write_output({}, report(*loaded, options.format))) return kUnusable;
    const Counts counts = count(loaded->set.diagnostics);
    return counts.errors != 0 || (options.strict && counts.warnings != 0) ? kBad : kGood;
}

std::vector<std::string> lint_names() {
    std::vector<std::string> names;
    for (const LintInfo& info : all_lints()) names.emplace_back(info.name);
    return names;
}

}  // namespace

void declare_check(CLI::App& app, int& exit) {
    auto options = std::make_shared<Options>();
    Declaration check(app, "check",
                      "Print every problem in rules files; exit 1 if there is an error");
    declare_rules(check, options->input);
    check.option("--format", options->format, "text, json or sarif (SARIF 2.1.0)")
        .one_of({"text", "json", "sarif"})
        .shows_default();
    check.flag("--strict", options->strict, "warnings count as errors");
    DeclaredOption only = check
                              .option("--lint", options->lints.only,
                                      "only this lint; repeatable (default: all of them)")
                              .value("NAME")
                              .one_of(lint_names())
                              .one_each();
    check.flag("--no-lint", options->lints.none, "only what keeps rules from loading well")
        .not_with(only);
    check.run([options] { return run(*options); }, exit);
}

}  // namespace sensor::rulec
