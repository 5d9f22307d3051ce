// SPDX-License-Identifier: Apache-2.0
// Little-endian byte streams: a writer that appends, and a reader that is bounds-checked and goes
// to a failed state instead of past the end. Used for programs, requests and bundles.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace sensor::eval {

class ByteWriter {
public:
    template <typename T>
    void number(T value) {
        static_assert(std::is_unsigned_v<T>);
        for (std::size_t k = 0; k < sizeof(T); ++k)
            bytes_ += static_cast<char>(value >> (8 * k) & 0xffU);
    }
    template <typename E>
    void enumerator(E value) {
        number(static_cast<std::uint16_t>(value));
    }
    void flag(bool value) { number(static_cast<std::uint8_t>(value ? 1 : 0)); }
    void text(std::string_view s) {
        number(static_cast<std::uint32_t>(s.size()));
        bytes_ += s;
    }
    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

class ByteReader {
public:
    explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

    bool ok() const { return ok_; }
    bool at_end() const { return ok_ && rest_.empty(); }
    void fail() { ok_ = false; }

    template <typename T>
    T number() {
        static_assert(std::is_unsigned_v<T>);
        if (!need(sizeof(T))) return 0;
        T value = 0;
        for (std::size_t k = 0; k < sizeof(T); ++k) {
            const auto byte = static_cast<T>(static_cast<unsigned char>(rest_[k]));
            value = static_cast<T>(value | static_cast<T>(byte << (8 * k)));
        }
        rest_.remove_prefix(sizeof(T));
        return value;
    }
    /// A value below `limit`; anything else fails.
    std::uint32_t below(std::uint64_t limit) {
        const auto value = number<std::uint32_t>();
        if (value >= limit) fail();
        return ok_ ? value : 0;
    }
    template <typename E>
    E enumerator(E last) {
        const auto value = number<std::uint16_t>();
        if (value > static_cast<std::uint16_t>(last)) fail();
        return ok_ ? static_cast<E>(value) : E{};
    }
    bool flag() {
        const auto value = number<std::uint8_t>();
        if (value > 1) fail();
        return value == 1;
    }
    std::string_view text() {
        const auto size = number<std::uint32_t>();
        if (!need(size)) return {};
        const std::string_view s = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return s;
    }
    /// A count of elements that take at least `least` bytes each; more than can be there fails.
    std::uint32_t count(std::size_t least) {
        const auto n = number<std::uint32_t>();
        if (n > rest_.size() / least) fail();
        return ok_ ? n : 0;
    }

private:
    bool need(std::size_t bytes) {
        if (bytes > rest_.size()) ok_ = false;
        return ok_;
    }
    std::string_view rest_;
    bool ok_ = true;
};

}  // namespace sensor::eval
