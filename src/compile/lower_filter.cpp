// SPDX-License-Identifier: Apache-2.0
#include "compile/lower_filter.hpp"

#include <llvm/IR/DIBuilder.h>

#include <cstddef>

#include "../../bpf/filter.h"
#include "event/schema.hpp"

static_assert(FILTER_NAME_MAX == sensor::filter::kLongestName &&
              FILTER_SUFFIX_MAX >= sensor::filter::kLongestSuffix &&
              FILTER_SLASHES_MAX == sensor::filter::kMostSlashes);

namespace sensor::compile {

using filter::EventPart;
using filter::Node;

FilterLowering::FilterLowering(llvm::LLVMContext& context)
    : context_(context),
      module_(std::make_unique<llvm::Module>("rule_filter", context)),
      builder_(context),
      debug_(std::make_unique<llvm::DIBuilder>(*module_)),
      i8_(builder_.getInt8Ty()),
      i32_(builder_.getInt32Ty()),
      i64_(builder_.getInt64Ty()),
      ptr_(builder_.getPtrTy()) {
    module_->addModuleFlag(llvm::Module::Warning, "Debug Info Version",
                           llvm::DEBUG_METADATA_VERSION);
    file_ = debug_->createFile("rules", "");
    debug_->createCompileUnit(llvm::dwarf::DW_LANG_C99, file_, "falco-rulec", true, "", 0);
}

FilterLowering::~FilterLowering() = default;

std::unique_ptr<llvm::Module> FilterLowering::run(const std::vector<EventPart>& parts) {
    for (const EventPart& part : parts) {
        if (!part.is_always()) lower(part);
    }
    lower_choice(parts);
    debug_->finalize();
    return std::move(module_);
}

/// Not exported or hidden: the kernel verifies a function as part of its caller.
llvm::Function* FilterLowering::declare(const std::string& name, const std::vector<Param>& params,
                                        bool exported) {
    std::vector<llvm::Type*> types;
    types.reserve(params.size());
    for (const Param& param : params) types.push_back(param.pointer ? ptr_ : i64_);
    const auto linkage =
        exported ? llvm::Function::ExternalLinkage : llvm::Function::InternalLinkage;
    auto* type = llvm::FunctionType::get(i64_, types, false);
    llvm::Function* f = llvm::Function::Create(type, linkage, name, *module_);
    if (exported) f->setVisibility(llvm::GlobalValue::HiddenVisibility);
    f->addFnAttr(llvm::Attribute::NoUnwind);
    describe(*f, params);
    return f;
}

/// The kernel wants to know the type of every function, down to the names of its parameters.
void FilterLowering::describe(llvm::Function& function, const std::vector<Param>& params) {
    llvm::DIType* number = debug_->createBasicType("u64", 64, llvm::dwarf::DW_ATE_unsigned);
    llvm::DIType* pointer = debug_->createPointerType(nullptr, 64);
    std::vector<llvm::Metadata*> types{number};
    for (const Param& param : params) types.push_back(param.pointer ? pointer : number);
    auto* type = debug_->createSubroutineType(debug_->getOrCreateTypeArray(types));
    auto flags = llvm::DISubprogram::SPFlagDefinition | llvm::DISubprogram::SPFlagOptimized;
    if (function.hasInternalLinkage()) flags |= llvm::DISubprogram::SPFlagLocalToUnit;
    llvm::DISubprogram* made = debug_->createFunction(file_, function.getName(), "", file_, 1, type,
                                                      1, llvm::DINode::FlagPrototyped, flags);
    unsigned position = 0;
    for (const Param& param : params)
        debug_->createParameterVariable(made, param.name, ++position, file_, 1,
                                        param.pointer ? pointer : number, true);
    debug_->finalizeSubprogram(made);
    function.setSubprogram(made);
}

/// rule_filter: the function of the event's type; no function: always wanted.
void FilterLowering::lower_choice(const std::vector<EventPart>& parts) {
    function_ = declare(
        "rule_filter",
        {{"type", false}, {"record", true}, {"name", true}, {"real", true}, {"work", true}}, true);
    builder_.SetInsertPoint(block("entry"));
    builder_.SetCurrentDebugLocation(
        llvm::DILocation::get(context_, 1, 1, function_->getSubprogram()));
    Block* other = block("other");
    llvm::SwitchInst* chosen = builder_.CreateSwitch(function_->getArg(0), other,
                                                     static_cast<unsigned>(functions_.size()));
    builder_.SetInsertPoint(other);
    builder_.CreateRet(builder_.getInt64(1));
    for (const EventPart& part : parts) {
        const auto found = functions_.find(part.event);
        if (found == functions_.end()) continue;
        Block* at = block("event");
        chosen->addCase(builder_.getInt64(static_cast<std::uint64_t>(part.event)), at);
        builder_.SetInsertPoint(at);
        builder_.CreateRet(
            builder_.CreateCall(found->second, {function_->getArg(1), function_->getArg(2),
                                                function_->getArg(3), function_->getArg(4)}));
    }
}

void FilterLowering::lower(const EventPart& part) {
    const EventInfo& event = event_info(part.event);
    function_ = declare("rule_filter_" + std::to_string(static_cast<unsigned>(part.event)) + "_" +
                            std::string(event.name),
                        {{"record", true}, {"name", true}, {"real", true}, {"work", true}}, false);
    functions_[part.event] = function_;
    record_ = function_->getArg(0);
    work_ = function_->getArg(3);
    builder_.SetInsertPoint(block("entry"));
    builder_.SetCurrentDebugLocation(
        llvm::DILocation::get(context_, 1, 1, function_->getSubprogram()));
    find_names(part, false);
    find_names(part, true);
    if (!part.names.empty()) hits_ = load(work_, offsetof(rule_work, hits), i64_, true);
    builder_.CreateRet(logic(part));
}

llvm::BasicBlock* FilterLowering::block(const char* name) {
    return Block::Create(context_, name, function_);
}

/// The kernel allows loads at any address of these processors, whatever the alignment says.
llvm::Value* FilterLowering::load(llvm::Value* base, std::int64_t offset, llvm::Type* type,
                                  bool is_volatile) {
    llvm::Value* address =
        builder_.CreateGEP(i8_, base, builder_.getInt64(static_cast<std::uint64_t>(offset)));
    return builder_.CreateAlignedLoad(type, address, llvm::Align(8), is_volatile);
}

/// Leaves a bit for every name test that holds in rule_work.hits.
void FilterLowering::find_names(const EventPart& part, bool real) {
    const PieceTrees trees = make_piece_trees(part.names, real);
    llvm::Value*& plain = plain_[real ? 1 : 0];
    plain = builder_.getInt64(1);
    if (trees.is_empty()) return;
    const auto member = [&](std::size_t offset) {
        return static_cast<std::int64_t>(
            (real ? offsetof(rule_work, real) : offsetof(rule_work, name)) + offset);
    };
    length_ = builder_.CreateZExt(load(work_, member(offsetof(judged_name, len)), i32_), i64_);
    plain = builder_.CreateZExt(load(work_, member(offsetof(judged_name, plain)), i32_), i64_);
    last_slash_ = builder_.CreateZExt(
        load(work_, member(offsetof(judged_name, last_slash)), builder_.getInt16Ty()), i64_);
    Block* look = block("plain");
    Block* front_done = block("front_done");
    Block* done = block("names_done");
    builder_.CreateCondBr(builder_.CreateICmpNE(plain, builder_.getInt64(0)), look, done);
    builder_.SetInsertPoint(look);
    llvm::Value* const first = name_ = function_->getArg(real ? 2 : 1);
    Walk forward{true, front_done, {}};
    walk_tree(trees.front, 0, forward);
    builder_.SetInsertPoint(front_done);
    if (!trees.parts.empty()) find_parts(trees, first, member(offsetof(judged_name, slashes)));
    if (!trees.back.ends.empty() || !trees.back.next.empty()) {
        llvm::Value* kept = builder_.CreateAnd(length_, FILTER_NAME_MAX);  // for the verifier
        name_ = builder_.CreateGEP(i8_, first, kept);
        Walk backward{false, done, {}};
        walk_tree(trees.back, -8, backward);
    } else {
        builder_.CreateBr(done);
    }
    builder_.SetInsertPoint(done);
}

/// Compares what stands at each slash.
void FilterLowering::find_parts(const PieceTrees& trees, llvm::Value* name, std::int64_t slashes) {
    Block* done = block("parts_done");
    llvm::Type* const i16 = builder_.getInt16Ty();
    for (std::int64_t k = 0; k < FILTER_SLASHES_MAX; ++k) {
        llvm::Value* at = builder_.CreateZExt(load(work_, slashes + 2 * k, i16), i64_);
        Block* look = block("part");
        builder_.CreateCondBr(builder_.CreateICmpEQ(at, builder_.getInt64(FILTER_NO_SLASH)), done,
                              look);
        builder_.SetInsertPoint(look);
        llvm::Value* kept = builder_.CreateAnd(at, FILTER_NAME_MAX);  // for the verifier
        llvm::Value* piece = load(builder_.CreateGEP(i8_, name, kept), 0, i64_);
        for (const auto& [mask, ends] : trees.parts) lower_ends(ends, piece, mask);
    }
    builder_.CreateBr(done);
    builder_.SetInsertPoint(done);
}

void FilterLowering::hit(std::uint64_t tests) {
    llvm::Value* before = load(work_, offsetof(rule_work, hits), i64_, true);
    llvm::Value* address =
        builder_.CreateGEP(i8_, work_, builder_.getInt64(offsetof(rule_work, hits)));
    builder_.CreateAlignedStore(builder_.CreateOr(before, tests), address, llvm::Align(8), true);
}

/// Compares the piece at `offset` of the name, then those before or behind it.
void FilterLowering::walk_tree(const PieceTree& tree, std::int64_t offset, Walk& walk) {
    if (tree.here != 0) hit(tree.here);
    if (tree.ends.empty() && tree.next.empty()) {
        builder_.CreateBr(walk.done);
        return;
    }
    llvm::Value* piece = load(name_, offset, i64_);
    for (const auto& [mask, ends] : tree.ends) lower_ends(ends, piece, mask);
    llvm::SwitchInst* next =
        builder_.CreateSwitch(piece, walk.done, static_cast<unsigned>(tree.next.size()));
    for (const auto& [value, child] : tree.next)
        next->addCase(builder_.getInt64(value),
                      tree_block(*child, walk.forward ? offset + 8 : offset - 8, walk));
}

FilterLowering::Block* FilterLowering::tree_block(const PieceTree& tree, std::int64_t offset,
                                                  Walk& walk) {
    Block*& made = walk.made[{&tree, offset}];
    if (made != nullptr) return made;
    Block* const at = made = block("piece");
    builder_.SetInsertPoint(at);
    walk_tree(tree, offset, walk);
    return at;
}

void FilterLowering::lower_ends(const PieceTree::Ends& ends, llvm::Value* piece,
                                std::uint64_t mask) {
    Block* after = block("ends_done");
    llvm::SwitchInst* found = builder_.CreateSwitch(builder_.CreateAnd(piece, mask), after,
                                                    static_cast<unsigned>(ends.size()));
    std::map<PieceTree::End, Block*> made;
    for (const auto& [value, end] : ends) {
        Block*& at = made[end];
        if (at == nullptr) at = end_block(end, after);
        found->addCase(builder_.getInt64(value), at);
    }
    builder_.SetInsertPoint(after);
}

FilterLowering::Block* FilterLowering::end_block(const PieceTree::End& end, Block* after) {
    Block* at = block("end");
    builder_.SetInsertPoint(at);
    if (end.tests != 0) {
        llvm::Value* const long_enough =
            end.length == 0 ? nullptr
                            : builder_.CreateICmpUGE(length_, builder_.getInt64(end.length));
        hit_if(long_enough, end.tests);
    }
    if (end.directory_tests != 0)
        hit_if(builder_.CreateICmpEQ(last_slash_, builder_.getInt64(end.slash)),
               end.directory_tests);
    builder_.CreateBr(after);
    return at;
}

/// condition: null: always
void FilterLowering::hit_if(llvm::Value* condition, std::uint64_t tests) {
    Block* behind = nullptr;
    if (condition != nullptr) {
        Block* holds = block("holds");
        behind = block("behind");
        builder_.CreateCondBr(condition, holds, behind);
        builder_.SetInsertPoint(holds);
    }
    hit(tests);
    if (behind == nullptr) return;
    builder_.CreateBr(behind);
    builder_.SetInsertPoint(behind);
}

llvm::Value* FilterLowering::opposite(llvm::Value* bit, bool wanted) {
    return wanted ? builder_.CreateXor(bit, 1) : bit;
}

/// 1 if low <= value <= high, unsigned, by the borrow of a subtraction.
llvm::Value* FilterLowering::in_interval(llvm::Value* value, filter::Interval interval) {
    if (interval.low == interval.high) {
        llvm::Value* other = builder_.CreateXor(value, interval.low);
        llvm::Value* differs = builder_.CreateOr(other, builder_.CreateNeg(other));
        return opposite(builder_.CreateLShr(differs, 63), true);
    }
    llvm::Value* above = builder_.CreateSub(value, builder_.getInt64(interval.low));
    const std::uint64_t width = interval.high - interval.low;
    if (width == ~std::uint64_t{0}) return builder_.getInt64(1);
    // width < above: (~width & above | (~width | above) & (width - above)) >> 63
    llvm::Value* left = builder_.CreateAnd(above, ~width);
    llvm::Value* right = builder_.CreateAnd(builder_.CreateOr(above, ~width),
                                            builder_.CreateSub(builder_.getInt64(width), above));
    return opposite(builder_.CreateLShr(builder_.CreateOr(left, right), 63), true);
}

llvm::Value* FilterLowering::number_test(const filter::NumberTest& test) {
    llvm::Value* absent = load(record_, offsetof(rec_head, absent), i64_);
    llvm::Value* missing = builder_.CreateAnd(builder_.CreateLShr(absent, test.param), 1);
    llvm::Value* value = load(
        record_, static_cast<std::int64_t>(sizeof(rec_head)) + std::int64_t{8} * test.param, i64_);
    value = builder_.CreateAnd(builder_.CreateXor(value, test.flip), test.mask);
    llvm::Value* in = builder_.getInt64(0);
    for (const filter::Interval& interval : test.intervals)
        in = builder_.CreateOr(in, in_interval(value, interval));
    return builder_.CreateAnd(in, opposite(missing, true));
}

llvm::Value* FilterLowering::plain_of(const filter::NameTest& test) {
    return plain_[test.param == filter::NameTest::kReal ? 1 : 0];
}

llvm::Value* FilterLowering::name_test(std::uint32_t test) {
    return builder_.CreateAnd(builder_.CreateLShr(hits_, test), 1);
}

/// 1 if the process can be wanted for one of these.
llvm::Value* FilterLowering::interest(std::uint64_t any_of) {
    llvm::Value* common =
        builder_.CreateAnd(load(work_, offsetof(rule_work, interest), i64_), any_of);
    return builder_.CreateLShr(builder_.CreateOr(common, builder_.CreateNeg(common)), 63);
}

llvm::Value* FilterLowering::logic(const EventPart& part) {
    std::vector<llvm::Value*> made;
    for (const Node& node : part.nodes) {
        llvm::Value* value = nullptr;
        switch (node.kind) {
            case Node::Kind::Always: value = builder_.getInt64(1); break;
            case Node::Kind::Never: value = builder_.getInt64(0); break;
            case Node::Kind::Number:
                value = opposite(number_test(part.numbers[node.test]), node.negated);
                break;
            case Node::Kind::Name:
                value = builder_.CreateOr(opposite(name_test(node.test), node.negated),
                                          opposite(plain_of(part.names[node.test]), true));
                break;
            case Node::Kind::Interest: value = interest(node.interest); break;
            case Node::Kind::And:
            case Node::Kind::Or:
                for (const std::uint32_t child : node.children) {
                    if (value == nullptr)
                        value = made[child];
                    else if (node.kind == Node::Kind::And)
                        value = builder_.CreateAnd(value, made[child]);
                    else
                        value = builder_.CreateOr(value, made[child]);
                }
                break;
        }
        made.push_back(value);
    }
    return made[part.root];
}

}  // namespace sensor::compile
