// SPDX-License-Identifier: Apache-2.0
// LineQueue: the one bounded queue between the formatting thread and the channels. Every channel is
// a reader with a place of its own in it; a line is freed when the last reader has passed it.
// Adding never waits: where the queue is full, its oldest line is lost for the readers that have
// not taken it, and counted for them. The spooler takes from readers that lag before that happens.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "output/line.hpp"
#include "output/stats.hpp"

namespace sensor::output {

class LineQueue {
public:
    using Time = std::chrono::steady_clock::time_point;
    struct Limits {
        std::size_t lines = 0;  ///< 0: any number
        std::size_t bytes = 0;
    };
    struct Backlog {
        std::uint64_t lines = 0, bytes = 0;
        DropCounts lost{};
        std::uint64_t lost_news = 0;  ///< of these: lines that do not tell of loss themselves
    };

    LineQueue(Limits limits, std::size_t readers);

    /// For the formatting thread. cost: one lock, no system call unless a reader waits
    void append(LinePtr line);
    /// Is there room for one more without loss for any reader?
    bool has_room() const;
    /// Waits for that, or `until`.
    void wait_for_room(Time until);

    /// The next lines of a reader, at most so many and about so many bytes; at least one if there
    /// is any. Nothing while the spooler stores lines of this reader, since those are older, nor if
    /// `older_wait()`, asked where the spooler cannot begin in between.
    std::vector<LinePtr> take(std::size_t reader, std::size_t lines, std::size_t bytes,
                              const std::function<bool()>& older_wait = {});
    /// Waits until the reader was poked, `until`, or, if for_lines, it has something to take.
    void wait(std::size_t reader, std::optional<Time> until, bool for_lines);
    void poke(std::size_t reader);

    /// For the spooler: waits until a reader lags by more than half of the queue, or `until`.
    void wait_crowded(Time until);
    bool is_crowded(std::size_t reader) const;
    /// Takes the oldest of a reader that lags; until end_spill() the reader itself gets nothing.
    std::vector<LinePtr> begin_spill(std::size_t reader, std::size_t bytes);
    void end_spill(std::size_t reader);
    void poke_spooler();
    /// What lines of this reader are from now on lost by.
    void set_reason(std::size_t reader, DropReason reason);

    Backlog backlog(std::size_t reader) const;
    /// Lines and bytes in the queue, for all readers together.
    std::pair<std::size_t, std::size_t> size() const;

private:
    struct Slot {
        LinePtr line;
        std::uint64_t bytes_before = 0;  // of all lines ever added before this one
    };
    struct Reader {
        std::uint64_t next = 0;  // number of the line it takes next
        bool spilling = false;
        bool poked = false;
        bool waits = false;
        DropReason reason = DropReason::QueueFull;
        DropCounts lost{};
        std::uint64_t lost_news = 0;
        std::condition_variable wake;
    };

    std::vector<LinePtr> pull(Reader& reader, std::size_t lines, std::size_t bytes);
    std::uint64_t bytes_at(std::uint64_t number) const;
    bool fits(std::size_t more_bytes) const;
    bool lags(const Reader& reader) const;
    void drop_oldest();
    void trim();

    const Limits limits_;
    mutable std::mutex mutex_;
    std::condition_variable room_, crowd_;
    std::deque<Slot> slots_;
    std::uint64_t first_ = 0;        // number of the oldest line
    std::uint64_t total_bytes_ = 0;  // of all lines ever added
    std::vector<std::unique_ptr<Reader>> readers_;
    bool room_waits_ = false, spooler_poked_ = false;
};

}  // namespace sensor::output
