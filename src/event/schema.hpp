// SPDX-License-Identifier: Apache-2.0
// The tables of grammar/ as constant data: events with their parameters, system calls, flag names.
// Everything that knows an event, a parameter or a flag by name looks here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "../../bpf/wire.h"

namespace sensor {

/// Event codes; the numbers are those of capture files.
enum class EventType : std::uint16_t {
#define EVENT(id, code, text, dir, category, source, flags) id = code,
#define PARAM(name, type, format, table, dirfd, source)
#define END_EVENT(id)
#include "../../grammar/events.def"
#undef EVENT
#undef PARAM
#undef END_EVENT
};

/// Parameter types, numbered as in capture files.
enum class ParamType : std::uint8_t {
    NONE = 0,
    INT8,
    INT16,
    INT32,
    INT64,
    UINT8,
    UINT16,
    UINT32,
    UINT64,
    CHARBUF,
    BYTEBUF,
    ERRNO,
    SOCKADDR,
    SOCKTUPLE,
    FD,
    PID,
    FDLIST,
    FSPATH,
    SYSCALLID,
    SIGTYPE,
    RELTIME,
    ABSTIME,
    PORT,
    L4PROTO,
    SOCKFAMILY,
    BOOL,
    IPV4ADDR,
    DYN,
    FLAGS8,
    FLAGS16,
    FLAGS32,
    UID,
    GID,
    DOUBLE,
    SIGSET,
    CHARBUFARRAY,
    CHARBUF_PAIR_ARRAY,
    IPV4NET,
    IPV6ADDR,
    IPV6NET,
    IPADDR,
    IPNET,
    MODE,
    FSRELPATH,
    ENUMFLAGS8,
    ENUMFLAGS16,
    ENUMFLAGS32,
    FD32,
    PID32,
};

enum class NumberFormat : std::uint8_t { NA, DEC, HEX, OCT, ID, DEC9, DIR };

enum class FlagTable : std::uint8_t {
    none = 0,
#define FLAG_TABLE(table, kind, mode) table,
#define FLAG(table, symbol, value, kernel, mask)
#define END_FLAG_TABLE(table)
#define ERRNO_NAME(name, number)
#define SIGNAL_NAME(name, number)
#include "../../grammar/flags.def"
#undef FLAG_TABLE
#undef FLAG
#undef END_FLAG_TABLE
#undef ERRNO_NAME
#undef SIGNAL_NAME
    sockopt_dynamic_param,
    ptrace_dynamic_param,
    bpf_dynamic_param,
    keyctl_dynamic_param,
};

enum class Category : std::uint16_t {
    other = 1,
    file = 2,
    net = 3,
    ipc = 4,
    memory = 5,
    process = 6,
    sleep = 7,
    system = 8,
    signal = 9,
    user = 10,
    time = 11,
    processing = 12,
    io_read = 32,
    io_write = 33,
    io_other = 34,
    wait = 64,
    scheduler = 128,
    internal = 256,
};

enum class EventSource : std::uint8_t { SYSCALL, TRACEPOINT, PLUGIN, METAEVENT, ITER };

/// What an event does, as bits.
namespace event_flag {
enum : std::uint16_t {
    CREATES_FD = 1,
    DESTROYS_FD = 2,
    USES_FD = 4,
    READS_FROM_FD = 8,
    WRITES_TO_FD = 16,
    MODIFIES_STATE = 32,
    UNUSED = 64,
    WAITS = 128,
    SKIPPARSERESET = 256,
    LARGE_PAYLOAD = 2048,
    CHANGES_IDENTITY = 4096,  ///< ours: with success, what is known of the process is old
};
}

struct ParamInfo {
    std::string_view name;
    ParamType type;
    NumberFormat format;
    FlagTable table;
    std::int8_t dirfd;  ///< index of the directory parameter of a relative path, -1: none
};

struct EventInfo {
    EventType type{};
    std::string_view name;  ///< what evt.type prints; "syscall" for the generic event
    bool enter = false;     ///< one of the enter events of captures
    bool for_rules = true;  ///< false: of captures, tells the state something and is not judged
    Category category{};
    EventSource source{};
    std::uint16_t flags = 0;
    std::span<const ParamInfo> params;
    std::int8_t fd_param = -1;  ///< index of the parameter naming the descriptor used, -1: none
    std::uint64_t in_tail = 0;  ///< a bit a slot whose value stands behind the slots; all extras do
};

/// Descriptor of an event code, nullptr if there is none. O(1).
const EventInfo* event_info(std::uint16_t code) noexcept;
inline const EventInfo& event_info(EventType type) noexcept {
    return *event_info(static_cast<std::uint16_t>(type));
}
/// All events in table order.
std::span<const EventInfo> all_events() noexcept;

namespace sc_flag {
enum : std::uint8_t { SC_STATE = 1, SC_HIGH_VOLUME_IO = 2, SC_NOISY = 4 };
}

struct SyscallInfo {
    std::string_view name;
    std::uint16_t sc = 0;  ///< stable number
    EventType event{};     ///< event that reports it; generic if it has none of its own
    Category category{};
    std::int16_t native = -1;  ///< number on the architecture this program runs on, -1: none
    std::int16_t ia32 = -1;
    std::uint8_t flags = 0;
};

/// System call by stable number or by name, nullptr if unknown.
const SyscallInfo* syscall_info(std::uint16_t sc) noexcept;
const SyscallInfo* syscall_info(std::string_view name) noexcept;
std::span<const SyscallInfo> all_syscalls() noexcept;

struct FlagInfo {
    std::string_view name;
    std::uint32_t value;
};
/// Symbols of a table in print order; empty for `none` and dynamic tables.
std::span<const FlagInfo> flag_symbols(FlagTable table) noexcept;
bool flag_table_is_enum(FlagTable table) noexcept;

/// Name such as "ENOENT"; empty if unknown. `number` is positive.
std::string_view errno_name(std::uint32_t number) noexcept;
/// Name such as "SIGKILL" for 1..31; empty otherwise.
std::string_view signal_name(std::uint32_t number) noexcept;

std::string_view to_text(ParamType type) noexcept;
/// True for parameter types that live in the tail of a record.
bool is_variable(ParamType type) noexcept;
/// "file", "net", ... as evt.category prints it. IO categories depend on the descriptor: see
/// fields/evt.cpp.
std::string_view to_text(Category category) noexcept;
std::string_view loss_text(unsigned reason) noexcept;
/// Name of a rec_class.
std::string_view loss_class_text(unsigned loss_class) noexcept;
/// The peer's counter that a reason belongs to, empty if it has none.
std::string_view loss_counter(unsigned reason) noexcept;

}  // namespace sensor
