// SPDX-License-Identifier: Apache-2.0
// thread.* and the thread counts of a process.
#include "fields/extractors.hpp"
#include "fields/process.hpp"
#include "fields/text.hpp"

namespace sensor::fields::extract {

Value thread_tid(const Context& c, const FieldArg&) noexcept {
    if (c.thread != nullptr) return Value::of_int(c.thread->tid);
    // Of a thread that nothing is known of there is still its number; others have none.
    const EventInfo& info = c.event.info();
    const bool of_thread =
        (info.flags & event_flag::SKIPPARSERESET) == 0 &&
        (info.source == EventSource::SYSCALL || info.source == EventSource::TRACEPOINT);
    const bool has_thread = of_thread || info.type == EventType::procinfo;
    const std::uint32_t tid = has_thread ? c.event.head().tid : 0;
    return tid == 0 ? Value::absent() : Value::of_int(tid);
}
Value thread_vtid(const Context& c, const FieldArg&) noexcept {
    return c.thread == nullptr || c.thread->vtid < 0 ? Value::absent()
                                                     : Value::of_int(c.thread->vtid);
}
Value thread_ismain(const Context& c, const FieldArg&) noexcept {
    return c.thread == nullptr ? Value::absent() : Value::of_bool(c.thread->is_leader());
}
Value thread_nametid(const Context& c, const FieldArg&) noexcept {
    if (c.thread == nullptr) return Value::absent();
    TextBuilder out(*c.arena, 64);
    out.add(c.thread->comm());
    add_uint(out, c.thread->tid);
    return Value::of_text(out.finish());
}
Value proc_nthreads(const Context& c, const FieldArg&) noexcept {
    return c.thread == nullptr ? Value::absent() : Value::of_uint(c.thread->leader->alive);
}
Value proc_nchilds(const Context& c, const FieldArg&) noexcept {
    if (c.thread == nullptr) return Value::absent();
    const state::Thread& leader = *c.thread->leader;
    const std::uint32_t leader_alive = leader.exited ? 0 : 1;
    return Value::of_uint(leader.alive > leader_alive ? leader.alive - leader_alive : 0);
}

Value thread_cgroups(const Context& c, const FieldArg&) noexcept {
    return c.thread == nullptr ? Value::absent() : joined_block(c, state::view(c.thread->cgroups));
}
Value thread_cgroup(const Context& c, const FieldArg& arg) noexcept {
    if (c.thread == nullptr) return Value::absent();
    const auto path = state::block_value(state::view(c.thread->cgroups), arg.key);
    return path ? Value::of_text(*path) : Value::absent();
}

Value thread_ns_mnt(const Context& c, const FieldArg&) noexcept {
    const std::uint32_t number = c.event.head().mnt_ns;
    return number == 0 ? Value::absent() : Value::of_uint(number);
}
Value thread_ns_pid(const Context& c, const FieldArg&) noexcept {
    const std::uint32_t number = c.event.head().pid_ns;
    return number == 0 ? Value::absent() : Value::of_uint(number);
}

// CPU times come from scheduler switches, which are not collected.
Value thread_exectime(const Context&, const FieldArg&) noexcept { return Value::absent(); }
Value thread_totexectime(const Context&, const FieldArg&) noexcept { return Value::absent(); }
Value thread_cpu(const Context&, const FieldArg&) noexcept { return Value::absent(); }
Value thread_cpu_user(const Context&, const FieldArg&) noexcept { return Value::absent(); }
Value thread_cpu_system(const Context&, const FieldArg&) noexcept { return Value::absent(); }

}  // namespace sensor::fields::extract
