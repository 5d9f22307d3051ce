// SPDX-License-Identifier: Apache-2.0
// What the kernel may drop of a rule set, as the compiler of rules hands it to the loader of the
// probe: src/filter makes it, src/capture puts it into the probe's tables (bpf/shared.h, filter.h).
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "event/schema.hpp"

namespace sensor {

/// An event that may be dropped.
struct FilterRow {
    EventType event{};
    /// Bits of what a process can be wanted for: without any of them the event is dropped before it
    /// is read. 0: whatever the process is.
    std::uint64_t interests = 0;
    int name = -1;            ///< parameter that is judged as a name; -1: none
    bool real = false;        ///< the kernel's own path of what was opened is judged
    bool slashes = false;     ///< where the parts of names begin matters
    bool by_process = false;  ///< what a process can be wanted for matters
    bool judged = true;       ///< the filter has a say, not the interests alone
};

/// A text that a wanted name of an event may have: the filter where there is no compiler.
struct FilterText {
    enum class Kind : std::uint8_t {
        Whole,
        Front,  ///< up to a slash, with it
        Leaf,   ///< from the last slash on, with it
    };
    EventType event{};
    Kind kind = Kind::Whole;
    std::string text;
    friend auto operator<=>(const FilterText&, const FilterText&) = default;
};

}  // namespace sensor
