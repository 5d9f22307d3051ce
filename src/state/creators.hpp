// SPDX-License-Identifier: Apache-2.0
// Creators: who made a process, where its parent is somebody else by the time it reports itself:
// its maker has ended, or asked for a sibling (CLONE_PARENT). What a new process inherits is its
// maker's. Used by the state for clones whose result is not the kernel's own number.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "event/event.hpp"
#include "state/thread.hpp"
#include "state/thread_table.hpp"

namespace sensor::state {

class Creators {
public:
    /// `caller` was told that its child is `number`, in its own PID namespace.
    /// visible: that namespace is the sensor's
    void note(const Thread& caller, const rec_head& head, std::uint32_t number, bool visible);
    /// It ends: what its children inherit is kept until they report themselves.
    void ends(const Thread& thread, std::uint64_t now_ns);
    /// The child's own event: who made it. Borrowed until the next call of `note`.
    /// number: of the child, in its own PID namespace
    /// out:    null: nobody said so; its parent then
    const Thread* claim(const rec_head& head, std::uint32_t number, const ThreadTable& threads);

private:
    struct Row {
        std::uint32_t pid_ns = 0, number = 0;  ///< number 0: claimed
        std::uint32_t creator = 0;
        bool visible = false;
        std::uint64_t ts_ns = 0;
        std::unique_ptr<Thread> left;  ///< of a creator that ended
    };
    template <typename Visit>
    void each_recent(std::uint64_t now_ns, const Visit& visit);

    std::array<Row, 128> rows_;
    std::size_t next_ = 0;
};

}  // namespace sensor::state
