// SPDX-License-Identifier: Apache-2.0
#include "rulec/command.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace sensor::rulec {

void complain(const std::string& text) { std::fprintf(stderr, "falco-rulec: %s\n", text.c_str()); }

std::optional<std::vector<rules::SourceFile>> read_files(const std::vector<std::string>& paths) {
    std::vector<rules::SourceFile> files;
    for (const std::string& path : paths) {
        auto found = rules::read_rules_path(path);
        if (!found) {
            complain(found.error().text);
            return std::nullopt;
        }
        for (rules::SourceFile& file : *found) files.push_back(std::move(file));
    }
    return files;
}

void declare_rules(Declaration& command, RulesInput& input) {
    command
        .option("FILE", input.paths,
                "rules files (YAML or the lines of 2016) or folders, in this order")
        .value("PATH");
    command.option("--condition", input.condition, "a single condition instead of files")
        .value("TEXT");
}

bool is_usable(const RulesInput& input) {
    if (input.paths.empty() == !input.condition.has_value()) {
        complain(input.condition ? "name files or give a --condition, not both"
                                 : "name rules files or folders, or give a condition with "
                                   "--condition TEXT");
        return false;
    }
    return true;
}

rules::RuleSet load_set(const RulesInput& input, const std::vector<rules::SourceFile>& files,
                        const rules::LoadOptions& options) {
    return input.condition ? rules::load_condition(files.front(), options)
                           : rules::load_rules(files, options);
}

std::optional<LoadedRules> load_input(const RulesInput& input, const rules::LoadOptions& options) {
    LoadedRules loaded;
    if (!is_usable(input)) return std::nullopt;
    if (input.condition) {
        loaded.files.push_back({kConditionFile, *input.condition});
    } else {
        auto files = read_files(input.paths);
        if (!files) return std::nullopt;
        loaded.files = *std::move(files);
    }
    loaded.set = load_set(input, loaded.files, options);
    return loaded;
}

bool write_output(const std::string& path, const std::string& bytes) {
    if (path.empty()) {
        const bool written = std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size();
        if (written && std::fflush(stdout) == 0) return true;
        complain(errno_error("writing the result", errno).text);
        return false;
    }
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << bytes;
    file.close();
    if (!file) complain(errno_error("writing " + path, errno).text);
    return static_cast<bool>(file);
}

}  // namespace sensor::rulec
