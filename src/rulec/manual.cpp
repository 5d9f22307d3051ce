// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <string_view>

#include "rulec/reference.hpp"

namespace sensor::rulec {
namespace {

struct PageText {
    std::string_view program, summary, more, exit, see;
};
// What no option table says.
constexpr PageText kPages[] = {
    {"falco-rulec", "check, compile, lay out and explain rules of falco-ebpf",
     "Rules are read from files in YAML, from files of one-line rules as they were in 2016, from "
     "folders (every *.yaml and *.yml in them, by name), or are a single condition. Every problem "
     "is told with file, line, column and a way out. NO_COLOR in the environment keeps reports "
     "without colours.",
     "0: good. 1: the rules are wrong, or differ from what they should be. 2: the command could "
     "not do its work: a file cannot be read or written, an option is wrong.",
     ".BR falco-ebpf (8)"},
    {"falco-ebpf", "runtime security from live kernel events and captures",
     "Watches system calls from inside the kernel with eBPF, judges each event with rules compiled "
     "to machine code, and raises an alert when one matches. With -e it judges a recorded capture "
     "the same way, without any privilege.",
     "0: ended as asked. 1: the configuration, the rules or the kernel do not let it start.",
     ".BR falco-rulec (1),\n.BR falco-bench (1),\n.BR falco.yaml (5)"},
    {"falco-bench", "measure what runtime sensors cost",
     "Runs the same work with and without a sensor, in paired rounds, and prints a table of what "
     "it "
     "adds; or measures the parts of falco-ebpf on a capture. Samples go to JSON lines, from which "
     "report makes pages with charts. kernel, macro and flood start a sensor that watches what "
     "they "
     "start, and need root for it.",
     "0: measured. 1: a sensor or a capture could not be used. Others: an option is wrong.",
     ".BR falco-ebpf (8)"},
};

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else {
            out += c;
        }
    }
    if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
    return out;
}

std::string sentence(std::string text) {
    if (text.empty()) return text;
    // An option's own name at the beginning keeps its case.
    const bool word = text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0;
    if (word) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    if (text.back() != '.') text += '.';
    return escaped(text);
}

std::string option_text(const OptionText& option) {
    std::string names;
    for (const std::string& name : option.names)
        names += (names.empty() ? "" : ", ") + ("\\fB" + escaped(name) + "\\fR");
    if (!option.value.empty())
        names += (names.empty() ? "" : " ") + ("\\fI" + escaped(option.value) + "\\fR");
    std::string text = ".TP\n" + names + "\n" + sentence(option.description) + "\n";
    if (!option.choices.empty()) {
        std::string choices;
        for (const std::string& choice : option.choices)
            choices += (choices.empty() ? "" : ", ") + escaped(choice);
        text += "One of: " + choices + ".\n";
    }
    return text;
}

std::string usage(const std::string& program, const CommandText& command) {
    std::string line = ".B " + program + " " + command.name + "\n[\\fIOPTIONS\\fR]";
    for (const OptionText& option : command.options) {
        if (!option.names.empty()) continue;
        const std::string value = "\\fI" + escaped(option.value) + "\\fR";
        line += " " + (option.required ? value : "[" + value + "]");
    }
    return line + "\n.br\n";
}

}  // namespace

std::string manual_page(const ProgramText& program, char section) {
    const auto found = std::find_if(std::begin(kPages), std::end(kPages),
                                    [&](const PageText& p) { return p.program == program.name; });
    const PageText words = found == std::end(kPages) ? PageText{} : *found;
    std::string upper = program.name;
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    std::string text = ".\\\" Made by falco-rulec man.\n";
    text += ".TH " + upper + " " + section + " \"\" \"falco-ebpf " SENSOR_VERSION "\"\n";
    text += ".SH NAME\n" + escaped(program.name) + " \\- " + escaped(words.summary) + "\n";
    text += ".SH SYNOPSIS\n.B " + program.name + "\n[\\fIOPTIONS\\fR]\n.br\n";
    for (const CommandText& command : program.commands) text += usage(program.name, command);
    text += ".SH DESCRIPTION\n" + escaped(words.more) + "\n.SH OPTIONS\n";
    for (const OptionText& option : program.options) text += option_text(option);
    text += ".SH COMMANDS\n";
    for (const CommandText& command : program.commands) {
        text += ".SS " + command.name + "\n" + sentence(command.description) + "\n";
        for (const OptionText& option : command.options) text += option_text(option);
    }
    text += ".SH EXIT STATUS\n" + escaped(words.exit) + "\n";
    return text + ".SH SEE ALSO\n" + std::string(words.see) + "\n";
}

}  // namespace sensor::rulec
