// SPDX-License-Identifier: Apache-2.0
// WriterFile: bytes to a file by a thread of its own, through a bounded queue of chunks. Used by
// Writer. The first error ends the writing; it is kept and nothing more is taken.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sensor::capture::scap {

class WriterFile {
public:
    static constexpr std::size_t kChunkBytes = 256U << 10;
    static constexpr std::size_t kMaxChunks = 64;  ///< on the way to the disk

    enum class Taken : std::uint8_t { Yes, NoRoom, Failed };

    /// fails: cannot be created. exclusive: it must not exist, not even as a link
    static Result<WriterFile> create(const std::string& path, bool exclusive);
    WriterFile(WriterFile&&) noexcept;
    WriterFile& operator=(WriterFile&&) = delete;
    ~WriterFile();

    /// Appends all or nothing. wait: for room, as long as it takes. cost: a copy; a lock a chunk
    Taken append(std::string_view bytes, bool wait);
    /// Gives an unfinished chunk to the disk too, if there is room for it.
    void flush();
    /// Waits until all is written. fails: the first error
    Result<> close();
    /// The first error so far, empty: none.
    std::string problem() const;

private:
    struct Shared;
    explicit WriterFile(std::unique_ptr<Shared> shared);

    std::unique_ptr<Shared> shared_;
    std::string chunk_;
};

}  // namespace sensor::capture::scap
