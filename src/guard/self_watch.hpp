// SPDX-License-Identifier: Apache-2.0
// SelfWatch: has anybody laid hands on this process since it began to watch itself? Looks, about
// once a second, at what the kernel and the file system say of it. Called by the loop over events,
// whose own standing still is one of the signs.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "guard/finding.hpp"
#include "guard/signal_watch.hpp"

namespace sensor::guard {

struct SelfWatchOptions {
    std::vector<std::string> programs;  ///< files that this process runs; its own is among them
    std::vector<std::string> outputs;   ///< files that only grow
};

class SelfWatch {
public:
    /// What is so now is as it should be.
    explicit SelfWatch(SelfWatchOptions options);

    /// What changed since the last call; each change once. Must be called several times a second,
    /// and looks at all of it once a second.
    /// now_ns: CLOCK_MONOTONIC
    /// cost:   a comparison; once a second about 50 us
    std::vector<Finding> look(std::uint64_t now_ns);
    /// Other outputs are written from now on.
    void watch_outputs(const std::vector<std::string>& paths);

private:
    struct File {
        std::string path;
        dev_t device = 0;
        ino_t inode = 0;  ///< 0: it is not there
        off_t size = 0;
        timespec changed{};
    };
    struct Times {
        std::uint64_t ran_ns = 0, waited_ns = 0;  ///< on a processor; for one
    };
    using Limits = std::array<rlimit, RLIM_NLIMITS>;

    static File state_of(const std::string& path);
    static Limits limits_now();
    static std::string priority_now();
    Times times_now();
    void look_at_time(std::uint64_t now_ns, std::vector<Finding>& found);
    void look_at_signals(std::vector<Finding>& found);
    void look_at_tracer(std::vector<Finding>& found);
    void look_at_limits(std::vector<Finding>& found);
    void look_at_files(std::vector<Finding>& found);

    std::vector<File> programs_, outputs_;
    Fd status_, oom_, cgroups_, times_;  // files of /proc/self, read anew each time
    pid_t tracer_ = 0;
    Limits limits_{};
    std::string oom_score_, cgroup_, priority_;
    NotedSignal continued_;  // the last SIGCONT
    Times last_times_;
    std::uint64_t last_ns_ = 0, last_look_ns_ = 0;
};

}  // namespace sensor::guard
