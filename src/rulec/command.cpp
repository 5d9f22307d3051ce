// SPDX-License-Identifier: Apache-2.0
#include "rulec/command.hpp"

#include <cerrno>
#include <cstdio>
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
