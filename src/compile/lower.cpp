// SPDX-License-Identifier: Apache-2.0
#include "compile/lower.hpp"

#include "eval/abi.hpp"

namespace sensor::compile {

using eval::Frame;

std::string rule_name(std::size_t condition) { return "rule_" + std::to_string(condition); }

Lowering::Lowering(const lang::Program& program, Effort effort, llvm::LLVMContext& context)
    : program_(program),
      plan_(make_plan(program, effort)),
      context_(context),
      module_(std::make_unique<llvm::Module>("rules", context)),
      builder_(context),
      i8_(builder_.getInt8Ty()),
      i16_(builder_.getInt16Ty()),
      i32_(builder_.getInt32Ty()),
      i64_(builder_.getInt64Ty()),
      ptr_(builder_.getPtrTy()) {}

std::unique_ptr<llvm::Module> Lowering::run() {
    for (std::size_t k = 0; k < program_.conditions.size(); ++k) lower_rule(k);
    lower_remembered();
    return std::move(module_);
}

/// bool name(Frame*), callable without a table of symbols.
llvm::Function* Lowering::declare(const std::string& name, bool exported) {
    auto* type = llvm::FunctionType::get(builder_.getInt1Ty(), {ptr_}, false);
    const auto linkage =
        exported ? llvm::Function::ExternalLinkage : llvm::Function::InternalLinkage;
    llvm::Function* f = llvm::Function::Create(type, linkage, name, *module_);
    f->setDSOLocal(true);
    f->addRetAttr(llvm::Attribute::ZExt);
    f->addFnAttr(llvm::Attribute::NoUnwind);
    f->addParamAttr(0, llvm::Attribute::NoUndef);
    f->addParamAttr(0, llvm::Attribute::NonNull);
    if (!exported) f->addFnAttr(llvm::Attribute::NoInline);
    return f;
}

/// Opens a function: loads what stays the same while an event is judged, and makes its two ends.
Lowering::Exits Lowering::begin(llvm::Function* function, const lang::EventSet* events) {
    function_ = function;
    events_ = events;
    frame_ = function->getArg(0);
    builder_.SetInsertPoint(block("entry"));
    stamp_ = frame_field(offsetof(Frame, stamp), i32_, "stamp");
    values_ = frame_field(offsetof(Frame, values), ptr_, "values");
    value_stamps_ = frame_field(offsetof(Frame, value_stamps), ptr_, "value_stamps");
    results_ = frame_field(offsetof(Frame, results), ptr_, "results");
    return {block("yes"), block("no")};
}

void Lowering::lower_rule(std::size_t condition) {
    const lang::Condition& c = program_.conditions[condition];
    const Exits ends = begin(declare(rule_name(condition), true), &c.events);
    lower_node(c.root, ends);
    builder_.SetInsertPoint(ends.yes);
    builder_.CreateRet(builder_.getTrue());
    builder_.SetInsertPoint(ends.no);
    builder_.CreateRet(builder_.getFalse());
}

/// Functions of shared nodes; making one may ask for more.
void Lowering::lower_remembered() {
    while (!pending_.empty()) {
        const std::uint32_t node = pending_.back();
        pending_.pop_back();
        const Exits ends = begin(remembered_[node], nullptr);
        lower_body(node, ends);
        const std::uint64_t cell = 4 * (program_.predicates.size() + node);
        for (const bool result : {true, false}) {
            builder_.SetInsertPoint(result ? ends.yes : ends.no);
            llvm::Value* word = builder_.CreateShl(stamp_, 1);
            if (result) word = builder_.CreateOr(word, 1);
            builder_.CreateStore(word, builder_.CreateConstInBoundsGEP1_64(i8_, results_, cell));
            builder_.CreateRet(builder_.getInt1(result));
        }
    }
}

llvm::Function* Lowering::remembered_function(std::uint32_t node) {
    llvm::Function*& function = remembered_[node];
    if (function == nullptr) {
        function = declare("node_" + std::to_string(node), false);
        pending_.push_back(node);
    }
    return function;
}

llvm::BasicBlock* Lowering::block(const char* name) {
    return Block::Create(context_, name, function_);
}

llvm::Value* Lowering::load_at(llvm::Value* base, std::uint64_t offset, llvm::Type* type) {
    return builder_.CreateAlignedLoad(type, builder_.CreateConstInBoundsGEP1_64(i8_, base, offset),
                                      llvm::Align(1));
}

llvm::Value* Lowering::frame_field(std::size_t offset, llvm::Type* type, const char* name) {
    llvm::Value* address = builder_.CreateConstInBoundsGEP1_64(i8_, frame_, offset);
    return builder_.CreateLoad(type, address, name);
}

/// The cached value of a term; if it is not there yet the frame computes it.
Lowering::TermValue Lowering::load_term(std::uint32_t term) {
    Block* missing = block("term_missing");
    Block* there = block("term");
    llvm::Value* stamp =
        builder_.CreateLoad(i32_, builder_.CreateConstInBoundsGEP1_64(i32_, value_stamps_, term));
    builder_.CreateCondBr(builder_.CreateICmpEQ(stamp, stamp_), there, missing);
    builder_.SetInsertPoint(missing);
    auto* type = llvm::FunctionType::get(builder_.getVoidTy(), {ptr_, i32_}, false);
    llvm::Value* compute = frame_field(offsetof(Frame, term), ptr_, "compute");
    builder_.CreateCall(type, compute, {frame_, builder_.getInt32(term)})->setDoesNotThrow();
    builder_.CreateBr(there);
    builder_.SetInsertPoint(there);
    llvm::Value* address =
        builder_.CreateConstInBoundsGEP1_64(i8_, values_, std::uint64_t{term} * sizeof(Value));
    llvm::Value* kind = load_at(address, offsetof(Value, kind), i8_);
    return {address, kind};
}

llvm::Value* Lowering::call_predicate(std::uint32_t predicate) {
    auto* type = llvm::FunctionType::get(builder_.getInt1Ty(), {ptr_, i32_}, false);
    llvm::Value* callee = frame_field(offsetof(Frame, predicate), ptr_, "general");
    llvm::CallInst* call =
        builder_.CreateCall(type, callee, {frame_, builder_.getInt32(predicate)});
    call->setDoesNotThrow();
    call->addRetAttr(llvm::Attribute::ZExt);
    return call;
}

void Lowering::branch(llvm::Value* condition, Exits exits) {
    builder_.CreateCondBr(condition, exits.yes, exits.no);
}

}  // namespace sensor::compile
