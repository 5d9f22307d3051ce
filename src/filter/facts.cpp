// SPDX-License-Identifier: Apache-2.0
#include "filter/facts.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include "eval/ops.hpp"
#include "filter/name_facts.hpp"

namespace sensor::filter {
namespace {

using lang::Constant;
using lang::Predicate;

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
constexpr std::uint64_t kReadFlag = 1, kWriteFlag = 2;  // of opens, as rules see them

/// Events that are more than their plan: their parameters are collected in an order of their own.
bool has_own_way(EventType type) {
    static constexpr EventType kAll[] = {
#define HANDLER(event, way) EventType::event,
#define TRACEPOINT(event, program, tracepoint, call) EventType::event,
#include "../../bpf/handlers.def"
#undef HANDLER
#undef TRACEPOINT
    };
    return std::find(std::begin(kAll), std::end(kAll), type) != std::end(kAll);
}

/// Where the name and the flags of an open stand; -1: nowhere. By handle there is no name.
struct OpenParams {
    int name = -1, flags = -1, mode = -1, dirfd = -1;
};
OpenParams open_params(EventType type) {
    switch (type) {
        case EventType::open: return {1, 2, 3, -1};
        case EventType::creat: return {1, -1, 2, -1};
        case EventType::openat:
        case EventType::openat2: return {2, 3, 4, 1};
        default: return {};
    }
}

bool is_open(EventType type) { return open_params(type).name >= 0; }

}  // namespace

int name_param(const EventInfo& event) {
    if (is_open(event.type)) return open_params(event.type).name;
    if (has_own_way(event.type)) return -1;
    for (std::size_t k = 0; k < event.params.size(); ++k) {
        const ParamType type = event.params[k].type;
        if (type == ParamType::FSPATH || type == ParamType::FSRELPATH) return static_cast<int>(k);
    }
    return -1;
}

namespace {

bool is_number_at_hand(const EventInfo& event, int param) {
    if (param < 0 || is_variable(event.params[static_cast<std::size_t>(param)].type)) return false;
    if (!has_own_way(event.type)) return event.source == EventSource::SYSCALL;
    const OpenParams open = open_params(event.type);
    return is_open(event.type) &&
           (param == 0 || param == open.flags || param == open.mode || param == open.dirfd);
}

/// Does the probe know the kernel's own path before it decides?
bool has_real_path(const EventInfo& event) {
    return is_open(event.type) || event.type == EventType::open_by_handle_at;
}

/// Has the event a result the probe knows?
bool has_result(const EventInfo& event) {
    return !event.params.empty() && event.type != EventType::generic && !event.enter &&
           is_number_at_hand(event, 0);
}

Judgement constant(bool value) {
    Judgement made;
    made.kind = Judgement::Kind::Constant;
    made.value = value;
    return made;
}

/// Joins what overlaps or touches.
std::vector<Interval> in_order(std::vector<Interval> all) {
    std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.low < b.low; });
    std::vector<Interval> out;
    for (const Interval& next : all) {
        if (next.low > next.high) continue;
        if (!out.empty() && (out.back().high == kMost || next.low <= out.back().high + 1))
            out.back().high = std::max(out.back().high, next.high);
        else
            out.push_back(next);
    }
    return out;
}

/// Numbers the operator holds for, as they are after `flip`; nothing if it is no such operator.
std::optional<std::vector<Interval>> numbers_of(const Predicate& p, Kind kind, std::uint64_t flip) {
    if (p.constants.empty()) return std::nullopt;
    for (const Constant& c : p.constants) {
        if (c.kind != kind) return std::nullopt;
    }
    const std::uint64_t n = p.constants.front().bits ^ flip;
    std::vector<Interval> all;
    switch (p.op) {
        case Op::eq:
        case Op::in:
            for (const Constant& c : p.constants) all.push_back({c.bits ^ flip, c.bits ^ flip});
            break;
        case Op::ne:
            if (n > 0) all.push_back({0, n - 1});
            if (n < kMost) all.push_back({n + 1, kMost});
            break;
        case Op::lt:
            if (n > 0) all.push_back({0, n - 1});
            break;
        case Op::le: all.push_back({0, n}); break;
        case Op::gt:
            if (n < kMost) all.push_back({n + 1, kMost});
            break;
        case Op::ge: all.push_back({n, kMost}); break;
        default: return std::nullopt;
    }
    return in_order(std::move(all));
}

Judgement number_test(const Predicate& p, int param, bool is_signed) {
    const std::uint64_t flip = is_signed ? kSign : 0;
    const auto numbers = numbers_of(p, is_signed ? Kind::Int : Kind::Uint, flip);
    if (!numbers || numbers->size() > kMostIntervals) return {};
    Judgement made;
    made.kind = Judgement::Kind::Number;
    made.number = {static_cast<std::uint8_t>(param), flip, kMost, *numbers};
    return made;
}

/// What a check of a truth asks for; nothing if it is no such check.
std::optional<bool> asked_truth(const Predicate& p) {
    if ((p.op != Op::eq && p.op != Op::ne) || p.constants.size() != 1 ||
        p.constants.front().kind != Kind::Bool)
        return std::nullopt;
    return (p.constants.front().bits != 0) == (p.op == Op::eq);
}

/// Did the call fail? Without a result it neither did nor did not.
Judgement failure_test(const Predicate& p) {
    const std::optional<bool> failed = asked_truth(p);
    if (!failed) return {};
    Judgement made;
    made.kind = Judgement::Kind::Number;
    made.number = {0, kSign, kMost, {*failed ? Interval{0, kSign - 1} : Interval{kSign, kMost}}};
    return made;
}

/// fd.num of an open is its result, or -1 whatever the error.
Judgement opened_number(const Predicate& p) {
    Judgement made = number_test(p, 0, true);
    if (made.kind != Judgement::Kind::Number) return made;
    std::vector<Interval> all;
    for (const Interval& i : made.number.intervals) {
        if (i.high >= kSign) all.push_back({std::max(i.low, kSign), i.high});
        if (i.low <= kSign - 1 && kSign - 1 <= i.high) all.push_back({0, kSign - 1});
    }
    made.number.intervals = in_order(std::move(all));
    return made;
}

/// What the predicate says of the event's name, which every event of the type has.
Judgement type_test(const Predicate& p, std::string_view name) {
    const Result<eval::PreparedPredicate> prepared = eval::prepare(p);
    if (!prepared) return {};
    return constant(eval::holds(*prepared, Value::of_text(name), nullptr, nullptr));
}

Judgement open_flag_test(const Predicate& p, const EventInfo& event, std::uint64_t flag) {
    if (event.type == EventType::open_by_handle_at) return {};
    const std::optional<bool> asked = asked_truth(p);
    if (!asked) return {};
    const int param = open_params(event.type).flags;
    if (param < 0) return constant(!*asked);
    Judgement made;
    made.kind = Judgement::Kind::Number;
    made.inverted = !*asked;
    made.number = {static_cast<std::uint8_t>(param), 0, flag, {{1, kMost}}};
    return made;
}

/// Which parameter evt.arg and evt.rawarg name; -1: none.
int param_of(const FieldArg& arg, const EventInfo& event) {
    if (arg.kind == FieldArg::Kind::Index)
        return arg.index < static_cast<std::int64_t>(event.params.size())
                   ? static_cast<int>(arg.index)
                   : -1;
    return arg.by_event == nullptr ? -1 : arg.by_event[static_cast<std::size_t>(event.type)];
}

Judgement argument_test(const Predicate& p, const FieldRef& field, const EventInfo& event) {
    const int param = param_of(field.arg, event);
    if (param < 0) return constant(false);
    // An argument as it was given may be relative; what is judged never is.
    if (param == name_param(event))
        return field.id == FieldId::evt_arg ? name_test(p, param) : Judgement{};
    if (field.id != FieldId::evt_rawarg || !is_number_at_hand(event, param)) return {};
    const ParamType type = event.params[static_cast<std::size_t>(param)].type;
    // Some flags of an open are those of the file that it found.
    const bool late = is_open(event.type) && param == open_params(event.type).flags;
    if (late || type == ParamType::BOOL) return {};
    return number_test(p, param, is_signed(type));
}

Judgement judge_field(const Predicate& p, const FieldRef& field, const EventInfo& event) {
    const int name = name_param(event);
    switch (field.id) {
        case FieldId::evt_type: return type_test(p, event.name);
        case FieldId::syscall_type:
            return event.source == EventSource::SYSCALL ? type_test(p, event.name)
                                                        : constant(false);
        case FieldId::evt_dir: return type_test(p, event.enter ? ">" : "<");
        case FieldId::evt_rawres: return has_result(event) ? number_test(p, 0, true) : Judgement{};
        case FieldId::evt_failed: return has_result(event) ? failure_test(p) : Judgement{};
        case FieldId::evt_is_open_read: return open_flag_test(p, event, kReadFlag);
        case FieldId::evt_is_open_write: return open_flag_test(p, event, kWriteFlag);
        case FieldId::evt_arg:
        case FieldId::evt_rawarg: return argument_test(p, field, event);
        case FieldId::fd_num: return is_open(event.type) ? opened_number(p) : Judgement{};
        case FieldId::fd_name:
        case FieldId::fs_path_name: return is_open(event.type) ? name_test(p, name) : Judgement{};
        case FieldId::fd_realpath:
            return has_real_path(event) ? name_test(p, NameTest::kReal) : Judgement{};
        case FieldId::fd_directory:
            return is_open(event.type) ? directory_test(p, name) : Judgement{};
        case FieldId::fd_filename: return is_open(event.type) ? leaf_test(p, name) : Judgement{};
        default: return {};
    }
}

}  // namespace

Judgement judge(const lang::Program& program, const Predicate& p, const EventInfo& event) {
    const lang::Term& left = program.terms[p.left];
    const bool plain = left.kind == lang::Term::Kind::Field && !p.right_is_term &&
                       p.quantifier == lang::Quantifier::One && p.modifier == Modifier::none;
    return plain ? judge_field(p, left.field, event) : Judgement{};
}

}  // namespace sensor::filter
