// SPDX-License-Identifier: Apache-2.0
// Partial: which conditions may still hold when only some predicates are known and nothing is said
// of the others: three-valued (Kleene) logic, so a condition that is left out is false whatever the
// rest is.
#pragma once

#include <cstdint>
#include <vector>

#include "lang/program.hpp"

namespace sensor::engine {

/// What is known of nodes for the answers at hand. Several Partial may take turns with one.
class Judgements {
public:
    explicit Judgements(const lang::Program& program) : judged_(program.nodes.size()) {}
    /// Forgets all.
    void begin() noexcept;

private:
    friend class Partial;
    std::vector<std::uint32_t> judged_;  // by node: stamp << 2 | Tri
    std::uint32_t stamp_ = 0;
};

class Partial {
public:
    /// known: by predicate; program and judgements are borrowed
    Partial(const lang::Program& program, Judgements& judgements, std::vector<bool> known);

    bool knows(std::uint32_t predicate) const noexcept { return known_[predicate]; }
    /// True if some known predicate has a say in the condition.
    bool bears_on(std::uint32_t condition) const noexcept {
        return live_[program_.conditions[condition].root];
    }

    /// To be called before `possible` whenever an answer may be another one.
    void begin() noexcept { judgements_->begin(); }
    /// False if the condition cannot hold.
    /// answer: of a known predicate, bool(predicate); asked once between two calls of `begin`
    /// cost:   each node once between two calls of `begin`; no allocation
    template <typename Answer>
    bool possible(std::uint32_t condition, Answer&& answer) noexcept {
        return judge(program_.conditions[condition].root, answer) != Tri::False;
    }

private:
    enum class Tri : std::uint8_t { Unknown, False, True };

    template <typename Answer>
    Tri judge(std::uint32_t node, Answer& answer) noexcept {
        if (!live_[node]) return Tri::Unknown;
        std::uint32_t& judged = judgements_->judged_[node];
        if (judged >> 2 != judgements_->stamp_) {
            const Tri made = compute(program_.nodes[node], answer);
            judged = judgements_->stamp_ << 2 | static_cast<std::uint32_t>(made);
        }
        return static_cast<Tri>(judged & 3);
    }
    template <typename Answer>
    Tri compute(const lang::CondNode& node, Answer& answer) noexcept {
        if (node.kind == lang::CondNode::Kind::Predicate)
            return answer(node.predicate) ? Tri::True : Tri::False;
        if (node.kind == lang::CondNode::Kind::Not) {
            const Tri inner = judge(node.children.front(), answer);
            return inner == Tri::Unknown ? inner : (inner == Tri::True ? Tri::False : Tri::True);
        }
        const bool conjunction = node.kind == lang::CondNode::Kind::And;
        const Tri decides = conjunction ? Tri::False : Tri::True;
        Tri all = conjunction ? Tri::True : Tri::False;
        for (const std::uint32_t child : node.children) {
            const Tri part = judge(child, answer);
            if (part == decides) return decides;
            if (part == Tri::Unknown) all = Tri::Unknown;
        }
        return all;
    }

    const lang::Program& program_;
    Judgements* judgements_;
    std::vector<bool> known_, live_;  // by predicate, by node
};

}  // namespace sensor::engine
