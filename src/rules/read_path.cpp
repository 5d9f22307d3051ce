// SPDX-License-Identifier: Apache-2.0
// Rules files and folders on disk.
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "rules/ruleset.hpp"

namespace sensor::rules {
namespace {

namespace fs = std::filesystem;

Result<SourceFile> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return Error("Could not open file " + path + " for reading", errno);
    std::ostringstream text;
    text << in.rdbuf();
    if (in.bad()) return Error("Could not read file " + path, errno);
    return SourceFile{path, text.str()};
}

}  // namespace

Result<std::vector<SourceFile>> read_rules_path(const std::string& path) {
    std::error_code error;
    std::vector<SourceFile> files;
    if (!fs::is_directory(path, error)) {
        SENSOR_TRY(SourceFile file, read_file(path));
        files.push_back(std::move(file));
        return files;
    }
    std::vector<std::string> names;
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
        const std::string extension = it->path().extension().string();
        std::error_code ignored;
        if (it->is_regular_file(ignored) && (extension == ".yaml" || extension == ".yml"))
            names.push_back(it->path().string());
    }
    if (error)
        return Error("Could not read folder " + path + ": " + error.message(), error.value());
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
        SENSOR_TRY(SourceFile file, read_file(name));
        files.push_back(std::move(file));
    }
    return files;
}

}  // namespace sensor::rules
