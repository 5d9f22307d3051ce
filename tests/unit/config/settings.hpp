// SPDX-License-Identifier: Apache-2.0
// A folder of configuration files that goes with the test, and loading from it. For the tests
// beside this file.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "tests/support/catch.hpp"

namespace sensor::config {

class Folder {
public:
    Folder() {
        char name[] = "/tmp/sensor-config-XXXXXX";
        REQUIRE(mkdtemp(name) != nullptr);
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    /// out: the file's path. Folders in `name` are made.
    std::string write(const std::string& name, std::string_view text) const {
        const std::string path = path_ + "/" + name;
        std::filesystem::create_directories(std::filesystem::path(path).parent_path());
        std::ofstream(path) << text;
        return path;
    }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// A variable of the environment for as long as this lives.
class Variable {
public:
    Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() { unsetenv(name_); }

private:
    const char* name_;
};

/// Loads a text as "f.yaml".
inline Result<Config> load(const std::string& text,
                           const std::vector<std::string>& overrides = {}) {
    return load_config_text("f.yaml", text, overrides);
}

/// What loading says: the error, or all notes, one a line.
inline std::string said(const std::string& text, const std::vector<std::string>& overrides = {}) {
    const Result<Config> config = load(text, overrides);
    if (!config.has_value()) return config.error().text;
    std::string notes;
    for (const Note& note : config->notes) notes += note.text + "\n";
    return notes;
}

}  // namespace sensor::config
