// SPDX-License-Identifier: Apache-2.0
// Facts: which predicates the probe could judge for a type of event, with what it has at hand
// before it looks at files: numbers of the call and the name it was given.
#pragma once

#include <optional>

#include "filter/kernel_part.hpp"

namespace sensor::filter {

/// A predicate in terms of an event's parameters.
struct Judgement {
    enum class Kind : std::uint8_t { Unknown, Constant, Number, Name };
    Kind kind = Kind::Unknown;
    bool value = false;     ///< Constant: what it says
    bool inverted = false;  ///< it holds where the test does not
    /// False: the test also holds for some events that the predicate is false for.
    bool exact = true;
    NumberTest number;
    NameTest name;
};

/// The first path of an event, which is the only one that is judged; -1: none.
int name_param(const EventInfo& event);

/// cost: of the constants; nothing is kept
Judgement judge(const lang::Program& program, const lang::Predicate& predicate,
                const EventInfo& event);

}  // namespace sensor::filter
