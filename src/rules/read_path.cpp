// SPDX-License-Identifier: Apache-2.0
// Rules files and folders on disk.
#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/read_file.hpp"
#include "rules/ruleset.hpp"

namespace sensor::rules {
namespace {

namespace fs = std::filesystem;

Result<SourceFile> read_source(const std::string& path) {
    SENSOR_TRY(std::string text, read_file(path));
    return SourceFile{path, std::move(text)};
}

}  // namespace

Result<std::vector<SourceFile>> read_rules_path(const std::string& path) {
    std::error_code error;
    std::vector<SourceFile> files;
    if (!fs::is_directory(path, error)) {
        SENSOR_TRY(SourceFile file, read_source(path));
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
        SENSOR_TRY(SourceFile file, read_source(name));
        files.push_back(std::move(file));
    }
    return files;
}

}  // namespace sensor::rules
