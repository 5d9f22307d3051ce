// SPDX-License-Identifier: Apache-2.0
#include "rules/check_report.hpp"

#include <algorithm>

namespace sensor::rules {
namespace {

std::string counted(std::size_t n, const std::string& word) {
    return std::to_string(n) + " " + word + (n == 1 ? "" : "s");
}

/// The lines of one file: its state, then its problems, errors first.
std::string file_text(const std::string& name,
                      const std::vector<const lang::Diagnostic*>& problems) {
    const auto is_error = [](const lang::Diagnostic* d) {
        return d->severity == lang::Severity::Error;
    };
    const auto errors =
        static_cast<std::size_t>(std::count_if(problems.begin(), problems.end(), is_error));
    const std::size_t warnings = problems.size() - errors;
    std::string state = errors != 0 ? "Invalid" : warnings != 0 ? "Ok, with warnings" : "Ok";
    if (errors != 0) state += ", " + counted(errors, "error");
    if (warnings != 0) state += ", " + counted(warnings, "warning");
    std::string text = name + ": " + state + "\n";
    for (const bool wanted : {true, false}) {
        for (const lang::Diagnostic* d : problems) {
            if (is_error(d) == wanted) text += to_text(*d);
        }
    }
    return text;
}

}  // namespace

CheckReport check_report(const RuleSet& set, const std::vector<SourceFile>& files) {
    CheckReport report;
    report.exit_code = set.ok() ? 0 : 1;
    std::vector<const lang::Diagnostic*> elsewhere;
    std::vector<std::vector<const lang::Diagnostic*>> by_file(files.size());
    for (const lang::Diagnostic& d : set.diagnostics) {
        const auto file = std::find_if(files.begin(), files.end(), [&](const SourceFile& f) {
            return f.name == d.position.file;
        });
        (file == files.end() ? elsewhere : by_file[static_cast<std::size_t>(file - files.begin())])
            .push_back(&d);
    }
    for (std::size_t k = 0; k < files.size(); ++k)
        report.text += file_text(files[k].name, by_file[k]);
    for (const lang::Diagnostic* d : elsewhere) report.text += to_text(*d);
    report.text += counted(set.rules.size() + set.idle.size(), "rule") + ", " +
                   counted(set.rules.size(), "active rule") + "\n";
    return report;
}

std::string report_text(const RuleSet& set, const std::vector<SourceFile>& files) {
    return check_report(set, files).text;
}

}  // namespace sensor::rules
