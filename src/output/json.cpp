// SPDX-License-Identifier: Apache-2.0
#include "output/json.hpp"

namespace sensor::output {
namespace {

template <typename Json>
std::string dump(const Json& json, int indent) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string json_line(const nlohmann::json& json) { return dump(json, -1); }
std::string json_line(const nlohmann::ordered_json& json) { return dump(json, -1); }
std::string json_line(const std::string& text) { return dump(nlohmann::json(text), -1); }
std::string json_lines(const nlohmann::json& json) { return dump(json, 2) + "\n"; }
std::string json_lines(const nlohmann::ordered_json& json) { return dump(json, 2) + "\n"; }

}  // namespace sensor::output
