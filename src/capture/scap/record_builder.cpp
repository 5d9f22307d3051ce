// SPDX-License-Identifier: Apache-2.0
#include "capture/scap/record_builder.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "capture/scap/blocks.hpp"
#include "capture/scap/window.hpp"

namespace sensor::capture::scap {
namespace {

constexpr std::size_t kStep = 16;
static_assert(Window::kSlack >= kStep);

// Copies in steps of 16 bytes and so up to 15 bytes too many, for which both sides have room: most
// texts are one step or two, and a call costs more than they do.
inline void copy_short(std::byte* to, const std::byte* from, std::size_t count) noexcept {
    if (count > 4 * kStep) {
        std::memcpy(to, from, count);
        return;
    }
    std::size_t at = 0;
    do {
        std::memcpy(to + at, from + at, kStep);
        at += kStep;
    } while (at < count);
}

// A number of another width than its type has: widened by the type's sign, cut to its width.
std::uint64_t odd_number(const ParamForm& form, const std::byte* data, std::size_t size) noexcept {
    std::uint64_t value = 0;
    std::memcpy(&value, data, std::min<std::size_t>(size, sizeof value));
    if (size < form.size && form.sign != 0) {
        const std::uint64_t sign = std::uint64_t{1} << (8 * size - 1);
        value = (value ^ sign) - sign;
    }
    value &= form.mask;
    return (value ^ form.sign) - form.sign;
}

}  // namespace

RecordBuilder::RecordBuilder(ScapStats& stats) : codes_(Codes::get()), stats_(stats) {
    reserve(64U << 10);
}

void RecordBuilder::grow(std::size_t bytes) {
    capacity_ = std::max(bytes, 2 * capacity_);
    words_ = std::make_unique_for_overwrite<std::uint64_t[]>(capacity_ / 8 + 1);
}

inline void RecordBuilder::write_head(const Code& code, const Stored& event, std::uint64_t number,
                                      std::uint64_t absent, std::size_t slots) noexcept {
    // Written field by field where it belongs: copied from a local, the wide loads of the copy
    // would wait for the narrow stores.
    auto& head = *reinterpret_cast<rec_head*>(bytes());
    const bool wide_tid = (event.tid >> 32) != 0;  // of iterators, or all ones: of no thread
    head.len = static_cast<rec_u32>(size_);
    head.type = event.code;
    head.nslots = static_cast<rec_u8>(slots);
    head.flags = 0;
    head.ts = event.ts;
    head.tgid = wide_tid && code.by_iterator ? static_cast<rec_u32>(event.tid >> 32) : 0;
    head.tid = wide_tid && !code.by_iterator ? 0 : static_cast<rec_u32>(event.tid);
    head.ns_tgid = head.ns_tid = 0;
    head.start = head.cgroup = 0;
    head.seq = number;
    head.generation = 0;
    head.cpu = event.cpu;
    head.mnt_ns = head.pid_ns = 0;
    const auto* const slot = reinterpret_cast<const std::uint64_t*>(bytes() + sizeof(rec_head));
    head.sc = code.sc;
    if (code.names_call && slots > 0) {
        head.sc = static_cast<rec_u16>(slot[0]);
        if (head.sc == 0 && slots > 1) head.sc = codes_.call_of_native(slot[1]);
    }
    head.absent = absent;
}

template <typename Length>
bool RecordBuilder::fill(const Code& code, const Stored& event, std::uint64_t number) noexcept {
    const std::size_t count = std::min<std::size_t>(event.count, code.count);
    std::size_t tail = sizeof(rec_head) + 8 * count;
    // The texts with their NULs, what the last copy writes too many, and the rounding.
    reserve(tail + event.data_bytes + count + Window::kSlack);
    std::byte* const out = bytes();
    auto* const slot = reinterpret_cast<std::uint64_t*>(out + sizeof(rec_head));
    std::uint64_t absent = 0;
    const std::byte* data = event.data;
    std::size_t left = event.data_bytes;
    for (std::size_t k = 0; k < count; ++k) {
        const std::size_t size = load<Length>(event.lens + sizeof(Length) * k);
        if (size > left) return false;
        const ParamForm& form = code.params[k];
        if (size == 0) {
            slot[k] = 0;
            absent |= std::uint64_t{1} << k;
        } else if (size == form.size) {
            slot[k] = ((load<std::uint64_t>(data) & form.mask) ^ form.sign) - form.sign;
        } else if (form.size == 0) {
            std::size_t bytes = size;
            if (form.is_text && data[size - 1] == std::byte{0}) --bytes;
            copy_short(out + tail, data, bytes);
            out[tail + bytes] = std::byte{0};
            slot[k] = static_cast<std::uint64_t>(tail) << 32 | bytes;
            tail += bytes + 1;
        } else {
            slot[k] = odd_number(form, data, size);
            ++stats_.odd_params;
        }
        data += size;
        left -= size;
    }
    std::memset(out + tail, 0, 8);
    size_ = (tail + 7) & ~std::size_t{7};

    write_head(code, event, number, absent, count);
    return true;
}

bool RecordBuilder::build(const Code& code, const Stored& event, std::uint64_t number) noexcept {
    return code.wide_lengths ? fill<std::uint32_t>(code, event, number)
                             : fill<std::uint16_t>(code, event, number);
}

bool RecordBuilder::build(const Code& code, const Stored& event, const Params& params,
                          std::uint64_t number) noexcept {
    std::array<std::uint32_t, REC_MAX_PARAMS> lens{};
    std::size_t total = 0;
    for (std::size_t k = 0; k < params.count; ++k) total += params.at[k].size();
    if (total + Window::kSlack > gathered_capacity_) {
        gathered_capacity_ = std::max<std::size_t>(2 * total, 4096) + Window::kSlack;
        gathered_ = std::make_unique<std::byte[]>(gathered_capacity_);
    }
    std::size_t at = 0;
    for (std::size_t k = 0; k < params.count; ++k) {
        const std::string_view bytes = params.at[k];
        lens[k] = static_cast<std::uint32_t>(bytes.size());
        if (!bytes.empty()) std::memcpy(gathered_.get() + at, bytes.data(), bytes.size());
        at += bytes.size();
    }
    Stored gathered = event;
    gathered.code = params.code;
    gathered.count = params.count;
    gathered.lens = reinterpret_cast<const std::byte*>(lens.data());
    gathered.data = gathered_.get();
    gathered.data_bytes = total;
    return fill<std::uint32_t>(code, gathered, number);
}

}  // namespace sensor::capture::scap
