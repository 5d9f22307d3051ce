// SPDX-License-Identifier: Apache-2.0
#include "rulec/report.hpp"

#include <algorithm>

#include "output/json.hpp"
#include "rulec/terminal.hpp"

namespace sensor::rulec {
namespace {

using lang::Diagnostic;
using Problems = std::vector<const Diagnostic*>;

bool is_error(const Diagnostic& d) { return d.severity == lang::Severity::Error; }

Counts count(const Problems& problems) {
    Counts counts;
    for (const Diagnostic* d : problems) ++(is_error(*d) ? counts.errors : counts.warnings);
    return counts;
}

std::string counts_text(const Counts& counts) {
    std::string text;
    if (counts.errors != 0) text = counted(counts.errors, "error");
    if (counts.warnings != 0)
        text += (text.empty() ? "" : ", ") + counted(counts.warnings, "warning");
    return text;
}

std::string state_text(const Counts& counts, Paint paint) {
    const std::string more = counts_text(counts);
    if (counts.errors != 0) return paint(Colour::Red, "Invalid") + ", " + more;
    if (counts.warnings != 0) return paint(Colour::Yellow, "Ok, with warnings") + ", " + more;
    return paint(Colour::Green, "Ok");
}

/// The problems of each file, and behind the last those that name none of them.
std::vector<Problems> by_file(const LoadedRules& loaded) {
    std::vector<Problems> sorted(loaded.files.size() + 1);
    for (const bool errors : {true, false}) {
        for (const Diagnostic& d : loaded.set.diagnostics) {
            if (is_error(d) != errors) continue;
            const auto file =
                std::find_if(loaded.files.begin(), loaded.files.end(),
                             [&](const auto& f) { return f.name == d.position.file; });
            sorted[static_cast<std::size_t>(file - loaded.files.begin())].push_back(&d);
        }
    }
    return sorted;
}

std::string place_text(const lang::Position& p) {
    std::string text = p.file;
    if (p.line != 0)
        text += (text.empty() ? "" : ":") + std::to_string(p.line) + ":" + std::to_string(p.column);
    return text;
}

nlohmann::ordered_json problem_json(const Diagnostic& d) {
    nlohmann::ordered_json out;
    out["severity"] = is_error(d) ? "error" : "warning";
    out["code"] = d.code;
    out["message"] = d.message;
    out["hint"] = d.hint;
    out["file"] = d.position.file;
    out["line"] = d.position.line;
    out["column"] = d.position.column;
    out["context"] = nlohmann::ordered_json::array();
    for (const lang::Location& location : d.context) {
        out["context"].push_back({{"type", location.item_type},
                                  {"name", location.item_name},
                                  {"line", location.position.line},
                                  {"column", location.position.column}});
    }
    return out;
}

}  // namespace

Counts count(const lang::Diagnostics& diagnostics) {
    Counts counts;
    for (const Diagnostic& d : diagnostics) ++(is_error(d) ? counts.errors : counts.warnings);
    return counts;
}

std::string problem_text(const Diagnostic& d, Paint paint) {
    std::string text = place_text(d.position);
    if (!text.empty()) text = paint(Colour::Bold, text + ":") + " ";
    text += is_error(d) ? paint(Colour::Red, "error:") : paint(Colour::Yellow, "warning:");
    text += " " + paint(Colour::Bold, d.message);
    if (!d.code.empty()) text += " " + paint(Colour::Dim, "[" + d.code + "]");
    text += "\n";
    std::size_t begin = 0;
    while (begin < d.snippet.size()) {
        const std::size_t end = std::min(d.snippet.find('\n', begin), d.snippet.size());
        const std::string line = d.snippet.substr(begin, end - begin);
        text += "  " + (begin == 0 ? line : paint(Colour::Green, line)) + "\n";
        begin = end + 1;
    }
    std::string inside;
    for (const lang::Location& location : d.context) {
        if (location.item_name.empty()) continue;
        inside +=
            (inside.empty() ? "in " : ", ") + location.item_type + " '" + location.item_name + "'";
    }
    if (!inside.empty()) text += "  " + inside + "\n";
    if (!d.hint.empty()) text += "  " + paint(Colour::Cyan, "hint:") + " " + d.hint + "\n";
    return text;
}

std::string report_text(const LoadedRules& loaded, Paint paint) {
    const std::vector<Problems> problems = by_file(loaded);
    std::string text;
    for (std::size_t k = 0; k < problems.size(); ++k) {
        if (k < loaded.files.size())
            text += paint(Colour::Bold, loaded.files[k].name + ":") + " " +
                    state_text(count(problems[k]), paint) + "\n";
        for (const Diagnostic* d : problems[k]) text += problem_text(*d, paint);
    }
    const std::string found = counts_text(count(loaded.set.diagnostics));
    const rules::RuleSet& set = loaded.set;
    text += counted(set.rules.size() + set.idle.size(), "rule") + ", " +
            counted(set.rules.size(), "active rule") + ", " +
            (found.empty() ? "no problems" : found) + "\n";
    return text;
}

std::string report_json(const LoadedRules& loaded) {
    const Counts counts = count(loaded.set.diagnostics);
    nlohmann::ordered_json out;
    out["ok"] = counts.errors == 0;
    out["errors"] = counts.errors;
    out["warnings"] = counts.warnings;
    out["rules"] = loaded.set.rules.size() + loaded.set.idle.size();
    out["active_rules"] = loaded.set.rules.size();
    out["files"] = nlohmann::ordered_json::array();
    const std::vector<Problems> problems = by_file(loaded);
    for (std::size_t k = 0; k < loaded.files.size(); ++k) {
        const Counts own = count(problems[k]);
        out["files"].push_back({{"name", loaded.files[k].name},
                                {"ok", own.errors == 0},
                                {"errors", own.errors},
                                {"warnings", own.warnings}});
    }
    out["diagnostics"] = nlohmann::ordered_json::array();
    for (const Diagnostic& d : loaded.set.diagnostics)
        out["diagnostics"].push_back(problem_json(d));
    return output::json_lines(out);
}

}  // namespace sensor::rulec
