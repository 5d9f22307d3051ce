// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/check.hpp"
#include "base/result.hpp"

namespace sensor {

void check_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr, "internal error: %s (%s:%d)\n", condition, file, line);
    std::abort();
}

Error errno_error(const std::string& what, int err) {
    return Error(what + ": " + std::strerror(err), err);
}

namespace log {
namespace {

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::Debug: return spdlog::level::debug;
        case Level::Info:
        case Level::Notice: return spdlog::level::info;
        case Level::Warning: return spdlog::level::warn;
        case Level::Error: return spdlog::level::err;
        case Level::Critical: return spdlog::level::critical;
    }
    return spdlog::level::info;
}

void set_pattern(spdlog::logger& logger, bool iso8601) {
    if (iso8601) {
        logger.set_pattern("%Y-%m-%dT%H:%M:%S+0000: %v", spdlog::pattern_time_type::utc);
    } else {
        logger.set_pattern("%a %b %d %H:%M:%S %Y: %v");
    }
}

spdlog::logger& logger() {
    static const std::shared_ptr<spdlog::logger> instance = [] {
        auto made = std::make_shared<spdlog::logger>(
            "sensor", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        set_pattern(*made, false);
        made->flush_on(spdlog::level::debug);
        return made;
    }();
    return *instance;
}

}  // namespace

void configure(Level least, bool iso8601) {
    logger().set_level(to_spdlog(least));
    set_pattern(logger(), iso8601);
}

void write(Level level, std::string_view text) {
    logger().log(to_spdlog(level), spdlog::string_view_t(text.data(), text.size()));
}

}  // namespace log
}  // namespace sensor
