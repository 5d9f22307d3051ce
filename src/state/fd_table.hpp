// SPDX-License-Identifier: Apache-2.0
// FdTable: the descriptors of one process, in pages of 16 numbers, so that opening and closing
// moves little. A fork shares the table, and after the first change on either side still every page
// that nobody changed. All tables of a State draw on one FdBudget.
#pragma once

#include <cstdint>
#include <vector>

#include "state/fd_page.hpp"

namespace sensor::state {

/// Entries of all tables together, shared ones counted in each. Must outlive the tables.
struct FdBudget {
    std::size_t used = 0;
    std::size_t limit = 4'194'304;
};

class FdTable : public Shared {
public:
    explicit FdTable(FdBudget& budget) noexcept : budget_(&budget) {}
    FdTable(const FdTable& other) = delete;
    FdTable& operator=(const FdTable&) = delete;
    ~FdTable() { budget_->used -= size_; }

    /// A copy for one of its owners; empty if the budget has no room for it.
    /// cost: 16 bytes and a count for 16 descriptors
    Ref<FdTable> copy() const;

    /// Entry of a number, nullptr if there is none; valid until the table changes.
    /// cost: a few loads where few pages are missing between others, else a binary search
    const FdInfo* find(std::int64_t fd) const noexcept;
    /// The same to be changed. cost: copies its page if it is shared
    FdInfo* edit(std::int64_t fd);
    std::size_t size() const noexcept { return size_; }
    /// Calls fn(const FdInfo&) for every entry, by number.
    template <typename Fn>
    void for_each(Fn&& fn) const {
        for (const Slot& slot : pages_) {
            for (const FdInfo& entry : slot.page->entries()) fn(entry);
        }
    }

    /// Sets or replaces and returns the entry; nullptr, and `info` kept, if the number is none
    /// a descriptor can have, the table holds `limit` others, or the budget is spent.
    FdInfo* put(std::int64_t fd, FdInfo& info, std::size_t limit);
    /// False if there was none.
    void erase(std::int64_t fd);
    void erase_range(std::int64_t first, std::int64_t last);
    void mark_cloexec(std::int64_t first, std::int64_t last);
    void erase_cloexec();

private:
    struct Slot {
        std::int32_t number = 0;  // of the page
        Ref<FdPage> page;
    };

    std::size_t place(std::int32_t number) const noexcept;
    Slot* slot_of(std::int64_t fd) noexcept;
    template <typename Pred>
    void erase_if(std::int64_t first, std::int64_t last, Pred&& pred);

    FdBudget* budget_;
    std::vector<Slot> pages_;  // sorted by number, none empty
    std::size_t size_ = 0;
};

}  // namespace sensor::state
