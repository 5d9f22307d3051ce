// SPDX-License-Identifier: Apache-2.0
// What a record of the live kernel says beyond the scheme of capture files: the object behind its
// descriptor, the kernel's own paths, the numbers of namespaces. Written before its event as an
// asyncevent of the same thread named kTruthName, whose data is a row of pieces:
//   u8 what | u8 0 | u16 bytes | bytes      what: enum rec_extra, or of the other things below
// The first piece says which event it is about. The reader puts the others into that one's record,
// the next of its code and thread, and shows no asyncevent.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "event/event.hpp"

namespace sensor::capture::scap {

inline constexpr std::string_view kTruthName = "sensor.truth";
inline constexpr std::uint16_t kTruthCode = static_cast<std::uint16_t>(EventType::asyncevent);
/// The pieces of one event, borrowed.
struct Truth {
    std::uint16_t code = 0;                              ///< of the event; 0: none
    std::array<std::string_view, REC_X_COUNT> extras{};  ///< data() null: not there
    std::uint32_t mnt_ns = 0, pid_ns = 0;
    std::uint16_t call =
        0;  ///< stable number of a call that old readers do not know; 0: as written
    std::uint8_t flags = 0;  ///< of the record: enum rec_flag, as far as it is about the event
};

/// Appends the pieces of an event to `out`; nothing if it has none. call: see Truth
void encode_truth(const Event& event, std::uint16_t call, std::string& out);
/// fails: false, they are cut or not of this version
bool decode_truth(std::string_view bytes, Truth& out) noexcept;

}  // namespace sensor::capture::scap
