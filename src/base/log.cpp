// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>
#include <spdlog/spdlog.h>

#include <cerrno>
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

/// Both ways are there from the start; one that is not wanted takes nothing.
struct Log {
    std::shared_ptr<spdlog::sinks::stderr_sink_mt> standard_error =
        std::make_shared<spdlog::sinks::stderr_sink_mt>();
    std::shared_ptr<spdlog::sinks::syslog_sink_mt> syslog =
        std::make_shared<spdlog::sinks::syslog_sink_mt>(program_invocation_short_name, 0, LOG_USER,
                                                        false);
    spdlog::logger logger{"sensor", {standard_error, syslog}};

    Log() {
        set_pattern(logger, false);
        syslog->set_level(spdlog::level::off);
        logger.flush_on(spdlog::level::debug);
    }
};

Log& the_log() {
    static Log instance;
    return instance;
}

spdlog::logger& logger() { return the_log().logger; }

spdlog::level::level_enum switched(bool on) {
    return on ? spdlog::level::trace : spdlog::level::off;
}

}  // namespace

void configure(Level least, bool iso8601, Where where) {
    logger().set_level(to_spdlog(least));
    set_pattern(logger(), iso8601);
    the_log().standard_error->set_level(switched(where.standard_error));
    the_log().syslog->set_level(switched(where.syslog));
}

void write(Level level, std::string_view text) {
    logger().log(to_spdlog(level), spdlog::string_view_t(text.data(), text.size()));
}

}  // namespace log
}  // namespace sensor
