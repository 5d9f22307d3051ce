// SPDX-License-Identifier: Apache-2.0
// A whole file as text: configuration, rules, cases. Not for devices or files that grow.
#pragma once

#include <string>

#include "base/result.hpp"

namespace sensor {

/// fails: "Could not open file PATH for reading", "Could not read file PATH: reason" (a folder)
Result<std::string> read_file(const std::string& path);

}  // namespace sensor
