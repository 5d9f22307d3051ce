// SPDX-License-Identifier: Apache-2.0
#include "state/fd_table.hpp"

#include <algorithm>
#include <limits>

namespace sensor::state {
namespace {

constexpr std::size_t kLeastRoom = 4;
constexpr int kFewGaps = 8;
constexpr std::size_t kMayShrink = 32;  // smaller tables keep their room

bool below(const FdInfo& entry, std::int64_t number) noexcept { return entry.number < number; }

}  // namespace

Ref<FdTable> FdTable::copy() const {
    auto made = make_ref<FdTable>(*budget_);
    if (entries_.size() > budget_->limit - std::min(budget_->limit, budget_->used)) return made;
    made->entries_ = entries_;
    budget_->used += entries_.size();
    return made;
}

// Numbers are given out from below: an entry stands as far from the first as its number is higher,
// less the gaps between, which are few.
const FdInfo* FdTable::find(std::int64_t fd) const noexcept {
    if (entries_.empty() || fd < entries_.front().number) return nullptr;
    const auto apart = static_cast<std::size_t>(fd - entries_.front().number);
    std::size_t at = std::min(apart, entries_.size() - 1);
    for (int gap = 0; gap < kFewGaps; ++gap) {
        const FdInfo& entry = entries_[at];
        if (entry.number == fd) return &entry;
        if (entry.number < fd) return nullptr;  // at most at this place, and it is not
        --at;                                   // there is a lower one: the first is not above fd
    }
    const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(at + 1);
    const auto found = std::lower_bound(entries_.begin(), end, fd, below);
    return found != end && found->number == fd ? &*found : nullptr;
}

std::vector<FdInfo>::iterator FdTable::place(std::int64_t fd) noexcept {
    return std::lower_bound(entries_.begin(), entries_.end(), fd, below);
}

FdInfo* FdTable::put(std::int64_t fd, FdInfo& info, std::size_t limit) {
    if (fd < 0 || fd > std::numeric_limits<std::int32_t>::max()) return nullptr;
    info.number = static_cast<std::int32_t>(fd);
    if (FdInfo* old = find(fd)) {
        *old = std::move(info);
        return old;
    }
    if (entries_.size() >= limit || budget_->used >= budget_->limit) return nullptr;
    // Room grows by a quarter: most tables are small, and there may be many.
    if (entries_.size() == entries_.capacity())
        entries_.reserve(entries_.size() + std::max(kLeastRoom, entries_.size() / 4));
    const auto at = entries_.empty() || entries_.back().number < fd ? entries_.end() : place(fd);
    const auto made = entries_.insert(at, std::move(info));
    ++budget_->used;
    return &*made;
}

void FdTable::shrunk(std::size_t before) {
    budget_->used -= before - entries_.size();
    if (entries_.capacity() > kMayShrink && entries_.size() < entries_.capacity() / 4)
        entries_.shrink_to_fit();
}

void FdTable::erase(std::int64_t fd) {
    const FdInfo* found = find(fd);
    if (found == nullptr) return;
    const std::size_t before = entries_.size();
    entries_.erase(entries_.begin() + (found - entries_.data()));
    shrunk(before);
}

void FdTable::erase_range(std::int64_t first, std::int64_t last) {
    const std::size_t before = entries_.size();
    std::erase_if(entries_, [&](const FdInfo& entry) {
        return entry.number >= first && entry.number <= last;
    });
    shrunk(before);
}

void FdTable::mark_cloexec(std::int64_t first, std::int64_t last) {
    for (FdInfo& entry : entries_) {
        if (entry.number >= first && entry.number <= last) entry.cloexec = true;
    }
}

void FdTable::erase_cloexec() {
    const std::size_t before = entries_.size();
    std::erase_if(entries_, [](const FdInfo& entry) { return entry.cloexec; });
    shrunk(before);
}

}  // namespace sensor::state
