// SPDX-License-Identifier: Apache-2.0
// Counters of the web server: written by its thread, read by any.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string_view>

#include "web/server.hpp"

namespace sensor::web {

/// Why the server ended a connection, or did not take it.
enum class Ended : std::uint8_t {
    Deadline,   ///< the request did not come in time
    Malformed,  ///< no HTTP, or larger than allowed
    Tls,        ///< no TLS, or none that we speak
    GaveWay,    ///< for a newer one
    Full,       ///< no descriptors or memory to take it
    Unread,     ///< the client did not read its answer
};
inline constexpr std::array<std::string_view, 6> kEndedNames = {"deadline", "malformed", "tls",
                                                                "gave_way", "full",      "unread"};

class Counters {
public:
    void answered(unsigned status) {
        const std::lock_guard lock(mutex_);
        ++requests_[status];
    }
    void ended(Ended why) {
        const std::lock_guard lock(mutex_);
        ++ended_[static_cast<std::size_t>(why)];
    }
    void open(std::size_t count) {
        const std::lock_guard lock(mutex_);
        open_ = count;
    }
    ServerStats stats() const {
        const std::lock_guard lock(mutex_);
        ServerStats out;
        out.requests.assign(requests_.begin(), requests_.end());
        out.open = open_;
        for (std::size_t k = 0; k < kEndedNames.size(); ++k)
            out.refused.emplace_back(kEndedNames[k], ended_[k]);
        return out;
    }

private:
    mutable std::mutex mutex_;
    std::map<unsigned, std::uint64_t> requests_;
    std::array<std::uint64_t, kEndedNames.size()> ended_{};
    std::uint64_t open_ = 0;
};

}  // namespace sensor::web
