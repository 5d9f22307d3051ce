// SPDX-License-Identifier: Apache-2.0
// TokenBucket: so many a second, and a burst; on whatever clock the caller gives.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sensor {

class TokenBucket {
public:
    /// Full at first. rate: tokens a second
    TokenBucket(double rate, double most) : rate_(rate), most_(most), tokens_(most) {}

    /// Takes a token. now_ns: of a clock that may stand still, and is not followed backwards
    /// fails: false if there is none
    bool claim(std::uint64_t now_ns) noexcept {
        if (now_ns > last_ns_) {
            const double seconds = static_cast<double>(now_ns - last_ns_) / 1e9;
            if (last_ns_ != 0) tokens_ = std::min(most_, tokens_ + seconds * rate_);
            last_ns_ = now_ns;
        }
        if (tokens_ < 1) return false;
        tokens_ -= 1;
        return true;
    }

private:
    double rate_, most_, tokens_;
    std::uint64_t last_ns_ = 0;
};

}  // namespace sensor
