// SPDX-License-Identifier: Apache-2.0
// Explainer: a condition as its author wrote it, and for an event the truth of each of its parts.
// Every part is lowered by the checker the rules go through and asked of the interpreter that is
// the meaning of a condition, node by node; nothing is judged a second way.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "eval/runtime.hpp"
#include "lang/ast.hpp"

namespace sensor::explain {

/// Absent: false because a side of the comparison has no value for the event.
enum class Truth : std::uint8_t { False, True, Absent };

/// What an expression was for the event.
struct Fact {
    std::string expression;  ///< "proc.name", "toupper(proc.name)"
    std::string value;       ///< as in an output; "" if not present
    bool present = false;
};

struct TruthNode {
    enum class Kind : std::uint8_t { And, Or, Not, Check };
    Kind kind = Kind::Check;
    Truth truth = Truth::False;
    bool decisive = false;         ///< the result of the whole hangs on it
    std::string text;              ///< canonical text of the part
    std::string macro, exception;  ///< whose body it is
    std::vector<Fact> facts;       ///< of a check: its sides that are no constants
    std::vector<TruthNode> children;

    bool holds() const { return truth == Truth::True; }
};

/// Children of a part, those of an unnamed `and` inside an `and` (and `or` in `or`) among them.
std::vector<const lang::Node*> parts_of(const lang::Node& node);

class Explainer {
public:
    /// tree: macros replaced, checked before; borrowed for the life of this object.
    /// fails: Error if the tree cannot be lowered
    /// cost: a lowering of every part: quadratic in the depth of the tree at worst
    static Result<std::unique_ptr<Explainer>> create(const lang::Node& tree,
                                                     eval::Lookup lookup = fields::extractor);

    /// The truth of every part for the event; marks what decided.
    TruthNode explain(const fields::Context& context);
    /// The whole, as `explain(...).holds()`, without the parts.
    bool holds(const fields::Context& context);

    const lang::Program& program() const { return runtime_->program(); }

private:
    explicit Explainer(const lang::Node& tree) : tree_(tree) {}
    Result<> lower(const lang::Node& node, lang::Program& program);
    TruthNode look(eval::Frame& frame, const lang::Node& node);
    void look_at_check(eval::Frame& frame, const lang::Node& node, TruthNode& out);
    Fact fact(eval::Frame& frame, std::uint32_t term, std::string expression);

    const lang::Node& tree_;
    std::unordered_map<const lang::Node*, std::uint32_t> nodes_;  ///< part to node of the program
    std::unique_ptr<eval::Runtime> runtime_;
    std::unique_ptr<eval::FrameMemory> memory_;
    std::uint64_t ts_ns_ = 0;
};

}  // namespace sensor::explain
