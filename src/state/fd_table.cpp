// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "state/fd_info.hpp"

namespace sensor::state {

std::vector<FdTable::Entry>::iterator FdTable::place(std::int64_t fd) noexcept {
    return std::lower_bound(
        entries_.begin(), entries_.end(), fd,
        [](const Entry& entry, std::int64_t number) { return entry.fd < number; });
}

const FdInfo* FdTable::find(std::int64_t fd) const noexcept {
    const auto at =
        std::lower_bound(entries_.begin(), entries_.end(), fd,
                         [](const Entry& entry, std::int64_t number) { return entry.fd < number; });
    return at != entries_.end() && at->fd == fd ? at->info.get() : nullptr;
}

bool FdTable::put(std::int64_t fd, Ref<FdInfo> info, std::size_t limit) {
    const auto at = place(fd);
    if (at != entries_.end() && at->fd == fd) {
        at->info = std::move(info);
        return true;
    }
    if (entries_.size() >= limit) return false;
    entries_.insert(at, Entry{fd, std::move(info)});
    return true;
}

void FdTable::erase(std::int64_t fd) {
    const auto at = place(fd);
    if (at != entries_.end() && at->fd == fd) entries_.erase(at);
}

void FdTable::erase_range(std::int64_t first, std::int64_t last) {
    std::erase_if(entries_,
                  [&](const Entry& entry) { return entry.fd >= first && entry.fd <= last; });
}

void FdTable::erase_cloexec() {
    std::erase_if(entries_, [](const Entry& entry) { return entry.info->cloexec; });
}

FdInfo* FdTable::edit(std::int64_t fd) {
    const auto at = place(fd);
    if (at == entries_.end() || at->fd != fd) return nullptr;
    if (!at->info.unique()) at->info = make_ref<FdInfo>(*at->info);
    return at->info.get();
}

}  // namespace sensor::state
