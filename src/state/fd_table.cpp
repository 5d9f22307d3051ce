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
    if (full)
        page = FdPage::grown(std::move(page), std::min(page->room() + kRoomStep, FdPage::kNumbers));
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

const FdInfo* FdTable::find(std::int64_t fd) const noexcept {
    if (fd < 0 || fd > kLastNumber) return nullptr;
    const std::size_t at = place(page_of(fd));
    if (at >= pages_.size() || pages_[at].number != page_of(fd)) return nullptr;
    return pages_[at].page->find(fd);
}

FdInfo* FdTable::edit(std::int64_t fd) {
    if (find(fd) == nullptr) return nullptr;
    return own(pages_[place(page_of(fd))].page, false).find(fd);
}

FdInfo* FdTable::put(std::int64_t fd, FdInfo& info, std::size_t limit) {
    if (fd < 0 || fd > kLastNumber) return nullptr;
    if (FdInfo* old = edit(fd)) {
        *old = std::move(info);
        old->number = static_cast<std::int32_t>(fd);
        return old;
    }
    if (size_ >= limit || budget_->used >= budget_->limit) return nullptr;
    const std::size_t at = place(page_of(fd));
    if (at >= pages_.size() || pages_[at].number != page_of(fd)) {
        pages_.insert(pages_.begin() + static_cast<std::ptrdiff_t>(at),
                      {page_of(fd), FdPage::make(kFirstRoom)});
    }
    ++size_;
    ++budget_->used;
    return &own(pages_[at].page, true).insert(fd, info);
}

void FdTable::erase(std::int64_t fd) {
    if (find(fd) == nullptr) return;
    const std::size_t at = place(page_of(fd));
    --size_;
    --budget_->used;
    if (pages_[at].page->count() == 1)
        pages_.erase(pages_.begin() + static_cast<std::ptrdiff_t>(at));
    else
        own(pages_[at].page, false).erase(fd);
}

template <typename Pred>
void FdTable::erase_if(std::int64_t first, std::int64_t last, Pred&& pred) {
    first = std::clamp<std::int64_t>(first, 0, kLastNumber);
    last = std::min(last, kLastNumber);
    const std::size_t before = size_;
    for (std::size_t at = place(page_of(first)); at < pages_.size(); ++at) {
        if (pages_[at].number > page_of(last)) break;
        for (std::size_t k = pages_[at].page->count(); k-- > 0;) {
            const FdInfo& entry = pages_[at].page->entries()[k];
            if (entry.number < first || entry.number > last || !pred(entry)) continue;
            own(pages_[at].page, false).erase(entry.number);
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
