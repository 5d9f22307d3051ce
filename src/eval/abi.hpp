// SPDX-License-Identifier: Apache-2.0
// What generated machine code sees: the frame of one event and two functions to call. The offsets
// below are compiled into every bundle; kAbiVersion is part of the bundle's key and must grow with
// every change here, in event/value.hpp and in rec_head.
#pragma once

#include <cstddef>
#include <cstdint>

#include "event/value.hpp"
#include "fields/context.hpp"

namespace sensor::eval {

inline constexpr std::uint32_t kAbiVersion = 4;

class Runtime;  // the loaded program: terms, predicates, constants in evaluable form

struct Frame;
/// Computes term `k` into frame->values[k] and stamps it.
using TermFn = void (*)(Frame*, std::uint32_t k) noexcept;
/// Evaluates predicate `k` the general way (every operator, modifier, quantifier).
using PredicateFn = bool (*)(Frame*, std::uint32_t k) noexcept;

/// One event being judged. Values and results are cached for the event: an entry counts only if
/// its stamp equals `stamp`, so nothing is cleared between events.
struct Frame {
    const std::byte* record = nullptr;      ///< rec_head of the event
    std::uint32_t stamp = 0;                ///< of this event: 1 .. kMaxStamp
    std::uint32_t type = 0;                 ///< event code, below REC_MAX_EVENTS
    Value* values = nullptr;                ///< by term
    std::uint32_t* value_stamps = nullptr;  ///< by term
    std::uint32_t* results = nullptr;       ///< predicates, then nodes: stamp << 1 | result
    TermFn term = nullptr;
    PredicateFn predicate = nullptr;
    const Runtime* runtime = nullptr;
    const fields::Context* context = nullptr;
};

/// Stamps have 31 bits, because a result shares its word with one.
inline constexpr std::uint32_t kMaxStamp = 0x7fffffffU;

/// A compiled condition. Only valid for events of the condition's EventSet.
using RuleFn = bool (*)(Frame*) noexcept;

}  // namespace sensor::eval
