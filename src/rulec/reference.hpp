// SPDX-License-Identifier: Apache-2.0
// The options of our programs as data, read from the very tables that parse them, and what is made
// of them: completion of shells and manual pages.
#pragma once

#include <string>
#include <vector>

// Not its header: it is the slowest there is to read.
namespace CLI {
class App;
}

namespace sensor::rulec {

struct OptionText {
    std::vector<std::string> names;    ///< "-o", "--output"; none: positional
    std::string value;                 ///< "FILE"; empty: a flag
    std::vector<std::string> choices;  ///< values there are, if they are known
    std::string description;
    bool is_file = false;  ///< the value is a path
    bool required = false;
};

struct CommandText {
    std::string name;
    std::string description;
    std::vector<OptionText> options;  ///< positional ones too
};

struct ProgramText {
    std::string name;
    std::string description;
    std::vector<OptionText> options;
    std::vector<CommandText> commands;
};

ProgramText describe(const CLI::App& app);
/// falco-ebpf, from its own declarations.
ProgramText describe_sensor();
/// falco-bench, the same.
ProgramText describe_bench();

std::string bash_completion(const std::vector<ProgramText>& programs);
std::string zsh_completion(const std::vector<ProgramText>& programs);
std::string fish_completion(const std::vector<ProgramText>& programs);

/// A manual page in the man macros. section: '1' or '8'
std::string manual_page(const ProgramText& program, char section);

}  // namespace sensor::rulec
