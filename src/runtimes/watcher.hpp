// SPDX-License-Identifier: Apache-2.0
// Watcher: asks container runtimes (docker, podman, CRI, containerd) in a thread of its own,
// listens to what they announce, and has the answers ready for the event thread, which never waits.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/socket_opener.hpp"
#include "containers/record.hpp"
#include "containers/seen.hpp"

namespace sensor::runtimes {

struct RuntimeOptions {
    bool enabled = true;
    std::vector<std::string> sockets;  ///< empty: its usual ones
};

struct WatcherOptions {
    std::string host_root;  ///< before every path of the host, /proc too; empty: none
    RuntimeOptions docker, podman, cri, containerd;
    std::size_t label_max_len = 100;  ///< longer values of labels are left out
    bool with_size = false;
    bool on_create = true, on_start = false;
    /// After so long without an answer an unknown container is given up, ns; asked again when a
    /// runtime announces it.
    std::uint64_t patience_ns = 1'000'000'000;
    SocketOpener* opener = nullptr;  ///< of sockets that may not be opened here; borrowed
};

/// What came since the last `take`.
struct News {
    enum class Kind : std::uint8_t { Record, Removed, GaveUp };
    Kind kind = Kind::Record;
    containers::ContainerRecord record;  ///< Record; else only full_id
    std::string reason;                  ///< GaveUp: why, one line
    bool old = false;                    ///< Record: it was there before anybody listened
};

/// Figures since the start, but `known` and the like, which are of the present.
struct WatcherStats {
    std::uint64_t asked = 0, answered = 0, gave_up = 0, retried = 0;
    std::uint64_t refused_large = 0, refused_garbage = 0, timed_out = 0;
    std::uint64_t dropped_questions = 0;  ///< more unknown containers at once than are kept
    std::uint64_t dropped_news = 0;       ///< nobody took them
    std::uint64_t cut_records = 0;        ///< larger than a record may be: not all was kept
    // Of the files of containers' users, see UserFiles; filled by who has both.
    std::uint64_t users_stuck = 0, users_refused = 0;
};

class Watcher {
public:
    /// Lists what runs in every runtime that answers within `most`, before it returns; then its
    /// thread goes on. Sockets that are not there are looked for again.
    static Result<std::unique_ptr<Watcher>> start(
        WatcherOptions options, std::chrono::milliseconds most = std::chrono::seconds(2));
    ~Watcher();
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    /// A process in a container of which nothing but the id is known. Any number of times; a
    /// question that is under way is not repeated. On the event thread; never waits.
    /// type: what the control group's path looks like
    void ask(std::string_view full_id, std::string_view type,
             const containers::Seen& seen) noexcept;
    /// Is there anything to take? cost: a load
    bool has_news() const noexcept { return has_news_.load(std::memory_order_acquire); }
    /// On the event thread. In the order it came, a part of it: what is left is still news.
    std::vector<News> take();
    WatcherStats stats() const;

private:
    class Impl;
    Watcher();
    std::atomic<bool> has_news_{false};
    std::unique_ptr<Impl> impl_;  // tells has_news_, so goes before it
};

}  // namespace sensor::runtimes
