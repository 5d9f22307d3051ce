// SPDX-License-Identifier: Apache-2.0
#include "metrics/answers.hpp"

#include <nlohmann/json.hpp>

namespace sensor::metrics {
namespace {

std::string dumped(const nlohmann::json& json) {
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string minor_of(const std::string& version) {
    const std::size_t first = version.find('.');
    if (first == std::string::npos) return version;
    return version.substr(first + 1, version.find('.', first + 1) - first - 1);
}

}  // namespace

std::string health_json(const Health& health) {
    if (health.ok) return R"({"status": "ok"})";
    return R"({"status": "unhealthy", "reason": )" + dumped(health.reason) + "}";
}

std::string versions_json(const Versions& versions) {
    nlohmann::json json = {{"falco_version", versions.falco},
                           {"libs_version", versions.libs},
                           {"plugin_api_version", versions.plugin_api},
                           {"driver_api_version", versions.driver_api},
                           {"driver_schema_version", versions.driver_schema},
                           {"default_driver_version", versions.default_driver},
                           {"engine_version", minor_of(versions.engine)},
                           {"engine_version_semver", versions.engine}};
    if (!versions.plugins.empty()) json["plugin_versions"] = versions.plugins;
    return dumped(json);
}

}  // namespace sensor::metrics
