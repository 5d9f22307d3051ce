// SPDX-License-Identifier: Apache-2.0
// The tables at the head of a capture: what was running, open and known when it began. After this
// the events of the file go the same way as live ones.
#include "state/path.hpp"
#include "state/update.hpp"

namespace sensor::state {
namespace {

constexpr std::uint32_t kClosed = 0x40000, kCloneNewuser = 0x100000, kChildInPidns = 0x20000000;
constexpr std::uint32_t kOCloexec = 0x1000, kUpperLayer = 0x8000, kLowerLayer = 0x10000;
constexpr std::uint64_t kYear2001 = 1'000'000'000'000'000'000;  // more than any uptime, ns

// The numbers of both enumerations agree but for the sockets and newer files.
FdType type_of(CaptureFdType type) noexcept {
    switch (type) {
        case CaptureFdType::File:
        case CaptureFdType::FileWithFlags: return FdType::File;
        case CaptureFdType::Directory: return FdType::Directory;
        case CaptureFdType::Ip4Socket: return FdType::Ipv4;
        case CaptureFdType::Ip6Socket: return FdType::Ipv6;
        case CaptureFdType::Ip4Server: return FdType::Ipv4Server;
        case CaptureFdType::Ip6Server: return FdType::Ipv6Server;
        case CaptureFdType::Fifo: return FdType::Pipe;
        case CaptureFdType::UnixSocket: return FdType::Unix;
        case CaptureFdType::Event: return FdType::Event;
        case CaptureFdType::Signal: return FdType::Signal;
        case CaptureFdType::EventPoll: return FdType::Eventpoll;
        case CaptureFdType::Inotify: return FdType::Inotify;
        case CaptureFdType::Timer: return FdType::Timer;
        case CaptureFdType::Netlink: return FdType::Netlink;
        case CaptureFdType::Bpf: return FdType::Bpf;
        case CaptureFdType::UserFault: return FdType::Userfault;
        case CaptureFdType::IoUring: return FdType::IoUring;
        case CaptureFdType::Memory: return FdType::Memfd;
        case CaptureFdType::Pid: return FdType::Pidfd;
        case CaptureFdType::Unsupported: return FdType::Unsupported;
        case CaptureFdType::Unknown: break;
    }
    return FdType::Unknown;
}

bool is_server(CaptureFdType type) noexcept {
    return type == CaptureFdType::Ip4Server || type == CaptureFdType::Ip6Server;
}
bool is_connection(CaptureFdType type) noexcept {
    return type == CaptureFdType::Ip4Socket || type == CaptureFdType::Ip6Socket;
}

L4Proto l4_of(const CaptureFd& fd) noexcept {
    if (!is_server(fd.type) && !is_connection(fd.type)) return L4Proto::Na;
    return fd.l4 <= static_cast<std::uint8_t>(L4Proto::Raw) ? static_cast<L4Proto>(fd.l4)
                                                            : L4Proto::Unknown;
}

FdInfo file_of(const CaptureFd& fd) {
    FdInfo info(type_of(fd.type));
    info.ino = fd.ino;
    info.dev = fd.dev;
    info.flags = fd.open_flags;
    info.cloexec = (fd.open_flags & kOCloexec) != 0;
    info.upper_layer = (fd.open_flags & kUpperLayer) != 0;
    info.lower_layer = (fd.open_flags & kLowerLayer) != 0;
    info.set_names(fd.name, {});
    return info;
}

Ref<ExecImage> image_of(const CaptureProcess& process) {
    auto image = make_ref<ExecImage>();
    image->exe = process.exe;
    image->exepath = without_deleted(process.exepath);
    image->args = process.args;
    image->comm = process.comm;
    image->exe_ino = process.exe_ino;
    image->ctime_ns = process.exe_ctime_ns;
    image->mtime_ns = process.exe_mtime_ns;
    image->writable = process.exe_writable;
    image->upper_layer = process.exe_upper_layer;
    image->lower_layer = process.exe_lower_layer;
    image->from_memfd = process.exe_from_memfd;
    image->join_texts();
    return image;
}

}  // namespace

void State::clear() {
    bound_ = Bound{};
    ending_tid_ = 0;
    held_ = FdInfo{};
    threads_.clear();
    containers_.clear();
    users_.clear_added();
    server_ports_.reset();
    kernel_of_ns_.clear();
    numbers_differ_ = false;
    recent_exits_ = {};
}

void State::load(const CaptureTables& tables) {
    clear();
    options_.boot_epoch_ns = tables.machine.boot_epoch_ns;
    if (!tables.machine.hostname.empty() && !hostname_given_) hostname_ = tables.machine.hostname;
    interfaces_.assign(tables.interfaces);
    load_users(tables);
    for (const bool leaders : {true, false}) {
        for (const CaptureProcess& process : tables.processes) {
            if ((process.tid == process.tgid) == leaders) load_process(process);
        }
    }
    // Parents may have come after their children.
    threads_.for_each([&](Thread& thread) { threads_.adopt_waiting(thread); });
    // Which ports serve decides how the connections read.
    for (const CaptureFd& fd : tables.fds) load_server_port(fd);
    for (const CaptureFd& fd : tables.fds) load_fd(fd);
}

void State::load_users(const CaptureTables& tables) {
    users_.add_user(0, {0, "root", "/root", ""});
    users_.add_group(0, "root");
    for (const CaptureUser& user : tables.users)
        users_.add_user(user.uid, {user.gid, user.name, user.home, user.shell});
    for (const CaptureGroup& group : tables.groups) users_.add_group(group.gid, group.name);
}

void State::load_process(const CaptureProcess& process) {
    if (process.tid == 0 || threads_.find(process.tid) != nullptr) return;
    threads_.next_step();
    Thread& thread = threads_.add(process.tid, process.tgid, process.ptid);
    thread.image = image_of(process);
    thread.image->env = share(process.env);
    thread.set_comm(process.comm);
    thread.sid = process.sid;
    thread.pgid = process.pgid;
    thread.vpgid = process.vpgid;
    thread.vtid = process.vtid < 0 ? static_cast<std::int64_t>(process.tid) : process.vtid;
    thread.vpid = process.vpid < 0 ? static_cast<std::int64_t>(process.tgid) : process.vpid;
    thread.in_pidns = (process.flags & kChildInPidns) != 0 ||
                      thread.vtid != static_cast<std::int64_t>(process.tid);
    thread.own_userns = (process.flags & kCloneNewuser) != 0;
    // Those of events are of the boot clock, those read from /proc since the epoch.
    const std::uint64_t ns_start = process.pidns_start_ns;
    thread.pidns_start_ns = ns_start >= kYear2001 || options_.boot_epoch_ns == 0
                                ? ns_start
                                : options_.boot_epoch_ns + ns_start;
    thread.clone_ts_ns = process.clone_ts_ns;
    thread.uid = process.uid;
    thread.gid = process.gid;
    thread.loginuid = process.loginuid;
    thread.tty = process.tty;
    thread.cap_inheritable = process.cap_inheritable;
    thread.cap_permitted = process.cap_permitted;
    thread.cap_effective = process.cap_effective;
    set_cgroups(thread, process.cgroups);
    thread.root = share(process.root.empty() ? "/" : process.root);
    thread.vm_size_kb = process.vm_size_kb;
    thread.vm_rss_kb = process.vm_rss_kb;
    thread.vm_swap_kb = process.vm_swap_kb;
    thread.faults_major = process.faults_major;
    thread.faults_minor = process.faults_minor;
    thread.known = true;
    if (!thread.is_leader()) return;
    thread.cwd = share(with_slash(process.cwd));
    thread.fd_limit = process.fd_limit;
    thread.reaper = thread.tid == 1 || thread.vpid == 1;
    if ((process.flags & kClosed) != 0) {  // it had ended, its other threads had not
        thread.exited = true;
        thread.alive = 0;
    }
}

void State::load_server_port(const CaptureFd& fd) {
    const SocketName name = is_server(fd.type) ? decode_sockaddr(fd.address) : SocketName{};
    if (name.valid) server_ports_.set(name.first.port);
}

void State::load_fd(const CaptureFd& fd) {
    Thread* thread = threads_.find(fd.tid);
    if (thread == nullptr || !thread->is_leader()) return;
    FdInfo info = file_of(fd);
    info.l4 = l4_of(fd);
    if (is_connection(fd.type)) {
        const SocketName ends = decode_tuple(fd.address);
        const bool serves = server_ports_.test(ends.first.port);
        if (ends.valid)
            set_connection(info, ends.first, ends.second,
                           serves ? SocketRole::Server : SocketRole::Client);
    } else if (is_server(fd.type)) {
        const SocketName end = decode_sockaddr(fd.address);
        const std::string name = endpoint_text(end.first);
        FdParts parts;
        parts.name = name;
        parts.local = end.first;
        info.assign(parts);
        info.role = SocketRole::Server;
    }
    put_fd(*thread, fd.fd, std::move(info));
}

}  // namespace sensor::state
