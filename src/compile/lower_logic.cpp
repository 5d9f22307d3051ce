// SPDX-License-Identifier: Apache-2.0
// Nodes: and, or, not as control flow; shared nodes by their remembered result.
#include "base/check.hpp"
#include "compile/lower.hpp"

namespace sensor::compile {

using lang::CondNode;

void Lowering::lower_node(std::uint32_t node, Exits exits) {
    if (plan_.nodes[node].remembered) {
        ask_remembered(node, exits);
    } else {
        lower_body(node, exits);
    }
}

void Lowering::lower_body(std::uint32_t node, Exits exits) {
    const CondNode& n = program_.nodes[node];
    switch (n.kind) {
        case CondNode::Kind::True: builder_.CreateBr(exits.yes); return;
        case CondNode::Kind::False: builder_.CreateBr(exits.no); return;
        case CondNode::Kind::Predicate: lower_predicate(n.predicate, exits); return;
        case CondNode::Kind::Not: lower_node(n.children.front(), {exits.no, exits.yes}); return;
        case CondNode::Kind::And: lower_chain(node, true, exits); return;
        case CondNode::Kind::Or: lower_chain(node, false, exits); return;
    }
}

void Lowering::lower_chain(std::uint32_t node, bool is_and, Exits exits) {
    const std::vector<std::uint32_t>& children = plan_.nodes[node].children;
    for (std::size_t k = 0; k + 1 < children.size(); ++k) {
        Block* next = block(is_and ? "and" : "or");
        lower_node(children[k], is_and ? Exits{next, exits.no} : Exits{exits.yes, next});
        builder_.SetInsertPoint(next);
    }
    if (children.empty()) {
        builder_.CreateBr(is_and ? exits.yes : exits.no);
    } else {
        lower_node(children.back(), exits);
    }
}

/// The memory cell holds stamp << 1 | result; the difference to this event's stamp is the result
/// itself, or something larger if the cell is from another event.
void Lowering::ask_remembered(std::uint32_t node, Exits exits) {
    const std::uint64_t cell = 4 * (program_.predicates.size() + node);
    llvm::Value* word = load_at(results_, cell, i32_);
    llvm::Value* difference = builder_.CreateSub(word, builder_.CreateShl(stamp_, 1));
    Block* unknown = block("ask");
    llvm::SwitchInst* known = builder_.CreateSwitch(difference, unknown, 2);
    known->addCase(builder_.getInt32(0), exits.no);
    known->addCase(builder_.getInt32(1), exits.yes);
    builder_.SetInsertPoint(unknown);
    llvm::CallInst* call = builder_.CreateCall(remembered_function(node), {frame_});
    call->addRetAttr(llvm::Attribute::ZExt);
    branch(call, exits);
}

void Lowering::lower_predicate(std::uint32_t predicate, Exits exits) {
    switch (plan_.forms[predicate]) {
        case Form::Call: lower_call(predicate, exits); return;
        case Form::EventType: lower_event_type(predicate, exits); return;
        case Form::Exists: lower_exists(predicate, exits); return;
        case Form::Number: lower_number(predicate, exits); return;
        case Form::NumberIn: lower_number_in(predicate, exits); return;
        case Form::Text: lower_text(predicate, exits); return;
        case Form::TextIn: lower_text_in(predicate, exits); return;
    }
}

void Lowering::lower_call(std::uint32_t predicate, Exits exits) {
    branch(call_predicate(predicate), exits);
}

}  // namespace sensor::compile
