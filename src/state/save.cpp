// SPDX-License-Identifier: Apache-2.0
// The state as the tables at the head of a capture: load.cpp makes the same of them again, but for
// what the format has no place for (socket addresses of the kernel).
#include <cstring>

#include "containers/json.hpp"
#include "state/state.hpp"

namespace sensor::state {
namespace {

constexpr std::uint32_t kThreadFlags = 0x2000 | 1;  // same group, same descriptors
constexpr std::uint32_t kClosed = 0x40000, kCloneNewuser = 0x100000, kChildInPidns = 0x20000000;
constexpr std::uint32_t kOCloexec = 0x1000, kUpperLayer = 0x8000, kLowerLayer = 0x10000;
constexpr std::uint8_t kFamilyIp4 = 2, kFamilyIp6 = 10;

// The numbers of both enumerations agree but for the sockets and newer files.
CaptureFdType type_of(FdType type) noexcept {
    switch (type) {
        case FdType::File: return CaptureFdType::FileWithFlags;
        case FdType::Directory: return CaptureFdType::Directory;
        case FdType::Ipv4: return CaptureFdType::Ip4Socket;
        case FdType::Ipv6: return CaptureFdType::Ip6Socket;
        case FdType::Ipv4Server: return CaptureFdType::Ip4Server;
        case FdType::Ipv6Server: return CaptureFdType::Ip6Server;
        case FdType::Unix: return CaptureFdType::UnixSocket;
        case FdType::Pipe: return CaptureFdType::Fifo;
        case FdType::Event: return CaptureFdType::Event;
        case FdType::Signal: return CaptureFdType::Signal;
        case FdType::Eventpoll: return CaptureFdType::EventPoll;
        case FdType::Inotify: return CaptureFdType::Inotify;
        case FdType::Timer: return CaptureFdType::Timer;
        case FdType::Netlink: return CaptureFdType::Netlink;
        case FdType::Bpf: return CaptureFdType::Bpf;
        case FdType::Userfault: return CaptureFdType::UserFault;
        case FdType::IoUring: return CaptureFdType::IoUring;
        case FdType::Memfd: return CaptureFdType::Memory;
        case FdType::Pidfd: return CaptureFdType::Pid;
        case FdType::Unsupported: return CaptureFdType::Unsupported;
        case FdType::Unknown: break;
    }
    return CaptureFdType::Unknown;
}

void append_end(std::string& out, EndView end, std::size_t ip_bytes) {
    std::string ip(end.ip);
    ip.resize(ip_bytes);
    out += ip;
    out.append(reinterpret_cast<const char*>(&end.port), sizeof end.port);
}

/// Sockets as event parameters have them: local end first.
std::string address_of(const FdInfo& info) {
    std::string out;
    if (!info.is_ip_socket()) return out;
    const bool is_ip6 = info.type == FdType::Ipv6 || info.type == FdType::Ipv6Server;
    const std::size_t bytes = is_ip6 ? 16 : 4;
    out += static_cast<char>(is_ip6 ? kFamilyIp6 : kFamilyIp4);
    append_end(out, info.local(), bytes);
    if (!info.is_ip_server()) append_end(out, info.remote(), bytes);
    return out;
}

CaptureFd fd_of(const FdInfo& info, std::uint32_t tid) {
    CaptureFd fd;
    fd.fd = info.number;
    fd.tid = tid;
    fd.type = type_of(info.type);
    fd.ino = info.ino;
    fd.dev = info.dev;
    fd.l4 = static_cast<std::uint8_t>(info.l4);
    fd.open_flags = info.flags | (info.cloexec ? kOCloexec : 0) |
                    (info.upper_layer ? kUpperLayer : 0) | (info.lower_layer ? kLowerLayer : 0);
    fd.address = address_of(info);
    if (!info.is_ip_socket()) fd.name = info.name();
    return fd;
}

void take_image(const ExecImage& image, CaptureProcess& out) {
    out.exe = image.exe;
    out.exepath = image.exepath;
    out.args = image.args;
    out.env = image.env_block();
    out.exe_ino = image.exe_ino;
    out.exe_ctime_ns = image.ctime_ns;
    out.exe_mtime_ns = image.mtime_ns;
    out.exe_writable = image.writable;
    out.exe_upper_layer = image.upper_layer;
    out.exe_lower_layer = image.lower_layer;
    out.exe_from_memfd = image.from_memfd;
}

CaptureProcess process_of(const Thread& thread) {
    CaptureProcess out;
    out.tid = thread.tid;
    out.tgid = thread.tgid;
    out.ptid = thread.ptid;
    out.sid = thread.sid;
    out.pgid = thread.pgid;
    out.vpgid = thread.vpgid;
    out.vtid = thread.vtid;
    out.vpid = thread.vpid;
    out.comm = thread.comm();
    if (thread.image) take_image(*thread.image, out);
    out.cgroups = view(thread.cgroups);
    out.cwd = view(thread.leader->cwd);
    out.root = view(thread.root);
    out.fd_limit = thread.leader->fd_limit;
    out.flags = (thread.is_leader() ? 0 : kThreadFlags) | (thread.in_pidns ? kChildInPidns : 0) |
                (thread.own_userns ? kCloneNewuser : 0) | (thread.exited ? kClosed : 0);
    out.uid = thread.uid;
    out.gid = thread.gid;
    out.loginuid = thread.loginuid;
    out.tty = thread.tty;
    out.vm_size_kb = thread.vm_size_kb;
    out.vm_rss_kb = thread.vm_rss_kb;
    out.vm_swap_kb = thread.vm_swap_kb;
    out.faults_major = thread.faults_major;
    out.faults_minor = thread.faults_minor;
    out.pidns_start_ns = thread.pidns_start_ns;
    out.clone_ts_ns = thread.leader->clone_ts_ns;
    out.cap_inheritable = thread.cap_inheritable;
    out.cap_permitted = thread.cap_permitted;
    out.cap_effective = thread.cap_effective;
    return out;
}

}  // namespace

CaptureTables State::tables() const {
    CaptureTables out;
    out.machine.boot_epoch_ns = options_.boot_epoch_ns;
    out.machine.hostname = hostname_;
    out.interfaces = interfaces_.all();
    users_.for_each_user([&](std::uint32_t uid, const User& user) {
        out.users.push_back({uid, user.gid, user.name, user.home, user.shell});
    });
    users_.for_each_group(
        [&](std::uint32_t gid, const std::string& name) { out.groups.push_back({gid, name}); });
    containers_.for_each([&](const Container& container) {
        if (container.known == containers::Known::Complete)
            out.containers.push_back(containers::record_json(container));
    });
    for (const Thread* thread : threads_.all()) {
        if (!thread->known) continue;
        out.processes.push_back(process_of(*thread));
        if (!thread->is_leader() || !thread->fds) continue;
        thread->fds->for_each(
            [&](const FdInfo& info) { out.fds.push_back(fd_of(info, thread->tid)); });
    }
    return out;
}

}  // namespace sensor::state
