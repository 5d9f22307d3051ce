// SPDX-License-Identifier: Apache-2.0
// evt.*: number, type, times, result. Parameters are in evt_args.cpp, transfers and opens in
// evt_io.cpp.
#include <charconv>

#include "fields/extractors.hpp"
#include "fields/text.hpp"
#include "state/state.hpp"

namespace sensor::fields {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

std::uint64_t since(std::uint64_t then_ns, std::uint64_t now_ns) noexcept {
    return then_ns == 0 || then_ns > now_ns ? 0 : now_ns - then_ns;
}

bool is_syscall(const Context& c) noexcept { return c.event.info().source == EventSource::SYSCALL; }

// The generic event stands for every call without an event of its own.
std::string_view event_name(const Context& c) noexcept {
    const EventInfo& info = c.event.info();
    if (info.type == EventType::asyncevent && c.event.text(1) == "container") return "container";
    if (info.type != EventType::generic) return info.name;
    // The number that rules are dispatched by.
    const SyscallInfo* call = c.event.head().sc == 0 ? nullptr : syscall_info(c.event.head().sc);
    if (call != nullptr) return call->name;
    return info.name;
}

enum class Shape { Time, TimeSeconds, Iso8601, DateTime, DateTimeSeconds };

Value time_text(const Context& c, Shape shape) noexcept {
    const std::uint64_t now = c.event.ts_ns();
    const bool utc = shape == Shape::Iso8601 || c.state == nullptr;
    const Moment moment = to_moment(now, utc ? 0 : c.state->zone_offset_s(now));
    TextBuilder out(*c.arena, 64);
    if (shape != Shape::Time && shape != Shape::TimeSeconds) {
        add_date(out, moment);
        out.add(shape == Shape::Iso8601 ? 'T' : ' ');
    }
    add_time(out, moment);
    if (shape != Shape::TimeSeconds && shape != Shape::DateTimeSeconds) add_fraction(out, moment);
    if (shape == Shape::Iso8601) out.add("+0000");
    return Value::of_text(out.finish());
}

std::string_view category_of_fd(const state::FdInfo* fd) noexcept {
    if (fd == nullptr) return "unknown";
    if (fd->is_file()) return "file";
    if (fd->is_ip_socket()) return "net";
    switch (fd->type) {
        case state::FdType::Unix:
        case state::FdType::Pipe:
        case state::FdType::Event:
        case state::FdType::Signal:
        case state::FdType::Inotify: return "ipc";
        default: return "unknown";
    }
}

std::string_view category(const Context& c) noexcept {
    switch (c.event.info().category) {
        case Category::io_read:
        case Category::io_write:
        case Category::io_other: return category_of_fd(c.fd);
        case Category::ipc: return "IPC";
        default: return to_text(c.event.info().category);
    }
}

// Error flag of events whose category is `only`; others count nothing.
Value error_if(const Context& c, bool counts) noexcept {
    if (!counts || !c.event.has_result()) return Value::absent();
    return Value::of_uint(c.event.result() < 0 ? 1 : 0);
}

}  // namespace

namespace extract {

Value evt_num(const Context& c, const FieldArg&) noexcept { return Value::of_uint(c.evt_num); }
Value evt_time(const Context& c, const FieldArg&) noexcept { return time_text(c, Shape::Time); }
Value evt_time_s(const Context& c, const FieldArg&) noexcept {
    return time_text(c, Shape::TimeSeconds);
}
Value evt_time_iso8601(const Context& c, const FieldArg&) noexcept {
    return time_text(c, Shape::Iso8601);
}
Value evt_datetime(const Context& c, const FieldArg&) noexcept {
    return time_text(c, Shape::DateTime);
}
Value evt_datetime_s(const Context& c, const FieldArg&) noexcept {
    return time_text(c, Shape::DateTimeSeconds);
}
Value evt_outputtime(const Context& c, const FieldArg&) noexcept {
    return time_text(c, Shape::Time);
}
Value evt_rawtime(const Context& c, const FieldArg&) noexcept {
    return Value::of_uint(c.event.ts_ns());
}
Value evt_rawtime_s(const Context& c, const FieldArg&) noexcept {
    return Value::of_uint(c.event.ts_ns() / kSecond);
}
Value evt_rawtime_ns(const Context& c, const FieldArg&) noexcept {
    return Value::of_uint(c.event.ts_ns() % kSecond);
}

Value evt_reltime(const Context& c, const FieldArg&) noexcept {
    return Value::of_uint(since(c.first_ts_ns, c.event.ts_ns()));
}
Value evt_reltime_s(const Context& c, const FieldArg&) noexcept {
    return Value::of_uint(since(c.first_ts_ns, c.event.ts_ns()) / kSecond);
}
Value evt_reltime_ns(const Context& c, const FieldArg&) noexcept {
    return Value::of_uint(since(c.first_ts_ns, c.event.ts_ns()) % kSecond);
}
Value evt_deltatime(const Context& c, const FieldArg&) noexcept {
    return Value::of_uint(since(c.previous_ts_ns, c.event.ts_ns()));
}
Value evt_deltatime_s(const Context& c, const FieldArg&) noexcept {
    return Value::of_uint(since(c.previous_ts_ns, c.event.ts_ns()) / kSecond);
}
Value evt_deltatime_ns(const Context& c, const FieldArg&) noexcept {
    return Value::of_uint(since(c.previous_ts_ns, c.event.ts_ns()) % kSecond);
}

// Enter and exit are one event now: there is nothing to measure between them.
Value evt_latency(const Context&, const FieldArg&) noexcept { return Value::of_uint(0); }
Value evt_latency_s(const Context&, const FieldArg&) noexcept { return Value::of_uint(0); }
Value evt_latency_ns(const Context&, const FieldArg&) noexcept { return Value::of_uint(0); }
Value evt_latency_quantized(const Context&, const FieldArg&) noexcept { return Value::of_uint(0); }
Value evt_latency_human(const Context&, const FieldArg&) noexcept { return Value::of_text("0ns"); }
Value evt_wait_latency(const Context&, const FieldArg&) noexcept { return Value::of_uint(0); }

Value evt_pluginname(const Context&, const FieldArg&) noexcept { return Value::absent(); }
Value evt_plugininfo(const Context&, const FieldArg&) noexcept { return Value::absent(); }
Value evt_source(const Context&, const FieldArg&) noexcept { return Value::of_text("syscall"); }

Value evt_is_async(const Context& c, const FieldArg&) noexcept {
    return Value::of_bool(c.event.type() == EventType::asyncevent);
}
Value evt_asynctype(const Context& c, const FieldArg&) noexcept {
    if (c.event.type() != EventType::asyncevent) return Value::absent();
    return Value::of_text(c.event.text(1));
}
Value evt_hostname(const Context& c, const FieldArg&) noexcept {
    return c.state == nullptr ? Value::absent() : Value::of_text(c.state->hostname());
}

Value evt_dir(const Context& c, const FieldArg&) noexcept {
    return Value::of_text(c.event.info().enter ? ">" : "<");
}
Value evt_type(const Context& c, const FieldArg&) noexcept { return Value::of_text(event_name(c)); }

Value evt_type_is(const Context& c, const FieldArg& arg) noexcept {
    std::uint16_t code = 0;
    const char* end = arg.key.data() + arg.key.size();
    const auto [stop, err] = std::from_chars(arg.key.data(), end, code);
    const bool is_code = err == std::errc{} && stop == end;
    const bool same =
        is_code ? static_cast<std::uint16_t>(c.event.type()) == code : event_name(c) == arg.key;
    return Value::of_uint(same ? 1 : 0);
}

Value syscall_type(const Context& c, const FieldArg&) noexcept {
    return is_syscall(c) ? Value::of_text(event_name(c)) : Value::absent();
}
Value evt_category(const Context& c, const FieldArg&) noexcept {
    return Value::of_text(category(c));
}
Value evt_cpu(const Context& c, const FieldArg&) noexcept {
    return Value::of_int(c.event.head().cpu);
}

Value evt_res(const Context& c, const FieldArg&) noexcept {
    if (!c.event.has_result()) return Value::absent();
    const std::int64_t result = c.event.result();
    if (result >= 0) return Value::of_text("SUCCESS");
    const std::string_view name = errno_name(static_cast<std::uint32_t>(-result));
    if (!name.empty()) return Value::of_text(name);
    TextBuilder out(*c.arena, 32);
    add_int(out, result);
    return Value::of_text(out.finish());
}
Value evt_rawres(const Context& c, const FieldArg&) noexcept {
    return c.event.has_result() ? Value::of_int(c.event.result()) : Value::absent();
}
Value evt_failed(const Context& c, const FieldArg&) noexcept {
    return c.event.has_result() ? Value::of_bool(c.event.result() < 0) : Value::absent();
}

Value evt_count(const Context&, const FieldArg&) noexcept { return Value::of_uint(1); }
Value evt_count_error(const Context& c, const FieldArg&) noexcept { return error_if(c, true); }
Value evt_count_error_file(const Context& c, const FieldArg&) noexcept {
    return error_if(c, category(c) == "file");
}
Value evt_count_error_net(const Context& c, const FieldArg&) noexcept {
    return error_if(c, category(c) == "net");
}
Value evt_count_error_memory(const Context& c, const FieldArg&) noexcept {
    return error_if(c, category(c) == "memory");
}
Value evt_count_error_other(const Context& c, const FieldArg&) noexcept {
    const std::string_view kind = category(c);
    return error_if(c, kind != "file" && kind != "net" && kind != "memory");
}
Value evt_count_exit(const Context& c, const FieldArg&) noexcept {
    return c.event.info().enter ? Value::absent() : Value::of_uint(1);
}
Value evt_count_procinfo(const Context& c, const FieldArg&) noexcept {
    return c.event.type() == EventType::procinfo ? Value::of_uint(1) : Value::absent();
}
Value evt_count_threadinfo(const Context& c, const FieldArg&) noexcept {
    return c.event.type() == EventType::procinfo ? Value::of_uint(1) : Value::absent();
}

// The distance in milliseconds: the comparison's number is how far it may be.
Value evt_around(const Context& c, const FieldArg& arg) noexcept {
    const auto centre = static_cast<std::uint64_t>(arg.index);
    const std::uint64_t now = c.event.ts_ns();
    const std::uint64_t apart = now > centre ? now - centre : centre - now;
    return Value::of_uint((apart + 999'999) / 1'000'000);
}

// Events of an infrastructure that is no more.
Value evt_infra_docker_name(const Context&, const FieldArg&) noexcept { return Value::absent(); }
Value evt_infra_docker_container_id(const Context&, const FieldArg&) noexcept {
    return Value::absent();
}
Value evt_infra_docker_container_name(const Context&, const FieldArg&) noexcept {
    return Value::absent();
}
Value evt_infra_docker_container_image(const Context&, const FieldArg&) noexcept {
    return Value::absent();
}

Value util_cnt(const Context& c, const FieldArg&) noexcept {
    return c.state == nullptr ? Value::absent() : Value::of_uint(c.state->count_up());
}

}  // namespace extract
}  // namespace sensor::fields
