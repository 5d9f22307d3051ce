// SPDX-License-Identifier: Apache-2.0
// The program's own log: lines "DATE: text" on stderr, or texts to syslog, or both; and text
// formatting for everybody else.
// Callers outside base never see the logging library itself.
#pragma once

#include <spdlog/fmt/fmt.h>

#include <string>
#include <string_view>
#include <utility>

namespace sensor {

/// Texts by fmt's rules. An object, not a function: where an argument is of std:: a function would
/// compete with std::format, which some libraries declare in <chrono>.
struct Format {
    template <typename... A>
    std::string operator()(fmt::format_string<A...> f, A&&... a) const {
        return fmt::format(f, std::forward<A>(a)...);
    }
};
inline constexpr Format format{};  // NOLINT(readability-identifier-naming): is called like one

namespace log {

enum class Level { Debug, Info, Notice, Warning, Error, Critical };

struct Where {
    bool standard_error = true;
    bool syslog = false;
};

/// Sets the least severe level that is written, ISO 8601 UTC instead of local time stamps, and
/// where lines go. In any thread.
void configure(Level least, bool iso8601, Where where = {});
void write(Level level, std::string_view text);

template <typename... A>
void debug(fmt::format_string<A...> f, A&&... a) {
    write(Level::Debug, format(f, std::forward<A>(a)...));
}
template <typename... A>
void info(fmt::format_string<A...> f, A&&... a) {
    write(Level::Info, format(f, std::forward<A>(a)...));
}
template <typename... A>
void warning(fmt::format_string<A...> f, A&&... a) {
    write(Level::Warning, format(f, std::forward<A>(a)...));
}
template <typename... A>
void error(fmt::format_string<A...> f, A&&... a) {
    write(Level::Error, format(f, std::forward<A>(a)...));
}
template <typename... A>
void critical(fmt::format_string<A...> f, A&&... a) {
    write(Level::Critical, format(f, std::forward<A>(a)...));
}

}  // namespace log
}  // namespace sensor
