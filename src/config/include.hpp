// SPDX-License-Identifier: Apache-2.0
// config_files: the files a configuration includes, and how they are merged. For config.cpp.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "config/tree.hpp"

namespace sensor::config {

/// Reads a file's settings, environment expanded, and notes it with its schema check.
/// throws: BadSetting: unreadable, no YAML, not a map
Node read_settings_file(const std::string& path, bool named, Config& config);
/// The same of a text that was read already.
Node read_settings_text(const std::string& path, std::string text, bool named, Config& config);

/// Merges what `config_files` of the root names into it, in order, top-level key by top-level key.
/// in:     config: gets files, folders and notes
/// throws: BadSetting: as above; a file that includes itself, or names config_files again
void merge_included(Node& root, const std::string& main_file, Config& config);

}  // namespace sensor::config
