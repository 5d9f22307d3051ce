// SPDX-License-Identifier: Apache-2.0
// FdPage: the entries of 16 neighbouring descriptor numbers, those that exist, one behind the other
// in one block. Shared by tables until one of them changes it. Used by FdTable only.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "state/fd_info.hpp"
#include "state/ref.hpp"

namespace sensor::state {

class FdPage : public Shared {
public:
    static constexpr int kShift = 4;
    static constexpr std::size_t kNumbers = std::size_t{1} << kShift;

    /// An empty page with room for `room` entries, at most kNumbers.
    static Ref<FdPage> make(std::size_t room);
    FdPage(const FdPage&) = delete;
    FdPage& operator=(const FdPage&) = delete;
    ~FdPage();
    static void operator delete(void* page) { ::operator delete(page); }

    std::size_t count() const noexcept { return static_cast<std::size_t>(std::popcount(mask_)); }
    std::size_t room() const noexcept { return room_; }
    std::span<FdInfo> entries() noexcept { return {first(), count()}; }
    std::span<const FdInfo> entries() const noexcept {
        return {const_cast<FdPage*>(this)->first(), count()};
    }
    FdInfo* find(std::int64_t fd) noexcept {
        return (mask_ & bit(fd)) == 0 ? nullptr : first() + index(fd);
    }

    /// Takes an entry in. The number has none, and there is room.
    FdInfo& insert(std::int64_t fd, FdInfo& info);
    void erase(std::int64_t fd);

    /// A page like this one, with room for so many; moves the entries if nobody else has this one.
    static Ref<FdPage> grown(Ref<FdPage> page, std::size_t room);

private:
    explicit FdPage(std::size_t room) noexcept : room_(static_cast<std::uint16_t>(room)) {}

    static unsigned bit(std::int64_t fd) noexcept {
        return 1U << (static_cast<std::size_t>(fd) & (kNumbers - 1));
    }
    std::size_t index(std::int64_t fd) const noexcept {
        return static_cast<std::size_t>(std::popcount(mask_ & (bit(fd) - 1)));
    }
    FdInfo* first() noexcept { return reinterpret_cast<FdInfo*>(this + 1); }

    std::uint16_t mask_ = 0;  // bit k: number k of the page has an entry
    std::uint16_t room_;
};
static_assert(sizeof(FdPage) % alignof(FdInfo) == 0);

}  // namespace sensor::state
