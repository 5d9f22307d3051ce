// SPDX-License-Identifier: Apache-2.0
// CaptureTables: what a capture file says about the machine before its first event: processes,
// descriptors, users, interfaces. Made by capture/scap, consumed by state/, which starts from it as
// it starts live from /proc. Numbers are those of the recorded machine's initial PID namespace.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace sensor {

struct CaptureMachine {
    std::uint32_t cpus = 0;
    std::uint64_t memory_bytes = 0;
    std::uint64_t max_tid = 0;
    std::uint64_t boot_epoch_ns = 0;  ///< when it was booted, ns since the epoch; 0: not recorded
    std::string hostname;
};

struct CaptureInterface {
    bool is_ip6 = false;
    /// Network order; IPv4 uses the first four bytes.
    std::array<std::uint8_t, 16> address{}, netmask{}, broadcast{};
    std::uint64_t link_speed = 0;
    std::string name;
};

struct CaptureUser {
    std::uint32_t uid = 0, gid = 0;
    std::string name, home, shell;
};

struct CaptureGroup {
    std::uint32_t gid = 0;
    std::string name;
};

/// Kinds of descriptors, numbered as in capture files.
enum class CaptureFdType : std::uint8_t {
    Unknown = 0,
    File = 1,
    Directory = 2,
    Ip4Socket = 3,
    Ip6Socket = 4,
    Ip4Server = 5,
    Ip6Server = 6,
    Fifo = 7,
    UnixSocket = 8,
    Event = 9,
    Unsupported = 10,
    Signal = 11,
    EventPoll = 12,
    Inotify = 13,
    Timer = 14,
    Netlink = 15,
    FileWithFlags = 16,  ///< a file as newer versions record it
    Bpf = 17,
    UserFault = 18,
    IoUring = 19,
    Memory = 20,
    Pid = 21,
};

/// An open descriptor of a process.
struct CaptureFd {
    std::int64_t fd = -1;
    std::uint64_t ino = 0;
    std::uint32_t tid = 0;         ///< of the process's leader
    std::uint32_t open_flags = 0;  ///< as in events (file_flags); FileWithFlags only
    std::uint32_t dev = 0;         ///< user-space device encoding; 0: not recorded
    CaptureFdType type = CaptureFdType::Unknown;
    std::uint8_t l4 = 0;  ///< IP sockets: 0 unknown, 1 none, 2 TCP, 3 UDP, 4 ICMP, 5 raw
    std::string name;     ///< of everything but IP sockets
    /// Sockets, in the encoding of event parameters: a tuple of connected and unix ones (their
    /// path behind it), an address of servers.
    std::string address;
};

/// A process or thread. Blocks of texts are NUL terminated each, as in events.
struct CaptureProcess {
    std::uint32_t tid = 0, tgid = 0, ptid = 0;
    std::int64_t sid = -1, pgid = -1, vpgid = -1;  ///< -1: not recorded
    std::int64_t vtid = -1, vpid = -1;             ///< -1: not recorded
    std::string comm, exe, exepath;                ///< exe: argv[0]
    std::string args, env, cgroups;                ///< args: without argv[0]
    std::string cwd, root;
    std::int64_t fd_limit = -1;
    std::uint32_t flags = 0;  ///< as in clone events (clone_flags)
    std::uint32_t uid = 0xffffffffU, gid = 0xffffffffU, loginuid = 0xffffffffU;
    std::uint32_t tty = 0;
    std::uint32_t vm_size_kb = 0, vm_rss_kb = 0, vm_swap_kb = 0;
    std::uint64_t faults_major = 0, faults_minor = 0;
    std::uint64_t pidns_start_ns = 0;  ///< start of its PID namespace's init, boot clock
    std::uint64_t clone_ts_ns = 0;     ///< when it was made, since the epoch; 0: not recorded
    std::uint64_t cap_inheritable = 0, cap_permitted = 0, cap_effective = 0;
    std::uint64_t exe_ino = 0, exe_ctime_ns = 0, exe_mtime_ns = 0;
    bool exe_writable = false, exe_upper_layer = false, exe_lower_layer = false,
         exe_from_memfd = false;
};

struct CaptureTables {
    CaptureMachine machine;
    std::vector<CaptureInterface> interfaces;
    std::vector<CaptureUser> users;
    std::vector<CaptureGroup> groups;
    std::deque<CaptureProcess> processes;  ///< deques: they grow without holding all twice
    std::deque<CaptureFd> fds;             ///< those of one process are together
    /// Containers that are known, as the JSON of their events. Written as events: the format has no
    /// table of them, and none is read.
    std::vector<std::string> containers;
};

}  // namespace sensor
