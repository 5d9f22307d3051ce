// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "rulec/reference.hpp"
#include "rulec/terminal.hpp"

namespace sensor::rulec {
namespace {

using Programs = std::vector<ProgramText>;

std::string function_name(const std::string& program) {
    std::string name = "_" + program;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

std::string option_names(const std::vector<OptionText>& options) {
    std::vector<std::string> names;
    for (const OptionText& option : options)
        names.insert(names.end(), option.names.begin(), option.names.end());
    return joined(names, " ");
}

std::string command_names(const ProgramText& program) {
    std::vector<std::string> names;
    for (const CommandText& command : program.commands) names.push_back(command.name);
    return joined(names, " ");
}

/// The names a program is called by: the sensor by that of Falco too.
std::vector<std::string> called(const std::string& program) {
    if (program == "falco-ebpf") return {program, "falco"};
    return {program};
}

/// Cases of what may stand behind an option that takes a value.
std::string bash_values(const std::string& command, const std::vector<OptionText>& options) {
    std::string text;
    for (const OptionText& option : options) {
        if (option.names.empty() || option.value.empty()) continue;
        std::vector<std::string> patterns;
        for (const std::string& name : option.names) patterns.push_back(command + ":" + name);
        text += "    " + joined(patterns, "|") + ")\n      ";
        if (!option.choices.empty()) {
            text += "COMPREPLY=($(compgen -W '" + joined(option.choices, " ") + "' -- \"$cur\"))";
        } else if (option.is_file) {
            text += "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")";
        } else {
            text += "COMPREPLY=()";
        }
        text += "; return ;;\n";
    }
    return text;
}

/// Words offered where no option stands.
std::string bash_words(const std::vector<OptionText>& options) {
    std::vector<std::string> words;
    for (const OptionText& option : options) {
        if (option.names.empty())
            words.insert(words.end(), option.choices.begin(), option.choices.end());
    }
    return joined(words, " ");
}

std::string bash_function(const ProgramText& program) {
    std::string text = function_name(program.name) + "() {\n";
    text +=
        "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command='' "
        "options='' words='' k\n"
        "  for ((k = 1; k < COMP_CWORD; ++k)); do\n"
        "    case ${COMP_WORDS[k]} in\n";
    for (const CommandText& command : program.commands)
        text += "      " + command.name + ") command=" + command.name + "; break ;;\n";
    text += "    esac\n  done\n  case $command:$prev in\n";
    text += bash_values("", program.options);
    for (const CommandText& command : program.commands)
        text += bash_values(command.name, command.options);
    text += "  esac\n  case $command in\n";
    for (const CommandText& command : program.commands) {
        text += "    " + command.name + ") options='" + option_names(command.options) +
                "' words='" + bash_words(command.options) + "' ;;\n";
    }
    text += "    *) options='" + option_names(program.options) + "' words='" +
            command_names(program) + "' ;;\n  esac\n";
    text +=
        "  if [[ $cur == -* ]]; then\n"
        "    COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
        "  else\n"
        "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
        "    [[ -n $command ]] && mapfile -t -O ${#COMPREPLY[@]} COMPREPLY "
        "< <(compgen -f -- \"$cur\")\n"
        "  fi\n}\n";
    return text + "complete -o filenames -F " + function_name(program.name) + " " +
           joined(called(program.name), " ") + "\n";
}

/// Inside '...[description]:value:action' of zsh's _arguments.
std::string zsh_escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '\'') {
            out += "'\\''";
        } else {
            if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
            out += c;
        }
    }
    return out;
}

std::string zsh_value(const OptionText& option) {
    if (option.value.empty()) return "";
    std::string text = ":" + zsh_escaped(option.value) + ":";
    if (!option.choices.empty()) return text + "(" + joined(option.choices, " ") + ")";
    return text + (option.is_file ? "_files" : " ");
}

std::string zsh_arguments(const std::vector<OptionText>& options, const std::string& indent) {
    std::string text = indent + "_arguments -S";
    for (const OptionText& option : options) {
        const std::string value = zsh_value(option);
        if (option.names.empty()) {
            const bool many = option.value.ends_with("...");
            text += " \\\n" + indent + "  '" + (many ? "*" : "1") + value + "'";
            continue;
        }
        for (const std::string& name : option.names) {
            text += " \\\n" + indent + "  '*" + name + "[" + zsh_escaped(option.description) + "]" +
                    value + "'";
        }
    }
    return text + "\n";
}

std::string zsh_function(const ProgramText& program) {
    std::string text = function_name(program.name) + "() {\n";
    text += "  local -a commands\n  local k\n  commands=(\n";
    for (const CommandText& command : program.commands)
        text += "    '" + command.name + ":" + zsh_escaped(command.description) + "'\n";
    text +=
        "  )\n"
        "  for ((k = 2; k < CURRENT; ++k)); do\n"
        "    case $words[k] in\n";
    for (const CommandText& command : program.commands) {
        text += "      " + command.name + ")\n        shift $((k - 1)) words\n" +
                "        ((CURRENT -= k - 1))\n" + zsh_arguments(command.options, "        ") +
                "        return ;;\n";
    }
    text += "    esac\n  done\n";
    text += "  _describe -t commands command commands\n";
    return text + zsh_arguments(program.options, "  ") + "}\n";
}

}  // namespace

std::string bash_completion(const Programs& programs) {
    std::string text = "# Made by falco-rulec completion bash.\n";
    for (const ProgramText& program : programs) text += "\n" + bash_function(program);
    return text;
}

std::string zsh_completion(const Programs& programs) {
    std::string names;
    std::string functions;
    std::string cases;
    for (const ProgramText& program : programs) {
        names += " " + joined(called(program.name), " ");
        functions += "\n" + zsh_function(program);
        cases +=
            "  " + joined(called(program.name), "|") + ") " + function_name(program.name) + " ;;\n";
    }
    return "#compdef" + names + "\n# Made by falco-rulec completion zsh.\n" + functions +
           "\ncase $service in\n" + cases + "esac\n";
}

}  // namespace sensor::rulec
