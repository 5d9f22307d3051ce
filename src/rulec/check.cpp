// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "rulec/command.hpp"
#include "rules/check_report.hpp"

namespace sensor::rulec {
namespace {

int run(const std::vector<std::string>& paths) {
    const auto files = read_files(paths);
    if (!files) return kUnusable;
    const rules::CheckReport report = rules::check_report(rules::load_rules(*files, {}), *files);
    if (!write_output({}, report.text)) return kUnusable;
    return report.exit_code;
}

}  // namespace

void declare_check(CLI::App& app, int& exit) {
    CLI::App* check = app.add_subcommand(
        "check", "Print every problem in rules files; exit 1 if there is an error");
    auto files = std::make_shared<std::vector<std::string>>();
    check->add_option("FILE", *files, "rules files or folders, loaded in this order")->required();
    check->callback([files, &exit] { exit = run(*files); });
}

}  // namespace sensor::rulec
