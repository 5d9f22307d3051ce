// SPDX-License-Identifier: Apache-2.0
// falco-ebpf: the sensor. What is asked for and needs no configuration is answered here; everything
// else is sensor.cpp. Exit status: 0 done, 1 any failure, 255 no pid file.
#include <malloc.h>

#include <cstdio>

#include "app/daemon.hpp"
#include "app/list.hpp"
#include "app/options.hpp"
#include "app/sensor.hpp"
#include "base/log.hpp"
#include "config/schema.hpp"
#include "output/json.hpp"
#include "rules/schema_check.hpp"

namespace {

using namespace sensor;

/// What needs no configuration. out: false: nothing of that was asked for
bool print_only(const app::Options& options) {
    std::string text;
    if (options.config_schema) {
        text = output::json_lines(config::config_schema());
    } else if (options.rule_schema) {
        text = rules::rules_schema();
    } else if (options.list_ignored) {
        text = app::ignored_text();
    } else if (options.list_events) {
        text = app::events_text(options.list_format);
    } else {
        return false;
    }
    for (const std::string& note : options.notes) log::warning("{}", note);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return true;
}

int failed(const Error& error) {
    if (error.code == app::kNoPidFile) return app::kNoPidFile;  // the log has said it
    std::fprintf(stderr, "Error: %s\n", error.text.c_str());
    return 1;
}

/// What the start takes and gives back is to go back to the system, whichever thread had it: the C
/// library would keep it for allocations as large, which never come again.
void give_memory_back() {
    constexpr int kLarge = 256 << 10;
    mallopt(M_MMAP_THRESHOLD, kLarge);
    mallopt(M_TRIM_THRESHOLD, kLarge);
}

}  // namespace

int main(int argc, char** argv) {
    give_memory_back();
    app::ParsedOptions parsed = app::parse_options(argc, argv);
    if (!parsed.options) {
        std::fputs(parsed.text.c_str(), parsed.exit_code == 0 ? stdout : stderr);
        return parsed.exit_code;
    }
    app::Options& options = *parsed.options;
    if (print_only(options)) return 0;
    if (options.compares) return app::compare(options.compare);
    if (options.migrates) return app::migrate(options.migrate);
    if (options.daemon) {
        const Result<std::optional<int>> forked = app::fork_daemon(options);
        if (!forked) return failed(forked.error());
        if (*forked) return **forked;
    }
    const Result<> result = app::run(options);
    return result ? 0 : failed(result.error());
}
