// SPDX-License-Identifier: Apache-2.0
// Spool: lines of one channel on the disk, the oldest delivered first, also by a later run of the
// sensor. The spooler adds at its end, the channel's thread reads at its front; both may at once.
// A line is forgotten only after the channel has said that it is done with it, so a kill may repeat
// some, and lose none.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <span>

#include "output/line.hpp"
#include "output/spool_folder.hpp"
#include "output/stats.hpp"

namespace sensor::output {

class Spool {
public:
    struct Counts {
        std::uint64_t stored = 0;   ///< lines of this run
        std::uint64_t waiting = 0;  ///< lines
        std::uint64_t bytes = 0;    ///< on the disk, damaged files too
        std::uint64_t damaged = 0;  ///< lines lost in damaged files
    };

    /// What an earlier run left is taken over. Nothing is created before something is stored.
    /// A folder that another process holds, or the outputs before a reload, is tried again later.
    /// fails: if the folder is there and cannot or must not be used
    static Result<std::unique_ptr<Spool>> open(const SpoolOptions& options,
                                               std::string_view channel, Form form);
    ~Spool();

    /// Stores lines behind all others. out: how many, from the first on; the others did not fit
    /// or the disk refused, as reason() tells
    std::size_t append(std::span<const LinePtr> lines);
    /// The same before all others. At the end, for lines that a channel could not send; what read()
    /// gave is done by then.
    std::size_t put_front(std::span<const LinePtr> lines);
    /// Is it likely to take something now? A full one is not, nor one that failed a second ago.
    bool is_usable();
    /// Tries again to open a folder that another held. out: does anything wait in it?
    bool look_again();
    DropReason reason() const { return reason_.load(); }

    /// The oldest lines; they stay until done().
    std::vector<LinePtr> read(std::size_t lines, std::size_t bytes);
    /// What read() has given is delivered, or counted otherwise.
    void done();
    /// Is there anything that read() has not given yet? cost: one load; for the channel's thread,
    /// which must not wait for the disk
    bool has_more() const noexcept { return unread_.load() != 0; }
    /// Is everything done?
    bool is_empty() const noexcept { return waiting_.load() == 0; }

    /// cost: loads only, whatever the disk does
    Counts counts() const noexcept;
    /// All that was stored is given to the disk, and the folder is free for others. Only counts()
    /// may be asked after.
    void release();

private:
    using Clock = std::chrono::steady_clock;
    explicit Spool(const SpoolOptions& options, std::string_view channel, Form form);

    Result<> open_folder(bool make);
    Result<> take_over();
    void look_at_last();
    Result<> write_tail(const std::string& bytes);
    std::size_t append_some(std::span<const LinePtr> lines);
    Result<> begin_file(std::uint64_t first);
    bool has_room(std::size_t bytes) const;
    void fail(const Error& error);
    bool load_front();
    void collect(std::vector<LinePtr>& lines, std::size_t most, std::size_t most_bytes);
    void end_front();
    bool front_ended() const;
    void note_lost(std::uint64_t count);
    void publish();

    const SpoolOptions options_;
    const std::string channel_;
    const Form form_;
    const std::uint64_t most_bytes_, file_bytes_;

    mutable std::mutex mutex_;
    std::unique_ptr<SpoolFolder> folder_;
    std::deque<SpoolFolder::File> files_;
    Fd tail_;                         // the last of files_, if it is being written
    std::uint64_t next_write_ = 0;    // number of the next line
    std::uint64_t next_read_ = 0;     // the next one to be given by read()
    std::uint64_t done_ = 0;          // the first one that is not done
    std::size_t passed_ = 0;          // how many of files_ read() has gone through
    std::vector<std::uint64_t> bad_;  // first numbers of those with damage
    std::string front_;               // content of files_[passed_], as far as loaded
    std::size_t front_at_ = 0;
    bool front_loaded_ = false, front_bad_ = false;
    bool held_ = false;  // by another process
    Clock::time_point failed_{};
    std::atomic<DropReason> reason_{DropReason::QueueFull};
    // What others read while the disk may keep us waiting.
    std::atomic<std::uint64_t> stored_{0}, damaged_{0}, waiting_{0}, unread_{0}, bytes_{0};
};

}  // namespace sensor::output
