// SPDX-License-Identifier: Apache-2.0
// Backoff: how long to wait before the next attempt. Twice as long each time, from 0.1 s to 30 s,
// and up to a quarter more or less, so that many sensors do not all come back at once.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace sensor::output {

class Backoff {
public:
    using Ms = std::chrono::milliseconds;
    static constexpr Ms kLeast{100}, kMost{30000};

    explicit Backoff(std::uint64_t seed) : random_(seed) {}

    /// The next pause.
    Ms next() {
        const Ms base = next_;
        next_ = std::min(next_ * 2, kMost);
        std::uniform_int_distribution<Ms::rep> jitter(base.count() * 3 / 4, base.count() * 5 / 4);
        return std::clamp(Ms(jitter(random_)), kLeast, kMost);
    }
    void reset() { next_ = kLeast; }

private:
    std::minstd_rand random_;
    Ms next_ = kLeast;
};

}  // namespace sensor::output
