// SPDX-License-Identifier: Apache-2.0
// Flooder: processes that open and close one file, one on each processor, and one that starts short
// programs. Used by flood.cpp.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace sensor::bench {

struct Load {
    std::string path;         ///< file to open
    std::uint64_t rate = 0;   ///< opens a second, all together; 0: all they can
    std::uint64_t churn = 0;  ///< programs started a second
    std::vector<int> cpus;    ///< one process on each opens
};

class Flooder {
public:
    Flooder() = default;
    Flooder(const Flooder&) = delete;
    Flooder& operator=(const Flooder&) = delete;
    ~Flooder();

    Result<> start(const Load& load);
    /// Ends them. out: opens that were made
    std::uint64_t stop();

private:
    template <typename Work>
    Result<> add(Work work);

    std::vector<pid_t> children_;
    std::uint64_t* opened_ = nullptr;  // by opener, shared with them
    std::size_t counts_ = 0;
    std::size_t shared_bytes_ = 0;
};

}  // namespace sensor::bench
