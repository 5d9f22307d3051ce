// SPDX-License-Identifier: Apache-2.0
// Socket addresses and tuples as records carry them (capture encoding), decoded and as text.
// Used by the descriptor table and by the fields that print parameters. Nothing here allocates but
// the functions that return std::string.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sensor::state {

/// One end of an IP socket; `size` is 4, 16, or 0 for none. Bytes are in network order.
struct Endpoint {
    std::array<char, 16> ip{};
    std::uint8_t size = 0;
    std::uint16_t port = 0;

    std::string_view address() const noexcept { return {ip.data(), size}; }
    bool any_address() const noexcept;  ///< no address or 0.0.0.0 or ::
    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// The same, borrowed: from an Endpoint, or from where a descriptor keeps its ends.
struct EndView {
    std::string_view ip;
    std::uint16_t port = 0;

    EndView() = default;
    EndView(std::string_view address, std::uint16_t number) noexcept : ip(address), port(number) {}
    EndView(const Endpoint& end) noexcept : ip(end.address()), port(end.port) {}

    std::string_view address() const noexcept { return ip; }
    bool any_address() const noexcept;
    Endpoint copy() const noexcept;
    friend bool operator==(const EndView& a, const EndView& b) noexcept {
        return a.port == b.port && a.ip == b.ip;
    }
};

/// A decoded SOCKADDR or SOCKTUPLE. For an address only `first` (or `path`) is set.
struct SocketName {
    std::uint8_t family = 0;  ///< 1 UNIX, 2 INET, 10 INET6, 0: nothing
    bool valid = false;
    Endpoint first, second;
    std::uint64_t unix_first = 0, unix_second = 0;
    std::string_view path;  ///< UNIX; borrowed, without NUL
};

/// v4-mapped addresses become IPv4 (in tuples only when both ends are).
/// fails: `!valid` for an unknown family or wrong length
SocketName decode_sockaddr(std::string_view bytes) noexcept;
SocketName decode_tuple(std::string_view bytes) noexcept;

/// Longest text of the functions below, paths aside.
inline constexpr std::size_t kMaxEndpointText = 64;

/// "1.2.3.4:80" or "::1:80". Writes at most kMaxEndpointText bytes, returns how many.
std::size_t print_endpoint(EndView end, char* out) noexcept;
/// "1.2.3.4" or "::1".
std::size_t print_ip(std::string_view address, char* out) noexcept;

/// "from->to"; at most 2 * kMaxEndpointText + 2 bytes.
std::size_t print_connection(EndView from, EndView to, char* out) noexcept;

std::string endpoint_text(EndView end);
std::string connection_text(EndView from, EndView to);
/// "<hex>-><hex> path".
inline constexpr std::size_t kMaxUnixText = 2 * 16 + 3 + 4096;
/// The same into at least kMaxUnixText bytes; a longer path is cut.
std::string_view print_unix(std::uint64_t first, std::uint64_t second, std::string_view path,
                            char* out) noexcept;
std::string unix_text(std::uint64_t first, std::uint64_t second, std::string_view path);

}  // namespace sensor::state
