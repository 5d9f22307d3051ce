// SPDX-License-Identifier: Apache-2.0
#include "engine/narrowing.hpp"

#include "eval/hash.hpp"

namespace sensor::engine {

Narrowing::Narrowing(const lang::Program& program, bool remembers)
    : remembers_(remembers),
      pool_(program.conditions.size()),
      dispatch_(program.conditions, pool_),
      process_(program),
      name_(program, dispatch_, pool_) {}

std::span<const std::uint32_t> Narrowing::conditions(eval::Frame& frame, std::uint64_t facts,
                                                     std::uint32_t sc) noexcept {
    const std::uint32_t all = dispatch_.list(frame.type, sc);
    if (!remembers_ || pool_.is_short(all)) return pool_.at(all);
    std::uint32_t left = name_.narrow(frame, all);
    if (!pool_.is_short(left)) {
        const std::uint32_t named = left;
        const std::uint32_t part = process_.part(facts);
        left = meet(named, part);
        if (part == ProcessPart::kAll && !pool_.is_short(left))
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
        meetings_.clear();
    const Meeting meeting{list, part};
    const std::uint64_t hash = eval::mix64(std::uint64_t{list} << 32 | part);
    const std::uint32_t known = meetings_.find(hash, meeting);
    if (known != ListPool::kNone) return known;
    const std::uint32_t common =
        pool_.add_if(pool_.at(list), [&](std::uint32_t k) { return process_.allows(part, k); });
    if (common != ListPool::kNone) meetings_.put(hash, meeting, common);
    return common;
}

void Narrowing::forget_lists() noexcept {
    pool_.clear();
    name_.clear();
    meetings_.clear();
}

}  // namespace sensor::engine
