// SPDX-License-Identifier: Apache-2.0
// Event: a borrowed, checked view of one record. Bounds are checked once by `view`; every accessor
// after that is a load. Absent parameters are legal in every event and type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "event/schema.hpp"

namespace sensor {

class Event {
public:
    Event() = default;

    /// Checks a record and makes it readable.
    /// in:    one record, borrowed, 8-byte aligned, must outlive the view
    /// out:   a view; `!valid()` if length, type, slot count or a text slot is out of range
    /// cost:  O(parameters of variable size), no allocation
    static Event view(std::span<const std::byte> record) noexcept;

    bool valid() const noexcept { return info_ != nullptr; }
    const EventInfo& info() const noexcept { return *info_; }
    EventType type() const noexcept { return info_->type; }
    const rec_head& head() const noexcept { return *reinterpret_cast<const rec_head*>(base_); }
    std::uint64_t ts_ns() const noexcept { return head().ts; }

    std::size_t param_count() const noexcept { return info_->params.size(); }
    bool has(std::size_t k) const noexcept {
        return k < head().nslots && ((head().absent >> k) & 1) == 0;
    }
    /// Integer parameter; 0 if absent.
    std::int64_t i64(std::size_t k) const noexcept {
        return has(k) ? static_cast<std::int64_t>(slot(k)) : 0;
    }
    std::uint64_t u64(std::size_t k) const noexcept { return has(k) ? slot(k) : 0; }
    /// Bytes of a variable parameter without the closing NUL; empty if absent.
    std::string_view text(std::size_t k) const noexcept {
        if (!has(k)) return {};
        const std::uint64_t s = slot(k);
        return {reinterpret_cast<const char*>(base_) + (s >> 32), static_cast<std::uint32_t>(s)};
    }
    bool has_extra(rec_extra extra) const noexcept { return has(param_count() + extra); }
    std::string_view extra(rec_extra extra) const noexcept { return text(param_count() + extra); }
    /// Object behind the event's descriptor, nullptr if not collected; its text follows it.
    const rec_fd* fd_object() const noexcept {
        const std::string_view bytes = extra(REC_X_FD);
        return bytes.size() >= sizeof(rec_fd) ? reinterpret_cast<const rec_fd*>(bytes.data())
                                              : nullptr;
    }
    std::string_view fd_object_text() const noexcept {
        const std::string_view bytes = extra(REC_X_FD);
        return bytes.size() >= sizeof(rec_fd) ? bytes.substr(sizeof(rec_fd)) : std::string_view{};
    }
    /// Result of a system call: parameter 0 where it carries one.
    bool has_result() const noexcept;
    std::int64_t result() const noexcept { return i64(0); }

private:
    std::uint64_t slot(std::size_t k) const noexcept {
        return reinterpret_cast<const std::uint64_t*>(base_ + sizeof(rec_head))[k];
    }

    const std::byte* base_ = nullptr;
    const EventInfo* info_ = nullptr;
};

}  // namespace sensor
