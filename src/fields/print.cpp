// SPDX-License-Identifier: Apache-2.0
#include "fields/print.hpp"

#include "state/path.hpp"
#include "state/state.hpp"

namespace sensor::fields {
namespace {

constexpr std::int64_t kAtFdcwd = -100;
constexpr std::uint64_t kNoTime = ~std::uint64_t{0};

template <typename T>
T load(std::string_view bytes, std::size_t offset = 0) noexcept {
    T value{};
    if (bytes.size() >= offset + sizeof(T))
        __builtin_memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

bool is_null_text(std::string_view text) noexcept { return text == "(NULL)"; }

// Parameters that print NULL when they are not there; all others print <NA>.
bool prints_null(ParamType type) noexcept {
    switch (type) {
        case ParamType::BYTEBUF:
        case ParamType::SOCKTUPLE:
        case ParamType::FDLIST:
        case ParamType::CHARBUFARRAY:
        case ParamType::DYN: return true;
        default: return false;
    }
}

void add_unsigned(TextBuilder& out, std::uint64_t number, NumberFormat print, int bits) noexcept {
    switch (print) {
        case NumberFormat::HEX: return add_hex(out, number);
        case NumberFormat::OCT:
            if (number != 0) out.add('0');
            return add_uint(out, number, 8);
        default: break;
    }
    if (bits == 64 && print == NumberFormat::DEC)
        return add_int(out, static_cast<std::int64_t>(number));
    add_uint(out, number);
}

void add_signed(TextBuilder& out, std::int64_t number, NumberFormat print, int bits) noexcept {
    if (print != NumberFormat::HEX && print != NumberFormat::OCT) return add_int(out, number);
    const std::uint64_t mask = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
    add_unsigned(out, static_cast<std::uint64_t>(number) & mask, print, bits);
}

void add_fd_list(const Context& c, std::string_view bytes, TextBuilder& out) noexcept {
    const std::size_t count = load<std::uint16_t>(bytes);
    for (std::size_t k = 0; k < count && bytes.size() >= 2 + 10 * (k + 1); ++k) {
        const auto fd = load<std::int64_t>(bytes, 2 + 10 * k);
        const auto flags = load<std::uint16_t>(bytes, 10 + 10 * k);
        if (k != 0) out.add(' ');
        add_int(out, fd);
        out.add(':');
        const state::FdInfo* info = find_fd(c, fd);
        out.add(info == nullptr ? '?' : state::fd_typechar(info->type));
        add_uint(out, flags, 16);
    }
}

void add_signal_set(TextBuilder& out, std::uint32_t set) noexcept {
    bool first = true;
    for (std::uint32_t bit = 0; bit < 32; ++bit) {
        const std::string_view name = signal_name(bit + 1);
        if ((set >> bit & 1) == 0 || name.empty()) continue;
        if (!first) out.add(' ');
        first = false;
        out.add(name);
    }
}

void add_moment(const Context& c, TextBuilder& out, std::uint64_t ts_ns) noexcept {
    const Moment moment = to_moment(ts_ns, c.state == nullptr ? 0 : c.state->zone_offset_s(ts_ns));
    add_date(out, moment);
    out.add(' ');
    add_time(out, moment);
    add_fraction(out, moment);
}

// The kinds of value behind the index byte of a dynamic parameter.
ParamType dynamic_type(FlagTable table, std::uint8_t index) noexcept {
    switch (table) {
        case FlagTable::sockopt_dynamic_param: {
            constexpr ParamType kTypes[] = {ParamType::BYTEBUF, ParamType::ERRNO, ParamType::UINT32,
                                            ParamType::UINT64, ParamType::RELTIME};
            return index < std::size(kTypes) ? kTypes[index] : ParamType::BYTEBUF;
        }
        case FlagTable::ptrace_dynamic_param:
            return index == 1 ? ParamType::SIGTYPE : ParamType::UINT64;
        case FlagTable::bpf_dynamic_param: return index == 1 ? ParamType::ERRNO : ParamType::FD;
        case FlagTable::keyctl_dynamic_param:
            return index == 1 ? ParamType::CHARBUF : ParamType::INT64;
        default: return ParamType::BYTEBUF;
    }
}

std::uint64_t number_of(ParamType type, std::string_view bytes) noexcept {
    switch (bytes.size()) {
        case 1: return load<std::uint8_t>(bytes);
        case 2: return load<std::uint16_t>(bytes);
        case 4:
            return is_signed(type)
                       ? static_cast<std::uint64_t>(std::int64_t{load<std::int32_t>(bytes)})
                       : load<std::uint32_t>(bytes);
        default: return load<std::uint64_t>(bytes);
    }
}

// A value that fits a number: shared by plain and dynamic parameters.
void add_number(const Context& c, ParamType type, NumberFormat print, std::uint64_t number,
                TextBuilder& out) noexcept {
    const auto value = static_cast<std::int64_t>(number);
    switch (type) {
        case ParamType::INT8: return add_signed(out, value, print, 8);
        case ParamType::INT16: return add_signed(out, value, print, 16);
        case ParamType::INT32: return add_signed(out, value, print, 32);
        case ParamType::INT64: return add_signed(out, value, print, 64);
        case ParamType::UINT8:
        case ParamType::UINT16:
        case ParamType::UINT32: return add_unsigned(out, number, print, 32);
        case ParamType::UINT64: return add_unsigned(out, number, print, 64);
        case ParamType::MODE: return add_unsigned(out, number, NumberFormat::OCT, 32);
        case ParamType::ABSTIME: return add_moment(c, out, number);
        case ParamType::SIGSET: return add_signal_set(out, static_cast<std::uint32_t>(number));
        case ParamType::UID:
        case ParamType::GID: return add_int(out, static_cast<std::int32_t>(number));
        case ParamType::ERRNO:
        case ParamType::FD:
        case ParamType::PID: return add_int(out, value);
        case ParamType::RELTIME: return number == kNoTime ? out.add("none") : add_uint(out, number);
        case ParamType::PORT:
        case ParamType::BOOL:
        case ParamType::L4PROTO:
        case ParamType::SOCKFAMILY:
        case ParamType::IPV4ADDR:
        case ParamType::FD32:
        case ParamType::PID32: return out.add("(n.a.)");
        default: return add_uint(out, number);
    }
}

void add_bytes(const Context& c, const ParamInfo& param, std::string_view bytes,
               TextBuilder& out) noexcept {
    switch (param.type) {
        case ParamType::CHARBUF:
        case ParamType::FSPATH:
        case ParamType::FSRELPATH: return out.add(is_null_text(bytes) ? kNotKnown : bytes);
        case ParamType::SOCKADDR: {
            const state::SocketName name = state::decode_sockaddr(bytes);
            if (!name.valid) return out.add(kNotKnown);
            return add_address(out, name);
        }
        case ParamType::SOCKTUPLE: {
            const state::SocketName name = state::decode_tuple(bytes);
            if (!name.valid) return out.add("NULL");
            return add_tuple(out, name);
        }
        case ParamType::FDLIST: return add_fd_list(c, bytes, out);
        case ParamType::DYN: {
            const ParamType inner = dynamic_type(param.table, load<std::uint8_t>(bytes));
            bytes.remove_prefix(1);
            if (inner == ParamType::CHARBUF) return out.add(bytes.substr(0, bytes.find('\0')));
            if (inner == ParamType::BYTEBUF) return add_printable(out, bytes);
            return add_number(c, inner, param.format, number_of(inner, bytes), out);
        }
        case ParamType::BYTEBUF:
        case ParamType::CHARBUFARRAY:
        case ParamType::CHARBUF_PAIR_ARRAY: return add_printable(out, bytes);
        default: return out.add("(n.a.)");
    }
}

void add_errno(TextBuilder& out, std::int64_t number) noexcept {
    if (number < 0) out.add(errno_name(static_cast<std::uint32_t>(-number)));
}

void add_seconds(TextBuilder& out, std::uint64_t ns) noexcept {
    if (ns == kNoTime) return;
    add_uint(out, ns / 1'000'000'000);
    std::uint64_t rest = ns % 1'000'000'000;
    if (rest != 0) {
        out.add('.');
        int width = 9;
        for (; rest % 10 == 0; rest /= 10) --width;
        add_padded(out, rest, width);
    }
    out.add('s');
}

void resolve_fd(const Context& c, std::int64_t fd, TextBuilder& out) noexcept {
    if (fd == kAtFdcwd) return out.add("AT_FDCWD");
    if (fd < 0) return add_errno(out, fd);
    if (const state::FdInfo* info = find_fd(c, fd)) add_fd(out, *info);
}

void resolve_pid(const Context& c, std::int64_t tid, TextBuilder& out) noexcept {
    if (c.state == nullptr || tid <= 0) return;
    if (const state::Thread* thread = c.state->find(static_cast<std::uint32_t>(tid)))
        out.add(thread->comm());
}

void resolve_user(const Context& c, std::uint32_t uid, TextBuilder& out) noexcept {
    if (uid == state::kNoId) return out.add("<NONE>");
    const state::User* user = c.state == nullptr ? nullptr : c.state->users().user(uid);
    out.add(user == nullptr ? kNotKnown : std::string_view(user->name));
}

void resolve_group(const Context& c, std::uint32_t gid, TextBuilder& out) noexcept {
    if (gid == state::kNoId) return out.add("<NONE>");
    const std::string* group = c.state == nullptr ? nullptr : c.state->users().group(gid);
    out.add(group == nullptr ? kNotKnown : std::string_view(*group));
}

// The word "group" of the scheme's tables is missing in setregid: its parameters are typed UID.
bool means_group(const ParamInfo& param) noexcept {
    return param.type == ParamType::GID || param.name.ends_with("gid");
}

void resolve_number(const Context& c, const ParamInfo& param, ParamType type, std::uint64_t number,
                    TextBuilder& out) noexcept {
    switch (type) {
        case ParamType::ERRNO: return add_errno(out, static_cast<std::int64_t>(number));
        case ParamType::FD: return resolve_fd(c, static_cast<std::int64_t>(number), out);
        case ParamType::PID: return resolve_pid(c, static_cast<std::int64_t>(number), out);
        case ParamType::SIGTYPE: return out.add(signal_name(static_cast<std::uint32_t>(number)));
        case ParamType::RELTIME: return add_seconds(out, number);
        case ParamType::SYSCALLID:
            if (const SyscallInfo* call = syscall_info(static_cast<std::uint16_t>(number)))
                out.add(call->name);
            else if (number == 0)
                out.add("unknown");
            return;
        case ParamType::ENUMFLAGS8:
        case ParamType::ENUMFLAGS16:
        case ParamType::ENUMFLAGS32:
            return add_enum(out, param.table, static_cast<std::uint32_t>(number));
        case ParamType::FLAGS8:
        case ParamType::FLAGS16:
        case ParamType::FLAGS32:
        case ParamType::MODE:
            return add_flags(out, param.table, static_cast<std::uint32_t>(number));
        case ParamType::UID:
        case ParamType::GID:
            return means_group(param) ? resolve_group(c, static_cast<std::uint32_t>(number), out)
                                      : resolve_user(c, static_cast<std::uint32_t>(number), out);
        default: return;
    }
}

int first_dirfd(const EventInfo& info) noexcept {
    for (const ParamInfo& param : info.params) {
        if (param.dirfd >= 0) return param.dirfd;
    }
    return -1;
}

}  // namespace

const state::FdInfo* find_fd(const Context& c, std::int64_t fd) noexcept {
    if (c.has_fd_num && c.fd_num == fd && c.fd != nullptr) return c.fd;
    return c.thread == nullptr || fd < 0 ? nullptr : c.thread->fd(fd);
}

void add_fd(TextBuilder& out, const state::FdInfo& info) noexcept {
    out.add('<');
    out.add(state::fd_typechar(info.type));
    if (info.is_ip_socket() && info.role != state::SocketRole::None) {
        switch (info.l4) {
            case state::L4Proto::Tcp: out.add('t'); break;
            case state::L4Proto::Udp: out.add('u'); break;
            case state::L4Proto::Icmp: out.add('i'); break;
            case state::L4Proto::Raw: out.add('r'); break;
            default: break;
        }
    }
    out.add('>');
    out.add(info.name());
}

bool is_path(const Event& event, std::size_t k) noexcept {
    const std::string_view text = event.text(k);
    return !text.empty() && !is_null_text(text) && text != kNotKnown;
}

std::string_view resolve_path(const Context& c, int dirfd, std::string_view name,
                              char* out) noexcept {
    if (name.starts_with('/')) return state::join_path({}, name, out);
    const std::int64_t number = dirfd < 0 ? kAtFdcwd : c.event.i64(static_cast<std::size_t>(dirfd));
    // The kernel's directory is that of the first relative name.
    const bool is_first = dirfd < 0 || dirfd == first_dirfd(c.event.info());
    const std::string_view kernel = is_first ? c.event.extra(REC_X_DIR) : std::string_view{};
    std::string_view directory = kernel.empty() ? state::kUnknownDir : kernel;
    if (c.thread != nullptr) directory = state::directory_of(c.event, *c.thread, number, kernel);
    return state::join_path(directory, name, out);
}

std::string_view absolute_path(const Context& c, int dirfd, std::size_t name) noexcept {
    char* out = c.arena->take(state::kPathBuffer);
    if (out == nullptr) return {};
    const std::string_view path = resolve_path(c, dirfd, c.event.text(name), out);
    c.arena->shrink(out, path.data() == out ? path.size() : 0);
    return path;
}

void print_raw(const Context& c, std::size_t k, TextBuilder& out) noexcept {
    const ParamInfo& param = c.event.info().params[k];
    const bool variable = is_variable(param.type);
    if (!c.event.has(k) || (variable && prints_null(param.type) && c.event.text(k).empty())) {
        return out.add(prints_null(param.type) ? std::string_view("NULL") : kNotKnown);
    }
    if (variable) return add_bytes(c, param, c.event.text(k), out);
    add_number(c, param.type, param.format, c.event.u64(k), out);
}

void print_resolved(const Context& c, std::size_t k, TextBuilder& out) noexcept {
    const ParamInfo& param = c.event.info().params[k];
    if (!c.event.has(k)) return;
    if (param.type == ParamType::FSPATH || param.type == ParamType::FSRELPATH) {
        // TextBuilder owns the end of the arena: the joined path is built apart, then copied.
        if (!is_path(c.event, k) || c.event.text(k).starts_with('/')) return;
        char buffer[state::kPathBuffer];
        out.add(resolve_path(c, param.dirfd, c.event.text(k), buffer));
        return;
    }
    if (param.type == ParamType::DYN) {
        std::string_view bytes = c.event.text(k);
        if (bytes.empty()) return;
        const ParamType inner = dynamic_type(param.table, load<std::uint8_t>(bytes));
        bytes.remove_prefix(1);
        if (!is_variable(inner)) resolve_number(c, param, inner, number_of(inner, bytes), out);
        return;
    }
    if (!is_variable(param.type)) resolve_number(c, param, param.type, c.event.u64(k), out);
}

}  // namespace sensor::fields
