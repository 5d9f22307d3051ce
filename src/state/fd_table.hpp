// SPDX-License-Identifier: Apache-2.0
// FdTable: the descriptors of one process, sorted by number; shared after fork until one side
// changes it. All tables of a State draw on one FdBudget.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "state/fd_info.hpp"
#include "state/ref.hpp"

namespace sensor::state {

/// Entries of all tables together. Must outlive them.
struct FdBudget {
    std::size_t used = 0;
    std::size_t limit = 4'194'304;
};

class FdTable : public Shared {
public:
    explicit FdTable(FdBudget& budget) noexcept : budget_(&budget) {}
    FdTable(const FdTable& other) = delete;
    FdTable& operator=(const FdTable&) = delete;
    ~FdTable() { budget_->used -= entries_.size(); }

    /// A copy for one of its owners; empty if the budget has no room for it.
    Ref<FdTable> copy() const;

    /// Entry of a number, nullptr if there is none; valid until the table changes.
    /// cost: a few loads in a table with few gaps, else a binary search
    const FdInfo* find(std::int64_t fd) const noexcept;
    FdInfo* find(std::int64_t fd) noexcept {
        return const_cast<FdInfo*>(static_cast<const FdTable*>(this)->find(fd));
    }
    std::size_t size() const noexcept { return entries_.size(); }
    std::span<const FdInfo> entries() const noexcept { return entries_; }

    /// Sets or replaces and returns the entry; nullptr, and `info` kept, if the number is none
    /// a descriptor can have, the table holds `limit` others, or the budget is spent.
    FdInfo* put(std::int64_t fd, FdInfo& info, std::size_t limit);
    void erase(std::int64_t fd);
    void erase_range(std::int64_t first, std::int64_t last);
    void mark_cloexec(std::int64_t first, std::int64_t last);
    void erase_cloexec();

private:
    std::vector<FdInfo>::iterator place(std::int64_t fd) noexcept;
    void shrunk(std::size_t before);

    FdBudget* budget_;
    std::vector<FdInfo> entries_;  // sorted by number
};

}  // namespace sensor::state
