// SPDX-License-Identifier: Apache-2.0
// Commands about the programs themselves: completion of shells and manual pages, made from the
// option tables, so that they are never stale.
#include <memory>

#include "rulec/command.hpp"
#include "rulec/reference.hpp"

namespace sensor::rulec {

void declare_completion(CLI::App& app, int& exit) {
    auto shell = std::make_shared<std::string>();
    Declaration completion(app, "completion",
                           "Print completion of falco-rulec and falco-ebpf for a shell");
    completion.option("SHELL", *shell, "bash or zsh").required().one_of({"bash", "zsh"});
    completion.run(
        [shell, &app] {
            const std::vector<ProgramText> programs{describe(app), describe_sensor()};
            const std::string text =
                *shell == "bash" ? bash_completion(programs) : zsh_completion(programs);
            return write_output({}, text) ? kGood : kUnusable;
        },
        exit);
}

void declare_man(CLI::App& app, int& exit) {
    auto program = std::make_shared<std::string>("falco-rulec");
    Declaration man(app, "man", "Print the manual page of a program");
    man.option("PROGRAM", *program, "falco-rulec or falco-ebpf")
        .one_of({"falco-rulec", "falco-ebpf"})
        .shows_default();
    man.run(
        [program, &app] {
            const std::string text = *program == "falco-ebpf" ? manual_page(describe_sensor(), '8')
                                                              : manual_page(describe(app), '1');
            return write_output({}, text) ? kGood : kUnusable;
        },
        exit);
}

}  // namespace sensor::rulec
