// SPDX-License-Identifier: Apache-2.0
// What single events change. Internal to state/: made per event by State::begin, nothing is kept.
#pragma once

#include "state/state.hpp"

namespace sensor::state {

/// Everything of a process but its place in the tables and its own numbers.
void copy_common(const Thread& from, Thread& to);

/// Can both be of one clone or end? What is older than that is not.
inline bool is_recent(std::uint64_t then_ns, std::uint64_t now_ns) noexcept {
    constexpr std::uint64_t kStaleNs = 2'000'000'000;
    return then_ns != 0 && (then_ns > now_ns || now_ns - then_ns < kStaleNs);
}

/// clone, exec, exit, ids, directories, namespaces.
class ProcessUpdate {
public:
    ProcessUpdate(State& state, const Event& event) : state_(state), event_(event) {}

    /// The child's own exit of clone: result 0. The entry may be a new one.
    Thread* clone_child();
    /// The exit of clone in a caller that is not in the table.
    Thread* clone_unknown();
    void clone(Thread& caller);
    void exec(Thread& thread);
    void exit(Thread& thread);
    void change_directory(Thread& thread);
    void change_root(Thread& thread);
    void change_ids(Thread& thread);
    void new_session(Thread& thread);
    void set_group(Thread& thread);
    void set_capabilities(Thread& thread);
    void change_namespace(Thread& thread);
    void set_limit(Thread& thread);
    void control(Thread& thread);
    /// Sizes that stand at parameter `first` and the two after it; page faults, then sizes.
    void take_memory(Thread& thread, std::size_t first);
    void take_faults(Thread& thread, std::size_t first);

private:
    void clone_caller(Thread& caller);
    Thread& add_child(std::uint32_t tid, std::uint32_t tgid, std::uint32_t ptid,
                      const Thread& from);
    void fill_from_clone(Thread& child, const Thread* from);
    Ref<ExecImage> image_of_clone(const Thread* from) const;
    Ref<ExecImage> image_of_exec() const;
    void take_exec_numbers(Thread& thread);
    void set_uid(Thread& thread, std::size_t param);
    void set_gid(Thread& thread, std::size_t param);
    bool exited_lately(std::uint32_t tid, std::uint32_t ptid) const;
    std::uint32_t parent_now(std::uint32_t ptid) const;

    State& state_;
    const Event& event_;
};

/// Files and other descriptors without an address.
class FdUpdate {
public:
    FdUpdate(State& state, const Event& event, Thread& thread)
        : state_(state), event_(event), thread_(thread) {}

    /// True if the event was one of those this class knows.
    bool apply();
    /// Remembers the enter event of an open.
    void remember_enter();

private:
    struct OpenParams {
        int dirfd, name, flags, dev, ino;
    };
    void open(const OpenParams& params);
    bool opens_directory(std::uint64_t flags) const;
    void open_by_handle();
    void creat();
    void duplicate(std::int64_t old_fd, std::int64_t new_fd, bool cloexec);
    void fcntl();
    void pipe();
    void socketpair();
    void memfd();
    void pidfd_open();
    void pidfd_getfd();
    void bpf();
    /// An entry that is nothing but its type.
    FdInfo* plain(FdType type, bool cloexec);
    void signalfd(bool cloexec);
    FdInfo& add(FdInfo info, std::int64_t fd);
    bool applies_enter() const;

    State& state_;
    const Event& event_;
    Thread& thread_;
};

/// Sockets and their addresses.
class SocketUpdate {
public:
    SocketUpdate(State& state, const Event& event, Thread& thread)
        : state_(state), event_(event), thread_(thread) {}

    bool apply();

private:
    void socket();
    void bind();
    void connect();
    void listen();
    void accept();
    void transfer(std::size_t tuple_param, std::size_t fd_param, bool outbound);
    /// The entry of a descriptor, made from the kernel's object if it is not in the table.
    FdInfo& entry(std::int64_t fd, std::uint8_t family);
    void set_ends(FdInfo& info, EndView local, EndView remote, SocketRole role);
    void set_unix(FdInfo& info, const SocketName& tuple);
    void rename(FdInfo& info, const FdParts& parts);
    void passed_fds();

    State& state_;
    const Event& event_;
    Thread& thread_;
};

}  // namespace sensor::state
