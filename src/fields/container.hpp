// SPDX-License-Identifier: Apache-2.0
// Shared by container.* and k8s.*: the container of the event's thread, and labels as text.
#pragma once

#include <string_view>

#include "fields/context.hpp"
#include "state/thread.hpp"

namespace sensor::fields {

using containers::Labels;

/// nullptr: on the host, or neither a thread nor about a container.
const state::Container* container_of(const Context& c) noexcept;
Value label(const Labels& labels, std::string_view key) noexcept;
/// "key:value, key:value" without those that runtimes add for themselves; absent where there are
/// none.
Value label_list(const Context& c, const Labels& labels) noexcept;

}  // namespace sensor::fields
