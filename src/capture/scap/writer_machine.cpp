// SPDX-License-Identifier: Apache-2.0
#include "capture/scap/writer_machine.hpp"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <memory>

namespace sensor::capture::scap {
namespace {

std::array<std::uint8_t, 16> bytes_of(const sockaddr* address) {
    std::array<std::uint8_t, 16> out{};
    if (address == nullptr) return out;
    if (address->sa_family == AF_INET) {
        sockaddr_in ip4{};
        std::memcpy(&ip4, address, sizeof ip4);
        std::memcpy(out.data(), &ip4.sin_addr, sizeof ip4.sin_addr);
    } else if (address->sa_family == AF_INET6) {
        sockaddr_in6 ip6{};
        std::memcpy(&ip6, address, sizeof ip6);
        std::memcpy(out.data(), &ip6.sin6_addr, sizeof ip6.sin6_addr);
    }
    return out;
}

std::vector<CaptureInterface> interfaces() {
    std::vector<CaptureInterface> all;
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return all;
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
    for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr) continue;
        const int family = one->ifa_addr->sa_family;
        if (family != AF_INET && family != AF_INET6) continue;
        CaptureInterface out;
        out.is_ip6 = family == AF_INET6;
        out.name = one->ifa_name;
        out.address = bytes_of(one->ifa_addr);
        out.netmask = bytes_of(one->ifa_netmask);
        if (!out.is_ip6) out.broadcast = bytes_of(one->ifa_broadaddr);
        all.push_back(std::move(out));
    }
    return all;
}

}  // namespace

void add_machine(CaptureTables& tables) {
    CaptureMachine& machine = tables.machine;
    if (machine.cpus == 0) machine.cpus = static_cast<std::uint32_t>(::get_nprocs_conf());
    if (machine.memory_bytes == 0) {
        machine.memory_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                               static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    }
    if (machine.max_tid == 0) std::ifstream("/proc/sys/kernel/pid_max") >> machine.max_tid;
    if (tables.interfaces.empty()) tables.interfaces = interfaces();
}

}  // namespace sensor::capture::scap
