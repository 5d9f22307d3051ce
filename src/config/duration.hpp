// SPDX-License-Identifier: Apache-2.0
// Durations as metrics.interval has them: "1h", "1h 3m 2s 1ms".
#pragma once

#include <cstdint>
#include <string_view>

namespace sensor::config {

/// Milliseconds of numbers with units, in the order y w d h m s ms, each once; blanks do not count.
/// A year has 365 days. out: 0 for anything else: another order or unit, a bare number, too long
std::uint64_t parse_duration_ms(std::string_view text) noexcept;

}  // namespace sensor::config
