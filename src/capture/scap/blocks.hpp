// SPDX-License-Identifier: Apache-2.0
// The blocks of a capture file: their type numbers, from the first versions of 2013 on, and what
// each holds. A block is: u32 type, u32 length of all of it, body, padding to 4, the length again.
#pragma once

#include <cstdint>
#include <cstring>

namespace sensor::capture::scap {

enum class BlockKind : std::uint8_t {
    Unknown,
    Section,  ///< the head of a file; files may be appended to each other
    Machine,
    Processes,
    Fds,
    Interfaces,
    Users,
    Starts,  ///< ours: when processes were made
    Event,
};

struct BlockType {
    BlockKind kind = BlockKind::Unknown;
    std::uint8_t version = 0;  ///< of its layout; events: 1 without a count of parameters
    bool has_flags = false;    ///< events: a word of flags before the event
};

constexpr std::uint32_t kSectionBlock = 0x0A0D0D0A;
constexpr std::uint32_t kEventBlock = 0x216;
/// Ours: descriptors of kinds that readers of 2022 and before refuse a file for. Others skip it.
constexpr std::uint32_t kOwnFdBlock = 0x7fa1c0;
/// Ours, behind the processes: u64 thread and u64 time since the epoch in ns, again and again.
constexpr std::uint32_t kOwnStartBlock = 0x7fa1c1;
constexpr std::uint32_t kSectionMagic = 0x1A2B3C4D;
constexpr std::uint32_t kSectionMagicSwapped = 0x4D3C2B1A;
constexpr std::size_t kBlockHead = 8, kBlockTail = 4;

/// Flags of an event block.
constexpr std::uint32_t kStateOnly = 1;

constexpr BlockType block_type(std::uint32_t number) noexcept {
    switch (number) {
        case kSectionBlock: return {BlockKind::Section, 1, false};
        case 0x201:
        case 0x8002ABCD: return {BlockKind::Machine, 1, false};
        case 0x202:
        case 0x8000ABCD: return {BlockKind::Processes, 1, false};
        case 0x207:
        case 0x8013ABCD: return {BlockKind::Processes, 2, false};
        case 0x209:
        case 0x8014ABCD: return {BlockKind::Processes, 3, false};
        case 0x210: return {BlockKind::Processes, 4, false};
        case 0x211: return {BlockKind::Processes, 5, false};
        case 0x212: return {BlockKind::Processes, 6, false};
        case 0x213: return {BlockKind::Processes, 7, false};
        case 0x214: return {BlockKind::Processes, 8, false};
        case 0x215: return {BlockKind::Processes, 9, false};
        case 0x203:
        case 0x8001ABCD: return {BlockKind::Fds, 1, false};
        case 0x218:
        case kOwnFdBlock: return {BlockKind::Fds, 2, false};
        case kOwnStartBlock: return {BlockKind::Starts, 1, false};
        case 0x205:
        case 0x8011ABCD: return {BlockKind::Interfaces, 1, false};
        case 0x219: return {BlockKind::Interfaces, 2, false};
        case 0x206:
        case 0x8012ABCD: return {BlockKind::Users, 1, false};
        case 0x220: return {BlockKind::Users, 2, false};
        case 0x204:
        case 0x8010ABCD: return {BlockKind::Event, 1, false};
        case 0x208: return {BlockKind::Event, 1, true};
        case kEventBlock:
        case 0x221: return {BlockKind::Event, 2, false};
        case 0x217:
        case 0x222: return {BlockKind::Event, 2, true};
        default: return {};
    }
}

/// Unaligned, in the byte order of the machine (files of the other order are refused).
template <typename T>
T load(const std::byte* at) noexcept {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

}  // namespace sensor::capture::scap
