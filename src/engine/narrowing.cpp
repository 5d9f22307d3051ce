// SPDX-License-Identifier: Apache-2.0
#include "engine/narrowing.hpp"

#include <algorithm>

#include "eval/hash.hpp"

namespace sensor::engine {

Narrowing::Narrowing(const lang::Program& program, bool remembers)
    : remembers_(remembers),
      pool_(program.conditions.size()),
      dispatch_(program.conditions, pool_),
      process_(program),
      name_(program, dispatch_, pool_),
      meetings_(std::make_unique<Meeting[]>(kMeetings)) {}

std::span<const std::uint32_t> Narrowing::conditions(eval::Frame& frame, std::uint64_t facts,
                                                     std::uint32_t sc) noexcept {
    const std::uint32_t all = dispatch_.list(frame.type, sc);
    if (!remembers_ || is_short(all)) return pool_.at(all);
    std::uint32_t left = name_.narrow(frame, all);
    if (!is_short(left)) {
        const std::uint32_t named = left;
        const std::uint32_t part = process_.part(facts);
        left = meet(named, part);
        if (part == ProcessPart::kAll && !is_short(left))
            left = meet(named, process_.part(frame, facts, pool_.count(left)));
    }
    if (left == ListPool::kNone) [[unlikely]] {
        forget_lists();
        return pool_.at(all);
    }
    return pool_.at(left);
}

std::uint32_t Narrowing::meet(std::uint32_t list, std::uint32_t part) noexcept {
    if (part == ProcessPart::kAll || list == ListPool::kNone) return list;
    if (process_.was_cleared()) [[unlikely]]
        std::fill_n(meetings_.get(), kMeetings, Meeting{});
    const std::uint64_t pair = std::uint64_t{list} << 32 | part;
    Meeting& met = meetings_[eval::mix64(pair) % kMeetings];
    if (met.list == list && met.part == part) return met.common;
    const std::uint32_t common =
        pool_.add_if(pool_.at(list), [&](std::uint32_t k) { return process_.allows(part, k); });
    if (common != ListPool::kNone) met = {list, part, common};
    return common;
}

void Narrowing::forget_lists() noexcept {
    pool_.clear();
    name_.clear();
    std::fill_n(meetings_.get(), kMeetings, Meeting{});
}

}  // namespace sensor::engine
