// SPDX-License-Identifier: Apache-2.0
#include "capture/scap/codes.hpp"

#include <initializer_list>
#include <iterator>

#include "event/event.hpp"

namespace sensor::capture::scap {
namespace {

constexpr bool ENTER = true;
constexpr bool EXIT = false;
[[maybe_unused]] constexpr bool LARGE = true;  // none so far
constexpr bool SMALL = false;

struct TypeList {
    std::array<ParamType, REC_MAX_PARAMS> types{};
    std::uint8_t count = 0;

    template <typename... T>
    constexpr explicit TypeList(T... all) : types{all...}, count(sizeof...(T)) {}
};

struct OldRow {
    std::uint16_t code;
    bool enter;
    CodeStatus status;
    bool large;
    TypeList types;
};

using enum ParamType;
constexpr CodeStatus OLD = CodeStatus::Old;
constexpr CodeStatus UNUSED = CodeStatus::Unused;

constexpr OldRow kOldRows[] = {
#define OLD_EVENT(code, text, dir, status, size, types) {code, dir, status, size, TypeList types},
#include "../../../grammar/events_old.def"
#undef OLD_EVENT
};

#define OLD(first, n) \
    Take { From::Old, first, n }
#define ENTER_OR_EMPTY(first, n) \
    Take { From::EnterOrEmpty, first, n }
#define ENTER_OR_DEFAULT(first, n) \
    Take { From::EnterOrDefault, first, n }
#define EMPTY(n) \
    Take { From::Empty, 0, n }
#define DEFAULT(n) \
    Take { From::Default, 0, n }
#define CONTAINER_JSON Take{From::Container, 0, 1}

constexpr Rule kept(std::uint16_t code, std::uint8_t count, Action action) {
    return {code, count, action, code, 0, {}};
}

struct Takes {
    std::uint8_t count = 0;
    std::array<Take, kMaxTakes> all{};
    template <typename... T>
    constexpr explicit Takes(T... takes) : count(sizeof...(T)), all{takes...} {}
};

constexpr Rule made(std::uint16_t code, std::uint8_t count, Action action, std::uint16_t new_code,
                    Takes takes) {
    return {code, count, action, new_code, takes.count, takes.all};
}

constexpr Rule kRules[] = {
#define KEEP(code, count, action) kept(code, count, Action::action),
#define ADD(code, count, sources) made(code, count, Action::Add, code, Takes sources),
#define CHANGE(code, count, new_code, sources) \
    made(code, count, Action::Change, new_code, Takes sources),
#include "../../../grammar/converter.def"
#undef KEEP
#undef ADD
#undef CHANGE
};
#undef OLD
#undef ENTER_OR_EMPTY
#undef ENTER_OR_DEFAULT
#undef EMPTY
#undef DEFAULT
#undef CONTAINER_JSON

constexpr bool rules_are_ordered() {
    for (std::size_t k = 1; k < std::size(kRules); ++k) {
        const Rule &a = kRules[k - 1], &b = kRules[k];
        if (a.code > b.code || (a.code == b.code && a.count >= b.count)) return false;
    }
    return true;
}
static_assert(rules_are_ordered(), "rows of converter.def are ordered by code and count");

struct Form {
    std::uint8_t size;
    bool is_signed;
};

// Bytes of a number in a file.
Form number_form(ParamType type) {
    switch (type) {
        case INT8: return {1, true};
        case INT16: return {2, true};
        case INT32: return {4, true};
        case INT64:
        case ERRNO:
        case FD:
        case PID: return {8, true};
        case UINT8:
        case SIGTYPE:
        case L4PROTO:
        case SOCKFAMILY:
        case FLAGS8:
        case ENUMFLAGS8: return {1, false};
        case UINT16:
        case SYSCALLID:
        case PORT:
        case FLAGS16:
        case ENUMFLAGS16: return {2, false};
        case UINT32:
        case BOOL:
        case IPV4ADDR:
        case FLAGS32:
        case UID:
        case GID:
        case SIGSET:
        case MODE:
        case ENUMFLAGS32: return {4, false};
        case FD32:
        case PID32: return {4, true};
        default: return {8, false};
    }
}

ParamForm form_of(ParamType type) {
    ParamForm form;
    form.type = type;
    form.is_text = type == CHARBUF || type == FSPATH || type == FSRELPATH;
    if (is_variable(type)) return form;
    const Form number = number_form(type);
    form.size = number.size;
    form.mask = number.size == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * number.size) - 1;
    form.sign = number.is_signed ? std::uint64_t{1} << (8 * number.size - 1) : 0;
    return form;
}

// Of the calls an event reports the one of its name; else the first.
std::uint16_t call_of(const EventInfo& info) {
    if (info.type == EventType::generic || info.source != EventSource::SYSCALL) return 0;
    std::uint16_t first = 0;
    for (const SyscallInfo& call : all_syscalls()) {
        const bool same_name = call.name == info.name;
        if (same_name && (call.event == info.type || info.enter)) return call.sc;
        if (call.event == info.type && first == 0) first = call.sc;
    }
    return first;
}

}  // namespace

Codes::Codes() {
    for (const OldRow& row : kOldRows) {
        Code& code = codes_[row.code];
        code.status = row.status;
        code.enter = row.enter;
        code.wide_lengths = row.large;
        code.count = row.types.count;
        code.complete_from = 0xff;
        for (std::size_t k = 0; k < code.count; ++k) code.params[k] = form_of(row.types.types[k]);
    }
    for (const EventInfo& info : all_events()) {
        Code& code = codes_[static_cast<std::size_t>(info.type)];
        code.status = CodeStatus::Current;
        code.enter = info.enter;
        code.wide_lengths = (info.flags & event_flag::LARGE_PAYLOAD) != 0;
        code.by_iterator = info.source == EventSource::ITER;
        code.count = static_cast<std::uint8_t>(info.params.size());
        code.sc = call_of(info);
        code.names_call = info.type == EventType::generic;
        for (std::size_t k = 0; k < info.params.size(); ++k)
            code.params[k] = form_of(info.params[k].type);
    }
    for (const SyscallInfo& call : all_syscalls()) {
        if (call.native >= 0) by_native_[static_cast<std::size_t>(call.native)] = call.sc;
    }
    for (std::size_t k = 0; k < std::size(kRules); ++k) {
        Code& code = codes_[kRules[k].code];
        if (code.rule_count++ == 0) code.first_rule = static_cast<std::uint16_t>(k);
        // Exit events are complete with all parameters; enter events are always looked up.
        if (code.status == CodeStatus::Current) code.complete_from = code.enter ? 0xff : code.count;
    }
}

const Codes& Codes::get() {
    static const Codes codes;
    return codes;
}

std::span<const Rule> Codes::rules(const Code& code) const noexcept {
    return {kRules + code.first_rule, code.rule_count};
}

}  // namespace sensor::capture::scap
