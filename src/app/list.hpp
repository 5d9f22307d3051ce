// SPDX-License-Identifier: Apache-2.0
// The texts of print-only options, all made from the tables of grammar/.
#pragma once

#include <string>

#include "base/result.hpp"

namespace sensor::app {

inline constexpr const char* kEngineVersion = "0.63.0";
inline constexpr const char* kSchemaVersion = "4.5.1";

/// --list. fails: `source` is neither empty nor "syscall"
Result<std::string> fields_text(const std::string& source, bool names_only, bool with_types);
/// --list-events
std::string events_text();
/// -i
std::string ignored_text();
/// --version
std::string version_text();

}  // namespace sensor::app
