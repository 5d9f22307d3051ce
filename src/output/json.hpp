// SPDX-License-Identifier: Apache-2.0
// The one way in which JSON is written here.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sensor::output {

/// In one line. Bytes that are no UTF-8 become U+FFFD; never throws.
std::string json_line(const nlohmann::json& json);
std::string json_line(const nlohmann::ordered_json& json);
std::string json_line(const std::string& text);  ///< in quotes

/// In lines, indented by two, a newline at the end; else as json_line.
std::string json_lines(const nlohmann::json& json);
std::string json_lines(const nlohmann::ordered_json& json);

}  // namespace sensor::output
