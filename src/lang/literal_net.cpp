// SPDX-License-Identifier: Apache-2.0
#include "lang/literal_net.hpp"

#include <arpa/inet.h>
#include <netdb.h>

#include <array>
#include <charconv>
#include <vector>

#include "event/well_known_ports.hpp"

namespace sensor::lang {
namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

/// 4 or 16 bytes in network order; empty if `text` is no address.
std::string address_bytes(std::string_view text) {
    std::array<char, 16> bytes{};
    const std::string terminated(text);
    const bool v4 = text.find('.') != std::string_view::npos;
    if (text.find('\0') != std::string_view::npos) return {};
    if (inet_pton(v4 ? AF_INET : AF_INET6, terminated.c_str(), bytes.data()) != 1) return {};
    return {bytes.data(), v4 ? 4U : 16U};
}

void clear_host_bits(std::string& bytes, unsigned prefix) {
    for (std::size_t k = 0; k < bytes.size(); ++k) {
        const unsigned kept =
            prefix <= 8 * k ? 0 : std::min<unsigned>(prefix - static_cast<unsigned>(8 * k), 8);
        bytes[k] = static_cast<char>(static_cast<unsigned char>(bytes[k]) & (0xff00u >> kept));
    }
}

}  // namespace

Result<Constant> parse_address(ParamType type, std::string_view text) {
    Constant c;
    c.bytes = address_bytes(text);
    const bool v4 = c.bytes.size() == 4;
    if (c.bytes.empty() || (type == ParamType::IPV4ADDR && !v4) ||
        (type == ParamType::IPV6ADDR && v4)) {
        return Error(quoted(text) + " is not an IP address");
    }
    c.kind = v4 ? Kind::Ip4 : Kind::Ip6;
    return c;
}

Result<Constant> parse_network(ParamType type, std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos)
        return Error(quoted(text) + " is not a network: '/' and a prefix length are missing");
    Constant c;
    c.bytes = address_bytes(text.substr(0, slash));
    const bool v4 = c.bytes.size() == 4;
    if (c.bytes.empty() || (type == ParamType::IPV4NET && !v4) ||
        (type == ParamType::IPV6NET && v4)) {
        return Error(quoted(text) + " is not a network: no IP address before the '/'");
    }
    const std::string_view digits = text.substr(slash + 1);
    unsigned prefix = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    const unsigned least = v4 ? 0 : 1;
    const unsigned greatest = v4 ? 32 : 128;
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size() ||
        prefix < least || prefix > greatest) {
        return Error(quoted(text) + " is not a network: the prefix length must be " +
                     std::to_string(least) + " to " + std::to_string(greatest));
    }
    clear_host_bits(c.bytes, prefix);
    c.kind = v4 ? Kind::Ip4 : Kind::Ip6;
    c.prefix = static_cast<std::uint8_t>(prefix);
    c.is_net = true;
    return c;
}

std::optional<std::uint16_t> service_port(std::string_view name) {
    const std::string terminated(name);
    servent entry{};
    servent* found = nullptr;
    std::vector<char> buffer(4096);
    if (name.find('\0') == std::string_view::npos &&
        getservbyname_r(terminated.c_str(), nullptr, &entry, buffer.data(), buffer.size(),
                        &found) == 0 &&
        found != nullptr) {
        return ntohs(static_cast<std::uint16_t>(found->s_port));
    }
    for (const WellKnownPort& service : kWellKnownPorts) {
        if (service.name == name) return service.port;
    }
    return std::nullopt;
}

}  // namespace sensor::lang
