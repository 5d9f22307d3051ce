// SPDX-License-Identifier: Apache-2.0
// The subcommands of falco-rulec, one file each: a function that declares its options and says what
// to run when it is chosen. A new command is a new file and a row in main_rulec.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rulec/declaration.hpp"
#include "rules/ruleset.hpp"

namespace sensor::rulec {

/// Exit status of every command.
enum Exit : int {
    kGood = 0,
    kBad = 1,       ///< the rules are wrong, a test failed, there is a difference
    kUnusable = 2,  ///< the command could not do its work: a file, an option, no room
};

/// Declares a subcommand; it leaves its exit status in `exit`, which outlives the parsing.
using Declare = void (*)(CLI::App& app, int& exit);

void declare_check(CLI::App& app, int& exit);
void declare_compile(CLI::App& app, int& exit);
void declare_compile_bundle(CLI::App& app, int& exit);
void declare_fmt(CLI::App& app, int& exit);
void declare_list(CLI::App& app, int& exit);
void declare_completion(CLI::App& app, int& exit);
void declare_man(CLI::App& app, int& exit);
void declare_diff(CLI::App& app, int& exit);
void declare_explain(CLI::App& app, int& exit);
void declare_test(CLI::App& app, int& exit);

/// Says on standard error what is in the way.
void complain(const std::string& text);

/// Reads all rules files and folders in the given order. fails: nothing, complained
std::optional<std::vector<rules::SourceFile>> read_files(const std::vector<std::string>& paths);

/// What a command judges: rules files and folders, or a single condition.
struct RulesInput {
    std::vector<std::string> paths;
    std::optional<std::string> condition;
};
inline constexpr const char* kConditionFile = "<condition>";

/// Declares FILE... and --condition of a command.
void declare_rules(Declaration& command, RulesInput& input);

/// Is it one of the two? fails: false, complained
bool is_usable(const RulesInput& input);

struct LoadedRules {
    std::vector<rules::SourceFile> files;
    rules::RuleSet set;
};
/// What is wrong with the rules is in the set.
rules::RuleSet load_set(const RulesInput& input, const std::vector<rules::SourceFile>& files,
                        const rules::LoadOptions& options);
/// Reads and loads. fails: nothing, complained
std::optional<LoadedRules> load_input(const RulesInput& input,
                                      const rules::LoadOptions& options = {});

/// Writes to a file or, with an empty path, to standard output. fails: false, complained
bool write_output(const std::string& path, const std::string& bytes);

}  // namespace sensor::rulec
