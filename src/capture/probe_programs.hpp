// SPDX-License-Identifier: Apache-2.0
// Which program of the probe builds the event of which call, and which are attached to a tracepoint
// of their own: bpf/handlers.def as tables. Read by the parts of Probe.
#pragma once

#include <bpf/libbpf.h>

#include <algorithm>
#include <bitset>
#include <iterator>
#include <string_view>

#include "event/schema.hpp"

namespace sensor::capture {

/// The program that builds the event of a call.
inline const char* handler_of(EventType event) {
    struct Handler {
        EventType event;
        std::string_view way;
    };
    static constexpr Handler kHandlers[] = {
#define HANDLER(event, way) {EventType::event, #way},
#define TRACEPOINT(event, program, tracepoint, call)
#include "../../bpf/handlers.def"
#undef HANDLER
#undef TRACEPOINT
    };
    const auto* const own = std::find_if(std::begin(kHandlers), std::end(kHandlers),
                                         [&](const Handler& h) { return h.event == event; });
    return own != std::end(kHandlers) && own->way == "open" ? "on_open" : "on_call";
}

/// A program that is attached for itself.
struct Tracepoint {
    const char* program;
    const char* name;  ///< of the kernel's tracepoint
    const char* call;  ///< attached if this (pseudo) call is wanted
};
inline constexpr Tracepoint kTracepoints[] = {
#define HANDLER(event, way)
#define TRACEPOINT(event, program, tracepoint, call) {#program, #tracepoint, #call},
#include "../../bpf/handlers.def"
#undef HANDLER
#undef TRACEPOINT
};

inline bool wants(const std::bitset<REC_MAX_SC>& wanted, const Tracepoint& tracepoint) {
    const SyscallInfo* const call = syscall_info(std::string_view(tracepoint.call));
    return call != nullptr && wanted[call->sc];
}

/// Has the kernel taken it, and was it not let go since?
inline bool is_loaded(const bpf_program* program) { return bpf_program__fd(program) >= 0; }

}  // namespace sensor::capture
