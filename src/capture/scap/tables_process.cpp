// SPDX-License-Identifier: Apache-2.0
// Process lists of all nine versions, and descriptor lists.
#include <utility>

#include "capture/scap/tables.hpp"

namespace sensor::capture::scap {
namespace {

constexpr std::uint64_t kPadding = 3;

// Versions of the process list, by what they added.
constexpr int kWithMemory = 2, kWithEnv = 3, kWithNamespaces = 4, kWithRoot = 5, kWithSid = 6,
              kWithExepath = 7, kWithVpgid = 8, kWithLength = 9;
// Bytes behind the root of an entry from before the namespace start and the terminal were put in
// front of them: login user, writable, capabilities.
constexpr std::uint64_t kBeforeTty = 29;

constexpr std::uint8_t kFamilyUnix = 1, kFamilyIp4 = 2, kFamilyIp6 = 10;

template <typename T>
void append(std::string& out, T value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// Sockets of the list: both addresses, then both ports; tuples of events: end by end.
template <typename Ip>
bool ip_socket(Cursor& entry, std::uint8_t family, CaptureFd& out) {
    Ip from{}, to{};
    std::uint16_t from_port = 0, to_port = 0;
    if (!entry.number(from) || !entry.number(to) || !entry.number(from_port) ||
        !entry.number(to_port) || !entry.number(out.l4))
        return false;
    append(out.address, family);
    append(out.address, from);
    append(out.address, from_port);
    append(out.address, to);
    append(out.address, to_port);
    return true;
}

template <typename Ip>
bool ip_server(Cursor& entry, std::uint8_t family, CaptureFd& out) {
    Ip ip{};
    std::uint16_t port = 0;
    if (!entry.number(ip) || !entry.number(port) || !entry.number(out.l4)) return false;
    append(out.address, family);
    append(out.address, ip);
    append(out.address, port);
    return true;
}

bool unix_socket(Cursor& entry, CaptureFd& out) {
    std::uint64_t own = 0, peer = 0;
    if (!entry.number(own) || !entry.number(peer) || !entry.text(out.name)) return false;
    append(out.address, kFamilyUnix);
    append(out.address, own);
    append(out.address, peer);
    out.address += out.name;
    out.address += '\0';
    return true;
}

std::size_t bytes_of(const CaptureProcess& p) {
    return sizeof p + p.comm.size() + p.exe.size() + p.exepath.size() + p.args.size() +
           p.env.size() + p.cgroups.size() + p.cwd.size() + p.root.size();
}

using Ip4 = std::array<std::uint8_t, 4>;
using Ip6 = std::array<std::uint8_t, 16>;

}  // namespace

bool TableReader::processes(int version, Cursor& body) {
    while (body.left() > kPadding) {
        CaptureProcess out;
        if (version < kWithLength) {
            if (!process(version, body, out)) return false;
        } else {
            std::uint32_t length = 0;
            if (!body.number(length) || length < sizeof length ||
                length - sizeof length > body.left())
                return false;
            Cursor entry = body.part(length - sizeof length);
            const bool good = process(version, entry, out) && process_latest(entry, out);
            if (!entry.finish()) return false;
            if (!good) {
                ++stats_.table_entries_dropped;
                continue;
            }
        }
        if (out.tid != 0 && charge(bytes_of(out))) tables_.processes.push_back(std::move(out));
    }
    return true;
}

// What all versions have, in the order of the newest.
bool TableReader::process(int version, Cursor& entry, CaptureProcess& out) {
    std::uint64_t tid = 0, tgid = 0, ptid = 0, sid = 0, vpgid = 0;
    if (!entry.number(tid) || !entry.number(tgid) || !entry.number(ptid)) return false;
    if (version >= kWithSid && !entry.number(sid)) return false;
    if (version >= kWithVpgid && !entry.number(vpgid)) return false;
    if (!entry.text(out.comm) || !entry.text(out.exe)) return false;
    if (version >= kWithExepath && !entry.text(out.exepath)) return false;
    if (!entry.text(out.args) || !entry.text(out.cwd) || !entry.number(out.fd_limit) ||
        !entry.number(out.flags) || !entry.number(out.uid) || !entry.number(out.gid))
        return false;
    if (version >= kWithMemory &&
        (!entry.number(out.vm_size_kb) || !entry.number(out.vm_rss_kb) ||
         !entry.number(out.vm_swap_kb) || !entry.number(out.faults_major) ||
         !entry.number(out.faults_minor)))
        return false;
    if (version >= kWithEnv && !entry.text(out.env)) return false;
    if (version >= kWithNamespaces &&
        (!entry.number(out.vtid) || !entry.number(out.vpid) || !entry.text(out.cgroups)))
        return false;
    if (version >= kWithRoot && !entry.text(out.root)) return false;
    if (version >= kWithSid) out.sid = static_cast<std::int64_t>(sid);
    if (version >= kWithVpgid) out.vpgid = static_cast<std::int64_t>(vpgid);
    if (!thread_number(tid) || !thread_number(tgid)) return true;  // tid stays 0: left out
    out.tid = static_cast<std::uint32_t>(tid);
    out.tgid = static_cast<std::uint32_t>(tgid);
    out.ptid = ptid <= 0xffffffffU ? static_cast<std::uint32_t>(ptid) : 0;
    return true;
}

// What was appended to entries with a length: each field is there if it fits.
bool TableReader::process_latest(Cursor& entry, CaptureProcess& out) {
    std::uint8_t writable = 0, upper = 0, memfd = 0, lower = 0;
    if (entry.left() > kBeforeTty &&
        (!entry.optional(out.pidns_start_ns) || !entry.optional(out.tty)))
        return false;
    const bool good = entry.optional(out.loginuid) && entry.optional(writable) &&
                      entry.optional(out.cap_inheritable) && entry.optional(out.cap_permitted) &&
                      entry.optional(out.cap_effective) && entry.optional(upper) &&
                      entry.optional(out.exe_ino) && entry.optional(out.exe_ctime_ns) &&
                      entry.optional(out.exe_mtime_ns) && entry.optional(memfd) &&
                      entry.optional(lower) && entry.optional(out.pgid);
    out.exe_writable = writable != 0;
    out.exe_upper_layer = upper != 0;
    out.exe_from_memfd = memfd != 0;
    out.exe_lower_layer = lower != 0;
    return good;
}

// In the order of the processes, so that one walk finds all of them.
bool TableReader::starts(Cursor& body) {
    auto process = tables_.processes.begin();
    while (body.left() > kPadding) {
        std::uint64_t tid = 0, ts_ns = 0;
        if (!body.number(tid) || !body.number(ts_ns)) return false;
        while (process != tables_.processes.end() && process->tid != tid) ++process;
        if (process == tables_.processes.end()) return false;
        process->clone_ts_ns = ts_ns;
    }
    return true;
}

bool TableReader::fds(int version, Cursor& body) {
    std::uint64_t tid = 0;
    if (!body.number(tid)) return false;
    if (!thread_number(tid)) return true;
    while (body.left() > kPadding) {
        CaptureFd out;
        out.tid = static_cast<std::uint32_t>(tid);
        if (version == 1) {
            if (!fd(version, body, out)) return false;
        } else {
            std::uint32_t length = 0;
            if (!body.number(length) || length < sizeof length ||
                length - sizeof length > body.left())
                return false;
            Cursor entry = body.part(length - sizeof length);
            const bool good = fd(version, entry, out);
            if (!entry.finish()) return false;
            if (!good) {
                ++stats_.table_entries_dropped;
                continue;
            }
        }
        if (charge(sizeof out + out.name.size() + out.address.size()))
            tables_.fds.push_back(std::move(out));
    }
    return true;
}

bool TableReader::fd(int version, Cursor& entry, CaptureFd& out) {
    std::uint8_t type = 0;
    if (!entry.number(out.fd) || !entry.number(out.ino) || !entry.number(type)) return false;
    out.type = static_cast<CaptureFdType>(type);
    switch (out.type) {
        case CaptureFdType::Ip4Socket: return ip_socket<Ip4>(entry, kFamilyIp4, out);
        case CaptureFdType::Ip6Socket: return ip_socket<Ip6>(entry, kFamilyIp6, out);
        case CaptureFdType::Ip4Server: return ip_server<Ip4>(entry, kFamilyIp4, out);
        case CaptureFdType::Ip6Server: return ip_server<Ip6>(entry, kFamilyIp6, out);
        case CaptureFdType::UnixSocket: return unix_socket(entry, out);
        case CaptureFdType::FileWithFlags:
            return entry.number(out.open_flags) && entry.text(out.name) &&
                   (version == 1 || entry.optional(out.dev));
        default: break;
    }
    const bool known = type != 0 && type <= static_cast<std::uint8_t>(CaptureFdType::Pid);
    if (known) return entry.text(out.name);
    if (version == 1) return false;  // nobody knows where the next one starts
    out.type = CaptureFdType::Unsupported;
    out.name = "unknown-type:[" + std::to_string(type) + "]";
    return true;
}

}  // namespace sensor::capture::scap
