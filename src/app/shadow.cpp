// SPDX-License-Identifier: Apache-2.0
#include "app/shadow.hpp"

#include <utility>

#include "base/log.hpp"

namespace sensor::app {

std::vector<std::string> into_shadow(config::Config& config, const std::string& path) {
    output::OutputOptions& out = config.outputs;
    const std::pair<bool, const char*> parts[] = {{out.standard.has_value(), "stdout_output"},
                                                  {out.syslog.has_value(), "syslog_output"},
                                                  {out.file.has_value(), "file_output"},
                                                  {out.program.has_value(), "program_output"},
                                                  {out.http.has_value(), "http_output"},
                                                  {out.kafka.has_value(), "kafka_output"},
                                                  {out.otlp.has_value(), "otlp_output"},
                                                  {out.rate > 0, "outputs.rate"},
                                                  {out.aggregation.window_ms > 0, "aggregation"},
                                                  {config.web_enabled, "webserver"},
                                                  {config.metrics.enabled, "metrics"},
                                                  {config.capture.enabled, "capture"}};
    std::vector<std::string> off;
    for (const auto& [was_on, key] : parts) {
        if (was_on) off.emplace_back(key);
    }
    output::OutputOptions only;
    only.format = out.format;
    only.format.json = only.format.include_output = true;
    only.format.include_output_fields = only.format.include_tags = true;
    only.spool.folder.clear();
    only.file = output::FileOptions{.filename = path, .keep_alive = true, .flush_each = true};
    out = std::move(only);
    config.web_enabled = false;
    config.metrics.enabled = false;
    config.capture.enabled = false;
    return off;
}

void enter_shadow(config::Config& config, const std::string& path) {
    std::string names;
    for (const std::string& key : into_shadow(config, path))
        names += (names.empty() ? "; not in use: " : ", ") + key;
    log::info("Shadow: alerts go to {} only, as JSON{}", path, names);
}

}  // namespace sensor::app
