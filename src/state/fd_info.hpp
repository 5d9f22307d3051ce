// SPDX-License-Identifier: Apache-2.0
// FdInfo: what is known of one open descriptor. FdTable: the descriptors of one process, shared
// after fork until one side changes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../../bpf/wire.h"
#include "state/address.hpp"
#include "state/ref.hpp"

namespace sensor::state {

enum class FdType : std::uint8_t {
    Unknown,
    File,
    Directory,
    Ipv4,
    Ipv4Server,
    Ipv6,
    Ipv6Server,
    Unix,
    Pipe,
    Event,
    Unsupported,
    Signal,
    Eventpoll,
    Inotify,
    Timer,
    Netlink,
    Bpf,
    Userfault,
    IoUring,
    Memfd,
    Pidfd,
};

/// One-letter form, as fd.typechar prints it.
char fd_typechar(FdType type) noexcept;
/// Word, as fd.type prints it; "<NA>" for types that have none.
std::string_view fd_typename(FdType type) noexcept;

enum class L4Proto : std::uint8_t { Unknown, Na, Tcp, Udp, Icmp, Raw };
/// "tcp", "udp", ... or "<NA>".
std::string_view l4_name(L4Proto proto) noexcept;
L4Proto l4_from_socket(std::uint32_t sock_type, std::uint32_t proto) noexcept;

enum class SocketRole : std::uint8_t { None, Client, Server };

struct FdInfo : Shared {
    FdType type = FdType::Unknown;
    L4Proto l4 = L4Proto::Unknown;
    SocketRole role = SocketRole::None;
    bool cloexec = false;
    bool connected = false;
    bool upper_layer = false, lower_layer = false;
    std::uint32_t flags = 0;  ///< open flags in the printed (not the kernel's) bits
    std::uint32_t dev = 0;    ///< user-space device encoding
    std::uint64_t ino = 0;
    std::uint64_t cookie = 0;       ///< socket: kernel address, 0: unknown
    std::uint64_t real_hash = 0;    ///< of the kernel's path when it was opened, 0: not collected
    std::int64_t pidfd_number = 0;  ///< pidfd: process as the caller named it
    Endpoint local, remote;         ///< IP sockets
    std::string name;               ///< joined path, tuple as client->server, ...
    std::string raw_name;           ///< path as the caller passed it

    bool is_ip_socket() const noexcept {
        return type == FdType::Ipv4 || type == FdType::Ipv4Server || type == FdType::Ipv6 ||
               type == FdType::Ipv6Server;
    }
    bool is_ip_server() const noexcept {
        return type == FdType::Ipv4Server || type == FdType::Ipv6Server;
    }
    bool is_socket() const noexcept {
        return is_ip_socket() || type == FdType::Unix || type == FdType::Netlink;
    }
    bool is_file() const noexcept { return type == FdType::File || type == FdType::Directory; }
    const Endpoint& client() const noexcept { return role == SocketRole::Server ? remote : local; }
    const Endpoint& server() const noexcept {
        return role == SocketRole::Server || is_ip_server() ? local : remote;
    }
};

/// Descriptors of one process by number.
class FdTable : public Shared {
public:
    const FdInfo* find(std::int64_t fd) const noexcept;
    std::size_t size() const noexcept { return entries_.size(); }

    struct Entry {
        std::int64_t fd = -1;
        Ref<FdInfo> info;
    };
    const std::vector<Entry>& entries() const noexcept { return entries_; }

    /// Sets or replaces; false if the table holds `limit` others.
    bool put(std::int64_t fd, Ref<FdInfo> info, std::size_t limit);
    void erase(std::int64_t fd);
    void erase_range(std::int64_t first, std::int64_t last);
    void erase_cloexec();
    /// An entry that only this table holds, so that it may be changed; nullptr if there is none.
    FdInfo* edit(std::int64_t fd);

private:
    std::vector<Entry>::iterator place(std::int64_t fd) noexcept;

    std::vector<Entry> entries_;  // sorted by number
};

/// Fills `out` from the kernel's own description of an object; keeps capacity of its texts.
/// roles of sockets without history are guessed from ports and state
void describe_object(const rec_fd& object, std::string_view text, FdInfo& out);

/// True if the entry and the kernel's object are the same thing. Entries without inode and cookie
/// agree when their types do.
bool same_object(const FdInfo& entry, const rec_fd& object) noexcept;

/// Sets name, type and family dependent data of an IP socket from its two ends.
void set_connection(FdInfo& info, const Endpoint& local, const Endpoint& remote, SocketRole role);

}  // namespace sensor::state
