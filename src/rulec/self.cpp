// SPDX-License-Identifier: Apache-2.0
// Commands about the programs themselves: completion of shells and manual pages, made from the
// option tables, so that they are never stale.
#include <memory>

#include "rulec/command.hpp"
#include "rulec/reference.hpp"

namespace sensor::rulec {

namespace {

struct Shell {
    const char* name;
    std::string (*completion)(const std::vector<ProgramText>&);
};
constexpr Shell kShells[] = {
    {"bash", bash_completion}, {"zsh", zsh_completion}, {"fish", fish_completion}};

}  // namespace

void declare_completion(CLI::App& app, int& exit) {
    auto shell = std::make_shared<std::string>();
    Declaration completion(app, "completion",
                           "Print completion of falco-rulec, falco-ebpf and falco-bench for a "
                           "shell");
    std::vector<std::string> names;
    for (const Shell& one : kShells) names.emplace_back(one.name);
    completion.option("SHELL", *shell, "bash, zsh or fish").required().one_of(names);
    completion.run(
        [shell, &app] {
            const std::vector<ProgramText> programs{describe(app), describe_sensor(),
                                                    describe_bench()};
            for (const Shell& one : kShells) {
                if (*shell == one.name)
                    return write_output({}, one.completion(programs)) ? kGood : kUnusable;
            }
            return kUnusable;
        },
        exit);
}

void declare_man(CLI::App& app, int& exit) {
    auto program = std::make_shared<std::string>("falco-rulec");
    Declaration man(app, "man", "Print the manual page of a program");
    man.option("PROGRAM", *program, "falco-rulec, falco-ebpf or falco-bench")
        .one_of({"falco-rulec", "falco-ebpf", "falco-bench"})
        .shows_default();
    man.run(
        [program, &app] {
            std::string text;
            if (*program == "falco-ebpf") {
                text = manual_page(describe_sensor(), '8');
            } else {
                text =
                    manual_page(*program == "falco-bench" ? describe_bench() : describe(app), '1');
            }
            return write_output({}, text) ? kGood : kUnusable;
        },
        exit);
}

}  // namespace sensor::rulec
