// SPDX-License-Identifier: Apache-2.0
#include "state/fd_table.hpp"

#include <algorithm>
#include <limits>

namespace sensor::state {
namespace {

constexpr std::int64_t kLastNumber = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t kFirstRoom = 4, kRoomStep = 2;

std::int32_t page_of(std::int64_t fd) noexcept {
    return static_cast<std::int32_t>(fd >> FdPage::kShift);
}

// The page for this table alone, with room for one more entry if `more`.
FdPage& own(Ref<FdPage>& page, bool more) {
    const bool full = more && page->count() == page->room();
    const std::size_t wider = std::min(page->room() + kRoomStep, FdPage::kNumbers);
    if (full)
        page = FdPage::grown(std::move(page), wider);
    else if (!page.unique())
        page = FdPage::grown(page, page->room());
    return *page;
}

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
    const auto end = pages_.begin() + static_cast<std::ptrdiff_t>(std::min(guess, pages_.size()));
    return static_cast<std::size_t>(
        std::lower_bound(pages_.begin(), end, number,
                         [](const Slot& slot, std::int32_t n) { return slot.number < n; }) -
        pages_.begin());
}

FdTable::Slot* FdTable::slot_of(std::int64_t fd) noexcept {
    if (fd < 0 || fd > kLastNumber) return nullptr;
    const std::size_t at = place(page_of(fd));
    return at < pages_.size() && pages_[at].number == page_of(fd) ? &pages_[at] : nullptr;
}

const FdInfo* FdTable::find(std::int64_t fd) const noexcept {
    const Slot* slot = const_cast<FdTable*>(this)->slot_of(fd);
    return slot == nullptr ? nullptr : slot->page->find(fd);
}

FdInfo* FdTable::edit(std::int64_t fd) {
    Slot* slot = slot_of(fd);
    if (slot == nullptr || slot->page->find(fd) == nullptr) return nullptr;
    return own(slot->page, false).find(fd);
}

FdInfo* FdTable::put(std::int64_t fd, FdInfo& info, std::size_t limit) {
    if (fd < 0 || fd > kLastNumber) return nullptr;
    Slot* slot = slot_of(fd);
    if (slot != nullptr && slot->page->find(fd) != nullptr) {
        FdInfo* old = own(slot->page, false).find(fd);
        *old = std::move(info);
        old->number = static_cast<std::int32_t>(fd);
        return old;
    }
    if (size_ >= limit || budget_->used >= budget_->limit) return nullptr;
    if (slot == nullptr) {
        const auto at = static_cast<std::ptrdiff_t>(place(page_of(fd)));
        slot = &*pages_.insert(pages_.begin() + at, {page_of(fd), FdPage::make(kFirstRoom)});
    }
    ++size_;
    ++budget_->used;
    return &own(slot->page, true).insert(fd, info);
}

void FdTable::erase(std::int64_t fd) {
    Slot* slot = slot_of(fd);
    if (slot == nullptr || slot->page->find(fd) == nullptr) return;
    --size_;
    --budget_->used;
    if (slot->page->count() == 1)
        pages_.erase(pages_.begin() + (slot - pages_.data()));
    else
        own(slot->page, false).erase(fd);
}

template <typename Pred>
void FdTable::erase_if(std::int64_t first, std::int64_t last, Pred&& pred) {
    first = std::clamp<std::int64_t>(first, 0, kLastNumber);
    last = std::min(last, kLastNumber);
    const auto goes = [&](const FdInfo& entry) {
        return entry.number >= first && entry.number <= last && pred(entry);
    };
    const std::size_t before = size_;
    for (std::size_t at = place(page_of(first)); at < pages_.size(); ++at) {
        Slot& slot = pages_[at];
        if (slot.number > page_of(last)) break;
        const std::span<FdInfo> entries = slot.page->entries();
        if (std::none_of(entries.begin(), entries.end(), goes)) continue;
        FdPage& mine = own(slot.page, false);
        for (std::size_t k = mine.count(); k-- > 0;) {
            if (!goes(mine.entries()[k])) continue;
            mine.erase(mine.entries()[k].number);
            --size_;
        }
    }
    budget_->used -= before - size_;
    if (before != size_)
        std::erase_if(pages_, [](const Slot& slot) { return slot.page->count() == 0; });
}

void FdTable::erase_range(std::int64_t first, std::int64_t last) {
    erase_if(first, last, [](const FdInfo&) { return true; });
}

void FdTable::erase_cloexec() {
    erase_if(0, kLastNumber, [](const FdInfo& entry) { return entry.cloexec; });
}

void FdTable::mark_cloexec(std::int64_t first, std::int64_t last) {
    for (Slot& slot : pages_) {
        const std::int64_t lowest = std::int64_t{slot.number} << FdPage::kShift;
        if (lowest > last || lowest + (1 << FdPage::kShift) <= first) continue;
        for (FdInfo& entry : own(slot.page, false).entries()) {
            if (entry.number >= first && entry.number <= last) entry.cloexec = true;
        }
    }
}

}  // namespace sensor::state
