// SPDX-License-Identifier: Apache-2.0
// Value: what a field yields for one event. 16 bytes, trivially copyable, returned in registers;
// texts and lists are borrowed from the record, the state or the event's arena and are valid until
// the event is done. Its layout is part of the ABI of generated code (eval/abi.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sensor {

enum class Kind : std::uint8_t {
    Absent = 0,  ///< no value: every comparison with it is false
    Int,         ///< signed 64-bit
    Uint,        ///< unsigned 64-bit
    Bool,        ///< bits 0 or 1
    Text,        ///< bytes, usually UTF-8, may hold anything but is not NUL terminated
    Bytes,       ///< raw buffer
    Ip4,         ///< 4 bytes in network order, borrowed
    Ip6,         ///< 16 bytes, borrowed
    Double,      ///< bit pattern of a double
    List,        ///< `len` Values, borrowed
};

struct Value {
    std::uint64_t bits = 0;  ///< the number, or the address of what is borrowed
    std::uint32_t len = 0;   ///< bytes of Text/Bytes/Ip, elements of List
    Kind kind = Kind::Absent;
    std::uint8_t pad[3] = {0, 0, 0};

    static Value absent() noexcept { return {}; }
    static Value of_int(std::int64_t v) noexcept {
        return make(static_cast<std::uint64_t>(v), 0, Kind::Int);
    }
    static Value of_uint(std::uint64_t v) noexcept { return make(v, 0, Kind::Uint); }
    static Value of_bool(bool v) noexcept { return make(v ? 1 : 0, 0, Kind::Bool); }
    static Value of_double(double v) noexcept {
        return make(__builtin_bit_cast(std::uint64_t, v), 0, Kind::Double);
    }
    static Value of_text(std::string_view s) noexcept {
        return borrow(s.data(), s.size(), Kind::Text);
    }
    static Value of_bytes(std::string_view s) noexcept {
        return borrow(s.data(), s.size(), Kind::Bytes);
    }
    /// 4 or 16 address bytes in network order.
    static Value of_ip(std::string_view a) noexcept {
        return borrow(a.data(), a.size(), a.size() == 4 ? Kind::Ip4 : Kind::Ip6);
    }
    static Value of_list(const Value* first, std::size_t count) noexcept {
        return borrow(first, count, Kind::List);
    }

    bool present() const noexcept { return kind != Kind::Absent; }
    std::int64_t as_int() const noexcept { return static_cast<std::int64_t>(bits); }
    std::uint64_t as_uint() const noexcept { return bits; }
    double as_double() const noexcept { return __builtin_bit_cast(double, bits); }
    /// Bytes of Text, Bytes, Ip4 and Ip6.
    std::string_view text() const noexcept { return {reinterpret_cast<const char*>(bits), len}; }
    const Value* list() const noexcept { return reinterpret_cast<const Value*>(bits); }

private:
    static Value make(std::uint64_t b, std::uint32_t n, Kind k) noexcept {
        Value v;
        v.bits = b;
        v.len = n;
        v.kind = k;
        return v;
    }
    static Value borrow(const void* p, std::size_t n, Kind k) noexcept {
        return make(reinterpret_cast<std::uintptr_t>(p), static_cast<std::uint32_t>(n), k);
    }
};

static_assert(sizeof(Value) == 16);

}  // namespace sensor
