// SPDX-License-Identifier: Apache-2.0
#include "state/services.hpp"

#include <charconv>
#include <fstream>
#include <sstream>

#include "event/well_known_ports.hpp"

namespace sensor::state {
namespace {

constexpr std::uint32_t kUdp = 1U << 16;

}  // namespace

Services::Services(const char* path) {
    std::ifstream file(path);
    if (!file) {
        for (const WellKnownPort& known : kWellKnownPorts) {
            for (const std::uint32_t key : {std::uint32_t{known.port}, known.port | kUdp})
                names_.emplace(key, known.name);
        }
    }
    for (std::string line; std::getline(file, line);) {
        line.resize(std::min(line.find('#'), line.size()));
        std::istringstream words(line);
        std::string name, port_and_proto;
        if (!(words >> name >> port_and_proto)) continue;
        std::uint16_t port = 0;
        const char* end = port_and_proto.data() + port_and_proto.size();
        const auto [slash, err] = std::from_chars(port_and_proto.data(), end, port);
        if (err != std::errc{} || slash == end) continue;
        const std::string_view proto(slash + 1, static_cast<std::size_t>(end - slash - 1));
        if (proto == "tcp") names_.try_emplace(port, name);
        if (proto == "udp") names_.try_emplace(port | kUdp, name);
    }
}

std::string_view Services::name(std::uint16_t port, L4Proto proto) const noexcept {
    const auto found = names_.find(proto == L4Proto::Udp ? port | kUdp : port);
    return found == names_.end() ? std::string_view{} : std::string_view(found->second);
}

}  // namespace sensor::state
