// SPDX-License-Identifier: Apache-2.0
#include "state/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace sensor::state {
namespace {

constexpr std::uint8_t kUnix = 1, kInet = 2, kInet6 = 10;

template <typename T>
T load(std::string_view bytes, std::size_t offset) noexcept {
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof(value));
    return value;
}

Endpoint endpoint(std::string_view bytes, std::size_t offset, std::uint8_t size) noexcept {
    Endpoint end;
    end.size = size;
    std::memcpy(end.ip.data(), bytes.data() + offset, size);
    end.port = load<std::uint16_t>(bytes, offset + size);
    return end;
}

std::string_view until_nul(std::string_view bytes) noexcept {
    return bytes.substr(0, bytes.find('\0'));
}

bool is_zero(std::string_view ip) noexcept {
    return std::all_of(ip.begin(), ip.end(), [](char c) { return c == 0; });
}

bool is_mapped(const Endpoint& end) noexcept {
    static constexpr char kPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\xff', '\xff'};
    return end.size == 16 && std::memcmp(end.ip.data(), kPrefix, sizeof(kPrefix)) == 0;
}

void to_ip4(Endpoint& end) noexcept {
    std::array<char, 16> ip{};
    std::memcpy(ip.data(), end.ip.data() + 12, 4);
    end.ip = ip;
    end.size = 4;
}

}  // namespace

bool Endpoint::any_address() const noexcept { return is_zero(address()); }
bool EndView::any_address() const noexcept { return is_zero(ip); }

Endpoint EndView::copy() const noexcept {
    Endpoint end;
    end.size = static_cast<std::uint8_t>(ip.size());
    end.port = port;
    if (!ip.empty()) std::memcpy(end.ip.data(), ip.data(), ip.size());
    return end;
}

SocketName decode_sockaddr(std::string_view bytes) noexcept {
    SocketName name;
    if (bytes.empty()) return name;
    name.family = static_cast<std::uint8_t>(bytes[0]);
    if (name.family == kInet && bytes.size() >= 7) {
        name.first = endpoint(bytes, 1, 4);
        name.valid = true;
    } else if (name.family == kInet6 && bytes.size() >= 19) {
        name.first = endpoint(bytes, 1, 16);
        if (is_mapped(name.first)) to_ip4(name.first);
        name.valid = true;
    } else if (name.family == kUnix) {
        name.path = until_nul(bytes.substr(1));
        name.valid = true;
    }
    return name;
}

SocketName decode_tuple(std::string_view bytes) noexcept {
    SocketName name;
    if (bytes.empty()) return name;
    name.family = static_cast<std::uint8_t>(bytes[0]);
    if (name.family == kInet && bytes.size() >= 13) {
        name.first = endpoint(bytes, 1, 4);
        name.second = endpoint(bytes, 7, 4);
        name.valid = true;
    } else if (name.family == kInet6 && bytes.size() >= 37) {
        name.first = endpoint(bytes, 1, 16);
        name.second = endpoint(bytes, 19, 16);
        const bool first4 = is_mapped(name.first) || is_zero(name.first.address());
        const bool second4 = is_mapped(name.second) || is_zero(name.second.address());
        if (first4 && second4) {
            to_ip4(name.first);
            to_ip4(name.second);
        }
        name.valid = true;
    } else if (name.family == kUnix && bytes.size() >= 17) {
        name.unix_first = load<std::uint64_t>(bytes, 1);
        name.unix_second = load<std::uint64_t>(bytes, 9);
        name.path = until_nul(bytes.substr(17));
        name.valid = true;
    }
    return name;
}

std::size_t print_ip(std::string_view address, char* out) noexcept {
    const int family = address.size() == 4 ? AF_INET : AF_INET6;
    if (address.size() != 4 && address.size() != 16) return 0;
    if (inet_ntop(family, address.data(), out, kMaxEndpointText) == nullptr) return 0;
    return std::strlen(out);
}

std::size_t print_endpoint(EndView end, char* out) noexcept {
    std::size_t used = print_ip(end.address(), out);
    out[used++] = ':';
    return static_cast<std::size_t>(
        std::to_chars(out + used, out + kMaxEndpointText, end.port).ptr - out);
}

std::size_t print_connection(EndView from, EndView to, char* out) noexcept {
    std::size_t used = print_endpoint(from, out);
    out[used++] = '-';
    out[used++] = '>';
    return used + print_endpoint(to, out + used);
}

std::string endpoint_text(EndView end) {
    char text[kMaxEndpointText];
    return {text, print_endpoint(end, text)};
}

std::string connection_text(EndView from, EndView to) {
    return endpoint_text(from) + "->" + endpoint_text(to);
}

std::string_view print_unix(std::uint64_t first, std::uint64_t second, std::string_view path,
                            char* out) noexcept {
    char* end = out + kMaxUnixText;
    char* at = std::to_chars(out, end, first, 16).ptr;
    *at++ = '-';
    *at++ = '>';
    at = std::to_chars(at, end, second, 16).ptr;
    if (!path.empty()) {
        *at++ = ' ';
        path = path.substr(0, static_cast<std::size_t>(end - at));
        std::memcpy(at, path.data(), path.size());
        at += path.size();
    }
    return {out, static_cast<std::size_t>(at - out)};
}

std::string unix_text(std::uint64_t first, std::uint64_t second, std::string_view path) {
    char text[kMaxUnixText];
    return std::string(print_unix(first, second, path, text));
}

}  // namespace sensor::state
