// SPDX-License-Identifier: Apache-2.0
// Finding and making threads, and the order of work around one event. What single events change is
// in update_*.cpp.
#include "state/state.hpp"

#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <ctime>

#include "state/update.hpp"

namespace sensor::state {
namespace {

constexpr std::uint64_t kTickSlackNs = 40'000'000;  // two clock ticks, and rounding
constexpr std::string_view kNotKnown = "<NA>";

bool is_clone(EventType type) noexcept {
    return type == EventType::clone || type == EventType::clone3 || type == EventType::fork ||
           type == EventType::vfork;
}

// Events that look a thread up but never learn it from /proc: it is new, or gone.
bool only_looks_up(EventType type) noexcept {
    return is_clone(type) || type == EventType::procexit || type == EventType::sched_switch ||
           type == EventType::procinfo;
}

// Clone and exec events name their process; -1 and 0 stand for "not recorded".
std::uint32_t named_tgid(const Event& event) noexcept {
    const EventType type = event.type();
    if (event.head().tgid != 0) return event.head().tgid;
    if (!is_clone(type) && type != EventType::execve && type != EventType::execveat) return 0;
    constexpr std::size_t kPid = 4;
    const std::int64_t tgid = event.i64(kPid);
    return tgid > 0 && tgid <= 0x7fffffff ? static_cast<std::uint32_t>(tgid) : 0;
}

bool has_thread(const EventInfo& info) noexcept {
    if (info.type == EventType::procinfo) return true;
    if ((info.flags & event_flag::SKIPPARSERESET) != 0) return false;
    return info.source == EventSource::SYSCALL || info.source == EventSource::TRACEPOINT;
}

bool same_start(const Thread& thread, std::uint64_t start_ns) noexcept {
    const Thread& leader = *thread.leader;
    if (start_ns == 0 || leader.start_ns == 0) return true;
    if (leader.start_exact) return leader.start_ns == start_ns;
    const std::uint64_t apart =
        leader.start_ns > start_ns ? leader.start_ns - start_ns : start_ns - leader.start_ns;
    return apart <= kTickSlackNs;
}

// FALCO_HOSTNAME overrides, for sensors in containers.
std::string own_hostname() {
    if (const char* given = std::getenv("FALCO_HOSTNAME")) return given;
    char name[256] = {};
    return ::gethostname(name, sizeof(name) - 1) == 0 ? std::string(name) : std::string();
}

}  // namespace

std::string default_host_root() {
    const char* root = std::getenv("HOST_ROOT");
    return root == nullptr ? std::string() : std::string(root);
}

std::uint64_t boot_epoch_now_ns() {
    timespec wall{}, boot{};
    clock_gettime(CLOCK_REALTIME, &wall);
    clock_gettime(CLOCK_BOOTTIME, &boot);
    const std::int64_t seconds = wall.tv_sec - boot.tv_sec;
    return static_cast<std::uint64_t>(seconds * 1'000'000'000 + (wall.tv_nsec - boot.tv_nsec));
}

std::int64_t State::zone_offset_s(std::uint64_t ts_ns) noexcept {
    const std::uint64_t seconds = ts_ns / 1'000'000'000;
    const std::uint64_t quarter = seconds / 900;  // offsets change on quarter hours only
    if (quarter != zone_quarter_) {
        const auto when = static_cast<std::time_t>(seconds);
        std::tm local{};
        if (localtime_r(&when, &local) != nullptr) zone_offset_s_ = local.tm_gmtoff;
        zone_quarter_ = quarter;
    }
    return zone_offset_s_;
}

// Facts of two states never have the same number: an engine may serve one after the other.
static std::uint64_t first_facts() {
    static std::atomic<std::uint64_t> states{0};
    return ++states << 40;
}

State::State(Options options)
    : options_(std::move(options)),
      proc_(options_.proc),
      fd_budget_{0, options_.max_all_fds},
      threads_(options_.max_threads),
      users_(options_.host_root, options_.live, options_.max_users),
      containers_(options_.containers),
      hostname_(own_hostname()) {
    hostname_given_ = std::getenv("FALCO_HOSTNAME") != nullptr;
    last_facts_ = old_facts_ = first_facts();
    if (!proc_ && options_.live) proc_ = make_proc_reader(options_.host_root);
}

State::~State() = default;

const Thread* State::member_of(std::uint64_t cgroup_id) const {
    for (const Thread* thread : threads_.all()) {
        if (thread->cgroup_id == cgroup_id) return thread;
    }
    return nullptr;
}

StateStats State::stats() const noexcept {
    StateStats now = stats_;
    now.threads = threads_.size();
    now.threads_evicted = threads_.evicted();
    now.fds = fd_budget_.used;
    now.users_dropped = users_.dropped();
    return now;
}

Bound State::begin(const Event& event) noexcept {
    bound_ = Bound{};
    now_ns_ = event.ts_ns();
    threads_.next_step();
    if (options_.live) {
        users_.refresh(event.ts_ns());
        if (event.ts_ns() >= next_purge_ns_) purge(event.ts_ns());
    }
    const EventInfo& info = event.info();
    if (!has_thread(info)) {
        apply_meta(event);
        return bound_;
    }
    if (event.head().tid == 0) return bound_;  // the idle task
    const bool is_child = is_clone(info.type) && event.has(0) && event.result() == 0;
    Thread* thread = is_child ? ProcessUpdate(*this, event).clone_child() : thread_of(event);
    if (thread == nullptr) {
        if (is_clone(info.type)) thread = ProcessUpdate(*this, event).clone_unknown();
        if (thread == nullptr) return bound_;
    } else if (!is_child) {
        threads_.touch(*thread);
        apply(event, *thread);
    }
    bind_fd(event, *thread);
    thread->last_type = static_cast<std::uint16_t>(info.type);
    thread->last_seen_ns = event.ts_ns();
    bound_.thread = thread;
    bound_.facts = name_facts(*thread);
    if (containers_.pending() != 0) [[unlikely]]
        bind_pending(*thread);
    return bound_;
}

std::uint64_t State::name_facts(Thread& thread) noexcept {
    if (users_.version() != users_version_) [[unlikely]] {
        users_version_ = users_.version();
        old_facts_ = last_facts_;
    }
    if (thread.facts <= old_facts_) thread.facts = ++last_facts_;
    return thread.facts;
}

void State::end(const Event& event) noexcept {
    if (const Thread* bound = bound_.thread) {
        Thread* thread = threads_.find(bound->tid);
        if (thread != nullptr) end_fds(event, *thread);
    }
    bound_ = Bound{};
    if (ending_tid_ == 0) return;
    if (Thread* thread = threads_.find(ending_tid_)) {
        if (numbers_differ_ && thread->is_leader()) kernel_of_ns_.erase(thread->ns_tgid);
        threads_.remove(*thread);
    }
    ending_tid_ = 0;
}

Thread* State::thread_of(const Event& event) {
    const rec_head& head = event.head();
    Thread* thread = threads_.find(head.tid);
    if (thread != nullptr) {
        const std::uint32_t tgid = named_tgid(event);
        const bool same = (tgid == 0 || thread->tgid == tgid) && same_start(*thread, head.start);
        if (!same) {  // the number was given to somebody else meanwhile
            ++stats_.pid_reuse;
            drop(*thread);
            thread = nullptr;
        }
    }
    if (thread == nullptr && !only_looks_up(event.type())) thread = make_thread(event);
    if (thread != nullptr) adopt_head(*thread, event);
    return thread;
}

void State::adopt_head(Thread& thread, const Event& event) {
    const rec_head& head = event.head();
    Thread& leader = *thread.leader;
    if (head.generation != leader.generation) [[unlikely]]
        catch_up(leader, event);
    if (head.start != 0 && (leader.start_ns == 0 || !leader.start_exact)) {
        leader.start_ns = head.start;
        leader.start_exact = true;
        if (leader.clone_ts_ns == 0) leader.clone_ts_ns = to_epoch(head.start);
        threads_.changed_for_all_below(leader);  // who is whose parent hangs on it
    }
    if (head.cgroup != 0) thread.cgroup_id = head.cgroup;
    if (head.ns_tgid != 0 && leader.ns_tgid != head.ns_tgid) {
        leader.ns_tgid = head.ns_tgid;
        learn_number(head.ns_tgid, leader.tgid);
    }
}

// The kernel counts what changes a process. If its count has moved on by more than this event, one
// that told of a change was lost, and what is known of the process is old.
void State::catch_up(Thread& leader, const Event& event) {
    const rec_head& head = event.head();
    const auto ahead = static_cast<std::int32_t>(head.generation - leader.generation);
    if (ahead < 0) return;  // of another thread, and overtaken
    const bool counted = (event.info().flags & event_flag::CHANGES_IDENTITY) != 0 &&
                         event.has_result() && event.result() >= 0;
    leader.generation = head.generation;
    const bool exec = event.type() == EventType::execve || event.type() == EventType::execveat;
    if (ahead == 1 && counted) return;
    if (counted && exec) return;  // says everything anew
    ++stats_.refreshed;
    if (proc_ && leader.ns_tgid != 0 && fill_from_proc(leader, leader.ns_tgid))
        threads_.changed_for_all_below(leader);
}

// Takes a thread out whose number somebody else has now; a leader with its whole group.
void State::drop(Thread& thread) {
    if (thread.is_leader())
        threads_.remove_group(thread);
    else
        threads_.remove(thread);
}

Thread* State::make_thread(const Event& event) {
    const rec_head& head = event.head();
    const std::uint32_t named = named_tgid(event);
    const std::uint32_t tgid = named == 0 ? head.tid : named;
    Thread* leader = threads_.find(tgid);
    if (leader != nullptr && (!leader->is_leader() || !same_start(*leader, head.start))) {
        ++stats_.pid_reuse;
        threads_.remove_group(*leader);
        leader = nullptr;
    }
    if (leader == nullptr) {
        leader = &make_leader(tgid, head.ns_tgid, head.start);
        leader->generation = head.generation;
    }
    return head.tid == tgid ? leader : &make_member(*leader, head.tid, head.ns_tid);
}

Thread& State::make_leader(std::uint32_t tgid, std::uint32_t ns_tgid, std::uint64_t start_ns) {
    Thread& leader = threads_.add(tgid, tgid, 0);
    leader.start_ns = start_ns;
    leader.clone_ts_ns = to_epoch(start_ns);
    leader.ns_tgid = ns_tgid;
    leader.pidns_start_ns = options_.boot_epoch_ns;
    if (ns_tgid != 0) learn_number(ns_tgid, tgid);
    threads_.adopt_waiting(leader);
    if (proc_ && ns_tgid != 0 && fill_from_proc(leader, ns_tgid)) return leader;
    ++stats_.unknown_threads;
    leader.sid = leader.pgid = leader.vpgid = -1;
    leader.set_comm(kNotKnown);
    auto image = make_ref<ExecImage>();
    image->exe = image->comm = kNotKnown;
    image->join_texts();
    leader.image = image;
    return leader;
}

Thread& State::make_member(Thread& leader, std::uint32_t tid, std::uint32_t ns_tid) {
    Thread& member = threads_.add(tid, leader.tgid, leader.ptid);
    copy_common(leader, member);
    member.vtid = leader.in_pidns ? -1 : static_cast<std::int64_t>(tid);
    if (proc_ && leader.ns_tgid != 0 && ns_tid != 0) {
        const std::string comm = proc_->read_thread_comm(leader.ns_tgid, ns_tid);
        if (!comm.empty()) member.set_comm(comm);
    }
    return member;
}

// A thread that an event names by its kernel number, learnt from /proc if it is not known.
Thread* State::fetch(std::uint32_t tid) {
    if (Thread* known = threads_.find(tid)) return known;
    ProcInfo info;
    if (!proc_ || numbers_differ_ || !proc_->read(tid, info)) return nullptr;
    const std::uint32_t tgid = info.tgid == 0 ? tid : info.tgid;
    Thread* leader = threads_.find(tgid);
    if (leader == nullptr) leader = &make_leader(tgid, tgid, 0);
    if (!leader->is_leader()) return nullptr;
    return tid == tgid ? leader : &make_member(*leader, tid, tid);
}

bool State::fill_from_proc(Thread& leader, std::uint32_t ns_tgid) {
    ProcInfo info;
    ++stats_.proc_reads;
    if (!proc_->read(ns_tgid, info)) return false;
    const std::uint64_t apart = info.start_ns > leader.start_ns ? info.start_ns - leader.start_ns
                                                                : leader.start_ns - info.start_ns;
    if (leader.start_ns != 0 && info.start_ns != 0 && apart > kTickSlackNs) return false;
    fill(leader, info);
    const std::uint32_t parent = kernel_number(info.ppid);
    if (parent != 0 && threads_.find(parent) == nullptr) make_leader(parent, info.ppid, 0);
    threads_.set_parent(leader, parent);
    if (info.ended && !leader.container) stay_with_parent(leader);
    read_files(leader, kLastStandardFile);
    return true;
}

// Where it was is known no more, but its parent is mostly there still.
void State::stay_with_parent(Thread& leader) {
    const Thread* parent = threads_.parent(leader);
    if (parent == nullptr || !parent->container) return;
    leader.cgroups = parent->cgroups;
    leader.container = parent->container;
}

std::uint32_t State::kernel_number(std::uint32_t ns_number) const noexcept {
    if (!numbers_differ_ || ns_number == 0) return ns_number;
    const auto found = kernel_of_ns_.find(ns_number);
    return found == kernel_of_ns_.end() ? 0 : found->second;
}

void State::learn_number(std::uint32_t ns_number, std::uint32_t number) {
    if (ns_number != number) numbers_differ_ = true;
    if (!numbers_differ_) return;
    if (kernel_of_ns_.size() > 2 * options_.max_threads) kernel_of_ns_.clear();
    kernel_of_ns_[ns_number] = number;
}

void State::apply_meta(const Event& event) {
    const auto number = [&](std::size_t k) { return static_cast<std::uint32_t>(event.u64(k)); };
    switch (event.type()) {
        case EventType::useradded: {
            User user{number(1), std::string(event.text(2)), std::string(event.text(3)),
                      std::string(event.text(4))};
            if (event.text(5).empty())
                users_.add_user(number(0), std::move(user));
            else
                void_facts(containers_.add_user(event.text(5), number(0), std::move(user)));
            break;
        }
        case EventType::userdeleted:
            if (event.text(5).empty()) users_.remove_user(number(0));
            break;
        case EventType::groupadded:
            if (event.text(2).empty())
                users_.add_group(number(0), std::string(event.text(1)));
            else
                void_facts(
                    containers_.add_group(event.text(2), number(0), std::string(event.text(1))));
            break;
        case EventType::groupdeleted:
            if (event.text(2).empty()) users_.remove_group(number(0));
            break;
        case EventType::container:
        case EventType::asyncevent: learn_from(event); break;
        default: break;
    }
}

}  // namespace sensor::state
