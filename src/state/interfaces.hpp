// SPDX-License-Identifier: Apache-2.0
// Interfaces: the addresses of the machine a capture was made on. Captures say "any" for the local
// address of sockets that are not connected; the recorded machine's interfaces tell more.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "event/capture_tables.hpp"
#include "state/address.hpp"

namespace sensor::state {

class Interfaces {
public:
    void assign(std::span<const CaptureInterface> interfaces);

    /// As they were assigned.
    const std::vector<CaptureInterface>& all() const noexcept { return all_; }

    /// The address the machine reaches `remote` from: its own if it is one of them, that in the
    /// same network, the first that is not the loopback's. Empty if there is none of its family.
    std::string_view local_for(EndView remote) const noexcept;

private:
    struct Net {
        std::string address, mask;
    };
    std::vector<Net> nets_;
    std::vector<CaptureInterface> all_;
};

}  // namespace sensor::state
