// SPDX-License-Identifier: Apache-2.0
// The texts of print-only options, all made from the tables of grammar/.
#pragma once

#include <span>
#include <string>

#include "app/options.hpp"
#include "base/result.hpp"
#include "event/field_table.hpp"

namespace sensor::app {

struct ClassText {
    FieldClass cls;
    std::string_view name, short_text, description;
};
/// What is said about the classes of fields, in the order they are listed.
std::span<const ClassText> field_classes() noexcept;

/// A field that --list shows: not hidden, not deprecated.
bool is_listed(const FieldInfo& field) noexcept;
/// Is a call reported though nobody asks for high-volume I/O (-A)?
bool is_default(const EventInfo& event) noexcept;
bool is_default(const SyscallInfo& call) noexcept;

struct EventSection {
    std::string_view title;
    EventSource source;
    bool generic_calls;  ///< and the calls without an event of their own
};
/// In the order they are listed.
std::span<const EventSection> event_sections() noexcept;

/// --list. fails: `source` is neither empty nor "syscall"
Result<std::string> fields_text(const std::string& source, bool names_only, bool with_types,
                                ListFormat how = ListFormat::Text);
/// --list-events
std::string events_text(ListFormat how = ListFormat::Text);
/// -i
std::string ignored_text();

// The other formats: list_formats.cpp.
std::string fields_markdown();
std::string fields_json(bool names_only);
std::string events_markdown();
std::string events_json();

}  // namespace sensor::app
