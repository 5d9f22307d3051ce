// SPDX-License-Identifier: Apache-2.0
// Line: one alert as it leaves, formatted once and shared by all channels; never changed after.
// Made by the formatting thread, or read back from a spool; sent by the channels.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "output/alert.hpp"

namespace sensor::output {

struct Line {
    std::uint64_t ts_ns = 0;        ///< of the event
    std::uint64_t observed_ns = 0;  ///< when the alert was formatted, wall clock
    rules::Priority priority{};
    bool about_loss = false;  ///< tells of dropped alerts: its own loss is not told again
    std::string text;         ///< text or JSON line, without a newline
    std::string record;       ///< the OTLP log record, where a channel wants it
};

using LinePtr = std::shared_ptr<const Line>;

/// Which of the two forms a channel sends, and its spool keeps.
enum class Form : std::uint8_t { Text, Record };

/// What a line takes of memory, near enough. in bytes
std::size_t size_of(const Line& line) noexcept;

/// The same of an alert that is not formatted yet. cost: one step a field
std::size_t size_of(const Alert& alert);

/// Formats an alert. with_record: the OTLP record too
LinePtr make_line(const Alert& alert, const AlertFormat& how, bool with_record,
                  std::uint64_t now_ns);

/// As bytes of a file, one form of it; and back. fails: nullptr if the bytes are too few or say
/// a priority that there is not
std::string to_bytes(const Line& line, Form form);
LinePtr line_of(std::string_view bytes, Form form);

}  // namespace sensor::output
