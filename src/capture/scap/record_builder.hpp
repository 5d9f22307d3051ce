// SPDX-License-Identifier: Apache-2.0
// RecordBuilder: one event of today's scheme, as a file stores it, as a record (bpf/wire.h). The
// hot part of reading: one pass over the parameters, into one buffer that is used again.
//
// What a capture cannot say is zero: tgid, ns_tgid, ns_tid, start, cgroup and generation (the file
// has only thread numbers; 0 means: ask the thread table), and no extras. head.nslots counts the
// parameters that the file's version had. head.seq is the event's number; head.sc the call that the
// event reports, for generic events their parameter ID, or where that is 0 the native number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "capture/scap/codes.hpp"
#include "capture/scap/params.hpp"
#include "capture/scap/stats.hpp"
#include "capture/scap/truth.hpp"

namespace sensor::capture::scap {

/// An event as a file stores it. Behind `data` at least Window::kSlack bytes are readable.
struct Stored {
    std::uint64_t ts = 0, tid = 0;
    std::uint16_t code = 0, cpu = 0;
    std::uint32_t count = 0;          ///< parameters present
    const std::byte* lens = nullptr;  ///< one length each, of 2 or 4 bytes by the event's code
    const std::byte* data = nullptr;  ///< the parameters, back to back
    std::size_t data_bytes = 0;
};

class RecordBuilder {
public:
    explicit RecordBuilder(ScapStats& stats);

    /// Builds the record of an event.
    /// in:    its descriptor, of status Current; parameters beyond the descriptor's are left out
    /// out:   false: the parameters do not fit `data_bytes`
    /// cost:  about 2 ns a parameter and the copy of its texts; allocates for the largest only
    bool build(const Code& code, const Stored& event, std::uint64_t number) noexcept;
    /// The same of parameters from anywhere.
    bool build(const Code& code, const Stored& event, const Params& params,
               std::uint64_t number) noexcept;

    /// Puts what the live kernel said into the last record built: extras, namespaces, flags.
    /// cost: a copy of the record
    void extend(const Truth& truth);

    /// The last record built.
    std::span<const std::byte> record() const { return {bytes(), size_}; }

private:
    template <typename Length>
    bool fill(const Code& code, const Stored& event, std::uint64_t number) noexcept;
    void write_head(const Code& code, const Stored& event, std::uint64_t number,
                    std::uint64_t absent, std::size_t slots) noexcept;
    void reserve(std::size_t bytes) {
        if (bytes > capacity_) [[unlikely]]
            grow(bytes);
    }
    void grow(std::size_t bytes);
    std::byte* bytes() const { return reinterpret_cast<std::byte*>(words_.get()); }

    const Codes& codes_;
    ScapStats& stats_;
    std::unique_ptr<std::uint64_t[]> words_;
    std::size_t capacity_ = 0, size_ = 0;
    // Parameters gathered in the form of a file.
    std::unique_ptr<std::byte[]> gathered_;
    std::size_t gathered_capacity_ = 0;
};

}  // namespace sensor::capture::scap
