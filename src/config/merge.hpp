// SPDX-License-Identifier: Apache-2.0
// The first half of loading: files, what they include and -o become one tree. For config.cpp
// and review.cpp.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"

namespace sensor::config {

/// in:     config: gets file, files, folders and notes
/// throws: BadSetting
Node merge_settings(const std::string& path, const std::vector<std::string>& overrides,
                    Config& config);

}  // namespace sensor::config
