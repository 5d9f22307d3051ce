// SPDX-License-Identifier: Apache-2.0
// RepeatedCapture: a capture made long: its tables once, its events again and again with the clock
// running on, uncompressed, in a temporary file. Subcommand `pipeline` reads it.
#pragma once

#include <cstdint>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sensor::bench {

class RepeatedCapture {
public:
    /// in:    a capture, plain or packed; how many events the result has at least
    /// fails: unreadable, no events, events of a version before 2022, no room for the file
    static Result<RepeatedCapture> make(const std::string& path, std::uint64_t least_events);

    /// Of the temporary file; it has no name, this stands for the open descriptor.
    std::string path() const;
    std::uint64_t events() const { return events_; }  ///< event blocks
    std::uint64_t bytes() const { return bytes_; }

private:
    Fd file_;
    std::uint64_t events_ = 0, bytes_ = 0;
};

}  // namespace sensor::bench
