/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* exec, clone and exit: what their events hold. Programs in probe.bpf.c call put_exec,
 * put_failed_exec, put_clone and put_exit. */
#pragma once

#include "plan.h"

enum { CHILD_IN_PIDNS = 0x20000000, MAX_ARGS = 16 };

/* Successful execve or execveat: the new program is in place. */
__attribute__((noinline)) int put_exec(u32 idx, u64 filename) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    put(s, P(execve, res), 0);
    put_args(idx, P(execve, exe), P(execve, args));
    put_process(idx, P(execve, tid));
    put_cgroups(idx, P(execve, cgroups));
    put_env(idx, P(execve, env));
    put_session(idx);
    put_exe(idx);
    put_kernel_text(idx, P(execve, filename), filename);
    return 0;
}

/* Appends text n of an array of user pointers at the tail. out: bytes with NUL, 0: end, -1: stop */
__attribute__((noinline)) int append_pointer(u32 idx, u64 array, u32 n, u32 used) {
    struct scratch* s = scratch_at(idx);
    u64 at = 0;
    if (!s || used >= REC_MAX_TEXT || !user_word(s, array, n, &at) || at == 0) return 0;
    u32 left = REC_MAX_TEXT - used;
    long got = bpf_probe_read_user_str(&s->rec[(s->tail + used) & 0xffff], MASKED(left, 0x1fff),
                                       (void*)at);
    if (got <= 0) return 0;
    return (int)got;
}

/* Texts of argv or envp from entry `first` on into slot k. out: bytes */
__attribute__((noinline)) int put_pointers(u32 idx, u32 k, u64 array, u32 first) {
    struct scratch* s = scratch_at(idx);
    u32 used = 0;
    if (!s || !room(s, 2 * REC_MAX_TEXT)) return 0;
    for (u32 n = 0; n < MAX_ARGS; n++) {
        int got = append_pointer(idx, array, first + n, used);
        if (got <= 0) break;
        used += (u32)got;
        if (used >= REC_MAX_TEXT) break;
    }
    if (used > REC_MAX_TEXT) return 0;
    put_tail(s, k, used);
    return (int)used;
}

/* Failed execve or execveat: what was tried, and the program that still runs. */
__attribute__((noinline)) int put_failed_exec(u32 idx) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    bool at = head_of(s)->type == EV_execveat;
    u64 argv = arg(s, at ? 2 : 1), envp = arg(s, at ? 3 : 2), first = 0;
    put(s, P(execve, res), (u64)s->ret);
    if (user_word(s, argv, 0, &first) && first)
        put_user_text(idx, P(execve, exe), first);
    else
        put_user_bytes(idx, P(execve, exe), 0, 0);
    put_pointers(idx, P(execve, args), argv, 1);
    put_process(idx, P(execve, tid));
    put_cgroups(idx, P(execve, cgroups));
    put_pointers(idx, P(execve, env), envp, 0);
    put_session(idx);
    put_exe(idx);
    if (!at) put_user_text(idx, P(execve, filename), s->args[0]);
    return 0;
}

static __always_inline bool is_thread(u64 task) {
    return READ(task_struct, task, pid) != READ(task_struct, task, tgid);
}

/* Clone flags as given by the caller; fork and vfork take none. A thread's own side of clone3 tells
 * only what its being a thread implies: THREAD, SIGHAND, VM. */
static __always_inline u32 clone_flags(struct scratch* s) {
    u64 flags = 0;
    u16 type = head_of(s)->type;
    if (type == EV_clone)
        flags = s->args[0];
    else if (type == EV_clone3 && s->ret == 0 && is_thread(s->task))
        flags = 0x10000 | 0x800 | 0x100; /* its creator may have used the arguments' memory again */
    else if (type == EV_clone3)
        bpf_probe_read_user(&flags, 8, (void*)s->args[0]);
    return translate_flags(FT_clone_flags, (u32)flags);
}

/* Is the new task numbered in another PID namespace than the first one? */
static __always_inline u32 child_pidns_bit(u64 task, bool parent_side) {
    if (own_level(task) != 0) return CHILD_IN_PIDNS;
    u64 proxy = (u64)READ(task_struct, task, nsproxy);
    if (parent_side && proxy && (u64)READ(nsproxy, proxy, pid_ns_for_children) != pidns_of(task))
        return CHILD_IN_PIDNS;
    return 0;
}

/* A new task, seen by its parent (ret > 0), by itself (ret == 0), or not made (ret < 0). */
__attribute__((noinline)) int put_clone(u32 idx, u32 flags) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    u64 task = s->task, cred = (u64)READ(task_struct, task, cred);
    u32 level = own_level(task);
    put(s, P(clone, res), (u64)s->ret);
    if (s->ret >= 0) {
        put_args(idx, P(clone, exe), P(clone, args));
    } else {
        put_user_bytes(idx, P(clone, exe), 0, 0);
        put_user_bytes(idx, P(clone, args), 0, 0);
    }
    put_process(idx, P(clone, tid));
    put_cgroups(idx, P(clone, cgroups));
    put(s, P(clone, flags), flags | child_pidns_bit(task, s->ret != 0));
    put(s, P(clone, uid), READ(cred, cred, euid.val));
    put(s, P(clone, gid), READ(cred, cred, egid.val));
    put(s, P(clone, vtid), nr_at_level((u64)READ(task_struct, task, thread_pid), level));
    put(s, P(clone, vpid),
        nr_at_level((u64)READ(task_struct, task, group_leader, thread_pid), level));
    put(s, P(clone, pidns_init_start_ts), 0);
    u64 init = s->ret == 0 ? (u64)READ(pid_namespace, pidns_of(task), child_reaper) : 0;
    if (init) put(s, P(clone, pidns_init_start_ts), READ(task_struct, init, start_time));
    return 0;
}

__attribute__((noinline)) int put_clone_call(u32 idx) {
    struct scratch* s = scratch_at(idx);
    return s ? put_clone(idx, clone_flags(s)) : 0;
}

/* First thread of the task's own group that is not exiting, 0 if there is none, -1 unknown. */
static __always_inline s64 living_thread(u64 task) {
    u64 signal = (u64)READ(task_struct, task, signal);
    u64 head = AT(signal_struct, signal, thread_head);
    u64 node = (u64)READ(list_head, head, next);
    for (int n = 0; n < 30; n++) {
        if (node == head || node == 0) return 0;
        u64 other = node - bpf_core_field_offset(struct task_struct, thread_node);
        if (!(READ(task_struct, other, flags) & PF_EXITING)) return READ(task_struct, other, pid);
        node = (u64)READ(list_head, node, next);
    }
    return -1;
}

static __always_inline bool is_subreaper(u64 task) {
    struct signal_struct* signal = READ(task_struct, task, signal);
    return BPF_CORE_READ_BITFIELD_PROBED(signal, is_child_subreaper) != 0;
}

/* Who inherits the children of an exiting task: 0 nobody has to, -1 not found within bounds. */
__attribute__((noinline)) s64 reaper_of(u64 task) {
    u64 children = AT(task_struct, task, children);
    if ((u64)READ(list_head, children, next) == children) return 0;
    s64 thread = living_thread(task);
    if (thread != 0) return thread;
    u64 reaper = (u64)READ(pid_namespace, pidns_of(task), child_reaper);
    if (reaper == task) return 0;
    struct signal_struct* signal = READ(task_struct, task, signal);
    u32 level = own_level(task);
    if (BPF_CORE_READ_BITFIELD_PROBED(signal, has_child_subreaper)) {
        u64 up = (u64)READ(task_struct, task, real_parent);
        for (int n = 0; n < 60; n++) {
            if (up == 0 || up == reaper || own_level(up) != level)
                return reaper ? READ(task_struct, reaper, pid) : -1;
            if (is_subreaper(up) && !(READ(task_struct, up, flags) & PF_EXITING))
                return READ(task_struct, up, pid);
            up = (u64)READ(task_struct, up, real_parent);
        }
        return -1;
    }
    return reaper ? READ(task_struct, reaper, pid) : -1;
}

__attribute__((noinline)) int put_exit(u32 idx) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    s32 status = READ(task_struct, s->task, exit_code);
    put(s, P(procexit, status), (u64)(s64)status);
    put(s, P(procexit, ret), (u64)(status >> 8 & 0xff));
    put(s, P(procexit, sig), (u64)(status & 0x7f));
    put(s, P(procexit, core), (status & 0x80) != 0);
    put(s, P(procexit, reaper_tid), (u64)reaper_of(s->task));
    return 0;
}

#if ARCH_CHILD_AT_FORK
/* Flags of a new task as far as they can be told from the result. */
static __always_inline u32 fork_flags(struct task_struct* parent, struct task_struct* child) {
    u32 kernel_flags = 0;
    if (child->pid != child->tgid)
        kernel_flags |= 0x10000 | 0x800 | 0x100;              /* THREAD, SIGHAND, VM */
    if (child->files == parent->files) kernel_flags |= 0x400; /* FILES */
    return translate_flags(FT_clone_flags, kernel_flags);
}
#endif
