// SPDX-License-Identifier: Apache-2.0
// Plan: what is decided about a Program before any code is made: how each predicate is evaluated,
// in which order the children of `and` and `or` are asked, and what is worth remembering for the
// rest of the event. Pure analysis, no LLVM.
#pragma once

#include <cstdint>
#include <vector>

#include "lang/program.hpp"

namespace sensor::compile {

/// How a predicate becomes code.
enum class Form : std::uint8_t {
    Call,       ///< frame->predicate
    EventType,  ///< the event code (and the call number of generic events) decides
    Exists,
    Number,  ///< one comparison with a number
    NumberIn,
    Text,  ///< = != startswith endswith with one text
    TextIn,
};

struct NodePlan {
    std::vector<std::uint32_t> children;  ///< of And, Or: cheap and selective first
    double cost = 0;                      ///< expected, about ns
    double likely = 0.5;                  ///< chance to be true
    std::uint32_t sites = 0;              ///< places in the code that ask for it; 0: unreachable
    bool remembered = false;              ///< has a function of its own and a result per event
};

struct Plan {
    std::vector<Form> forms;      ///< by predicate
    std::vector<NodePlan> nodes;  ///< by node
};

enum class Effort : std::uint8_t {
    Quick,  ///< little code: only event types are compared without a call
    Full,
};

Plan make_plan(const lang::Program& program, Effort effort = Effort::Full);

}  // namespace sensor::compile
