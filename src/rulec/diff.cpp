// SPDX-License-Identifier: Apache-2.0
// falco-rulec diff: what a change of rules changes in alerts, on recorded events.

#include <algorithm>
#include <memory>

#include "output/json.hpp"
#include "rulec/command.hpp"
#include "rulec/compare_sets.hpp"
#include "rulec/terminal.hpp"

namespace sensor::rulec {
namespace {

struct Options {
    std::string old_path, new_path;  // OLD NEW
    std::vector<std::string> before, after;
    CompareOptions compare;
    std::string match = "first";
    std::string format = "text";
};

bool is_rewrite(const RuleChange& change) {
    return change.what.size() == 1 && change.what.front() == "condition";
}

/// A condition written otherwise that gives the same alerts is no difference.
bool differs(const SetDifference& found) {
    return found.gained() + found.lost() != 0 || !found.added.empty() || !found.removed.empty() ||
           !std::all_of(found.changed.begin(), found.changed.end(), is_rewrite);
}

/// " 12 -> 9   -3  Rule name", then texts.
std::string delta_text(const std::string& rule, const RuleDelta& delta, const Paint& paint) {
    const auto part = [](const char* sign, std::uint64_t count) {
        return count == 0 ? std::string() : sign + std::to_string(count);
    };
    const std::string counts =
        padded(std::to_string(delta.before) + " → " + std::to_string(delta.after), 16);
    std::string out = "  " + counts + paint(Colour::Green, padded(part("+", delta.gained), 7)) +
                      paint(Colour::Red, padded(part("-", delta.lost), 7)) + rule + "\n";
    for (const std::string& text : delta.gained_texts)
        out += paint(Colour::Green, "      + " + text) + "\n";
    for (const std::string& text : delta.lost_texts)
        out += paint(Colour::Red, "      - " + text) + "\n";
    return out;
}

std::string alerts_text(const SetDifference& found, const Paint& paint) {
    std::uint64_t before = 0;
    std::string rows;
    for (const auto& [rule, delta] : found.rules) {
        before += delta.before;
        if (delta.gained + delta.lost != 0) rows += delta_text(rule, delta, paint);
    }
    std::string out = std::to_string(found.events) + " events, " + std::to_string(before) +
                      " alerts before: " + std::to_string(found.gained()) + " gained, " +
                      std::to_string(found.lost()) + " lost\n";
    if (!rows.empty())
        out += paint(Colour::Dim, "  before → after  gained lost   rule") + "\n" + rows;
    return out;
}

std::string texts_text(const SetDifference& found, const Paint& paint) {
    std::string out;
    for (const std::string& rule : found.added)
        out += "  " + paint(Colour::Green, "added   ") + "  " + rule + "\n";
    for (const std::string& rule : found.removed)
        out += "  " + paint(Colour::Red, "removed ") + "  " + rule + "\n";
    for (const RuleChange& change : found.changed) {
        const auto delta = found.rules.find(change.rule);
        const bool moved =
            delta != found.rules.end() && delta->second.gained + delta->second.lost != 0;
        out += "  " + paint(Colour::Yellow, "changed ") + "  " + change.rule + ": " +
               joined(change.what) +
               (is_rewrite(change) && !moved ? paint(Colour::Dim, " (the same alerts)") : "") +
               "\n";
    }
    return out.empty() ? out : "rules\n" + out;
}

nlohmann::json to_json(const SetDifference& found) {
    nlohmann::json rules = nlohmann::json::object();
    std::uint64_t before = 0, after = 0;
    for (const auto& [rule, delta] : found.rules) {
        before += delta.before;
        after += delta.after;
        nlohmann::json row = {{"before", delta.before},
                              {"after", delta.after},
                              {"gained", delta.gained},
                              {"lost", delta.lost}};
        if (!delta.gained_texts.empty()) row["gained_alerts"] = delta.gained_texts;
        if (!delta.lost_texts.empty()) row["lost_alerts"] = delta.lost_texts;
        rules[rule] = std::move(row);
    }
    nlohmann::json changed = nlohmann::json::object();
    for (const RuleChange& change : found.changed) changed[change.rule] = change.what;
    return {{"events", found.events},     {"alerts_before", before},  {"alerts_after", after},
            {"gained", found.gained()},   {"lost", found.lost()},     {"rules", rules},
            {"added", found.added},       {"removed", found.removed}, {"changed", changed},
            {"different", differs(found)}};
}

std::optional<rules::RuleSet> load(const std::vector<std::string>& paths) {
    const auto files = read_files(paths);
    if (!files) return std::nullopt;
    rules::RuleSet set = rules::load_rules(*files, {});
    if (set.ok()) return set;
    for (const lang::Diagnostic& problem : set.diagnostics) {
        if (problem.severity == lang::Severity::Error)
            std::fputs(lang::to_text(problem).c_str(), stderr);
    }
    return std::nullopt;
}

int run(const Options& options) {
    std::vector<std::string> old_files = options.before, new_files = options.after;
    if (!options.new_path.empty() && old_files.empty() && new_files.empty()) {
        old_files = {options.old_path};
        new_files = {options.new_path};
    } else if (!options.old_path.empty() || old_files.empty() || new_files.empty()) {
        complain("give OLD and NEW, or --old FILE... and --new FILE...");
        return kUnusable;
    }
    const auto before = load(old_files);
    const auto after = load(new_files);
    if (!before || !after) return kUnusable;
    SetDifference found = compare_texts(*before, *after);
    CompareOptions how = options.compare;
    how.match_all = options.match == "all";
    const Result<> judged = compare_alerts(*before, *after, how, found);
    if (!judged) {
        complain(judged.error().text);
        return kUnusable;
    }
    const Paint paint = Paint::of_stdout();
    const std::string text = options.format == "json"
                                 ? output::json_lines(to_json(found))
                                 : alerts_text(found, paint) + texts_text(found, paint);
    if (!write_output({}, text)) return kUnusable;
    return differs(found) ? kBad : kGood;
}

}  // namespace

void declare_diff(CLI::App& app, int& exit) {
    auto options = std::make_shared<Options>();
    Declaration diff(
        app, "diff",
        "Alerts gained and lost by a change of rules, on captures; exit 1 if there are any");
    diff.option("OLD", options->old_path, "rules file or folder of before");
    diff.option("NEW", options->new_path, "rules file or folder of after");
    diff.option("--old", options->before, "rules file or folder of before; may be repeated")
        .one_each();
    diff.option("--new", options->after, "rules file or folder of after; may be repeated")
        .one_each();
    diff.option("--capture,-e", options->compare.captures,
                "capture files whose events both sets judge")
        .required();
    diff.option("--show", options->compare.show, "alert texts to print of each rule");
    diff.option("--match", options->match,
                "first: the first rule that matches alerts; all: every one")
        .one_of({"first", "all"})
        .shows_default();
    diff.option("--format", options->format, "text or json")
        .one_of({"text", "json"})
        .shows_default();
    diff.run([options] { return run(*options); }, exit);
}

}  // namespace sensor::rulec
