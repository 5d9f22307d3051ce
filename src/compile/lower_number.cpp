// SPDX-License-Identifier: Apache-2.0
// Comparisons with numbers and booleans, and `exists`. Inline where the value has the kind that the
// constant has; another kind asks the general way, so nothing depends on what a field promises.
#include "compile/lower.hpp"

namespace sensor::compile {

void Lowering::lower_exists(std::uint32_t predicate, Exits exits) {
    const TermValue term = load_term(program_.predicates[predicate].left);
    branch(
        builder_.CreateICmpNE(term.kind, builder_.getInt8(static_cast<std::uint8_t>(Kind::Absent))),
        exits);
}

/// Loads the left number; leaves for `no` if it is absent.
llvm::Value* Lowering::open_number(std::uint32_t predicate, Exits exits) {
    const lang::Predicate& p = program_.predicates[predicate];
    const TermValue term = load_term(p.left);
    Block* number = block("number");
    Block* general = block("other_kind");
    llvm::SwitchInst* kinds = builder_.CreateSwitch(term.kind, general, 2);
    kinds->addCase(builder_.getInt8(static_cast<std::uint8_t>(p.constants.front().kind)), number);
    kinds->addCase(builder_.getInt8(static_cast<std::uint8_t>(Kind::Absent)), exits.no);
    builder_.SetInsertPoint(general);
    lower_call(predicate, exits);
    builder_.SetInsertPoint(number);
    return load_at(term.address, offsetof(Value, bits), i64_);
}

void Lowering::lower_number(std::uint32_t predicate, Exits exits) {
    const lang::Predicate& p = program_.predicates[predicate];
    const bool is_signed = p.constants.front().kind == Kind::Int;
    llvm::Value* left = open_number(predicate, exits);
    using Compare = llvm::CmpInst::Predicate;
    const auto compare = [&] {
        switch (p.op) {
            case Op::ne: return Compare::ICMP_NE;
            case Op::lt: return is_signed ? Compare::ICMP_SLT : Compare::ICMP_ULT;
            case Op::le: return is_signed ? Compare::ICMP_SLE : Compare::ICMP_ULE;
            case Op::gt: return is_signed ? Compare::ICMP_SGT : Compare::ICMP_UGT;
            case Op::ge: return is_signed ? Compare::ICMP_SGE : Compare::ICMP_UGE;
            default: return Compare::ICMP_EQ;
        }
    }();
    branch(builder_.CreateICmp(compare, left, builder_.getInt64(p.constants.front().bits)), exits);
}

void Lowering::lower_number_in(std::uint32_t predicate, Exits exits) {
    const lang::Predicate& p = program_.predicates[predicate];
    llvm::Value* left = open_number(predicate, exits);
    const auto count = static_cast<unsigned>(p.constants.size());
    llvm::SwitchInst* members = builder_.CreateSwitch(left, exits.no, count);
    std::map<std::uint64_t, bool> seen;
    for (const lang::Constant& c : p.constants) {
        if (seen.emplace(c.bits, true).second)
            members->addCase(builder_.getInt64(c.bits), exits.yes);
    }
}

}  // namespace sensor::compile
