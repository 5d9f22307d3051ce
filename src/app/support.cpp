// SPDX-License-Identifier: Apache-2.0
#include "app/support.hpp"

#include <sys/utsname.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/versions.hpp"
#include "config/print.hpp"
#include "config/secrets.hpp"
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

Result<std::string> support_text(const Options& options, const config::Config& config) {
    config::Config shown = config;
    const std::vector<std::string> secrets = config::hide_secrets(shown);
    nlohmann::json files = nlohmann::json::array();
    for (const std::string& path : config.rules_files) {
        if (options.rules_files.empty() && !std::filesystem::exists(path)) continue;
        SENSOR_TRY(const std::vector<rules::SourceFile> found, rules::read_rules_path(path));
        for (const rules::SourceFile& file : found)
            files.push_back({{"name", file.name}, {"variants", {{{"content", file.text}}}}});
    }
    const nlohmann::json whole = {{"version", SENSOR_VERSION},
                                  {"system_info", system_info()},
                                  {"engine_info", versions_json()},
                                  {"cmdline", config::without(options.command_line, secrets)},
                                  {"config", config::print_text(shown)},
                                  {"rules_files", std::move(files)}};
    return output::json_line(whole) + "\n";
}

}  // namespace sensor::app
