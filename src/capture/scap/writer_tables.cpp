// SPDX-License-Identifier: Apache-2.0
// The head of a capture file: section, machine, interfaces, users, processes, descriptors, in the
// newest layout of each. Texts that are longer than readers accept are cut.
#include <algorithm>

#include "capture/scap/blocks.hpp"
#include "capture/scap/writer.hpp"

namespace sensor::capture::scap {
namespace {

constexpr std::uint32_t kMachine = 0x201, kInterfaces = 0x219, kUsers = 0x220, kProcesses = 0x215,
                        kFds = 0x218;
constexpr std::size_t kHostBytes = 128, kMaxPath = 1023, kMaxBlockText = 4096, kMaxUserText = 255;
constexpr std::uint16_t kIp4 = 1, kIp6 = 2;
constexpr std::uint8_t kUser = 0, kGroup = 1;

template <typename T>
void put(std::string& out, T value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_text(std::string& out, std::string_view text, std::size_t most) {
    text = text.substr(0, most);
    put(out, static_cast<std::uint16_t>(text.size()));
    out.append(text);
}

/// Texts with a NUL each: what is left of the last one keeps its NUL.
void put_texts(std::string& out, std::string_view texts) {
    if (texts.size() <= kMaxBlockText) return put_text(out, texts, kMaxBlockText);
    std::string cut(texts.substr(0, kMaxBlockText));
    cut.back() = '\0';
    put_text(out, cut, kMaxBlockText);
}

/// Calls fill(), and puts the length of what it added before it. counts_itself: with its own bytes
template <typename F>
void put_entry(std::string& out, bool counts_itself, F&& fill) {
    const std::size_t at = out.size();
    put(out, std::uint32_t{0});
    fill();
    const auto size = static_cast<std::uint32_t>(out.size() - at - (counts_itself ? 0 : 4));
    std::memcpy(out.data() + at, &size, sizeof size);
}

template <typename F>
void put_block(std::string& out, std::uint32_t type, F&& fill) {
    const std::size_t begin = out.size();
    put(out, type);
    put(out, std::uint32_t{0});
    fill();
    out.append((4 - (out.size() - begin) % 4) % 4, '\0');
    const auto whole = static_cast<std::uint32_t>(out.size() - begin + kBlockTail);
    put(out, whole);
    std::memcpy(out.data() + begin + 4, &whole, sizeof whole);
}

void put_machine(std::string& out, const CaptureMachine& machine) {
    std::string host = machine.hostname.substr(0, kHostBytes - 1);
    host.resize(kHostBytes);
    put(out, machine.cpus);
    put(out, machine.memory_bytes);
    put(out, machine.max_tid);
    out += host;
    put(out, machine.boot_epoch_ns);
    out.append(3 * sizeof(std::uint64_t), '\0');
}

void put_interface(std::string& out, const CaptureInterface& interface) {
    const std::size_t bytes = interface.is_ip6 ? 16 : 4;
    const std::string name = interface.name.substr(0, kMaxPath);
    put(out, interface.is_ip6 ? kIp6 : kIp4);
    put(out, static_cast<std::uint16_t>(name.size()));
    for (const auto* address : {&interface.address, &interface.netmask, &interface.broadcast})
        out.append(reinterpret_cast<const char*>(address->data()), bytes);
    put(out, interface.link_speed);
    out += name;
}

void put_user(std::string& out, const CaptureUser& user) {
    put(out, kUser);
    put(out, user.uid);
    put(out, user.gid);
    for (const std::string* text : {&user.name, &user.home, &user.shell})
        put_text(out, *text, kMaxUserText);
}

void put_group(std::string& out, const CaptureGroup& group) {
    put(out, kGroup);
    put(out, group.gid);
    put_text(out, group.name, kMaxUserText);
}

void put_process(std::string& out, const CaptureProcess& p) {
    const auto flag = [&](bool set) { put(out, static_cast<std::uint8_t>(set ? 1 : 0)); };
    for (const std::uint32_t number : {p.tid, p.tgid, p.ptid}) put(out, std::uint64_t{number});
    put(out, p.sid);
    put(out, p.vpgid);
    for (const std::string* text : {&p.comm, &p.exe, &p.exepath}) put_text(out, *text, kMaxPath);
    put_texts(out, p.args);
    put_text(out, p.cwd.empty() ? "/" : p.cwd, kMaxPath);
    put(out, p.fd_limit);
    put(out, p.flags);
    put(out, p.uid);
    put(out, p.gid);
    for (const std::uint32_t kb : {p.vm_size_kb, p.vm_rss_kb, p.vm_swap_kb}) put(out, kb);
    put(out, p.faults_major);
    put(out, p.faults_minor);
    put_texts(out, p.env);
    put(out, p.vtid);
    put(out, p.vpid);
    put_texts(out, p.cgroups);
    put_text(out, p.root.empty() ? "/" : p.root, kMaxPath);
    put(out, p.pidns_start_ns);
    put(out, p.tty);
    put(out, p.loginuid);
    flag(p.exe_writable);
    put(out, p.cap_inheritable);
    put(out, p.cap_permitted);
    put(out, p.cap_effective);
    flag(p.exe_upper_layer);
    put(out, p.exe_ino);
    put(out, p.exe_ctime_ns);
    put(out, p.exe_mtime_ns);
    flag(p.exe_from_memfd);
    flag(p.exe_lower_layer);
    put(out, p.pgid);
}

/// Both addresses, then both ports; tuples of events have them end by end.
void put_connection(std::string& out, const CaptureFd& fd, std::size_t ip) {
    const std::string_view all = fd.address;
    if (all.size() < 1 + 2 * (ip + 2)) return out.append(2 * (ip + 2), '\0'), put(out, fd.l4);
    out.append(all.substr(1, ip)).append(all.substr(1 + ip + 2, ip));
    out.append(all.substr(1 + ip, 2)).append(all.substr(1 + ip + 2 + ip, 2));
    put(out, fd.l4);
}

void put_server(std::string& out, const CaptureFd& fd, std::size_t ip) {
    std::string address = fd.address.size() > 1 ? fd.address.substr(1) : std::string();
    address.resize(ip + 2);
    out += address;
    put(out, fd.l4);
}

void put_unix(std::string& out, const CaptureFd& fd) {
    std::string ends = fd.address.size() > 1 ? fd.address.substr(1, 16) : std::string();
    ends.resize(16);
    out += ends;
    put_text(out, fd.name, kMaxPath);
}

void put_fd(std::string& out, const CaptureFd& fd) {
    put(out, fd.fd);
    put(out, fd.ino);
    put(out, static_cast<std::uint8_t>(fd.type));
    switch (fd.type) {
        case CaptureFdType::Ip4Socket: return put_connection(out, fd, 4);
        case CaptureFdType::Ip6Socket: return put_connection(out, fd, 16);
        case CaptureFdType::Ip4Server: return put_server(out, fd, 4);
        case CaptureFdType::Ip6Server: return put_server(out, fd, 16);
        case CaptureFdType::UnixSocket: return put_unix(out, fd);
        case CaptureFdType::FileWithFlags:
            put(out, fd.open_flags);
            put_text(out, fd.name, kMaxPath);
            return put(out, fd.dev);
        default: return put_text(out, fd.name, kMaxPath);
    }
}

bool is_newer(CaptureFdType type) { return type > CaptureFdType::FileWithFlags; }

/// A block a process: its entries stand together in the list. Kinds that old readers do not know
/// are of no kind there, and once more in blocks that only our reader looks at.
void put_fds(std::string& out, const std::deque<CaptureFd>& fds, bool own, bool for_old) {
    for (std::size_t k = 0; k < fds.size();) {
        const std::uint32_t tid = fds[k].tid;
        const std::size_t begin = out.size();
        std::size_t entries = 0;
        put_block(out, own ? kOwnFdBlock : kFds, [&] {
            put(out, std::uint64_t{tid});
            for (; k < fds.size() && fds[k].tid == tid; ++k) {
                if (fds[k].type == CaptureFdType::Unknown || (own && !is_newer(fds[k].type)))
                    continue;
                CaptureFd fd = fds[k];
                if (for_old && !own && is_newer(fd.type)) fd.type = CaptureFdType::Unsupported;
                put_entry(out, true, [&] { put_fd(out, fd); });
                ++entries;
            }
        });
        if (entries == 0) out.resize(begin);
    }
}

}  // namespace

std::string encode_tables(const CaptureTables& tables, bool for_old) {
    std::string out;
    put_block(out, kSectionBlock, [&] {
        put(out, kSectionMagic);
        put(out, std::uint16_t{1});
        put(out, std::uint16_t{2});
        put(out, std::int64_t{-1});
    });
    put_block(out, kMachine, [&] { put_machine(out, tables.machine); });
    put_block(out, kInterfaces, [&] {
        for (const CaptureInterface& one : tables.interfaces)
            put_entry(out, false, [&] { put_interface(out, one); });
    });
    put_block(out, kUsers, [&] {
        for (const CaptureUser& user : tables.users)
            put_entry(out, true, [&] { put_user(out, user); });
        for (const CaptureGroup& group : tables.groups)
            put_entry(out, true, [&] { put_group(out, group); });
    });
    if (!tables.processes.empty()) {
        put_block(out, kProcesses, [&] {
            for (const CaptureProcess& process : tables.processes)
                put_entry(out, true, [&] { put_process(out, process); });
        });
        put_block(out, kOwnStartBlock, [&] {
            for (const CaptureProcess& process : tables.processes) {
                if (process.clone_ts_ns == 0) continue;
                put(out, std::uint64_t{process.tid});
                put(out, process.clone_ts_ns);
            }
        });
    }
    put_fds(out, tables.fds, false, for_old);
    if (for_old) put_fds(out, tables.fds, true, true);
    return out;
}

}  // namespace sensor::capture::scap
