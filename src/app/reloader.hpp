// SPDX-License-Identifier: Apache-2.0
// Reloader: makes the next generation in a thread of its own when files change or somebody asks,
// and hands it to the loop over events, which adopts it between two events. What cannot be read
// changes nothing, and is said.
#pragma once

#include <atomic>
#include <bitset>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "app/file_watch.hpp"
#include "app/generation.hpp"
#include "base/fd.hpp"
#include "capture/kernel.hpp"

namespace sensor::app {

/// A generation and what the source needs for it.
struct Prepared {
    std::unique_ptr<Generation> generation;
    std::unique_ptr<capture::LoadedChange> change;  ///< null: the source stays as it is
    std::bitset<REC_MAX_SC> state_calls;            ///< see SyscallSet
    std::chrono::steady_clock::time_point begun;    ///< when reading began
};

class Reloader {
public:
    using Prepare = std::function<Result<Prepared>()>;
    using Told = std::function<void(const std::string&)>;
    using Done = std::function<void(const Result<>&)>;

    /// prepare: reads everything anew; failed: takes what was wrong. Both in the thread.
    /// paths: whose change means a reload; may be empty
    Reloader(Prepare prepare, Told failed, const std::vector<std::string>& paths);
    ~Reloader();
    Reloader(const Reloader&) = delete;
    Reloader& operator=(const Reloader&) = delete;

    /// Asks for a reload, in any thread; several at once are one.
    /// done: told, in the Reloader's thread, when the new generation is in use or why not
    void request(Done done = {});

    // The loop over events:
    /// The next generation, once there is one. cost: a load if there is none
    std::optional<Prepared> take();
    /// It is in use, or cannot be. old: freed in the Reloader's thread. paths: to watch from now on
    void adopted(Result<> how, std::unique_ptr<Generation> old, std::vector<std::string> paths);

private:
    void run();
    bool wait_for_cause();
    bool is_closing() const;
    void reload();
    void wake() const;

    const Prepare prepare_;
    const Told failed_;
    std::optional<FileWatch> files_;
    Fd wake_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Done> asked_;
    bool closing_ = false, in_use_ = false;
    std::atomic<bool> is_asked_{false};
    std::optional<Prepared> ready_;
    std::atomic<bool> has_ready_{false};
    Result<> how_ = Ok{};
    std::unique_ptr<Generation> old_;
    std::vector<std::string> paths_;
    std::thread thread_;
};

}  // namespace sensor::app
