// SPDX-License-Identifier: Apache-2.0
// ByteStream: where the bytes of a capture come from: a file, a pipe, memory; and the same
// unpacked. Read by Window, and nobody else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"

namespace sensor::capture::scap {

class ByteStream {
public:
    struct Got {
        std::size_t bytes = 0;  ///< 0 without `end`: nothing came in time, or a signal did
        bool end = false;
    };
    struct Progress {
        std::uint64_t bytes_read = 0;   ///< of the file as stored
        std::uint64_t bytes_total = 0;  ///< 0: not known (pipes)
    };

    virtual ~ByteStream() = default;
    /// Reads what there is into `out` (not empty).
    /// in:    wait_ms, how long to wait for a first byte; -1: until it comes
    /// fails: unreadable, or not what its first bytes promised; bytes before that were given
    virtual Result<Got> read(std::span<std::byte> out, int wait_ms) = 0;
    virtual Progress progress() const = 0;
};

/// A file by its path, or standard input for "-". fails: cannot be opened, is a directory
Result<std::unique_ptr<ByteStream>> open_bytes(const std::string& path);

/// Bytes in memory, for tests. `piece`: at most so many a read, 0: all.
std::unique_ptr<ByteStream> memory_bytes(std::string bytes, std::size_t piece = 0);

/// The same stream unpacked if its first bytes are those of gzip or zstd, else unchanged.
/// Concatenated members are one stream; what follows the last one and is none is ignored, as
/// gzip does.
Result<std::unique_ptr<ByteStream>> unpacked(std::unique_ptr<ByteStream> bytes);

/// A whole file, unpacked, in memory: for measurements and tests, which repeat or damage it.
Result<std::string> read_unpacked(const std::string& path);

}  // namespace sensor::capture::scap
