// SPDX-License-Identifier: Apache-2.0
#include "state/fd_info.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace sensor::state {
namespace {

constexpr std::uint32_t kSockStream = 1, kSockDgram = 2, kSockRaw = 3, kSockSeqpacket = 5;
constexpr std::uint32_t kProtoIcmp = 1, kProtoTcp = 6, kProtoUdp = 17, kProtoIcmp6 = 58,
                        kProtoRaw = 255;

struct TypeRow {
    FdType type;
    char letter;
    std::string_view word;
};
constexpr TypeRow kTypes[] = {
    {FdType::Unknown, 'o', "<NA>"},
    {FdType::File, 'f', "file"},
    {FdType::Directory, 'd', "directory"},
    {FdType::Ipv4, '4', "ipv4"},
    {FdType::Ipv4Server, '4', "ipv4"},
    {FdType::Ipv6, '6', "ipv6"},
    {FdType::Ipv6Server, '6', "ipv6"},
    {FdType::Unix, 'u', "unix"},
    {FdType::Pipe, 'p', "pipe"},
    {FdType::Event, 'e', "event"},
    {FdType::Unsupported, 'X', "<NA>"},
    {FdType::Signal, 's', "signalfd"},
    {FdType::Eventpoll, 'l', "eventpoll"},
    {FdType::Inotify, 'i', "inotify"},
    {FdType::Timer, 't', "timerfd"},
    {FdType::Netlink, 'n', "netlink"},
    {FdType::Bpf, 'b', "bpf"},
    {FdType::Userfault, 'u', "userfaultfd"},
    {FdType::IoUring, 'r', "io_uring"},
    {FdType::Memfd, 'm', "memfd"},
    {FdType::Pidfd, 'P', "pidfd"},
};
constexpr bool rows_in_order() {
    for (std::size_t k = 0; k < std::size(kTypes); ++k) {
        if (static_cast<std::size_t>(kTypes[k].type) != k) return false;
    }
    return true;
}
static_assert(rows_in_order());

}  // namespace

char fd_typechar(FdType type) noexcept { return kTypes[static_cast<std::size_t>(type)].letter; }
std::string_view fd_typename(FdType type) noexcept {
    return kTypes[static_cast<std::size_t>(type)].word;
}

std::string_view l4_name(L4Proto proto) noexcept {
    switch (proto) {
        case L4Proto::Tcp: return "tcp";
        case L4Proto::Udp: return "udp";
        case L4Proto::Icmp: return "icmp";
        case L4Proto::Raw: return "raw";
        default: return "<NA>";
    }
}

L4Proto l4_from_socket(std::uint32_t sock_type, std::uint32_t proto) noexcept {
    const std::uint32_t kind = sock_type & 0xff;
    if (kind == kSockRaw) return L4Proto::Raw;
    switch (proto) {
        case kProtoTcp: return L4Proto::Tcp;
        case kProtoUdp: return L4Proto::Udp;
        case kProtoIcmp:
        case kProtoIcmp6: return L4Proto::Icmp;
        case kProtoRaw: return L4Proto::Raw;
        case 0:
            if (kind == kSockStream || kind == kSockSeqpacket) return L4Proto::Tcp;
            if (kind == kSockDgram) return L4Proto::Udp;
            return L4Proto::Unknown;
        default: return L4Proto::Unknown;
    }
}

// One allocation: this head, then the id, the ends, the name, the raw name, each only if there.
struct FdInfo::Block {
    static constexpr std::uint16_t kLength = 0x1fff;  // the low bits of both words are lengths
    static constexpr std::uint16_t kHasId = 0x8000, kEnds4 = 0x2000, kEnds16 = 0x4000;
    static constexpr std::uint16_t kSameRaw = 0x1fff;  // the raw name is the name
    static constexpr std::uint16_t kScratch = 0x8000;
    static constexpr std::size_t kEndsHead = 6;  // two ports, two sizes

    std::uint32_t refs = 1;
    std::uint16_t name_word = 0, raw_word = 0;

    char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
    const char* data() const noexcept { return reinterpret_cast<const char*>(this + 1); }
    bool scratch() const noexcept { return (raw_word & kScratch) != 0; }
    std::size_t id_size() const noexcept {
        return (name_word & kHasId) != 0 ? sizeof(std::uint64_t) : 0;
    }
    std::size_t ip_size() const noexcept {
        return (name_word & kEnds16) != 0 ? 16 : ((name_word & kEnds4) != 0 ? 4 : 0);
    }
    std::size_t ends_size() const noexcept {
        return ip_size() == 0 ? 0 : kEndsHead + 2 * ip_size();
    }
    std::size_t name_size() const noexcept { return name_word & kLength; }
    bool same_raw() const noexcept { return (raw_word & kLength) == kSameRaw; }
    std::size_t raw_size() const noexcept { return same_raw() ? 0 : raw_word & kLength; }
    const char* texts() const noexcept { return data() + id_size() + ends_size(); }
    EndView end(bool remote) const noexcept;
    void put_end(bool remote, EndView end) noexcept;

    static std::size_t size_of(const FdParts& parts) noexcept;
    void write(const FdParts& parts) noexcept;
};

namespace {

std::string_view cut(std::string_view text) noexcept { return text.substr(0, kMaxFdText); }

std::size_t ip_size_of(const FdParts& parts) noexcept {
    const std::size_t longest = std::max(parts.local.ip.size(), parts.remote.ip.size());
    const bool none = longest == 0 && parts.local.port == 0 && parts.remote.port == 0;
    return none ? 0 : (longest <= 4 ? 4 : 16);
}

}  // namespace

EndView FdInfo::Block::end(bool remote) const noexcept {
    if (ip_size() == 0) return {};
    const char* ends = data() + id_size();
    std::uint16_t port = 0;
    std::memcpy(&port, ends + (remote ? sizeof(port) : 0), sizeof(port));
    const auto size = static_cast<std::uint8_t>(ends[2 * sizeof(port) + (remote ? 1 : 0)]);
    return {std::string_view(ends + kEndsHead + (remote ? ip_size() : 0), size), port};
}

void FdInfo::Block::put_end(bool remote, EndView end) noexcept {
    char* ends = data() + id_size();
    std::memcpy(ends + (remote ? sizeof(end.port) : 0), &end.port, sizeof(end.port));
    ends[2 * sizeof(end.port) + (remote ? 1 : 0)] = static_cast<char>(end.ip.size());
    char* ip = ends + kEndsHead + (remote ? ip_size() : 0);
    if (!end.ip.empty()) std::memcpy(ip, end.ip.data(), end.ip.size());
}

std::size_t FdInfo::Block::size_of(const FdParts& parts) noexcept {
    const std::size_t ip = ip_size_of(parts);
    std::size_t size = sizeof(Block) + cut(parts.name).size();
    if (parts.id != 0) size += sizeof(parts.id);
    if (ip != 0) size += kEndsHead + 2 * ip;
    if (parts.raw_name != parts.name) size += cut(parts.raw_name).size();
    return size;
}

void FdInfo::Block::write(const FdParts& parts) noexcept {
    const std::size_t ip = ip_size_of(parts);
    const std::string_view name = cut(parts.name), raw = cut(parts.raw_name);
    const bool same = parts.raw_name == parts.name;
    name_word = static_cast<std::uint16_t>(name.size() | (parts.id != 0 ? kHasId : 0) |
                                           (ip == 16 ? kEnds16 : (ip == 4 ? kEnds4 : 0)));
    raw_word = static_cast<std::uint16_t>(same ? kSameRaw : raw.size());
    if (parts.id != 0) std::memcpy(data(), &parts.id, sizeof(parts.id));
    if (ip != 0) {
        put_end(false, parts.local);
        put_end(true, parts.remote);
    }
    char* out = data() + id_size() + ends_size();
    if (!name.empty()) std::memcpy(out, name.data(), name.size());
    if (!same && !raw.empty()) std::memcpy(out + name.size(), raw.data(), raw.size());
}

FdInfo::FdInfo(const FdInfo& other) { *this = other; }

FdInfo::FdInfo(FdInfo&& other) noexcept { *this = std::move(other); }

namespace {

/// Everything but the block.
void copy_facts(FdInfo& to, const FdInfo& from) noexcept {
    to.number = from.number;
    to.type = from.type;
    to.l4 = from.l4;
    to.role = from.role;
    to.cloexec = from.cloexec;
    to.connected = from.connected;
    to.upper_layer = from.upper_layer;
    to.lower_layer = from.lower_layer;
    to.flags = from.flags;
    to.dev = from.dev;
    to.ino = from.ino;
}

}  // namespace

FdInfo& FdInfo::operator=(const FdInfo& other) {
    if (this == &other) return *this;
    const bool share = other.block_ != nullptr && !other.block_->scratch();
    const bool mine_is_scratch = block_ != nullptr && block_->scratch();
    if (!share || mine_is_scratch) {
        assign(other.parts());
    } else {
        ++other.block_->refs;
        release();
        block_ = other.block_;
    }
    copy_facts(*this, other);
    return *this;
}

FdInfo& FdInfo::operator=(FdInfo&& other) noexcept {
    if (this == &other) return *this;
    std::swap(block_, other.block_);
    copy_facts(*this, other);
    return *this;
}

FdInfo::~FdInfo() { release(); }

FdInfo FdInfo::scratch() {
    FdParts widest;
    FdInfo made;
    made.block_ = new (::operator new(sizeof(Block) + 2 * kMaxFdText + 64)) Block;
    made.block_->write(widest);
    made.block_->raw_word |= Block::kScratch;
    return made;
}

void FdInfo::release() noexcept {
    if (block_ != nullptr && --block_->refs == 0) ::operator delete(block_);
    block_ = nullptr;
}

std::string_view FdInfo::name() const noexcept {
    return block_ == nullptr ? std::string_view{}
                             : std::string_view(block_->texts(), block_->name_size());
}
std::string_view FdInfo::raw_name() const noexcept {
    if (block_ == nullptr || block_->same_raw()) return name();
    return {block_->texts() + block_->name_size(), block_->raw_size()};
}
EndView FdInfo::local() const noexcept {
    return block_ == nullptr ? EndView{} : block_->end(false);
}
EndView FdInfo::remote() const noexcept {
    return block_ == nullptr ? EndView{} : block_->end(true);
}

std::uint64_t FdInfo::id() const noexcept {
    if (block_ == nullptr || block_->id_size() == 0) return 0;
    std::uint64_t id = 0;
    std::memcpy(&id, block_->data(), sizeof(id));
    return id;
}

FdParts FdInfo::parts() const noexcept { return {name(), raw_name(), local(), remote(), id()}; }

void FdInfo::assign(const FdParts& parts) {
    if (block_ != nullptr && block_->scratch()) {  // the parts may be its own: built apart
        alignas(Block) char room[sizeof(Block) + 2 * kMaxFdText + 64];
        auto* made = new (room) Block;
        made->write(parts);
        made->raw_word |= Block::kScratch;
        std::memcpy(static_cast<void*>(block_), room, Block::size_of(parts));
        return;
    }
    const std::size_t size = Block::size_of(parts);
    Block* made = nullptr;
    if (size > sizeof(Block)) {
        made = new (::operator new(size)) Block;
        made->write(parts);
    }
    release();
    block_ = made;
}

void FdInfo::set_name(std::string_view name) {
    FdParts all = parts();
    all.name = name;
    assign(all);
}
void FdInfo::set_names(std::string_view name, std::string_view raw_name) {
    FdParts all = parts();
    all.name = name;
    all.raw_name = raw_name;
    assign(all);
}
void FdInfo::set_id(std::uint64_t id) {
    FdParts all = parts();
    all.id = id;
    assign(all);
}
void FdInfo::set_local(EndView end) {
    FdParts all = parts();
    all.local = end;
    assign(all);
}

void FdInfo::reset(FdType kind) {
    assign({});
    number = -1;
    type = kind;
    l4 = L4Proto::Na;
    role = SocketRole::None;
    cloexec = connected = upper_layer = lower_layer = false;
    flags = dev = 0;
    ino = 0;
}

std::size_t FdInfo::block_overhead() const noexcept {
    return block_ == nullptr ? 0 : sizeof(Block) + block_->id_size() + block_->ends_size();
}

}  // namespace sensor::state
