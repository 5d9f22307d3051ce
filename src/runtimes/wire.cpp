// SPDX-License-Identifier: Apache-2.0
#include "runtimes/wire.hpp"

namespace sensor::runtimes {
namespace {

enum WireType : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void put_varint(std::string& to, std::uint64_t value) {
    for (; value > 0x7f; value >>= 7) to.push_back(static_cast<char>((value & 0x7f) | 0x80));
    to.push_back(static_cast<char>(value));
}

}  // namespace

bool WireReader::fail() noexcept {
    damaged_ = true;
    rest_ = {};
    return false;
}

bool WireReader::varint(std::uint64_t& value) noexcept {
    value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (rest_.empty()) return fail();
        const auto byte = static_cast<unsigned char>(rest_.front());
        rest_.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
        if ((byte & 0x80U) == 0) return true;
    }
    return fail();
}

bool WireReader::fixed(std::size_t size, std::uint64_t& value) noexcept {
    if (rest_.size() < size) return fail();
    value = 0;
    for (std::size_t k = size; k-- > 0;) value = value << 8 | static_cast<unsigned char>(rest_[k]);
    rest_.remove_prefix(size);
    return true;
}

bool WireReader::next(WireField& field) noexcept {
    if (rest_.empty()) return false;
    std::uint64_t key = 0, size = 0;
    if (!varint(key)) return false;
    if (key >> 3 == 0 || key >> 3 > 0x1fffffff) return fail();
    field = {};
    field.number = static_cast<std::uint32_t>(key >> 3);
    switch (key & 7) {
        case kVarint: return varint(field.value);
        case kFixed64: return fixed(8, field.value);
        case kFixed32: return fixed(4, field.value);
        case kBytes: break;
        default: return fail();  // groups: nobody has used them for twenty years
    }
    if (!varint(size)) return false;
    if (size > rest_.size()) return fail();
    field.bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
}

std::string_view bytes_of(std::string_view message, std::uint32_t number) noexcept {
    std::string_view found;
    each_field(message, [&](const WireField& field) {
        if (field.number == number) found = field.bytes;
    });
    return found;
}

std::uint64_t number_of(std::string_view message, std::uint32_t number) noexcept {
    std::uint64_t found = 0;
    each_field(message, [&](const WireField& field) {
        if (field.number == number) found = field.value;
    });
    return found;
}

void put_bytes(std::string& message, std::uint32_t number, std::string_view bytes) {
    put_varint(message, std::uint64_t{number} << 3 | kBytes);
    put_varint(message, bytes.size());
    message.append(bytes);
}

void put_number(std::string& message, std::uint32_t number, std::uint64_t value) {
    if (value == 0) return;
    put_varint(message, std::uint64_t{number} << 3 | kVarint);
    put_varint(message, value);
}

}  // namespace sensor::runtimes
