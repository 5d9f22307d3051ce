// SPDX-License-Identifier: Apache-2.0
#include "explain/truth.hpp"

#include "eval/interpret.hpp"
#include "lang/check.hpp"
#include "lang/tree.hpp"
#include "output/render.hpp"

namespace sensor::explain {
namespace {

TruthNode::Kind kind_of(const lang::Node& node) {
    switch (node.kind) {
        case lang::Node::Kind::And: return TruthNode::Kind::And;
        case lang::Node::Kind::Or: return TruthNode::Kind::Or;
        case lang::Node::Kind::Not: return TruthNode::Kind::Not;
        default: return TruthNode::Kind::Check;
    }
}

void add_parts(const lang::Node& node, std::vector<const lang::Node*>& out) {
    for (const lang::NodePtr& child : node.children) {
        const bool same = child->kind == node.kind && child->kind != lang::Node::Kind::Not;
        if (same && child->label == lang::Node::Label::None)
            add_parts(*child, out);
        else
            out.push_back(child.get());
    }
}

/// A part decides if the whole could be otherwise without it: all of a true `and`, the false ones
/// of a false `and`, and the reverse for `or`.
void mark_decisive(TruthNode& node) {
    node.decisive = true;
    for (TruthNode& child : node.children) {
        const bool all = node.kind == TruthNode::Kind::Not ||
                         (node.kind == TruthNode::Kind::And) == node.holds();
        if (all || child.holds() == node.holds()) mark_decisive(child);
    }
}

bool is_expression(const lang::Operand& operand) {
    return operand.kind == lang::Operand::Kind::Field ||
           operand.kind == lang::Operand::Kind::Transform;
}

}  // namespace

std::vector<const lang::Node*> parts_of(const lang::Node& node) {
    std::vector<const lang::Node*> out;
    add_parts(node, out);
    return out;
}

Result<std::unique_ptr<Explainer>> Explainer::create(const lang::Node& tree, eval::Lookup lookup) {
    std::unique_ptr<Explainer> made(new Explainer(tree));
    lang::Program program;
    const lang::Checked whole = lang::check_condition(tree, program);
    if (!whole.ok)
        return Error(whole.problems.empty() ? "condition" : whole.problems.front().message);
    program.conditions.push_back({whole.root, whole.events});
    SENSOR_TRY_OK(made->lower(tree, program));
    SENSOR_TRY(made->runtime_, eval::Runtime::create(program, lookup));
    made->memory_ = std::make_unique<eval::FrameMemory>(*made->runtime_);
    return made;
}

Result<> Explainer::lower(const lang::Node& node, lang::Program& program) {
    const lang::Checked checked = lang::check_condition(node, program);
    if (!checked.ok) return Error("part of the condition: " + lang::to_text(node));
    nodes_.emplace(&node, checked.root);
    for (const lang::NodePtr& child : node.children) SENSOR_TRY_OK(lower(*child, program));
    return Ok{};
}

bool Explainer::holds(const fields::Context& context) {
    return eval::interpret(memory_->begin(context), program().conditions.front().root);
}

TruthNode Explainer::explain(const fields::Context& context) {
    ts_ns_ = context.event.ts_ns();
    TruthNode root = look(memory_->begin(context), tree_);
    mark_decisive(root);
    return root;
}

TruthNode Explainer::look(eval::Frame& frame, const lang::Node& node) {
    TruthNode out;
    out.kind = kind_of(node);
    out.truth = eval::interpret(frame, nodes_.at(&node)) ? Truth::True : Truth::False;
    out.text = lang::to_text(node);
    if (node.label == lang::Node::Label::Macro) out.macro = node.label_name;
    if (node.label == lang::Node::Label::Exception) out.exception = node.label_name;
    for (const lang::Node* part : parts_of(node)) out.children.push_back(look(frame, *part));
    if (out.kind == TruthNode::Kind::Check) look_at_check(frame, node, out);
    return out;
}

void Explainer::look_at_check(eval::Frame& frame, const lang::Node& node, TruthNode& out) {
    const lang::CondNode& lowered = program().nodes[nodes_.at(&node)];
    if (lowered.kind != lang::CondNode::Kind::Predicate) return;
    const lang::Predicate& predicate = program().predicates[lowered.predicate];
    out.facts.push_back(fact(frame, predicate.left, lang::to_text(node.left)));
    if (predicate.right_is_term && node.right && is_expression(*node.right))
        out.facts.push_back(fact(frame, predicate.right, lang::to_text(*node.right)));
    if (out.holds() || predicate.op == Op::exists) return;
    for (const Fact& one : out.facts) {
        if (!one.present) out.truth = Truth::Absent;
    }
}

Fact Explainer::fact(eval::Frame& frame, std::uint32_t term, std::string expression) {
    Fact out;
    out.expression = std::move(expression);
    const Value value = runtime_->term(frame, term);
    out.present = value.present();
    if (!out.present) return out;
    lang::Term plain;  // some fields are never printed in alerts; here they are
    plain.kind = lang::Term::Kind::Constant;
    const lang::Term& typed = program().terms[term];
    const bool hidden = typed.kind == lang::Term::Kind::Field &&
                        (field_info(typed.field.id).flags & field_flag::FILTER_ONLY) != 0;
    out.value = output::render_value(hidden ? plain : typed, value, {false, ts_ns_});
    return out;
}

}  // namespace sensor::explain
