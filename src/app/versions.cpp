// SPDX-License-Identifier: Apache-2.0
#include "app/versions.hpp"

#include <filesystem>

#include "base/log.hpp"
#include "rules/ruleset.hpp"

namespace sensor::app {
namespace {

constexpr const char* kPluginApi = "3.12.0";
constexpr const char* kDriverApi = "10.1.0";

/// The one plugin whose work is done here. Its version is that whose fields are the same.
constexpr const char* kContainer = "container";
constexpr const char* kContainerVersion = "0.7.0";
constexpr const char* kContainerText =
    "Name: container\n"
    "Description: Containers and Kubernetes pods of processes; built into falco-ebpf\n"
    "Contact: the makers of falco-ebpf\n"
    "Version: {}\n"
    "Capabilities:\n"
    "  - Field Extraction\n"
    "  - Event Parsing\n"
    "  - Async Events\n";

std::string engine_version() {
    const rules::EngineVersion& v = rules::kEngineVersion;
    return format("{}.{}.{}", v.major, v.minor, v.patch);
}

}  // namespace

nlohmann::json versions_json() {
    return {{"falco_version", SENSOR_VERSION},
            {"libs_version", SENSOR_VERSION},
            {"plugin_api_version", kPluginApi},
            {"driver_api_version", kDriverApi},
            {"driver_schema_version", kSchemaVersion},
            {"default_driver_version", SENSOR_VERSION},
            {"engine_version", std::to_string(rules::kEngineVersion.minor)},
            {"engine_version_semver", engine_version()},
            {"plugin_versions", {{kContainer, kContainerVersion}}}};
}

std::string versions_text() {
    return format(
        "Falco version: {}\nLibs version:  {}\nPlugin API:    {}\nEngine:        {}\n"
        "Driver:\n  API version:    {}\n  Schema version: {}\n  Default driver: {}\n",
        SENSOR_VERSION, SENSOR_VERSION, kPluginApi, engine_version(), kDriverApi, kSchemaVersion,
        SENSOR_VERSION);
}

std::string plugins_text() {
    return "1 Plugins Loaded:\n\n" + format(kContainerText, kContainerVersion) + "\n";
}

Result<std::string> plugin_text(const std::string& name) {
    if (name != kContainer && std::filesystem::path(name).filename() != "libcontainer.so") {
        return Error(format("no plugin '{}' can be loaded: '{}' is built in, and there is no other",
                            name, kContainer));
    }
    return format(kContainerText, kContainerVersion) +
           "\nNo init config schema available, the settings stand in falco.yaml.\n"
           "No suggested open params available: it is no source of events.\n";
}

}  // namespace sensor::app
