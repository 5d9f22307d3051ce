// SPDX-License-Identifier: Apache-2.0
// Flooder: processes that open and close one file, one on each processor. Used by flood.cpp.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace sensor::bench {

class Flooder {
public:
    Flooder() = default;
    Flooder(const Flooder&) = delete;
    Flooder& operator=(const Flooder&) = delete;
    ~Flooder();

    /// path: file to open; rate: opens a second, all together; 0: all they can
    Result<> start(const std::string& path, std::uint64_t rate, const std::vector<int>& cpus);
    /// Ends them. out: opens that were made
    std::uint64_t stop();

private:
    std::vector<pid_t> children_;
    std::uint64_t* opened_ = nullptr;  // by child, shared with them
    std::size_t shared_bytes_ = 0;
};

}  // namespace sensor::bench
