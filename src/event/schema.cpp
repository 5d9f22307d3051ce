// SPDX-License-Identifier: Apache-2.0
// Expands the tables of grammar/ into constant arrays, once per program.
#include "event/schema.hpp"

#include <array>
#include <vector>

namespace sensor {
namespace {

using namespace event_flag;
using namespace sc_flag;

constexpr int NO_DIR = -1;

struct EventRow {
    bool is_event;
    EventType type;
    std::string_view text;
    bool enter;
    Category category;
    EventSource source;
    std::uint16_t flags;
    ParamInfo param;
};

// One flat list: an event row, then its parameter rows.
constexpr bool ENTER = true;
constexpr bool EXIT = false;
constexpr EventRow kRows[] = {
#define EVENT(id, code, text, dir, category, source, flags) \
    {true, EventType::id, text, dir, Category::category, EventSource::source, flags, {}},
#define PARAM(name, type, format, table, dirfd, source) \
    {false, {}, {}, false,                              \
     {},    {}, 0,  {#name, ParamType::type, NumberFormat::format, FlagTable::table, dirfd}},
#define END_EVENT(id)
#include "../../grammar/events.def"
#undef EVENT
#undef PARAM
#undef END_EVENT
};

struct EventTables {
    std::vector<ParamInfo> params;
    std::vector<EventInfo> events;
    std::array<const EventInfo*, REC_MAX_EVENTS> by_code{};

    EventTables() {
        params.reserve(std::size(kRows));
        for (const EventRow& row : kRows) {
            if (!row.is_event) params.push_back(row.param);
        }
        std::size_t next = 0;
        for (const EventRow& row : kRows) {
            if (row.is_event) {
                EventInfo info;
                info.type = row.type;
                info.name = row.text;
                info.enter = row.enter;
                info.category = row.category;
                info.source = row.source;
                info.flags = row.flags;
                info.params = {params.data() + next, 0};
                events.push_back(info);
            } else {
                EventInfo& info = events.back();
                info.params = {info.params.data(), info.params.size() + 1};
                ++next;
            }
        }
        for (EventInfo& info : events) {
            info.fd_param = find_fd_param(info);
            info.for_rules = is_for_rules(info);
            info.in_tail = find_in_tail(info);
            by_code[static_cast<std::size_t>(info.type)] = &info;
        }
    }

    // Enter events, users, groups, containers and what an iterator found: all only in captures.
    static bool is_for_rules(const EventInfo& info) {
        if (info.source == EventSource::ITER) return false;
        if (info.source == EventSource::SYSCALL) return !info.enter;
        return info.source != EventSource::METAEVENT || (info.flags & MODIFIES_STATE) == 0 ||
               (info.flags & SKIPPARSERESET) != 0;
    }

    static std::uint64_t find_in_tail(const EventInfo& info) {
        std::uint64_t slots = ~std::uint64_t{0} << info.params.size();
        for (std::size_t k = 0; k < info.params.size(); ++k) {
            if (is_variable(info.params[k].type)) slots |= std::uint64_t{1} << k;
        }
        return slots;
    }

    // The descriptor an event uses or creates: the first parameter of type FD. Only of events that
    // create one may it be the result: fcntl's is a descriptor for some commands only.
    static std::int8_t find_fd_param(const EventInfo& info) {
        if ((info.flags & (USES_FD | CREATES_FD | DESTROYS_FD)) == 0) return -1;
        for (std::size_t k = 0; k < info.params.size(); ++k) {
            const bool other = (info.flags & CREATES_FD) == 0 && info.params[k].name == "res";
            if (info.params[k].type == ParamType::FD && !other) return static_cast<std::int8_t>(k);
        }
        return -1;
    }
};

const EventTables& event_tables() {
    static const EventTables tables;
    return tables;
}

#if defined(__x86_64__)
#define NATIVE_NR(x86_64, aarch64) x86_64
#elif defined(__aarch64__)
#define NATIVE_NR(x86_64, aarch64) aarch64
#else
#error "add a column to grammar/syscalls.def for this architecture"
#endif

constexpr SyscallInfo kSyscalls[] = {
#define SYSCALL(name, sc, event, category, x86_64, aarch64, ia32, flags) \
    {#name, sc, EventType::event, Category::category, NATIVE_NR(x86_64, aarch64), ia32, flags},
#define SYSCALL_IA32_ALIAS(nr, sc)
#include "../../grammar/syscalls.def"
#undef SYSCALL
#undef SYSCALL_IA32_ALIAS
};

struct SyscallIndex {
    std::array<const SyscallInfo*, REC_MAX_SC> by_sc{};
    SyscallIndex() {
        for (const SyscallInfo& s : kSyscalls) by_sc[s.sc] = &s;
    }
};

#define FLAG_TABLE(table, kind, mode) constexpr FlagInfo flags_##table[] = {
#define FLAG(table, symbol, value, kernel, mask) {#symbol, value},
#define END_FLAG_TABLE(table) \
    }                         \
    ;
#define ERRNO_NAME(name, number)
#define SIGNAL_NAME(name, number)
#include "../../grammar/flags.def"
#undef FLAG_TABLE
#undef FLAG
#undef END_FLAG_TABLE

constexpr bool ENUM = true;
constexpr bool BITS = false;
struct FlagTableRow {
    std::span<const FlagInfo> symbols;
    bool is_enum;
};
constexpr FlagTableRow kFlagTables[] = {
    {{}, false},
#define FLAG_TABLE(table, kind, mode) {flags_##table, kind},
#define FLAG(table, symbol, value, kernel, mask)
#define END_FLAG_TABLE(table)
#include "../../grammar/flags.def"
#undef FLAG_TABLE
#undef ERRNO_NAME
#undef SIGNAL_NAME
};

#define FLAG_TABLE(table, kind, mode)
constexpr FlagInfo kErrnos[] = {
#define ERRNO_NAME(name, number) {#name, number},
#define SIGNAL_NAME(name, number)
#include "../../grammar/flags.def"
#undef ERRNO_NAME
#undef SIGNAL_NAME
};
constexpr FlagInfo kSignals[] = {
#define ERRNO_NAME(name, number)
#define SIGNAL_NAME(name, number) {#name, number},
#include "../../grammar/flags.def"
#undef ERRNO_NAME
#undef SIGNAL_NAME
#undef FLAG_TABLE
#undef FLAG
#undef END_FLAG_TABLE
};

template <std::size_t N>
std::string_view name_of(const FlagInfo (&table)[N], std::uint32_t number) noexcept {
    for (const FlagInfo& f : table) {
        if (f.value == number) return f.name;
    }
    return {};
}

}  // namespace

bool is_variable(ParamType type) noexcept {
    switch (type) {
        case ParamType::CHARBUF:
        case ParamType::BYTEBUF:
        case ParamType::SOCKADDR:
        case ParamType::SOCKTUPLE:
        case ParamType::FDLIST:
        case ParamType::FSPATH:
        case ParamType::FSRELPATH:
        case ParamType::DYN:
        case ParamType::CHARBUFARRAY:
        case ParamType::CHARBUF_PAIR_ARRAY:
        case ParamType::IPV6ADDR:
        case ParamType::IPV6NET:
        case ParamType::IPNET:
        case ParamType::IPADDR: return true;
        default: return false;
    }
}

const EventInfo* event_info(std::uint16_t code) noexcept {
    return code < REC_MAX_EVENTS ? event_tables().by_code[code] : nullptr;
}

std::span<const EventInfo> all_events() noexcept { return event_tables().events; }

const SyscallInfo* syscall_info(std::uint16_t sc) noexcept {
    static const SyscallIndex index;
    return sc < REC_MAX_SC ? index.by_sc[sc] : nullptr;
}

const SyscallInfo* syscall_info(std::string_view name) noexcept {
    for (const SyscallInfo& s : kSyscalls) {
        if (s.name == name) return &s;
    }
    return nullptr;
}

std::span<const SyscallInfo> all_syscalls() noexcept { return kSyscalls; }

std::span<const FlagInfo> flag_symbols(FlagTable table) noexcept {
    const auto idx = static_cast<std::size_t>(table);
    return idx < std::size(kFlagTables) ? kFlagTables[idx].symbols : std::span<const FlagInfo>{};
}

bool flag_table_is_enum(FlagTable table) noexcept {
    const auto idx = static_cast<std::size_t>(table);
    return idx < std::size(kFlagTables) && kFlagTables[idx].is_enum;
}

std::string_view errno_name(std::uint32_t number) noexcept { return name_of(kErrnos, number); }
std::string_view signal_name(std::uint32_t number) noexcept { return name_of(kSignals, number); }

std::string_view to_text(ParamType type) noexcept {
    static constexpr std::string_view kNames[] = {"NONE",
                                                  "INT8",
                                                  "INT16",
                                                  "INT32",
                                                  "INT64",
                                                  "UINT8",
                                                  "UINT16",
                                                  "UINT32",
                                                  "UINT64",
                                                  "CHARBUF",
                                                  "BYTEBUF",
                                                  "ERRNO",
                                                  "SOCKADDR",
                                                  "SOCKTUPLE",
                                                  "FD",
                                                  "PID",
                                                  "FDLIST",
                                                  "FSPATH",
                                                  "SYSCALLID",
                                                  "SIGTYPE",
                                                  "RELTIME",
                                                  "ABSTIME",
                                                  "PORT",
                                                  "L4PROTO",
                                                  "SOCKFAMILY",
                                                  "BOOL",
                                                  "IPV4ADDR",
                                                  "DYN",
                                                  "FLAGS8",
                                                  "FLAGS16",
                                                  "FLAGS32",
                                                  "UID",
                                                  "GID",
                                                  "DOUBLE",
                                                  "SIGSET",
                                                  "CHARBUFARRAY",
                                                  "CHARBUF_PAIR_ARRAY",
                                                  "IPV4NET",
                                                  "IPV6ADDR",
                                                  "IPV6NET",
                                                  "IPADDR",
                                                  "IPNET",
                                                  "MODE",
                                                  "FSRELPATH",
                                                  "ENUMFLAGS8",
                                                  "ENUMFLAGS16",
                                                  "ENUMFLAGS32",
                                                  "FD32",
                                                  "PID32"};
    const auto idx = static_cast<std::size_t>(type);
    return idx < std::size(kNames) ? kNames[idx] : std::string_view{};
}

std::string_view to_text(Category category) noexcept {
    switch (category) {
        case Category::other: return "other";
        case Category::file: return "file";
        case Category::net: return "net";
        case Category::ipc: return "ipc";
        case Category::memory: return "memory";
        case Category::process: return "process";
        case Category::sleep: return "sleep";
        case Category::system: return "system";
        case Category::signal: return "signal";
        case Category::user: return "user";
        case Category::time: return "time";
        case Category::processing: return "processing";
        case Category::io_read: return "IO-read";
        case Category::io_write: return "IO-write";
        case Category::io_other: return "IO-other";
        case Category::wait: return "wait";
        case Category::scheduler: return "scheduler";
        case Category::internal: return "internal";
    }
    return {};
}

std::string_view loss_text(unsigned reason) noexcept {
    static constexpr std::string_view kTexts[] = {
#define LOSS(id, text, counter, doc) text,
#include "../../grammar/loss.def"
#undef LOSS
    };
    return reason < REC_LOSS_COUNT ? kTexts[reason] : std::string_view{};
}

std::string_view loss_class_text(unsigned loss_class) noexcept {
    static constexpr std::string_view kTexts[] = {
#define LOSS_CLASS(id, doc) #id,
#include "../../grammar/loss_class.def"
#undef LOSS_CLASS
    };
    return loss_class < REC_CLASS_COUNT ? kTexts[loss_class] : std::string_view{};
}

std::string_view loss_counter(unsigned reason) noexcept {
    static constexpr std::string_view kCounters[] = {
#define LOSS(id, text, counter, doc) counter,
#include "../../grammar/loss.def"
#undef LOSS
    };
    return reason < REC_LOSS_COUNT ? kCounters[reason] : std::string_view{};
}

}  // namespace sensor
