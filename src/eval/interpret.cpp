// SPDX-License-Identifier: Apache-2.0
#include "eval/interpret.hpp"

#include "eval/runtime.hpp"

namespace sensor::eval {

bool interpret(Frame& frame, std::uint32_t root) noexcept {
    const lang::CondNode& node = frame.runtime->program().nodes[root];
    switch (node.kind) {
        case lang::CondNode::Kind::True: return true;
        case lang::CondNode::Kind::False: return false;
        case lang::CondNode::Kind::Predicate:
            return frame.runtime->predicate(frame, node.predicate);
        case lang::CondNode::Kind::Not: return !interpret(frame, node.children.front());
        case lang::CondNode::Kind::And:
            for (const std::uint32_t child : node.children) {
                if (!interpret(frame, child)) return false;
            }
            return true;
        case lang::CondNode::Kind::Or:
            for (const std::uint32_t child : node.children) {
                if (interpret(frame, child)) return true;
            }
            return false;
    }
    return false;
}

}  // namespace sensor::eval
