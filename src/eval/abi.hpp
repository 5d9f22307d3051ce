// SPDX-License-Identifier: Apache-2.0
// What generated machine code sees: the frame of one event and a table of functions to call. The
// offsets below are compiled into every bundle; kAbiVersion is part of the bundle's key.
#pragma once

#include <cstddef>
#include <cstdint>

#include "event/value.hpp"
#include "fields/context.hpp"

namespace sensor::eval {

inline constexpr std::uint32_t kAbiVersion = 1;

struct Runtime;  // the loaded program: terms, predicates, constants in evaluable form

struct Frame;
/// Computes term `k` into frame->values[k] and stamps it.
using TermFn = void (*)(Frame*, std::uint32_t k) noexcept;
/// Evaluates predicate `k` the general way (every operator, modifier, quantifier).
using PredicateFn = bool (*)(Frame*, std::uint32_t k) noexcept;

/// One event being judged. Values and predicate results are cached for the event: an entry counts
/// only if its stamp equals `stamp`, so nothing is cleared between events.
struct Frame {
    const std::byte* record = nullptr;     ///< rec_head of the event
    std::uint32_t stamp = 0;               ///< of this event, never 0
    std::uint32_t type = 0;                ///< event code
    Value* values = nullptr;               ///< by term
    std::uint32_t* value_stamps = nullptr; ///< by term
    std::uint32_t* results = nullptr;      ///< by predicate: stamp << 1 | result
    TermFn term = nullptr;
    PredicateFn predicate = nullptr;
    const Runtime* runtime = nullptr;
    const fields::Context* context = nullptr;
};

/// A compiled condition.
using RuleFn = bool (*)(Frame*) noexcept;

}  // namespace sensor::eval
