// SPDX-License-Identifier: Apache-2.0
// SENSOR_CHECK(condition): our own bugs end the program in every build type, with the place.
#pragma once

namespace sensor {
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;
}  // namespace sensor

#define SENSOR_CHECK(cond)                          \
    (static_cast<bool>(cond) ? static_cast<void>(0) \
                             : ::sensor::check_failed(#cond, __FILE__, __LINE__))
