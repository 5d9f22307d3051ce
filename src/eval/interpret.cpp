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

Tri interpret_partly(Frame& frame, std::uint32_t root, const std::vector<bool>& unknown) noexcept {
    using Kind = lang::CondNode::Kind;
    const lang::CondNode& node = frame.runtime->program().nodes[root];
    const auto as_tri = [](bool value) { return value ? Tri::True : Tri::False; };
    switch (node.kind) {
        case Kind::True: return Tri::True;
        case Kind::False: return Tri::False;
        case Kind::Predicate:
            return unknown[node.predicate] ? Tri::Unknown
                                           : as_tri(frame.runtime->answer(frame, node.predicate));
        case Kind::Not: {
            const Tri inner = interpret_partly(frame, node.children.front(), unknown);
            return inner == Tri::Unknown ? inner : as_tri(inner == Tri::False);
        }
        case Kind::And:
        case Kind::Or: break;
    }
    const Tri decides = node.kind == Kind::And ? Tri::False : Tri::True;
    Tri all = node.kind == Kind::And ? Tri::True : Tri::False;
    for (const std::uint32_t child : node.children) {
        const Tri part = interpret_partly(frame, child, unknown);
        if (part == decides) return decides;
        if (part == Tri::Unknown) all = part;
    }
    return all;
}

}  // namespace sensor::eval
