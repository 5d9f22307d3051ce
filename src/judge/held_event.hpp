// SPDX-License-Identifier: Apache-2.0
// HeldEvent: what is kept of an event until the names of its container come: the conditions that
// hold or may hold, and all that they and their outputs ask of the event. Nothing in it points to
// threads, descriptors or the record: they may be gone by then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/engine.hpp"
#include "state/thread.hpp"

namespace sensor::judge {

struct HeldEvent {
    state::Ref<state::Container> container;
    std::uint64_t ts_ns = 0, number = 0;
    std::uint32_t uid = 0, gid = 0;  ///< of the thread: its container may name them
    bool own_userns = false;
    std::uint64_t since_ns = 0;  ///< it waits since then, by the clock it waits by
    std::uint8_t needs = 0;      ///< of its container: bits of late_part
    std::vector<engine::EarlyMatch> matches;
    std::vector<engine::KnownTerm> terms;
    std::vector<engine::KnownAnswer> answers;
    std::unique_ptr<std::byte[]> bytes;  ///< what the terms' values point to
    std::size_t size = 0;                ///< all of it, about, in bytes

    /// Moves what the values of the terms point to into memory of its own, and counts it.
    void own_values();
};

}  // namespace sensor::judge
