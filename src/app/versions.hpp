// SPDX-License-Identifier: Apache-2.0
// Versions of this program and of what it speaks, and the plugins it answers for: --version,
// --list-plugins, --plugin-info, the web server's /versions, --support.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.hpp"

namespace sensor::app {

/// Of the event scheme: codes, parameters and their types.
inline constexpr const char* kSchemaVersion = "4.5.1";

/// One object with the peer's keys; tools that fetch rules ask it for engine_version.
nlohmann::json versions_json();
/// The same for people.
std::string versions_text();

/// --list-plugins
std::string plugins_text();
/// --plugin-info: by name, or by the path of its library.
/// fails: a plugin there is none of
Result<std::string> plugin_text(const std::string& name);

}  // namespace sensor::app
