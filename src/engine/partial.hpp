// SPDX-License-Identifier: Apache-2.0
// Partial: which conditions may still hold when only some predicates are known and nothing is said
// of the others: three-valued (Kleene) logic, so a condition that is left out is false whatever the
// rest is.
#pragma once

#include <cstdint>
#include <vector>

#include "lang/program.hpp"

namespace sensor::engine {

/// The nodes of a program close together, with what is known of each for the answers at hand.
/// Several Partial may take turns with one.
class Judgements {
public:
    explicit Judgements(const lang::Program& program);
    Judgements(const Judgements&) = delete;  // those who take turns point to it
    Judgements& operator=(const Judgements&) = delete;
    /// Forgets all.
    void begin() noexcept;

private:
    friend class Partial;
    struct Node {
        lang::CondNode::Kind kind;
        std::uint32_t judged = 0;  ///< stamp << 2 | Tri
        /// Children are children_[first] and on, before `end`; of a predicate `first` is its
        /// number.
        std::uint32_t first = 0, end = 0;
    };
    std::vector<Node> nodes_;
    std::vector<std::uint32_t> children_, roots_;  // roots by condition
    std::uint32_t stamp_ = 0;
};

class Partial {
public:
    enum class Tri : std::uint8_t { Unknown, False, True };

    /// known: by predicate; the judgements are borrowed
    Partial(const lang::Program& program, Judgements& judgements, std::vector<bool> known);

    bool knows(std::uint32_t predicate) const noexcept { return known_[predicate]; }
    /// True if some known predicate has a say in the condition.
    bool bears_on(std::uint32_t condition) const noexcept {
        return live_[judgements_->roots_[condition]];
    }

    /// To be called before `possible` whenever an answer may be another one.
    void begin() noexcept { judgements_->begin(); }
    /// False if the condition cannot hold.
    /// answer: of a known predicate, bool or Tri; asked once between two calls of `begin`
    /// cost:   each node once between two calls of `begin`; no allocation
    template <typename Answer>
    bool possible(std::uint32_t condition, Answer&& answer) noexcept {
        return judge(judgements_->roots_[condition], answer) != Tri::False;
    }

private:
    static Tri as_tri(bool answer) noexcept { return answer ? Tri::True : Tri::False; }
    static Tri as_tri(Tri answer) noexcept { return answer; }

    template <typename Answer>
    Tri judge(std::uint32_t number, Answer& answer) noexcept {
        if (!live_[number]) return Tri::Unknown;
        Judgements::Node& node = judgements_->nodes_[number];
        if (node.judged >> 2 != judgements_->stamp_) {
            const Tri made = compute(node, answer);
            node.judged = judgements_->stamp_ << 2 | static_cast<std::uint32_t>(made);
        }
        return static_cast<Tri>(node.judged & 3);
    }
    template <typename Answer>
    Tri compute(const Judgements::Node& node, Answer& answer) noexcept {
        using Kind = lang::CondNode::Kind;
        if (node.kind == Kind::Predicate) return as_tri(answer(node.first));
        const std::uint32_t* const children = judgements_->children_.data();
        if (node.kind == Kind::Not) {
            const Tri inner = judge(children[node.first], answer);
            return inner == Tri::Unknown ? inner : (inner == Tri::True ? Tri::False : Tri::True);
        }
        const Tri decides = node.kind == Kind::And ? Tri::False : Tri::True;
        Tri all = node.kind == Kind::And ? Tri::True : Tri::False;
        for (std::uint32_t k = node.first; k < node.end; ++k) {
            const Tri part = judge(children[k], answer);
            if (part == decides) return decides;
            if (part == Tri::Unknown) all = Tri::Unknown;
        }
        return all;
    }

    Judgements* judgements_;
    std::vector<bool> known_, live_;  // by predicate, by node
};

}  // namespace sensor::engine
