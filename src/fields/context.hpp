// SPDX-License-Identifier: Apache-2.0
// Context: everything a field may look at while one event is judged. Built by the pipeline once per
// event; borrowed by all extractors; nothing in it allocates.
#pragma once

#include <cstdint>

#include "event/event.hpp"
#include "event/field_table.hpp"
#include "event/value.hpp"
#include "fields/arena.hpp"

namespace sensor::state {
struct Thread;
struct Container;
class FdInfo;
class State;
}  // namespace sensor::state

namespace sensor::fields {

struct Context {
    Event event;
    std::uint64_t evt_num = 0;
    std::uint64_t first_ts_ns = 0;          ///< of the session
    std::uint64_t previous_ts_ns = 0;       ///< event before this one, 0: none
    const state::Thread* thread = nullptr;  ///< null for events without a thread
    const state::FdInfo* fd = nullptr;      ///< object of the event's descriptor, null if unknown
    std::int64_t fd_num = -1;
    bool has_fd_num = false;
    bool fd_name_changed = false;
    bool pending = false;  ///< fields marked LATE may be known soon, see state::Bound
    const state::Container* container = nullptr;  ///< of an event without a thread
    std::uint64_t facts = 0;                      ///< see state::Bound
    state::State* state = nullptr;
    Arena* arena = nullptr;  ///< memory for made-up texts; reset per event
};

/// Value of a field for the event. Never fails: what cannot be had is absent.
/// cost: a few loads for most; texts that are put together use the arena.
using Extractor = Value (*)(const Context&, const FieldArg&) noexcept;
Extractor extractor(FieldId id) noexcept;

}  // namespace sensor::fields
