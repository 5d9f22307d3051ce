/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The probe. A system call: on_sys_exit jumps through `calls` by the bare number; an empty slot is
 * a call nobody wants and costs nothing more. Programs for calls check the scope first, then build
 * one record (record.h) and emit it. Exec, fork and exit have tracepoints of their own. The rest of
 * this folder is what these programs put into their records, one file per kind. */
#include "kernel.h"

#include "iter.h"
#include "net.h"
#include "open.h"
#include "plan.h"
#include "process.h"
#include "quota.h"
#include "directory.h"
#include "tracepoint.h"

char LICENSE[] SEC("license") = "GPL";

/* Call slot and record flags of the call that is returning. */
struct decoded {
    u32 slot;
    u32 flags;
    u32 id;
    u32 words; /* arguments that lie in memory, behind the second register */
};

static __always_inline struct decoded decode(struct pt_regs* regs) {
    struct decoded d = {CALL_SLOTS, 0, 0, 0};
    s64 nr = ARCH_NR(regs);
    struct task_struct* task = bpf_get_current_task_btf();
    d.id = (u32)nr;
    if (ARCH_COMPAT(task)) {
        if (!ARCH_HAS_IA32) return d;
        d.flags = REC_F_COMPAT;
#if ARCH_HAS_IA32
        if (!ARCH_COMPAT_KEEPS(nr)) {
            u64 row = (u64)nr;
            u32 hidden = row == ARCH_COMPAT_SOCKETCALL ? ARCH_COMPAT_ARG_0(regs) : 0;
            if (hidden < MAX_SOCKETCALLS && socketcalls[hidden].slot) {
                d.slot = socketcalls[hidden].slot - 1U;
                d.words = socketcalls[hidden].arguments;
                return d;
            }
            if (row < REC_MAX_SYSCALLS && compat_slots[row]) d.slot = compat_slots[row] - 1U;
            return d;
        }
#endif
    }
#if ARCH_X32_BIT
    if (nr >= ARCH_X32_BIT) {
        d.flags |= REC_F_X32;
        nr -= ARCH_X32_BIT;
        if (nr >= 512 && nr < 512 + (s64)(sizeof(x32_slots) / sizeof(x32_slots[0])))
            nr = x32_slots[nr - 512];
    }
#endif
    if ((u64)nr < REC_MAX_SYSCALLS) d.slot = (u32)nr;
    return d;
}

enum { OPENAT = ARCH_NATIVE(257, 56) };

/* Every call of every process passes here, so no helper is called: not even to ask whether this is
 * a 32-bit call, which numbers differently. A number that means a wanted call there leads to
 * on_any_call; a program entered directly drops 32-bit calls that nobody wants (begin). The way of
 * the call that is wanted most is a direct jump, which the kernel patches in: one through the table
 * is foreseen by no processor that must not trust its guesses. */
SEC("tp_btf/sys_exit")
int on_sys_exit(u64* ctx) {
    struct pt_regs* regs = (struct pt_regs*)ctx[0];
    u64 nr = (u64)ARCH_NR(regs);
    if (nr == OPENAT) {
        bpf_tail_call_static(ctx, &calls, OPENAT);
    } else if (nr < REC_MAX_SYSCALLS) {
        bpf_tail_call(ctx, &calls, nr);
    }
#if ARCH_X32_BIT
    if ((nr & ARCH_X32_BIT) && nr < 2ULL * ARCH_X32_BIT) bpf_tail_call(ctx, &calls, OTHER_CALLS);
#endif
    return 0;
}

/* A number that may mean one of two calls. */
SEC("tp_btf/sys_exit")
int on_any_call(u64* ctx) {
    struct decoded d = decode((struct pt_regs*)ctx[0]);
    if (d.slot < CALL_SLOTS) bpf_tail_call(ctx, &handlers, d.slot);
    return 0;
}

/* Scope and scratch for a call of the current task. A function of its own so that every program
 * shares one verification of it. */
__attribute__((noinline)) int begin_call(u32 slot, u32 flags, s64 ret) {
    struct task_struct* task = bpf_get_current_task_btf();
    u32 plan = slot < CALL_SLOTS ? call_table[slot].plan : 0;
    bool bump = plan < EVENT_ROWS && (plans[plan].flags & CHANGES_IDENTITY) && ret >= 0;
    return begin_task(task, plan, slot, flags, bump);
}

/* Arguments of a call that lie in memory, 32-bit words. Unreadable ones are 0. */
__attribute__((noinline)) int read_words(u32 idx, u64 address, u32 words) {
    struct scratch* s = scratch_at(idx);
    u32 word[8] = {};
    if (!s || words > 6) return 0;
    if (bpf_probe_read_user(word, words * 4, (void*)address)) fault(s);
    for (u32 n = 0; n < 6; n++) s->args[n] = word[n];
    return 0;
}

/* A connection that is under way has not failed. */
static __always_inline bool is_failure(s64 ret) {
    return ret < 0 && ret >= -MAX_ERRNO && ret != -EINPROGRESS;
}

/* A successful exec is reported by on_exec, with the new program in place. */
static __always_inline bool is_exec_done(u32 slot, s64 ret) {
    u32 plan = ret == 0 ? call_table[slot].plan : EVENT_ROWS;
    return plan < EVENT_ROWS && ways[plan] == WAY_failed_exec;
}

static __always_inline int begin(u64* ctx) {
    struct pt_regs* regs = (struct pt_regs*)ctx[0];
    if (cfg_drop_failed && is_failure((s64)ctx[1])) return NOTHING;
    struct decoded d = decode(regs);
    if (d.slot >= CALL_SLOTS || (d.flags && !call_wanted[d.slot])) return NOTHING;
    if (is_exec_done(d.slot, (s64)ctx[1])) return NOTHING;
    int idx = begin_call(d.slot, d.flags, (s64)ctx[1]);
    struct scratch* s = idx < 0 ? 0 : scratch_at((u32)idx);
    if (!s) return NOTHING;
    s->ret = (s64)ctx[1];
    s->id = d.id;
    if (d.words) {
        read_words((u32)idx, ARCH_COMPAT_ARG_1(regs), d.words);
        return idx;
    }
    if (d.flags & REC_F_COMPAT) {
        s->args[0] = ARCH_COMPAT_ARG_0(regs);
        s->args[1] = ARCH_COMPAT_ARG_1(regs);
        s->args[2] = ARCH_COMPAT_ARG_2(regs);
        s->args[3] = ARCH_COMPAT_ARG_3(regs);
        s->args[4] = ARCH_COMPAT_ARG_4(regs);
        s->args[5] = ARCH_COMPAT_ARG_5(regs);
        return idx;
    }
    s->args[0] = ARCH_ARG_0(regs);
    s->args[1] = ARCH_ARG_1(regs);
    s->args[2] = ARCH_ARG_2(regs);
    s->args[3] = ARCH_ARG_3(regs);
    s->args[4] = ARCH_ARG_4(regs);
    s->args[5] = ARCH_ARG_5(regs);
    return idx;
}

static __always_inline u32 plan_of(u32 idx) {
    struct scratch* s = scratch_at(idx);
    u32 slot = s ? s->slot : CALL_SLOTS;
    return slot < CALL_SLOTS ? call_table[slot].plan : EVENT_ROWS;
}

static __always_inline int finish(u32 idx) {
    emit(idx);
    release(idx);
    return 0;
}

static __always_inline int drop(u32 idx) {
    release(idx);
    return 0;
}

/* The parameters that the plan says, then what the call used. out: 0: no rule can want it */
static __always_inline int put_planned(u32 idx, u32 plan) {
    put_params(idx, plan);
    struct scratch* s = scratch_at(idx);
    if (!s || !is_wanted(s, idx)) return 0;
    put_used_fd(idx, plan);
    return 1;
}

static __always_inline void put_move(u32 idx, u32 plan) {
    put_params(idx, plan);
    put_used_fd(idx, plan);
    put_new_directory(idx);
}

/* One record a message. */
static __always_inline void emit_messages(u32 idx, u32 plan, s64 ret) {
    for (u32 n = 0; n < MAX_MESSAGES; n++) {
        if (n > 0 && (s64)n >= ret) break;
        put_one_of_many(idx, plan, n);
    }
}

/* Every call but opens. One program, since the kernel verifies each for itself, with all it shares
 * with others. */
SEC("tp_btf/sys_exit")
int on_call(u64* ctx) {
    int at = begin(ctx);
    if (at < 0) return 0;
    u32 idx = (u32)at, plan = plan_of(idx);
    switch (plan < EVENT_ROWS ? ways[plan] : WAY_plan) {
        case WAY_directory: put_move(idx, plan); break;
        case WAY_socket: put_socket_event(idx); break;
        case WAY_transfer: put_transfer(idx); break;
        case WAY_message: put_message(idx); break;
        case WAY_messages: emit_messages(idx, plan, (s64)ctx[1]); return drop(idx);
        case WAY_failed_exec: put_failed_exec(idx); break;
        case WAY_clone: put_clone_call(idx); break;
        case WAY_quotactl: put_quotactl(idx); break;
        default:
            if (!put_planned(idx, plan)) return drop(idx);
    }
    return finish(idx);
}

SEC("tp_btf/sys_exit")
int on_open(u64* ctx) {
    int idx = begin(ctx);
    if (idx < 0) return 0;
    return put_open_event((u32)idx) ? finish((u32)idx) : drop((u32)idx);
}

/* sched_process_exec(task, old_pid, bprm). If another thread than the leader called exec, it takes
 * the leader's place and number, and the leader's state is gone with it: the caller's own copy of
 * the marks stays, and its generation jumps past any the leader can have had. */
SEC("tp_btf/sched_process_exec")
int on_exec(u64* ctx) {
    struct task_struct* task = (struct task_struct*)ctx[0];
    if ((s32)ctx[1] != task->pid) {
        struct task_state* state =
            bpf_task_storage_get(&task_states, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
        if (state) __sync_fetch_and_add(&state->generation, 0x10000);
    }
    int idx = begin_task(task, EVX_execve, CALL_SLOTS, 0, true);
    struct scratch* s = idx < 0 ? 0 : scratch_at((u32)idx);
    if (!s) return 0;
    if (standard_files) {
        emit_standard_files((u32)idx);
        start_event(s, EVX_execve);
    }
    head_of(s)->sc = SC_execve;
    s->ret = 0;
    put_exec((u32)idx, (u64)READ(linux_binprm, ctx[2], filename));
    return finish((u32)idx);
}

/* sched_process_fork(parent, child): the child is in the scope its parent is in. Its event comes
 * from its own way out of the call, where the processor family allows. */
SEC("tp_btf/sched_process_fork")
int on_fork(u64* ctx) {
    struct task_struct* parent = (struct task_struct*)ctx[0];
    struct task_struct* child = (struct task_struct*)ctx[1];
    struct task_state* old = bpf_task_storage_get(&task_states, parent->group_leader, 0, 0);
    bool thread = child->pid != child->tgid;
    u32 marks = old ? old->marks & (thread ? ~0U : ~(u32)MARK_OWN) : 0;
    if (marks) {
        struct task_state* state =
            bpf_task_storage_get(&task_states, child, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
        if (state) state->marks = marks;
    }
#if ARCH_CHILD_AT_FORK
    int idx = begin_task(child, EVX_clone, CALL_SLOTS, 0, false);
    struct scratch* s = idx < 0 ? 0 : scratch_at((u32)idx);
    if (!s) return 0;
    head_of(s)->sc = SC_clone;
    s->ret = 0;
    put_clone((u32)idx, fork_flags(parent, child));
    return finish((u32)idx);
#else
    return 0;
#endif
}

/* A record about the current task that no call leads to. */
static __always_inline int begin_tracepoint(struct task_struct* task, u32 event, u32 sc) {
    int idx = begin_task(task, event, CALL_SLOTS, 0, false);
    struct scratch* s = idx < 0 ? 0 : scratch_at((u32)idx);
    if (!s) return NOTHING;
    head_of(s)->sc = (u16)sc;
    s->ret = 0;
    return idx;
}

SEC("tp_btf/sched_process_exit")
int on_exit(u64* ctx) {
    int idx = begin_tracepoint((struct task_struct*)ctx[0], EVX_procexit, SC_sched_process_exit);
    if (idx < 0) return 0;
    put_exit((u32)idx);
    return finish((u32)idx);
}

/* sched_switch(preempt, prev, next) */
SEC("tp_btf/sched_switch")
int on_switch(u64* ctx) {
    const struct task_struct* next = (struct task_struct*)ctx[2];
    int idx = begin_tracepoint((struct task_struct*)ctx[1], EVX_sched_switch, SC_sched_switch);
    if (idx < 0) return 0;
    put_switch((u32)idx, next->pid);
    return finish((u32)idx);
}

/* signal_deliver(sig, info, action) */
SEC("tp_btf/signal_deliver")
int on_signal(u64* ctx) {
    struct task_struct* task = bpf_get_current_task_btf();
    int idx = begin_tracepoint(task, EVX_signaldeliver, SC_signal_deliver);
    struct scratch* s = idx < 0 ? 0 : scratch_at((u32)idx);
    if (!s) return 0;
    put(s, P(signaldeliver, spid), signal_sender((u32)ctx[0], ctx[1]));
    put(s, P(signaldeliver, dpid), (u64)(s64)task->pid);
    put(s, P(signaldeliver, sig), (u8)ctx[0]);
    return finish((u32)idx);
}

/* page_fault_user, page_fault_kernel(address, regs, error code) */
static __always_inline int on_fault(u64* ctx, u32 sc) {
    struct pt_regs* regs = (struct pt_regs*)ctx[1];
    int idx = begin_tracepoint(bpf_get_current_task_btf(), EVX_page_fault, sc);
    struct scratch* s = idx < 0 ? 0 : scratch_at((u32)idx);
    if (!s) return 0;
    put(s, P(page_fault, addr), ctx[0]);
    put(s, P(page_fault, ip), ARCH_IP(regs));
    put(s, P(page_fault, error), fault_bits(ctx[2]));
    return finish((u32)idx);
}

SEC("tp_btf/page_fault_user")
int on_user_fault(u64* ctx) { return on_fault(ctx, SC_page_fault_user); }

SEC("tp_btf/page_fault_kernel")
int on_kernel_fault(u64* ctx) { return on_fault(ctx, SC_page_fault_kernel); }
