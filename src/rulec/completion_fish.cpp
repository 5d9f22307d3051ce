// SPDX-License-Identifier: Apache-2.0
// Completion for fish: a line for each command and each option, and for which command it is.
#include "rulec/reference.hpp"
#include "rulec/terminal.hpp"

namespace sensor::rulec {
namespace {

std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

std::string option_line(const std::string& start, const OptionText& option) {
    std::string line = start;
    for (const std::string& name : option.names)
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (!option.choices.empty()) {
        line += " -x -a " + quoted(joined(option.choices, " "));
    } else if (option.is_file) {
        line += " -r -F";
    } else if (!option.value.empty() && !option.names.empty()) {
        line += " -x";
    }
    if (option.names.empty()) return option.choices.empty() ? "" : line + "\n";
    return line + " -d " + quoted(option.description) + "\n";
}

std::string program_lines(const ProgramText& program, const std::string& name) {
    std::string text;
    for (const CommandText& command : program.commands) {
        text += "complete -c " + name + " -n __fish_use_subcommand -a " + command.name + " -d " +
                quoted(command.description) + "\n";
        for (const OptionText& option : command.options) {
            text += option_line(
                "complete -c " + name + " -n '__fish_seen_subcommand_from " + command.name + "'",
                option);
        }
    }
    for (const OptionText& option : program.options)
        text += option_line("complete -c " + name + " -n __fish_use_subcommand", option);
    return text;
}

}  // namespace

std::string fish_completion(const std::vector<ProgramText>& programs) {
    std::string text = "# Made by falco-rulec completion fish.\n";
    for (const ProgramText& program : programs) {
        text += "\n" + program_lines(program, program.name);
        if (program.name == "falco-ebpf")
            text += "complete -c falco -w falco-ebpf\n";  // by the name of Falco too
    }
    return text;
}

}  // namespace sensor::rulec
