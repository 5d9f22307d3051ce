// SPDX-License-Identifier: Apache-2.0
// Commands about the programs themselves: completion of shells and manual pages, made from the
// option tables, so that they are never stale.
#include <CLI/CLI.hpp>
#include <memory>

#include "rulec/command.hpp"
#include "rulec/reference.hpp"

namespace sensor::rulec {

void declare_completion(CLI::App& app, int& exit) {
    auto shell = std::make_shared<std::string>();
    CLI::App* completion = app.add_subcommand(
        "completion", "Print completion of falco-rulec and falco-ebpf for a shell");
    completion->add_option("SHELL", *shell, "bash or zsh")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh"}));
    completion->callback([shell, &app, &exit] {
        const std::vector<ProgramText> programs{describe(app), describe_sensor()};
        const std::string text =
            *shell == "bash" ? bash_completion(programs) : zsh_completion(programs);
        exit = write_output({}, text) ? kGood : kUnusable;
    });
}

void declare_man(CLI::App& app, int& exit) {
    auto program = std::make_shared<std::string>("falco-rulec");
    CLI::App* man = app.add_subcommand("man", "Print the manual page of a program");
    man->add_option("PROGRAM", *program, "falco-rulec or falco-ebpf")
        ->check(CLI::IsMember({"falco-rulec", "falco-ebpf"}))
        ->capture_default_str();
    man->callback([program, &app, &exit] {
        const std::string text = *program == "falco-ebpf" ? manual_page(describe_sensor(), '8')
                                                          : manual_page(describe(app), '1');
        exit = write_output({}, text) ? kGood : kUnusable;
    });
}

}  // namespace sensor::rulec
