// SPDX-License-Identifier: Apache-2.0
// Completion and manual pages name every command and every option there is.
#include "rulec/reference.hpp"

#include <CLI/CLI.hpp>

#include "tests/support/catch.hpp"

namespace sensor::rulec {
namespace {

/// A program with one of everything.
struct Sample {
    CLI::App app{"does things", "falco-rulec"};
    std::string word, file, kind;
    std::vector<std::string> files;
    bool flag = false;

    Sample() {
        CLI::App* make = app.add_subcommand("make", "make it so");
        make->add_option("FILE", files, "what from");
        make->add_option("--kind", kind, "which [kind]: of 'it'")->check(CLI::IsMember({"x", "y"}));
        make->add_option("-o,--output", file, "where to")->type_name("FILE");
        make->add_flag("--quick", flag, "do it now");
        CLI::App* show = app.add_subcommand("show", "show it");
        show->add_option("WHAT", word, "which")->required()->check(CLI::IsMember({"one", "two"}));
    }
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a program is described as it is declared") {
    const ProgramText program = describe(Sample().app);
    CHECK(program.name == "falco-rulec");
    REQUIRE(program.commands.size() == 2);
    const CommandText& make = program.commands[0];
    CHECK(make.name == "make");
    CHECK(make.options[0].names.empty());
    CHECK(make.options[0].value == "FILE...");
    CHECK(make.options[0].is_file);
    bool seen_kind = false;
    for (const OptionText& option : make.options) {
        if (option.names != std::vector<std::string>{"--kind"}) continue;
        seen_kind = true;
        CHECK(option.choices == std::vector<std::string>{"x", "y"});
    }
    CHECK(seen_kind);
    CHECK(program.commands[1].options[0].choices == std::vector<std::string>{"one", "two"});
    CHECK(program.commands[1].options[0].required);
}

TEST_CASE("everything of all programs is in completion and manual page") {
    const ProgramText sample = describe(Sample().app);
    const ProgramText sensor = describe_sensor();
    CHECK(sensor.commands.size() == 4);
    CHECK(sensor.options.size() > 15);
    const ProgramText bench = describe_bench();
    CHECK(bench.commands.size() == 7);
    const std::string bash = bash_completion({sample, sensor, bench});
    const std::string zsh = zsh_completion({sample, sensor, bench});
    const std::string fish = fish_completion({sample, sensor, bench});
    for (const ProgramText& program : {sample, sensor, bench}) {
        const std::string page = manual_page(program, '1');
        const auto check = [&](const std::vector<OptionText>& options) {
            for (const OptionText& option : options) {
                for (const std::string& name : option.names) {
                    INFO(program.name << " " << name);
                    CHECK(has(bash, name));
                    CHECK(has(zsh, "'*" + name + "["));
                    CHECK(has(fish, name.starts_with("--") ? " -l " + name.substr(2)
                                                           : " -s " + name.substr(1)));
                    std::string escaped;
                    for (const char c : name) escaped += c == '-' ? "\\-" : std::string(1, c);
                    CHECK(has(page, "\\fB" + escaped + "\\fR"));
                }
            }
        };
        check(program.options);
        for (const CommandText& command : program.commands) {
            INFO(program.name << " " << command.name);
            CHECK(has(bash, command.name + ")"));
            CHECK(has(zsh, command.name + ")"));
            CHECK(has(fish, "-c " + program.name + " -n __fish_use_subcommand -a " + command.name));
            CHECK(has(page, ".SS " + command.name + "\n"));
            check(command.options);
        }
    }
}

TEST_CASE("the sensor completes by the name of Falco too") {
    const std::vector<ProgramText> programs{describe_sensor()};
    CHECK(has(bash_completion(programs), "_falco_ebpf falco-ebpf falco\n"));
    CHECK(has(zsh_completion(programs), "#compdef falco-ebpf falco\n"));
    CHECK(has(zsh_completion(programs), "  falco-ebpf|falco) _falco_ebpf ;;"));
    CHECK(has(fish_completion(programs), "complete -c falco -w falco-ebpf\n"));
}

TEST_CASE("a manual page is well formed") {
    const std::string page = manual_page(describe(Sample().app), '1');
    for (const char* section :
         {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "EXIT STATUS", "SEE ALSO"}) {
        CHECK(has(page, std::string(".SH ") + section + "\n"));
    }
    std::istringstream lines(page);
    for (std::string line; std::getline(lines, line);) {
        INFO(line);
        // A line that begins with a dot is a request; ours begin with one of these.
        if (line.starts_with('.'))
            CHECK((line.starts_with(".\\\"") || line.starts_with(".TH") ||
                   line.starts_with(".SH") || line.starts_with(".SS") || line.starts_with(".TP") ||
                   line.starts_with(".B") || line.starts_with(".br")));
        CHECK_FALSE(line.starts_with('\''));
    }
}

}  // namespace sensor::rulec
