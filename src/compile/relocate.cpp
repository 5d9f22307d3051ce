// SPDX-License-Identifier: Apache-2.0
#include "compile/relocate.hpp"

#include <elf.h>

#include <cstring>
#include <limits>

namespace sensor::compile {
namespace {

Error out_of_range(std::uint32_t type) {
    return Error("relocation " + std::to_string(type) + " out of range");
}

template <typename T>
T read_at(const std::string& image, std::uint64_t place) {
    T value{};
    std::memcpy(&value, image.data() + place, sizeof(T));
    return value;
}

template <typename T>
void write_at(std::string& image, std::uint64_t place, T value) {
    std::memcpy(image.data() + place, &value, sizeof(T));
}

bool has_room(const std::string& image, std::uint64_t place, std::size_t bytes) {
    return place <= image.size() && bytes <= image.size() - place;
}

std::int64_t distance(const Relocation& r) {
    return static_cast<std::int64_t>(r.target) + r.addend - static_cast<std::int64_t>(r.place);
}

Result<> write_distance32(std::string& image, const Relocation& r) {
    const std::int64_t value = distance(r);
    if (value < std::numeric_limits<std::int32_t>::min() ||
        value > std::numeric_limits<std::int32_t>::max()) {
        return out_of_range(r.type);
    }
    write_at(image, r.place, static_cast<std::int32_t>(value));
    return Ok{};
}

Result<> relocate_x86(std::string& image, const Relocation& r) {
    switch (r.type) {
        case R_X86_64_PC32:
        case R_X86_64_PLT32:
            if (!has_room(image, r.place, 4)) return out_of_range(r.type);
            return write_distance32(image, r);
        case R_X86_64_PC64:
            if (!has_room(image, r.place, 8)) return out_of_range(r.type);
            write_at(image, r.place, distance(r));
            return Ok{};
        default: return Error("x86-64 relocation " + std::to_string(r.type) + " is not supported");
    }
}

/// Puts the immediate of ADRP: low 2 bits at 29, 19 bits at 5.
std::uint32_t with_page(std::uint32_t word, std::int64_t pages) {
    const auto value = static_cast<std::uint32_t>(pages);
    return (word & 0x9f00001fU) | (value & 3U) << 29 | (value >> 2 & 0x7ffffU) << 5;
}

/// Puts the low 12 bits of an offset, scaled by the size of the access, at 10.
Result<> write_low12(std::string& image, const Relocation& r, unsigned shift) {
    const std::uint64_t offset = (r.target + static_cast<std::uint64_t>(r.addend)) & 0xfffU;
    if ((offset & ((1U << shift) - 1)) != 0) return out_of_range(r.type);
    const auto word = read_at<std::uint32_t>(image, r.place);
    const auto value = static_cast<std::uint32_t>(offset >> shift);
    write_at(image, r.place, (word & ~(0xfffU << 10)) | value << 10);
    return Ok{};
}

Result<> write_branch26(std::string& image, const Relocation& r) {
    const std::int64_t value = distance(r);
    if ((value & 3) != 0 || value < -(1 << 27) || value >= (1 << 27)) return out_of_range(r.type);
    const auto word = read_at<std::uint32_t>(image, r.place);
    write_at(image, r.place,
             (word & 0xfc000000U) | (static_cast<std::uint32_t>(value >> 2) & 0x3ffffffU));
    return Ok{};
}

Result<> write_page(std::string& image, const Relocation& r) {
    const std::int64_t target = static_cast<std::int64_t>(r.target) + r.addend;
    const std::int64_t pages = (target >> 12) - (static_cast<std::int64_t>(r.place) >> 12);
    if (pages < -(1 << 20) || pages >= (1 << 20)) return out_of_range(r.type);
    write_at(image, r.place, with_page(read_at<std::uint32_t>(image, r.place), pages));
    return Ok{};
}

Result<> relocate_arm(std::string& image, const Relocation& r) {
    if (!has_room(image, r.place, 4)) return out_of_range(r.type);
    switch (r.type) {
        case R_AARCH64_PREL32: return write_distance32(image, r);
        case R_AARCH64_ADR_PREL_PG_HI21: return write_page(image, r);
        case R_AARCH64_ADD_ABS_LO12_NC:
        case R_AARCH64_LDST8_ABS_LO12_NC: return write_low12(image, r, 0);
        case R_AARCH64_LDST16_ABS_LO12_NC: return write_low12(image, r, 1);
        case R_AARCH64_LDST32_ABS_LO12_NC: return write_low12(image, r, 2);
        case R_AARCH64_LDST64_ABS_LO12_NC: return write_low12(image, r, 3);
        case R_AARCH64_LDST128_ABS_LO12_NC: return write_low12(image, r, 4);
        case R_AARCH64_CALL26:
        case R_AARCH64_JUMP26: return write_branch26(image, r);
        default: return Error("AArch64 relocation " + std::to_string(r.type) + " is not supported");
    }
}

}  // namespace

Result<> relocate(std::string& image, std::uint16_t machine, const Relocation& relocation) {
    return machine == EM_X86_64 ? relocate_x86(image, relocation) : relocate_arm(image, relocation);
}

}  // namespace sensor::compile
