// SPDX-License-Identifier: Apache-2.0
// Time by the wall clock as events have it: ns since the epoch.
#pragma once

#include <chrono>
#include <cstdint>

namespace sensor {

inline std::uint64_t epoch_ns(
    std::chrono::system_clock::time_point at = std::chrono::system_clock::now()) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count());
}

}  // namespace sensor
