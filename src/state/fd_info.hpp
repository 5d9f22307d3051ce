// SPDX-License-Identifier: Apache-2.0
// FdInfo: what is known of one open descriptor, in 32 bytes and one block for texts, addresses and
// whatever else few descriptors have. Copies share the block. Kept by FdTable, read by the fields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "../../bpf/wire.h"
#include "state/address.hpp"

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

/// What the block of a descriptor holds; all of it borrowed.
struct FdParts {
    std::string_view name;      ///< joined path, tuple as client->server, ...
    std::string_view raw_name;  ///< path as the caller passed it
    EndView local, remote;      ///< IP sockets
    /// By type: a socket's kernel address (0: unknown), a hash of the kernel's path of a file when
    /// it was opened (0: not collected), a pidfd's process as the caller named it.
    std::uint64_t id = 0;
};

class FdInfo {
public:
    std::int32_t number = -1;  ///< of the descriptor; set by FdTable
    FdType type = FdType::Unknown;
    L4Proto l4 = L4Proto::Unknown;
    SocketRole role = SocketRole::None;
    bool cloexec : 1 = false;
    bool connected : 1 = false;
    bool upper_layer : 1 = false;
    bool lower_layer : 1 = false;
    std::uint32_t flags = 0;  ///< open flags in the printed (not the kernel's) bits
    std::uint32_t dev = 0;    ///< user-space device encoding
    std::uint64_t ino = 0;

    FdInfo() = default;
    explicit FdInfo(FdType kind, L4Proto proto = L4Proto::Na) noexcept : type(kind), l4(proto) {}
    FdInfo(const FdInfo& other);
    FdInfo(FdInfo&& other) noexcept;
    FdInfo& operator=(const FdInfo& other);
    FdInfo& operator=(FdInfo&& other) noexcept;
    ~FdInfo();
    /// One whose `assign` never allocates; about 10 kB. Copies of it are plain ones.
    static FdInfo scratch();

    std::string_view name() const noexcept;
    std::string_view raw_name() const noexcept;
    EndView local() const noexcept;
    EndView remote() const noexcept;
    std::uint64_t cookie() const noexcept {
        return is_socket() || type == FdType::Unknown ? id() : 0;
    }
    std::uint64_t real_hash() const noexcept { return is_file() ? id() : 0; }
    std::int64_t pidfd_number() const noexcept {
        return type == FdType::Pidfd ? static_cast<std::int64_t>(id()) : 0;
    }

    FdParts parts() const noexcept;
    /// Replaces the block. Texts may be those of `parts()`; longer than kMaxFdText they are cut.
    /// cost: one allocation, none if all parts are empty
    void assign(const FdParts& parts);
    void set_name(std::string_view name);
    void set_names(std::string_view name, std::string_view raw_name);
    void set_id(std::uint64_t id);
    void set_local(EndView end);
    /// Back to what `FdInfo(type)` is; a scratch one keeps its room.
    void reset(FdType kind);

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
    EndView client() const noexcept { return role == SocketRole::Server ? remote() : local(); }
    EndView server() const noexcept {
        return role == SocketRole::Server || is_ip_server() ? local() : remote();
    }
    /// Bytes of its block beside the texts, for measurements.
    std::size_t block_overhead() const noexcept;

private:
    struct Block;
    std::uint64_t id() const noexcept;
    void release() noexcept;

    Block* block_ = nullptr;
};
static_assert(sizeof(FdInfo) == 32);

/// Longest name or raw name that is kept, bytes: the kernel's own limit of a path.
inline constexpr std::size_t kMaxFdText = 4096;

/// Fills `out` from the kernel's own description of an object; roles of sockets without history
/// are guessed from ports and state. cost: no allocation if `out` is a scratch one
void describe_object(const rec_fd& object, std::string_view text, FdInfo& out);

/// True if the entry and the kernel's object are the same thing. Entries without inode and cookie
/// agree when their types do.
bool same_object(const FdInfo& entry, const rec_fd& object) noexcept;

/// Sets name, type and family dependent data of an IP socket from its two ends.
void set_connection(FdInfo& info, EndView local, EndView remote, SocketRole role);

}  // namespace sensor::state
