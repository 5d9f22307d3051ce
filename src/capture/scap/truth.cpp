// SPDX-License-Identifier: Apache-2.0
#include "capture/scap/truth.hpp"

#include <cstring>

namespace sensor::capture::scap {
namespace {

constexpr std::size_t kPieceHead = 4;
// Beside the extras: mount and PID namespace (u32 each), flags of the record (u8), code of the
// event and stable number of its call (u16 each).
constexpr std::uint8_t kNamespaces = 16, kFlags = 17, kCode = 18, kCall = 19;
constexpr std::uint8_t kKeptFlags = REC_F_COMPAT | REC_F_X32 | REC_F_TRUNCATED | REC_F_ODD_DIR;

void add_piece(std::string& out, std::uint8_t what, std::string_view bytes) {
    const auto size = static_cast<std::uint16_t>(bytes.size());
    out += static_cast<char>(what);
    out += '\0';
    out.append(reinterpret_cast<const char*>(&size), sizeof size);
    out.append(bytes);
}

template <typename T>
std::string_view bytes_of(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

template <typename T>
T number(std::string_view bytes, std::size_t at) noexcept {
    T value{};
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

}  // namespace

void encode_truth(const Event& event, std::uint16_t call, std::string& out) {
    const rec_head& head = event.head();
    const auto flags = static_cast<std::uint8_t>(head.flags & kKeptFlags);
    const bool placed = head.mnt_ns != 0 || head.pid_ns != 0;
    if (head.nslots <= event.param_count() && !placed && flags == 0 && call == 0) return;
    add_piece(out, kCode, bytes_of(head.type));
    for (std::uint8_t k = 0; k < REC_X_COUNT; ++k) {
        const auto extra = static_cast<rec_extra>(k);
        if (event.has_extra(extra)) add_piece(out, k, event.extra(extra));
    }
    if (placed) {
        const std::array<std::uint32_t, 2> both = {head.mnt_ns, head.pid_ns};
        add_piece(out, kNamespaces, bytes_of(both));
    }
    if (call != 0) add_piece(out, kCall, bytes_of(call));
    if (flags != 0) add_piece(out, kFlags, bytes_of(flags));
}

bool decode_truth(std::string_view bytes, Truth& out) noexcept {
    while (!bytes.empty()) {
        if (bytes.size() < kPieceHead) return false;
        const auto what = static_cast<std::uint8_t>(bytes[0]);
        const std::size_t size = number<std::uint16_t>(bytes, 2);
        if (size > bytes.size() - kPieceHead) return false;
        const std::string_view piece = bytes.substr(kPieceHead, size);
        bytes.remove_prefix(kPieceHead + size);
        if (what < REC_X_COUNT) {
            if (what == REC_X_FD && size < sizeof(rec_fd)) return false;
            out.extras[what] = piece;
        } else if (what == kNamespaces && size == 8) {
            out.mnt_ns = number<std::uint32_t>(piece, 0);
            out.pid_ns = number<std::uint32_t>(piece, 4);
        } else if (what == kCode && size == 2) {
            out.code = number<std::uint16_t>(piece, 0);
        } else if (what == kCall && size == 2) {
            out.call = number<std::uint16_t>(piece, 0);
        } else if (what == kFlags && size == 1) {
            out.flags = static_cast<std::uint8_t>(piece[0]) & kKeptFlags;
        }
    }
    return out.code != 0;
}

}  // namespace sensor::capture::scap
