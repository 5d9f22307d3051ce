// SPDX-License-Identifier: Apache-2.0
// The texts of print-only options, all made from the tables of grammar/.
#pragma once

#include <span>
#include <string>

#include "base/result.hpp"
#include "event/field_table.hpp"

namespace sensor::app {

inline constexpr const char* kEngineVersion = "0.63.0";
inline constexpr const char* kSchemaVersion = "4.5.1";

struct ClassText {
    FieldClass cls;
    std::string_view name, short_text, description;
};
/// What is said about the classes of fields, in the order they are listed.
std::span<const ClassText> field_classes() noexcept;

/// --list. fails: `source` is neither empty nor "syscall"
Result<std::string> fields_text(const std::string& source, bool names_only, bool with_types);
/// --list-events
std::string events_text();
/// -i
std::string ignored_text();
/// --version
std::string version_text();

}  // namespace sensor::app
