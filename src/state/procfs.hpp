// SPDX-License-Identifier: Apache-2.0
// ProcReader: what /proc says of one process. An interface so that tests and captures need no
// /proc. Numbers here are those of the /proc that is read (the sensor's PID namespace).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../../bpf/wire.h"
#include "state/thread.hpp"

namespace sensor::state {

struct ProcInfo {
    std::string comm, exe, args, env, exepath, cwd, root, cgroups;  ///< blocks as in ExecImage
    std::uint32_t tgid = 0, ppid = 0;
    std::int64_t vtid = -1, vpid = -1, vpgid = 0;  ///< innermost namespace
    std::int64_t sid = 0, pgid = 0;
    bool in_pidns = false;  ///< deeper than the namespace /proc shows
    bool kernel_thread = false;
    bool ended = false;  ///< only its exit code is left; in groups of v1 it is no more
    std::uint32_t tty = 0;
    std::uint32_t uid = kNoId, gid = kNoId, loginuid = kNoId;
    std::uint64_t cap_inheritable = 0, cap_permitted = 0, cap_effective = 0;
    std::int64_t fd_limit = -1;
    std::uint32_t vm_size_kb = 0, vm_rss_kb = 0, vm_swap_kb = 0;
    std::uint64_t faults_major = 0, faults_minor = 0;
    std::uint64_t start_ns = 0;  ///< boot clock, rounded to clock ticks
    std::uint64_t exe_ino = 0, exe_ctime_ns = 0, exe_mtime_ns = 0;
    bool exe_writable = false, exe_memfd = false;
};

/// An open file, as far as /proc tells: a socket without its ends.
struct ProcFile {
    rec_fd object{};
    std::string text;  ///< path
};

/// Standard input, output and error are the descriptors up to this.
inline constexpr std::int64_t kLastStandardFile = 2;

class ProcReader {
public:
    virtual ~ProcReader() = default;
    /// One process. fails: false if it is gone or may not be read
    virtual bool read(std::uint32_t tgid, ProcInfo& out) = 0;
    /// Only the working directory. fails: empty
    virtual std::string read_cwd(std::uint32_t tgid) = 0;
    /// Effective user and group id. fails: false
    virtual bool read_ids(std::uint32_t tgid, std::uint32_t& uid, std::uint32_t& gid) = 0;
    /// Path of an open descriptor. fails: empty
    virtual std::string read_fd_link(std::uint32_t tgid, std::int64_t fd) = 0;
    /// Open files of one process with descriptors up to `last_fd`.
    virtual std::vector<ProcFile> files(std::uint32_t tgid, std::int64_t last_fd) = 0;
    /// All processes, and the threads of one.
    virtual std::vector<std::uint32_t> processes() = 0;
    virtual std::vector<std::uint32_t> threads(std::uint32_t tgid) = 0;
    /// comm of one thread. fails: empty
    virtual std::string read_thread_comm(std::uint32_t tgid, std::uint32_t tid) = 0;
};

/// Reads <host_root>/proc.
std::unique_ptr<ProcReader> make_proc_reader(const std::string& host_root);

}  // namespace sensor::state
