// SPDX-License-Identifier: Apache-2.0
// Protocol buffers as bytes: just enough to read the few members that are wanted of CRI's and
// containerd's messages, in place and without copies, and to write the small requests. In place of
// the library, its compiler and generated code: the messages read are three levels deep at most and
// the static programs stay without another library. Any bytes may come; none do harm.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sensor::runtimes {

/// One member of a message.
struct WireField {
    std::uint32_t number = 0;
    std::string_view bytes;   ///< of texts, messages and maps' entries; else empty
    std::uint64_t value = 0;  ///< of numbers and flags

    std::int64_t integer() const noexcept { return static_cast<std::int64_t>(value); }
    std::string text() const { return std::string(bytes); }
};

/// Walks over the members of a message: `while (reader.next(field))`.
class WireReader {
public:
    explicit WireReader(std::string_view message) : rest_(message) {}
    /// out: false at the end, and at the first byte that is none of a message
    bool next(WireField& field) noexcept;
    bool damaged() const noexcept { return damaged_; }

private:
    bool fail() noexcept;
    bool varint(std::uint64_t& value) noexcept;
    bool fixed(std::size_t size, std::uint64_t& value) noexcept;

    std::string_view rest_;
    bool damaged_ = false;
};

/// Calls `take` with each member.
template <typename F>
bool each_field(std::string_view message, F&& take) {
    WireReader reader(message);
    for (WireField field; reader.next(field);) take(field);
    return !reader.damaged();
}

/// The last member of that number, as protocol buffers have it; empty if there is none.
std::string_view bytes_of(std::string_view message, std::uint32_t number) noexcept;
std::uint64_t number_of(std::string_view message, std::uint32_t number) noexcept;

/// Appends a member. Of flags and numbers: 0 is left out.
void put_bytes(std::string& message, std::uint32_t number, std::string_view bytes);
void put_number(std::string& message, std::uint32_t number, std::uint64_t value);

}  // namespace sensor::runtimes
