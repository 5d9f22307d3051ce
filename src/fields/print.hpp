// SPDX-License-Identifier: Apache-2.0
// Parameters of an event as text: the raw form, the resolved form, both joined (evt.args); and the
// paths that parameters mean once directory and name are joined.
#pragma once

#include <optional>
#include <string_view>

#include "fields/context.hpp"
#include "fields/text.hpp"
#include "state/fd_info.hpp"

namespace sensor::fields {

/// "<NA>" and "NULL" where the parameter was not collected.
void print_raw(const Context& c, std::size_t k, TextBuilder& out) noexcept;
/// Nothing where the raw form is all there is.
void print_resolved(const Context& c, std::size_t k, TextBuilder& out) noexcept;

/// Object behind a descriptor number of the event's process, nullptr if unknown.
const state::FdInfo* find_fd(const Context& c, std::int64_t fd) noexcept;
/// "<4t>1.2.3.4:5->6.7.8.9:80": type letters and name.
void add_fd(TextBuilder& out, const state::FdInfo& info) noexcept;

/// True for a path that was read: neither absent, empty nor a null pointer.
bool is_path(const Event& event, std::size_t k) noexcept;
/// Absolute path that parameter `name` means, relative to descriptor parameter `dirfd` (-1: the
/// working directory). In the arena; cost: one join
std::string_view absolute_path(const Context& c, int dirfd, std::size_t name) noexcept;
/// The same from a raw text, into `out` of state::kPathBuffer bytes.
std::string_view resolve_path(const Context& c, int dirfd, std::string_view name,
                              char* out) noexcept;

}  // namespace sensor::fields
