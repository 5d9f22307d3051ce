// SPDX-License-Identifier: Apache-2.0
// Services: names of well-known ports, from /etc/services, or the commonest without such a file.
// Read once, at the start.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "state/fd_info.hpp"

namespace sensor::state {

class Services {
public:
    explicit Services(const char* path = "/etc/services");

    /// Name of the port; empty if it has none. The protocol decides where names differ.
    std::string_view name(std::uint16_t port, L4Proto proto) const noexcept;

private:
    std::unordered_map<std::uint32_t, std::string> names_;  // port, and 1 << 16 for udp
};

}  // namespace sensor::state
