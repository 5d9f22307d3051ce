// SPDX-License-Identifier: Apache-2.0
// Pairs: where the arguments of a former enter event stand in today's exit event, by
// grammar/converter.def read backwards. Built once, read by Writer.
#pragma once

#include <array>
#include <cstdint>

#include "capture/scap/codes.hpp"

namespace sensor::capture::scap {

/// The enter event that stood before an exit event.
struct Pair {
    static constexpr std::int8_t kNone = -1;

    std::uint16_t code = 0;  ///< of the enter event
    std::uint8_t count = 0;  ///< of its parameters; 0: there is none to write
    /// By parameter of the enter event, that of the exit event; kNone: the type's zero.
    std::array<std::int8_t, REC_MAX_PARAMS> from{};
};

class Pairs {
public:
    static const Pairs& get();
    const Pair& of(std::uint16_t exit_code) const noexcept {
        return pairs_[exit_code < kCodes ? exit_code : 0];
    }

private:
    Pairs();

    std::array<Pair, kCodes> pairs_{};
};

}  // namespace sensor::capture::scap
