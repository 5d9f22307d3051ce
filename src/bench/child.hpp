// SPDX-License-Identifier: Apache-2.0
// Child: one program started for a measurement and ended by its pid. Its output goes to a file in
// memory, so that nobody has to read pipes while the clock runs; it dies with us. Used by
// command.cpp.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sensor::bench {

/// Descriptor number at which a child finds the pipe for its "ready" line.
constexpr int kReadyFd = 3;

struct ChildOptions {
    std::vector<std::string> argv;
    std::vector<int> cpus;                  ///< processors it may use; empty: ours
    bool ready_pipe = false;                ///< give it kReadyFd
    std::vector<std::string> cgroups = {};  ///< folders of control groups to start it in
};

/// What a process has used so far.
struct ChildUse {
    double cpu_s = 0;             ///< in user and kernel mode, all threads
    std::uint64_t rss_bytes = 0;  ///< resident now
};

class Child {
public:
    Child() = default;
    Child(Child&& other) noexcept;
    Child& operator=(Child&& other) noexcept;
    ~Child();

    /// Starts `argv` (argv[0] by PATH) in a process group of its own.
    /// fails: Error if it cannot be executed
    static Result<Child> start(const ChildOptions& options);

    bool started() const { return pid_ > 0; }
    /// True while it runs; collects it once it has ended.
    bool alive();
    /// Waits until it writes to or closes the ready pipe. out: true if it wrote
    bool wait_ready(unsigned timeout_ms);
    bool has_written(std::string_view text) const;
    /// Zeros if it has ended.
    ChildUse use() const;
    /// The end of what it wrote, at most `bytes`, trimmed.
    std::string last_output(std::size_t bytes) const;
    /// SIGTERM, then SIGKILL after `grace_ms`; returns when it is gone. No effect if it is.
    void stop(unsigned grace_ms);

private:
    bool has_ended(unsigned timeout_ms) const;
    void collect();

    pid_t pid_ = -1;
    Fd output_;  ///< memory file: its stdout and stderr
    Fd ready_;
};

}  // namespace sensor::bench
