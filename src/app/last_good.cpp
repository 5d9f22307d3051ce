// SPDX-License-Identifier: Apache-2.0
#include "app/last_good.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "base/memory_file.hpp"
#include "config/print.hpp"
#include "engine/bundle_cache.hpp"
#include "output/json.hpp"

namespace sensor::app {
namespace {

constexpr std::size_t kMost = 64U << 20;

/// Sensors with other main files have other rules.
std::string key_of(const Options& options) {
    std::error_code none;
    const std::string file =
        std::filesystem::absolute(
            options.config_file.empty() ? config::kDefaultFile : options.config_file, none)
            .lexically_normal();
    return format("last-good-{:016x}", std::hash<std::string>{}(file));
}

/// The folder that is known without the configuration.
Result<engine::BundleCache> open_cache(const Options& options) {
    SENSOR_TRY(const config::Config defaults,
               config::load_config_text("defaults", "", options.overrides));
    if (defaults.cache_dir.empty()) return Error("there is no cache folder");
    return engine::BundleCache::open(defaults.cache_dir);
}

Result<> keep(const Options& options, const config::Config& config,
              const std::vector<rules::SourceFile>& rules) {
    SENSOR_TRY(const engine::BundleCache cache, open_cache(options));
    nlohmann::json whole;
    whole["config"] = config::print_text(config);
    whole["rules"] = nlohmann::json::array();
    for (const rules::SourceFile& file : rules)
        whole["rules"].push_back({{"name", file.name}, {"text", file.text}});
    const std::string key = key_of(options), text = output::json_line(whole);
    if (const Fd kept = cache.find(key)) {
        if (const auto before = read_all(kept.get(), kMost); before && *before == text) return Ok{};
    }
    SENSOR_TRY(const Fd file, cache.make_file(key));
    const Result<> written = write_all(file.get(), text);
    if (!written) {
        cache.discard(key);
        return written;
    }
    return cache.keep(key);
}

}  // namespace

void keep_last_good(const Options& options, const config::Config& config,
                    const std::vector<rules::SourceFile>& rules) {
    if (const Result<> kept = keep(options, config, rules); !kept)
        log::info("rules are not kept for a start without them: {}", kept.error().text);
}

Result<LastGood> find_last_good(const Options& options) {
    SENSOR_TRY(const engine::BundleCache cache, open_cache(options));
    const Fd file = cache.find(key_of(options));
    if (!file) return Error("none was kept");
    SENSOR_TRY(const std::string text, read_all(file.get(), kMost));
    const nlohmann::json whole = nlohmann::json::parse(text, nullptr, false);
    if (!whole.is_object() || !whole.contains("config") || !whole["config"].is_string() ||
        !whole.contains("rules") || !whole["rules"].is_array())
        return Error("what was kept is damaged");
    LastGood last;
    SENSOR_TRY(last.config,
               config::load_config_text("last good configuration",
                                        whole["config"].get<std::string>(), options.overrides));
    for (const nlohmann::json& rules : whole["rules"]) {
        if (!rules.is_object() || !rules.contains("name") || !rules.contains("text"))
            return Error("what was kept is damaged");
        last.rules.push_back({rules["name"].get<std::string>(), rules["text"].get<std::string>()});
    }
    return last;
}

}  // namespace sensor::app
