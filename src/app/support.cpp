// SPDX-License-Identifier: Apache-2.0
#include "app/support.hpp"

#include <sys/utsname.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/versions.hpp"
#include "output/json.hpp"
#include "rules/ruleset.hpp"

namespace sensor::app {
namespace {

nlohmann::json system_info() {
    utsname system{};
    uname(&system);
    return {{"sysname", system.sysname},
            {"nodename", system.nodename},
            {"release", system.release},
            {"version", system.version},
            {"machine", system.machine}};
}

}  // namespace

Result<std::string> support_text(const Options& options, const config::Config& config,
                                 const std::string& config_text) {
    nlohmann::json files = nlohmann::json::array();
    for (const std::string& path : config.rules_files) {
        if (options.rules_files.empty() && !std::filesystem::exists(path)) continue;
        SENSOR_TRY(const std::vector<rules::SourceFile> found, rules::read_rules_path(path));
        for (const rules::SourceFile& file : found)
            files.push_back({{"name", file.name}, {"variants", {{{"content", file.text}}}}});
    }
    const nlohmann::json whole = {
        {"version", SENSOR_VERSION},      {"system_info", system_info()},
        {"engine_info", versions_json()}, {"cmdline", options.command_line},
        {"config", config_text},          {"rules_files", std::move(files)}};
    return output::json_line(whole) + "\n";
}

}  // namespace sensor::app
