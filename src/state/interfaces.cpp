// SPDX-License-Identifier: Apache-2.0
#include "state/interfaces.hpp"

namespace sensor::state {
namespace {

bool is_loopback(std::string_view ip) noexcept {
    if (ip.size() == 4) return ip[0] == 127;
    return ip.substr(0, 15).find_first_not_of('\0') == std::string_view::npos && ip[15] == 1;
}

bool same_net(std::string_view a, std::string_view b, std::string_view mask) noexcept {
    for (std::size_t k = 0; k < a.size(); ++k) {
        if (((a[k] ^ b[k]) & mask[k]) != 0) return false;
    }
    return true;
}

}  // namespace

void Interfaces::assign(std::span<const CaptureInterface> interfaces) {
    all_.assign(interfaces.begin(), interfaces.end());
    nets_.clear();
    for (const CaptureInterface& one : interfaces) {
        const std::size_t size = one.is_ip6 ? 16 : 4;
        nets_.push_back({std::string(one.address.begin(), one.address.begin() + size),
                         std::string(one.netmask.begin(), one.netmask.begin() + size)});
    }
}

std::string_view Interfaces::local_for(EndView remote) const noexcept {
    std::string_view same, first;
    for (const Net& net : nets_) {
        if (net.address.size() != remote.ip.size()) continue;
        if (net.address == remote.ip) return net.address;
        if (same.empty() && same_net(net.address, remote.ip, net.mask)) same = net.address;
        if (first.empty() && !is_loopback(net.address)) first = net.address;
    }
    return same.empty() ? first : same;
}

}  // namespace sensor::state
