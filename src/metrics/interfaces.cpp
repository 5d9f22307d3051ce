// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>

#include "metrics/resources.hpp"

namespace sensor::metrics {
namespace {

void take(const ifaddrs& one, std::map<std::string, Interface>& all) {
    if (one.ifa_addr == nullptr || (one.ifa_flags & IFF_LOOPBACK) != 0) return;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (one.ifa_addr->sa_family == AF_INET) {
        sockaddr_in address{};
        std::memcpy(&address, one.ifa_addr, sizeof address);
        ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
        all[one.ifa_name].ipv4.emplace_back(text.data());
    } else if (one.ifa_addr->sa_family == AF_INET6) {
        sockaddr_in6 address{};
        std::memcpy(&address, one.ifa_addr, sizeof address);
        ::inet_ntop(AF_INET6, &address.sin6_addr, text.data(), text.size());
        all[one.ifa_name].ipv6.emplace_back(text.data());
    }
}

}  // namespace

Result<std::vector<Interface>> read_interfaces() {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return errno_error("listing network interfaces", errno);
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
    std::map<std::string, Interface> all;
    for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) take(*one, all);
    std::vector<Interface> out;
    for (auto& [name, one] : all) {
        one.name = name;
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace sensor::metrics
