// SPDX-License-Identifier: Apache-2.0
// proc.*: parents and ancestors, session and process group leaders.
#include <new>

#include "fields/extractors.hpp"
#include "fields/process.hpp"
#include "fields/text.hpp"
#include "state/state.hpp"

namespace sensor::fields {
namespace {

using state::ExecImage;
using state::Thread;

constexpr int kMaxDepth = 128;  // also ends walks in a loop of stale parents
constexpr int kMaxEnvDepth = 20;

const Thread* parent_of(const Context& c, const Thread& thread) noexcept {
    return c.state == nullptr ? nullptr : c.state->parent(thread);
}
const Thread* parent(const Context& c) noexcept {
    return c.thread == nullptr ? nullptr : parent_of(c, *c.thread);
}

// 0 is the thread itself, 1 its parent, ...
const Thread* ancestor(const Context& c, std::int64_t level) noexcept {
    if (level > kMaxDepth) return nullptr;
    const Thread* at = c.thread;
    for (; at != nullptr && level > 0; --level) at = parent_of(c, *at);
    return at;
}

// Calls `visit` for the parent, its parent, ... until it returns false.
template <typename F>
void each_ancestor(const Context& c, F&& visit) noexcept {
    const Thread* at = c.thread;
    for (int depth = 0; at != nullptr && depth < kMaxDepth; ++depth) {
        at = parent_of(c, *at);
        if (at == nullptr || at == c.thread->leader || !visit(*at)) return;
    }
}

// One ancestor's value, or a list of all of them; absent where there is none.
template <typename F>
Value ancestors(const Context& c, const FieldArg& arg, F&& value) noexcept {
    if (arg.kind == FieldArg::Kind::Index) {
        const Thread* found = ancestor(c, arg.index);
        return found == nullptr ? Value::absent() : value(*found);
    }
    char* memory = c.arena->take(kMaxDepth * sizeof(Value));
    if (memory == nullptr) return Value::absent();
    auto* all = reinterpret_cast<Value*>(memory);
    std::size_t count = 0;
    each_ancestor(c, [&](const Thread& thread) {
        const Value one = value(thread);
        if (one.present()) new (all + count++) Value(one);
        return true;
    });
    c.arena->shrink(memory, count * sizeof(Value));
    return count == 0 ? Value::absent() : Value::of_list(all, count);
}

Value exe_of(const Thread* thread) noexcept {
    return thread == nullptr || !thread->image ? Value::absent()
                                               : Value::of_text(thread->image->exe);
}
Value exepath_of(const Thread* thread) noexcept {
    return thread == nullptr || !thread->image ? Value::absent()
                                               : Value::of_text(thread->image->exepath);
}
Value comm_of(const Thread* thread) noexcept {
    return thread == nullptr ? Value::absent() : Value::of_text(thread->comm());
}

// The highest process of the unbroken chain of ancestors with the same number, for the number may
// be nobody's that we know: its process has ended, or the number is one of a PID namespace. The
// process itself only if the number is its own.
template <typename F>
const Thread* top_of_chain(const Context& c, F&& number) noexcept {
    const Thread* self = c.thread->leader;
    const std::int64_t wanted = number(*self);
    if (wanted <= 0) return nullptr;  // not known, or of nobody
    const bool own = wanted == self->vpid || wanted == static_cast<std::int64_t>(self->tgid);
    const Thread* top = own ? self : nullptr;
    each_ancestor(c, [&](const Thread& thread) {
        if (number(thread) != wanted) return false;
        top = &thread;
        return true;
    });
    return top;
}

template <typename F>
const Thread* group_head(const Context& c, std::int64_t kernel_number, F&& number) noexcept {
    if (c.thread == nullptr || c.state == nullptr) return nullptr;
    const Thread* found =
        kernel_number <= 0 ? nullptr : c.state->find(static_cast<std::uint32_t>(kernel_number));
    if (found != nullptr && found->is_leader() &&
        (!c.thread->in_pidns || number(*found) == number(*c.thread->leader))) {
        return found;
    }
    return top_of_chain(c, number);
}

const Thread* session_head(const Context& c) noexcept {
    return group_head(c, c.thread == nullptr ? 0 : c.thread->sid,
                      [](const Thread& thread) { return thread.sid; });
}
const Thread* vpgid_head(const Context& c) noexcept {
    if (c.thread == nullptr) return nullptr;
    const Thread& leader = *c.thread->leader;
    const std::int64_t number =
        leader.pgid > 0 ? leader.pgid : (leader.in_pidns ? 0 : leader.vpgid);
    return group_head(c, number, [](const Thread& thread) { return thread.leader->vpgid; });
}
const Thread* pgid_head(const Context& c) noexcept {
    if (c.thread == nullptr || c.state == nullptr || c.thread->leader->pgid <= 0) return nullptr;
    return c.state->find(static_cast<std::uint32_t>(c.thread->leader->pgid));
}

// A leader that is not known is an empty text, not an absent one.
Value or_empty(const Context& c, Value value) noexcept {
    if (c.thread == nullptr || value.present()) return value;
    return Value::of_text("");
}

}  // namespace

namespace extract {

Value proc_pexe(const Context& c, const FieldArg&) noexcept { return exe_of(parent(c)); }
Value proc_pexepath(const Context& c, const FieldArg&) noexcept { return exepath_of(parent(c)); }
Value proc_pname(const Context& c, const FieldArg&) noexcept { return comm_of(parent(c)); }
Value proc_pcmdline(const Context& c, const FieldArg&) noexcept {
    const Thread* found = parent(c);
    return found == nullptr ? Value::absent() : cmdline_of(c, *found);
}
Value proc_ppid(const Context& c, const FieldArg&) noexcept {
    if (c.thread == nullptr) return Value::absent();
    const Thread* found = parent(c);
    if (found != nullptr) return Value::of_int(found->tgid);
    const std::uint32_t ptid = c.thread->leader->ptid;
    return ptid == 0 ? Value::absent() : Value::of_int(ptid);
}
Value proc_pvpid(const Context& c, const FieldArg&) noexcept {
    const Thread* found = parent(c);
    return found == nullptr || found->vpid < 0 ? Value::absent() : Value::of_int(found->vpid);
}
Value proc_ppid_duration(const Context& c, const FieldArg&) noexcept {
    const Thread* found = parent(c);
    if (found == nullptr || found->clone_ts_ns == 0 || found->clone_ts_ns > c.event.ts_ns())
        return Value::absent();
    return Value::of_uint(c.event.ts_ns() - found->clone_ts_ns);
}
Value proc_ppid_ts(const Context& c, const FieldArg&) noexcept {
    const Thread* found = parent(c);
    return found == nullptr || found->clone_ts_ns == 0 ? Value::absent()
                                                       : Value::of_uint(found->clone_ts_ns);
}

Value proc_aexe(const Context& c, const FieldArg& arg) noexcept {
    return ancestors(c, arg, [](const Thread& thread) { return exe_of(&thread); });
}
Value proc_aexepath(const Context& c, const FieldArg& arg) noexcept {
    return ancestors(c, arg, [](const Thread& thread) { return exepath_of(&thread); });
}
Value proc_aname(const Context& c, const FieldArg& arg) noexcept {
    return ancestors(c, arg, [](const Thread& thread) { return comm_of(&thread); });
}
Value proc_acmdline(const Context& c, const FieldArg& arg) noexcept {
    return ancestors(c, arg, [&](const Thread& thread) { return cmdline_of(c, thread); });
}
Value proc_apid(const Context& c, const FieldArg& arg) noexcept {
    return ancestors(c, arg, [](const Thread& thread) { return Value::of_int(thread.tgid); });
}

Value proc_aargs(const Context& c, const FieldArg& arg) noexcept {
    if (arg.kind == FieldArg::Kind::Index) {
        const Thread* found = ancestor(c, arg.index);
        return found == nullptr || !found->image ? Value::absent()
                                                 : Value::of_text(found->image->args_text());
    }
    if (parent(c) == nullptr) return Value::absent();
    TextBuilder out(*c.arena);
    each_ancestor(c, [&](const Thread& thread) {
        if (!thread.image || thread.image->args_text().empty()) return true;
        if (out.size() != 0) out.add(' ');
        out.add(thread.image->args_text());
        return true;
    });
    return Value::of_text(out.finish());
}

Value proc_aenv(const Context& c, const FieldArg& arg) noexcept {
    if (arg.kind != FieldArg::Kind::Key) {
        return ancestors(c, arg, [&](const Thread& thread) {
            return thread.image ? joined_block(c, thread.image->env_block()) : Value::absent();
        });
    }
    Value found = Value::absent();
    int depth = 0;
    each_ancestor(c, [&](const Thread& thread) {
        if (thread.image) {
            const auto value = state::block_value(thread.image->env_block(), arg.key);
            if (value && !value->empty()) found = Value::of_text(*value);
        }
        return !found.present() && ++depth < kMaxEnvDepth;
    });
    return found;
}

Value proc_loginshellid(const Context& c, const FieldArg&) noexcept {
    if (c.thread == nullptr) return Value::absent();
    const Thread* shell = c.thread->leader->comm().ends_with("sh") ? c.thread->leader : nullptr;
    each_ancestor(c, [&](const Thread& thread) {
        if (thread.comm().ends_with("sh")) shell = &thread;
        return true;
    });
    return shell == nullptr ? Value::absent() : Value::of_int(shell->tgid);
}

Value proc_sname(const Context& c, const FieldArg&) noexcept {
    return or_empty(c, comm_of(session_head(c)));
}
Value proc_sid_exe(const Context& c, const FieldArg&) noexcept {
    return or_empty(c, exe_of(session_head(c)));
}
Value proc_sid_exepath(const Context& c, const FieldArg&) noexcept {
    return or_empty(c, exepath_of(session_head(c)));
}
Value proc_vpgid_name(const Context& c, const FieldArg&) noexcept {
    return or_empty(c, comm_of(vpgid_head(c)));
}
Value proc_vpgid_exe(const Context& c, const FieldArg&) noexcept {
    return or_empty(c, exe_of(vpgid_head(c)));
}
Value proc_vpgid_exepath(const Context& c, const FieldArg&) noexcept {
    return or_empty(c, exepath_of(vpgid_head(c)));
}
Value proc_pgid_name(const Context& c, const FieldArg&) noexcept {
    return or_empty(c, comm_of(pgid_head(c)));
}
Value proc_pgid_exe(const Context& c, const FieldArg&) noexcept {
    return or_empty(c, exe_of(pgid_head(c)));
}
Value proc_pgid_exepath(const Context& c, const FieldArg&) noexcept {
    return or_empty(c, exepath_of(pgid_head(c)));
}

}  // namespace extract
}  // namespace sensor::fields
