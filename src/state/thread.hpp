// SPDX-License-Identifier: Apache-2.0
// Thread: one kernel thread as the rules see it. What an exec gave all its threads and children
// (program, arguments, environment) is one ExecImage that fork shares; what belongs to the whole
// process (directory, descriptors, limits, children) stands on the group's leader.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "containers/record.hpp"
#include "event/field_table.hpp"
#include "state/fd_table.hpp"
#include "state/ref.hpp"
#include "state/users.hpp"

namespace sensor::state {

inline constexpr std::uint32_t kNoId = 0xffffffffU;  ///< uid, gid, loginuid: no value

/// Everything one execve fixed. Immutable once shared.
struct ExecImage : Shared {
    std::string exe;      ///< argv[0]
    std::string exepath;  ///< the kernel's path of the file
    std::string args;     ///< arguments after argv[0], each with its NUL
    std::string comm;     ///< of the thread that called exec
    std::string cmdline;  ///< comm, then arguments
    SharedText env;       ///< block of NAME=value pairs, each with its NUL
    std::uint32_t arg_count = 0;
    std::uint64_t exe_ino = 0;
    std::uint64_t ctime_ns = 0, mtime_ns = 0;  ///< of the executable, since the epoch
    bool writable = false, upper_layer = false, lower_layer = false, from_memfd = false;

    /// Computes the command line from comm and args.
    void join_texts();
    /// Arguments joined by blanks.
    std::string_view args_text() const noexcept {
        return arg_count == 0 ? std::string_view{}
                              : std::string_view(cmdline).substr(comm.size() + 1);
    }
    std::string_view env_block() const noexcept { return view(env); }
};

/// Text `index` of a block of NUL terminated texts.
std::optional<std::string_view> block_item(std::string_view block, std::size_t index) noexcept;
std::size_t block_count(std::string_view block) noexcept;
/// Value of NAME in a block of NAME=value texts.
std::optional<std::string_view> block_value(std::string_view block, std::string_view name) noexcept;

/// What is known of a container; shared by its threads. Threads without one are on the host.
struct Container : Shared, containers::ContainerRecord {
    /// What its runtime says of it may still come: fields marked LATE are not known yet.
    bool pending = false;
    bool waits_record = false, waits_users = false;  ///< what for, while pending
    bool users_asked = false;                        ///< its own files are or were read
    bool users_missed = false;  ///< its process had ended before its files could be found
    bool has_users = false;     ///< names of users are those of its own
    std::unordered_map<std::uint32_t, User> users;
    std::unordered_map<std::uint32_t, std::string> groups;
    bool incomplete = false;        ///< it did not come in time
    std::uint64_t deadline_ns = 0;  ///< it is waited for until then, while pending

    /// What of its record nobody has told: bits of late_part.
    std::uint8_t untold() const noexcept {
        if (known == containers::Known::Complete) return 0;
        return known == containers::Known::Named ? late_part::RECORD
                                                 : late_part::NAMES | late_part::RECORD;
    }
    /// What may still come, so that it is worth a wait.
    std::uint8_t awaited() const noexcept {
        if (!pending) return 0;
        // Its users are asked for when its first own program runs, which may be in a moment.
        const bool of_users = waits_users || (waits_record && !users_asked && !users_missed);
        return (waits_record ? untold() : 0) | (of_users ? late_part::USERS : 0);
    }
};

/// Path of the last enter event of an open, kept until its exit (captures only).
struct EnterData {
    std::uint16_t type = 0;
    std::int64_t dirfd = 0;
    std::uint64_t flags = 0;
    std::string name;
};

struct Thread {
    // What every event looks at comes first.
    std::uint32_t tid = 0, tgid = 0;  ///< kernel numbers
    Thread* leader = nullptr;         ///< of the group; never null in the table
    std::uint64_t start_ns = 0;       ///< of the leader, boot clock; 0: unknown
    std::uint64_t step = 0;           ///< of the table, when it was last worked on
    std::uint64_t last_seen_ns = 0;
    std::uint32_t ns_tgid = 0;         ///< as /proc of the sensor shows it, 0: not visible
    std::uint16_t last_type = 0xffff;  ///< event before this one
    bool start_exact = true;           ///< false: rounded to clock ticks
    bool exited = false;
    std::uint32_t generation = 0;  ///< on the leader: changes of identity the kernel has counted
    std::uint64_t cgroup_id = 0;
    std::uint64_t facts = 0;      ///< names what is known of its process; 0: that changed since
    Ref<FdTable> fds;             ///< on the leader
    std::uint32_t place = 0;      ///< in the list of all
    std::uint32_t slab_name = 0;  ///< of its memory

    std::array<char, 16> comm_data{};
    std::uint8_t comm_size = 0;
    bool in_pidns = false;     ///< in a PID namespace below the initial one
    bool own_userns = false;   ///< made or joined a user namespace: its ids are not the host's
    bool child_first = false;  ///< made by the child's own event before the parent's
    bool known = false;        ///< false: nothing but the numbers is known
    std::uint32_t ptid = 0;    ///< thread that is the parent, 0: none
    Ref<ExecImage> image;
    std::uint32_t uid = kNoId, gid = kNoId, loginuid = kNoId;
    std::uint32_t tty = 0;
    std::int64_t vtid = -1, vpid = -1;
    std::int64_t sid = 0, pgid = 0, vpgid = 0;
    std::uint64_t clone_ts_ns = 0;  ///< since the epoch; 0: unknown
    std::uint64_t last_exec_ts_ns = 0;
    std::uint64_t pidns_start_ns = 0;  ///< start of the PID namespace's init, since the epoch
    std::uint64_t cap_inheritable = 0, cap_permitted = 0, cap_effective = 0;
    SharedText cgroups;  ///< block of name=path
    SharedText root;
    Ref<Container> container;  ///< null: host
    std::uint32_t vm_size_kb = 0, vm_rss_kb = 0, vm_swap_kb = 0;
    std::uint64_t faults_major = 0, faults_minor = 0;
    std::unique_ptr<EnterData> enter;

    // The group. Valid on the leader.
    std::uint32_t alive = 0;
    bool reaper = false;
    bool linked = false;     ///< among its parent's children, or those waiting for it
    std::uint64_t walk = 0;  ///< of the table, when it last looked at all below a process
    SharedText cwd;          ///< ends with a slash; null: unknown
    std::int64_t fd_limit = -1;
    Thread* next_member = nullptr;  ///< ring of the group's threads
    // Children of this thread: leaders whose ptid is this tid.
    Thread* first_child = nullptr;
    Thread* next_sibling = nullptr;
    Thread* prev_sibling = nullptr;

    bool is_leader() const noexcept { return tid == tgid; }
    std::string_view comm() const noexcept { return {comm_data.data(), comm_size}; }
    void set_comm(std::string_view text) noexcept;
    std::string_view directory() const noexcept { return view(leader->cwd); }
    const FdInfo* fd(std::int64_t number) const noexcept {
        return leader->fds ? leader->fds->find(number) : nullptr;
    }
};

}  // namespace sensor::state
