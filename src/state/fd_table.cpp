// SPDX-License-Identifier: Apache-2.0
#include "state/fd_table.hpp"

#include <algorithm>
#include <limits>

namespace sensor::state {
namespace {

constexpr std::int64_t kLastNumber = std::numeric_limits<std::int32_t>::max();

}  // namespace

Ref<FdTable> FdTable::copy() const {
    auto made = make_ref<FdTable>(*budget_);
    if (size_ > budget_->limit - std::min(budget_->limit, budget_->used)) return made;
    made->pages_ = pages_;
    made->size_ = size_;
    budget_->used += size_;
    return made;
}

// Index of a page, or of where it belongs. Numbers are given out from below: a page mostly stands
// as far from the first as its number is higher.
std::size_t FdTable::place(std::int32_t number) const noexcept {
    if (pages_.empty() || number <= pages_.front().number) return 0;
    const auto guess = static_cast<std::size_t>(number - pages_.front().number);
    if (guess < pages_.size() && pages_[guess].number == number) return guess;
    const auto end =
        guess < pages_.size() ? pages_.begin() + static_cast<std::ptrdiff_t>(guess) : pages_.end();
    return static_cast<std::size_t>(
        std::lower_bound(pages_.begin(), end, number,
                         [](const Slot& slot, std::int32_t n) { return slot.number < n; }) -
        pages_.begin());
}

FdTable::Page& FdTable::own(Slot& slot) {
    if (!slot.page.unique()) slot.page = make_ref<Page>(*slot.page);
    return *slot.page;
}

const FdInfo* FdTable::find(std::int64_t fd) const noexcept {
    if (fd < 0 || fd > kLastNumber) return nullptr;
    const auto number = static_cast<std::int32_t>(fd >> kPageShift);
    const std::size_t at = place(number);
    if (at >= pages_.size() || pages_[at].number != number) return nullptr;
    const FdInfo& entry = entry_of(*pages_[at].page, fd);
    return entry.number == fd ? &entry : nullptr;
}

FdInfo* FdTable::edit(std::int64_t fd) {
    if (find(fd) == nullptr) return nullptr;
    return &entry_of(own(pages_[place(static_cast<std::int32_t>(fd >> kPageShift))]), fd);
}

FdInfo* FdTable::put(std::int64_t fd, FdInfo& info, std::size_t limit) {
    if (fd < 0 || fd > kLastNumber) return nullptr;
    const auto number = static_cast<std::int32_t>(fd >> kPageShift);
    const std::size_t at = place(number);
    const bool has_page = at < pages_.size() && pages_[at].number == number;
    const bool is_new = !has_page || entry_of(*pages_[at].page, fd).number < 0;
    if (is_new && (size_ >= limit || budget_->used >= budget_->limit)) return nullptr;
    if (!has_page)
        pages_.insert(pages_.begin() + static_cast<std::ptrdiff_t>(at), {number, make_ref<Page>()});
    Page& page = own(pages_[at]);
    if (is_new) {
        ++page.count;
        ++size_;
        ++budget_->used;
    }
    FdInfo& entry = entry_of(page, fd);
    entry = std::move(info);
    entry.number = static_cast<std::int32_t>(fd);
    return &entry;
}

void FdTable::erase(std::int64_t fd) {
    if (find(fd) == nullptr) return;
    const std::size_t at = place(static_cast<std::int32_t>(fd >> kPageShift));
    --size_;
    --budget_->used;
    if (pages_[at].page->count == 1) {
        pages_.erase(pages_.begin() + static_cast<std::ptrdiff_t>(at));
        return;
    }
    Page& page = own(pages_[at]);
    --page.count;
    entry_of(page, fd) = FdInfo{};
}

template <typename Pred>
void FdTable::erase_if(std::int64_t first, std::int64_t last, Pred&& pred) {
    const std::int64_t end = std::min(last, kLastNumber) >> kPageShift;
    for (std::size_t at = place(static_cast<std::int32_t>(
             std::clamp<std::int64_t>(first >> kPageShift, 0, kLastNumber >> kPageShift)));
         at < pages_.size() && pages_[at].number <= end; ++at) {
        const Page& page = *pages_[at].page;
        const auto goes = [&](const FdInfo& entry) {
            return entry.number >= 0 && entry.number >= first && entry.number <= last &&
                   pred(entry);
        };
        const auto count = static_cast<std::uint32_t>(
            std::count_if(page.entries.begin(), page.entries.end(), goes));
        if (count == 0) continue;
        size_ -= count;
        budget_->used -= count;
        Page& mine = own(pages_[at]);
        mine.count -= count;
        for (FdInfo& entry : mine.entries) {
            if (goes(entry)) entry = FdInfo{};
        }
    }
    std::erase_if(pages_, [](const Slot& slot) { return slot.page->count == 0; });
}

void FdTable::erase_range(std::int64_t first, std::int64_t last) {
    erase_if(first, last, [](const FdInfo&) { return true; });
}

void FdTable::erase_cloexec() {
    erase_if(0, kLastNumber, [](const FdInfo& entry) { return entry.cloexec; });
}

void FdTable::mark_cloexec(std::int64_t first, std::int64_t last) {
    for (Slot& slot : pages_) {
        const std::int64_t lowest = std::int64_t{slot.number} << kPageShift;
        if (lowest > last || lowest + (1 << kPageShift) <= first) continue;
        for (FdInfo& entry : own(slot).entries) {
            if (entry.number >= first && entry.number <= last) entry.cloexec = true;
        }
    }
}

}  // namespace sensor::state
