// SPDX-License-Identifier: Apache-2.0
// State: who runs, as whom, where, with which descriptors. Fed with every record before the rules
// see it and told when they are done. Owned and used by one thread; nothing in it is locked.
//
//   state.begin(event, context);   // effects that rules must see; binds thread and descriptor
//   ... rules, output ...
//   state.end(event);              // removals: closed descriptors, ended threads
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "containers/seen.hpp"
#include "event/capture_tables.hpp"
#include "event/event.hpp"
#include "event/task_snapshot.hpp"
#include "state/containers.hpp"
#include "state/creators.hpp"
#include "state/interfaces.hpp"
#include "state/procfs.hpp"
#include "state/services.hpp"
#include "state/text_cache.hpp"
#include "state/thread_table.hpp"
#include "state/users.hpp"

namespace sensor::state {

/// HOST_ROOT of the environment, empty if unset.
std::string default_host_root();
/// Difference between the wall clock and the boot clock, ns.
std::uint64_t boot_epoch_now_ns();

/// What became of a question for a container's users.
enum class AskedUsers : std::uint8_t {
    Yes,     ///< they are being read
    NotYet,  ///< the process is not in the container's root yet, or too many are being read
    Gone     ///< the process has ended: another may lead there
};

struct Options {
    bool live = true;  ///< false: never look at /proc or /etc (captures, tests)
    std::string host_root = default_host_root();
    std::uint64_t boot_epoch_ns = boot_epoch_now_ns();
    std::size_t max_threads = 262144;
    std::size_t max_fds = 4096;           ///< per process
    std::size_t max_all_fds = 4'194'304;  ///< of all processes together
    std::size_t max_users = 65536;        ///< announced by events or captures; groups as many
    std::shared_ptr<ProcReader> proc;     ///< null: the real /proc, if live
    ContainerOptions containers;
    /// Called when a process of a container is seen of which somebody may know more.
    std::function<void(const Container&, const containers::Seen&)> ask;
    /// Called when a process of a container runs a program of its own, until it says that the
    /// container's users are being read.
    std::function<AskedUsers(const Container&, std::uint32_t ns_tgid)> ask_users;
};

/// What an event is about, for the fields. Borrowed from the state until `end`.
struct Bound {
    const Thread* thread = nullptr;
    const FdInfo* fd = nullptr;
    std::int64_t fd_num = -1;
    bool has_fd_num = false;
    bool fd_name_changed = false;
    /// Fields marked LATE are not known yet, though they may be soon; `facts` is 0 then.
    bool pending = false;
    const Container* container = nullptr;  ///< of an event that tells of one, which has no thread
    /// Names all that STEADY fields say of the thread: another number means another thread or that
    /// something of its process, its ancestors or its user changed. 0: nothing is promised.
    std::uint64_t facts = 0;
};

struct StateStats {
    std::uint64_t threads = 0, threads_evicted = 0;
    std::uint64_t threads_purged = 0;  ///< gone from /proc though nobody saw them exit
    std::uint64_t fds = 0;
    std::uint64_t fds_dropped = 0;      ///< descriptors beyond the bounds
    std::uint64_t users_dropped = 0;    ///< users and groups beyond their bound
    std::uint64_t proc_reads = 0;       ///< processes learnt from /proc after the start
    std::uint64_t unknown_threads = 0;  ///< known by number only
    std::uint64_t pid_reuse = 0;        ///< entries replaced because the start time differed
    std::uint64_t bad_containers = 0;   ///< events of containers whose text is none
    std::uint64_t refreshed = 0;        ///< processes read again because events of theirs were lost
};

/// Where a name of an event relative to descriptor `dirfd` (-100: the working directory) starts: at
/// the kernel's own path of that directory, unless the process came to it by other words.
/// kernel: that path, empty if not collected. A descriptor's known name counts only if the kernel's
/// directory is the one it was opened on, for its close may not have been delivered.
std::string_view directory_of(const Event& event, const Thread& thread, std::int64_t dirfd,
                              std::string_view kernel) noexcept;

/// A process for tests and text cases.
struct ProcessSpec {
    std::uint32_t tid = 0, tgid = 0;  ///< tgid 0: the same
    std::uint32_t ptid = 0;
    std::int64_t vtid = -1, vpid = -1;             ///< -1: the kernel's
    std::int64_t sid = -1, pgid = -1, vpgid = -1;  ///< -1: the kernel tgid
    std::string comm = "proc", exe, exepath;       ///< exe empty: comm
    std::vector<std::string> args, env;
    std::string cwd = "/", root = "/", cgroups;
    std::uint32_t uid = 0, gid = 0, loginuid = kNoId, tty = 0;
    std::uint64_t cap_inheritable = 0, cap_permitted = 0, cap_effective = 0;
    std::uint64_t start_ns = 0, clone_ts_ns = 0, pidns_start_ns = 0;
    std::uint64_t exe_ino = 0, exe_ctime_ns = 0, exe_mtime_ns = 0;
    bool exe_writable = false, exe_upper_layer = false, exe_lower_layer = false,
         exe_from_memfd = false;
    bool in_pidns = false;
    std::int64_t fd_limit = 1024;
    Ref<Container> container;
    std::vector<std::pair<std::int64_t, FdInfo>> fds;
};

class State {
public:
    explicit State(Options options = {});
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State();

    /// Start-up: the kernel's tasks, completed from /proc; from /proc alone if there are none.
    /// cost: a few files a process
    void scan(const std::vector<TaskSnapshot>& tasks);

    /// A file that a process has open: a record flagged REC_F_STATE. Nothing if the process is not
    /// known. cost: one entry of its table
    void learn_file(const Event& event);
    /// The files of all known processes from /proc, names and inodes only: where the kernel does
    /// not list them. cost: two calls a file
    void scan_files();

    /// Forgets everything and starts from what a capture says of its machine: its processes,
    /// descriptors, users and interfaces, the time it was booted. For a joined file once a part.
    /// cost: a few allocations a process
    void load(const CaptureTables& tables);
    /// The same the other way: what a capture that begins now has to say. Threads known by number
    /// only are left out. cost: some allocations a process and a descriptor
    CaptureTables tables() const;

    /// Applies what rules must see (exec, fork, open, ...) and finds thread and descriptor.
    /// in:    a valid event, time in ns since the epoch
    /// cost:  a hash lookup for events that change nothing; allocates only where state grows, and
    ///        reads /proc once for a process never seen before
    Bound begin(const Event& event) noexcept;
    /// The same into anything shaped like fields::Context.
    template <typename Context>
    void begin(const Event& event, Context& context) noexcept {
        const Bound bound = begin(event);
        context.thread = bound.thread;
        context.fd = bound.fd;
        context.fd_num = bound.fd_num;
        context.has_fd_num = bound.has_fd_num;
        context.fd_name_changed = bound.fd_name_changed;
        context.pending = bound.pending;
        context.container = bound.container;
        context.facts = bound.facts;
        context.state = this;
    }
    /// Applies what rules must not see yet: a closed descriptor, an ended thread.
    void end(const Event& event) noexcept;

    const Thread* find(std::uint32_t tid) const noexcept { return threads_.find(tid); }
    /// A thread in that control group, nullptr if none is known. cost: looks at all threads
    const Thread* member_of(std::uint64_t cgroup_id) const;
    // Containers (learn.cpp): what somebody says of them, between two events.

    /// Threads in it see it from the next event on. cost: a hash lookup; what is remembered of all
    /// processes is void if they were told otherwise
    void learn(const containers::ContainerRecord& record);
    /// All users of it have come, as events.
    void has_users(std::string_view full_id) { containers_.has_users(full_id); }
    /// It is no more.
    void forget_container(std::string_view full_id) { containers_.remove(full_id); }
    /// Nobody will tell of it.
    void give_up_container(std::string_view full_id) { containers_.give_up(full_id); }
    /// Those that waited long enough are given up. now_ns: of the clock; of captures, event time
    void expire_containers(std::uint64_t now_ns) { containers_.expire(now_ns); }
    const Containers& containers() const noexcept { return containers_; }
    /// For containers that are seen first from now on.
    void use(ContainerOptions options) { containers_.use(std::move(options)); }

    /// Leader of the parent process, nullptr if unknown.
    const Thread* parent(const Thread& thread) const noexcept { return threads_.parent(thread); }
    const Users& users() const noexcept { return users_; }
    Users& users() noexcept { return users_; }
    StateStats stats() const noexcept;
    const Options& options() const noexcept { return options_; }
    const Services& services() const noexcept { return services_; }
    const std::string& hostname() const noexcept { return hostname_; }
    /// Seconds east of UTC at that time. cost: one division; asks the C library once a quarter hour
    std::int64_t zone_offset_s(std::uint64_t ts_ns) noexcept;
    /// Another value: what is known of all processes changed at once (users).
    std::uint64_t voided_facts() const noexcept { return old_facts_; }
    /// 1, 2, 3, ... (util.cnt).
    std::uint64_t count_up() noexcept { return ++counter_; }

    /// Local address of a socket that names none, towards `remote`; empty where the interfaces are
    /// not known (live: the kernel says).
    std::string_view local_address(EndView remote) const noexcept {
        return interfaces_.local_for(remote);
    }

    /// Adds or replaces a process or thread, as given. For tests and text cases.
    Thread& add_process(const ProcessSpec& spec);

private:
    friend class ProcessUpdate;
    friend class FdUpdate;
    friend class SocketUpdate;

    // state.cpp: finding and making threads
    Thread* thread_of(const Event& event);
    std::uint64_t name_facts(Thread& thread) noexcept;
    Thread* make_thread(const Event& event);
    Thread& make_leader(std::uint32_t tgid, std::uint32_t ns_tgid, std::uint64_t start_ns);
    Thread& make_member(Thread& leader, std::uint32_t tid, std::uint32_t ns_tid);
    bool fill_from_proc(Thread& leader, std::uint32_t ns_tgid);
    void stay_with_parent(Thread& leader);
    void adopt_head(Thread& thread, const Event& event);
    void catch_up(Thread& leader, const Event& event);
    std::uint32_t kernel_number(std::uint32_t ns_number) const noexcept;
    void learn_number(std::uint32_t ns_number, std::uint32_t number);
    Thread* fetch(std::uint32_t tid);
    void drop(Thread& thread);
    void apply(const Event& event, Thread& thread);
    void apply_meta(const Event& event);
    SharedText share(std::string_view text) { return texts_.share(text); }
    void set_cgroups(Thread& thread, std::string_view cgroups) {
        if (thread.cgroups && cgroups == view(thread.cgroups)) return;
        thread.cgroups = share(cgroups);
        find_container(thread, cgroups);
    }
    // learn.cpp
    void find_container(Thread& thread, std::string_view cgroups);
    std::optional<std::uint32_t> starter_of(const Thread& thread) const noexcept;
    void bind_pending(const Thread& thread);
    void ask_users(Thread& thread);
    void void_facts(const Containers::Learnt& learnt) noexcept;
    std::uint64_t waiting_clock() const;
    void learn_from(const Event& event);
    void learn_json(std::string_view json, bool removed);
    // bind.cpp: the descriptor of the event, and the tables
    void bind_fd(const Event& event, Thread& thread);
    void bind_object(const Event& event, Thread& thread);
    const FdInfo& describe(const rec_fd& object, std::string_view text);
    void learn_object(Thread& thread, const rec_fd& object, std::string_view text);
    void read_files(Thread& leader, std::int64_t last_fd);
    FdTable& own_fds(Thread& thread);
    FdInfo& put_fd(Thread& thread, std::int64_t fd, FdInfo info);
    void bind(std::int64_t fd, const FdInfo* info) noexcept;
    void end_fds(const Event& event, Thread& thread);
    // scan.cpp
    void scan_task(const TaskSnapshot& task, bool leaders);
    void scan_proc();
    void fill(Thread& leader, const ProcInfo& info);
    // load.cpp: the tables of a capture
    void clear();
    void load_process(const CaptureProcess& process);
    void load_server_port(const CaptureFd& fd);
    void load_fd(const CaptureFd& fd);
    void load_users(const CaptureTables& tables);
    // purge.cpp
    void purge(std::uint64_t now_ns);

    std::uint64_t to_epoch(std::uint64_t boot_ns) const noexcept {
        return boot_ns == 0 || options_.boot_epoch_ns == 0 ? 0 : options_.boot_epoch_ns + boot_ns;
    }

    Options options_;
    std::shared_ptr<ProcReader> proc_;
    TextCache texts_;
    FdBudget fd_budget_;  // outlives the tables
    ThreadTable threads_;
    Users users_;
    Containers containers_;
    Ref<Container> told_;       // the container that the event is about
    std::uint64_t now_ns_ = 0;  // of the event
    Services services_;
    std::string hostname_;
    bool hostname_given_ = false;  // by the environment
    std::uint64_t counter_ = 0;
    std::uint64_t zone_quarter_ = ~std::uint64_t{0};
    std::int64_t zone_offset_s_ = 0;
    Bound bound_;
    std::uint64_t last_facts_ = 0;                     // given to a thread
    std::uint64_t old_facts_ = 0, users_version_ = 0;  // up to which they are void, and since when
    FdInfo held_;                                      // an entry that its table had no room for
    FdInfo object_ = FdInfo::scratch();  // the kernel's description of the event's descriptor
    std::uint32_t ending_tid_ = 0;       // thread to remove at the end of the event
    StateStats stats_;
    Interfaces interfaces_;
    std::uint64_t next_purge_ns_ = 0;
    std::size_t purge_hand_ = 0;
    std::bitset<65536> server_ports_;  // local ports that were listened on or accepted from
    bool numbers_differ_ = false;      // /proc shows other numbers than the kernel
    std::unordered_map<std::uint32_t, std::uint32_t> kernel_of_ns_;  // processes, where they differ

    struct RecentExit {
        std::uint32_t tid = 0, ptid = 0;
        std::uint64_t ts_ns = 0;
        std::uint32_t heir = 0;  ///< who has its children since, 0: not known
    };
    std::array<RecentExit, 256> recent_exits_{};
    Creators creators_;
    std::size_t next_exit_ = 0;
};

}  // namespace sensor::state
