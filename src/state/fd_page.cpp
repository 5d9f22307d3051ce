// SPDX-License-Identifier: Apache-2.0
#include "state/fd_page.hpp"

#include <cstring>
#include <memory>
#include <new>

namespace sensor::state {
namespace {

// An entry may be moved as bytes: it points at its block, nothing points at it.
void relocate(FdInfo* to, const FdInfo* from, std::size_t count) noexcept {
    std::memmove(static_cast<void*>(to), static_cast<const void*>(from), count * sizeof(FdInfo));
}

}  // namespace

Ref<FdPage> FdPage::make(std::size_t room) {
    return Ref<FdPage>(new (::operator new(sizeof(FdPage) + room * sizeof(FdInfo))) FdPage(room));
}

FdPage::~FdPage() { std::destroy_n(first(), count()); }

FdInfo& FdPage::insert(std::int64_t fd, FdInfo& info) {
    FdInfo* place = first() + index(fd);
    relocate(place + 1, place, count() - index(fd));
    mask_ = static_cast<std::uint16_t>(mask_ | bit(fd));
    new (place) FdInfo(std::move(info));
    place->number = static_cast<std::int32_t>(fd);
    return *place;
}

void FdPage::erase(std::int64_t fd) {
    FdInfo* place = first() + index(fd);
    std::destroy_at(place);
    relocate(place, place + 1, count() - index(fd) - 1);
    mask_ = static_cast<std::uint16_t>(mask_ & ~bit(fd));
}

Ref<FdPage> FdPage::grown(Ref<FdPage> page, std::size_t room) {
    Ref<FdPage> made = make(room);
    if (page.unique()) {
        relocate(made->first(), page->first(), page->count());
        made->mask_ = page->mask_;
        page->mask_ = 0;
    } else {
        std::uninitialized_copy_n(page->first(), page->count(), made->first());
        made->mask_ = page->mask_;
    }
    return made;
}

}  // namespace sensor::state
