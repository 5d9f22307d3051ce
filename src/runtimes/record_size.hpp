// SPDX-License-Identifier: Apache-2.0
// How large a record is, and the bound that keeps one container from taking the memory of all:
// its environment, labels and mounts are what its maker chose. Used by the watcher and its parts.
#pragma once

#include <cstddef>

#include "containers/record.hpp"

namespace sensor::runtimes {

inline constexpr std::size_t kMostRecord = 256 << 10;

/// Bytes it takes in memory, nearly.
std::size_t size_of(const containers::ContainerRecord& record) noexcept;
/// Leaves out what does not fit into kMostRecord, the least telling first. out: was that anything
bool cut(containers::ContainerRecord& record);

}  // namespace sensor::runtimes
