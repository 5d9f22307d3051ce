// SPDX-License-Identifier: Apache-2.0
// evt.type against constants: what an event's name says about the predicate is known for every
// event code and every call number when the rules are compiled, so the test is on those numbers.
// Names that only the event itself knows (plugin and meta events) still ask the general way.
#include <algorithm>
#include <bitset>

#include "base/check.hpp"
#include "compile/lower.hpp"
#include "eval/abi.hpp"
#include "eval/ops.hpp"

namespace sensor::compile {
namespace {

constexpr std::size_t kMostCases = 16;

bool name_is_fixed(const EventInfo& info) {
    return info.source == EventSource::SYSCALL || info.source == EventSource::TRACEPOINT;
}

}  // namespace

void Lowering::go(Verdict verdict, std::uint32_t predicate, Exits exits) {
    if (verdict == Verdict::Ask) {
        lower_call(predicate, exits);
    } else {
        builder_.CreateBr(verdict == Verdict::Yes ? exits.yes : exits.no);
    }
}

void Lowering::lower_event_type(std::uint32_t predicate, Exits exits) {
    const Result<eval::PreparedPredicate> prepared = eval::prepare(program_.predicates[predicate]);
    SENSOR_CHECK(prepared.has_value());
    const auto judge = [&](std::string_view name) {
        return eval::holds(*prepared, Value::of_text(name), nullptr, nullptr) ? Verdict::Yes
                                                                              : Verdict::No;
    };
    constexpr auto kGeneric = static_cast<std::uint32_t>(EventType::generic);
    std::vector<std::pair<std::uint32_t, Verdict>> codes;
    for (std::uint32_t code = 0; code < REC_MAX_EVENTS; ++code) {
        const EventInfo* info = event_info(static_cast<std::uint16_t>(code));
        if (info == nullptr || code == kGeneric || (events_ != nullptr && !events_->events[code]))
            continue;
        codes.emplace_back(code, name_is_fixed(*info) ? judge(info->name) : Verdict::Ask);
    }
    std::vector<std::pair<std::uint32_t, Verdict>> calls;
    for (std::uint32_t sc = 0; sc < REC_MAX_SC; ++sc) {
        if (events_ != nullptr && !events_->generic[sc]) continue;
        const SyscallInfo* info = syscall_info(static_cast<std::uint16_t>(sc));
        calls.emplace_back(sc, info != nullptr ? judge(info->name) : Verdict::Ask);
    }
    llvm::Value* type = frame_field(offsetof(eval::Frame, type), i32_, "type");
    Block* generic = calls.empty() ? nullptr : block("generic");
    Block* other = block("other_events");
    if (generic != nullptr) {
        builder_.CreateCondBr(builder_.CreateICmpEQ(type, builder_.getInt32(kGeneric)), generic,
                              other);
        builder_.SetInsertPoint(generic);
        lower_generic(predicate, calls, exits);
    } else {
        builder_.CreateBr(other);
    }
    builder_.SetInsertPoint(other);
    switch_on(type, codes, Verdict::No, predicate, exits);
}

/// The call number of a generic event; one that has no name here asks.
void Lowering::lower_generic(std::uint32_t predicate,
                             const std::vector<std::pair<std::uint32_t, Verdict>>& verdicts,
                             Exits exits) {
    // Dispatch has looked at the number already; the list of call 0 also takes unknown numbers.
    const bool all_known = events_ != nullptr && !events_->generic[0];
    const bool same = std::all_of(verdicts.begin(), verdicts.end(), [&](const auto& v) {
        return v.second == verdicts.front().second;
    });
    if (all_known && same && verdicts.front().second != Verdict::Ask) {
        go(verdicts.front().second, predicate, exits);
        return;
    }
    llvm::Value* record = frame_field(offsetof(eval::Frame, record), ptr_, "record");
    llvm::Value* sc = builder_.CreateZExt(load_at(record, offsetof(rec_head, sc), i16_), i32_);
    if (all_known) {
        switch_on(sc, verdicts, Verdict::No, predicate, exits);
    } else {
        table_on(sc, verdicts, Verdict::Ask, predicate, exits);
    }
}

/// Branches on `index` by the verdicts; an index without one cannot occur or means `other`.
void Lowering::switch_on(llvm::Value* index,
                         const std::vector<std::pair<std::uint32_t, Verdict>>& verdicts,
                         Verdict other, std::uint32_t predicate, Exits exits) {
    const auto count = [&](Verdict v) {
        return std::count_if(verdicts.begin(), verdicts.end(),
                             [v](const auto& entry) { return entry.second == v; });
    };
    // The commonest answer needs no case.
    Verdict common = verdicts.empty() ? other : Verdict::No;
    if (count(Verdict::Yes) > count(common)) common = Verdict::Yes;
    if (verdicts.size() - static_cast<std::size_t>(count(common)) > kMostCases) {
        table_on(index, verdicts, other, predicate, exits);
        return;
    }
    Block* rest = block("common");
    Block* ask = count(Verdict::Ask) != 0 ? block("ask_event") : nullptr;
    llvm::SwitchInst* chosen = builder_.CreateSwitch(index, rest, kMostCases);
    for (const auto& [value, verdict] : verdicts) {
        if (verdict == common) continue;
        Block* to = verdict == Verdict::Yes ? exits.yes : verdict == Verdict::No ? exits.no : ask;
        chosen->addCase(builder_.getInt32(value), to);
    }
    builder_.SetInsertPoint(rest);
    go(common, predicate, exits);
    if (ask != nullptr) {
        builder_.SetInsertPoint(ask);
        lower_call(predicate, exits);
    }
}

/// The same by a table of one byte for each of 512 indices; beyond that it asks.
void Lowering::table_on(llvm::Value* index,
                        const std::vector<std::pair<std::uint32_t, Verdict>>& verdicts,
                        Verdict other, std::uint32_t predicate, Exits exits) {
    constexpr std::uint32_t kSize = 512;
    static_assert(kSize == REC_MAX_EVENTS && kSize == REC_MAX_SC);
    std::string bytes(kSize, static_cast<char>(other));
    for (const auto& [value, verdict] : verdicts) bytes[value] = static_cast<char>(verdict);
    llvm::GlobalVariable*& table = tables_[bytes];
    if (table == nullptr) {
        llvm::Constant* data = llvm::ConstantDataArray::getString(context_, bytes, false);
        table = new llvm::GlobalVariable(*module_, data->getType(), true,
                                         llvm::GlobalValue::InternalLinkage, data, "verdicts");
        table->setDSOLocal(true);
        table->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
    }
    Block* inside = block("in_table");
    Block* ask = block("ask_table");
    builder_.CreateCondBr(builder_.CreateICmpULT(index, builder_.getInt32(kSize)), inside, ask);
    builder_.SetInsertPoint(inside);
    llvm::Value* wide = builder_.CreateZExt(index, i64_);
    llvm::Value* verdict = builder_.CreateLoad(i8_, builder_.CreateInBoundsGEP(i8_, table, wide));
    llvm::SwitchInst* chosen = builder_.CreateSwitch(verdict, ask, 2);
    chosen->addCase(builder_.getInt8(0), exits.no);
    chosen->addCase(builder_.getInt8(1), exits.yes);
    builder_.SetInsertPoint(ask);
    lower_call(predicate, exits);
}

}  // namespace sensor::compile
