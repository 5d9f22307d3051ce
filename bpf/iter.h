/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Walks over all tasks of the sensor's PID namespace and below, started by reading their iterator:
 * on_identify finds the sensor, on_mark_tree puts scope marks, on_task reports the tasks, on_file
 * their open files. */
#pragma once

#include "open_file.h"

/* Who am I: namespace and level of the reader, and the mark that keeps it out of its own stream. */
SEC("iter/task")
int on_identify(struct bpf_iter__task* ctx) {
    struct task_struct* task = ctx->task;
    struct task_struct* me = bpf_get_current_task_btf();
    if (!task || (u64)task != (u64)me) return 0;
    self_pidns_level = own_level((u64)me);
    self_pidns = pidns_of((u64)me);
    struct task_state* state =
        bpf_task_storage_get(&task_states, me->group_leader, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
    if (state) state->marks |= MARK_OWN;
    return 0;
}

static __always_inline bool is_tree_root(struct task_struct* task) {
    u32 nr = sensor_nr((u64)task->group_leader->thread_pid);
    for (int n = 0; n < MAX_SCOPE_TREES; n++) {
        if (cfg_trees[n] == 0) return false;
        if (cfg_trees[n] == nr) return true;
    }
    return false;
}

static __always_inline u32 tree_mark(struct task_struct* task) {
    struct task_state* state = bpf_task_storage_get(&task_states, task, 0, 0);
    return state ? state->marks & MARK_TREE : 0;
}

/* Marks roots of --scope tree and tasks whose parent or leader is marked. Read again until a walk
 * adds none: then, with on_fork attached before, no descendant is missing. */
SEC("iter/task")
int on_mark_tree(struct bpf_iter__task* ctx) {
    struct task_struct* task = ctx->task;
    if (!task || tree_mark(task)) return 0;
    struct task_struct *leader = task->group_leader, *parent = task->real_parent;
    if (!is_tree_root(task) && !tree_mark(leader) && !tree_mark(parent->group_leader)) return 0;
    struct task_state* state =
        bpf_task_storage_get(&task_states, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
    if (!state) return 0;
    state->marks |= MARK_TREE;
    new_marks++;
    return 0;
}

SEC("iter/task")
int on_task(struct bpf_iter__task* ctx) {
    struct task_struct* p = ctx->task;
    if (!p) return 0;
    u64 task = (u64)p, signal = (u64)READ(task_struct, task, signal);
    u64 cred = (u64)READ(task_struct, task, cred),
        leader = (u64)READ(task_struct, task, group_leader);
    u32 level = own_level(task);
    struct rec_task r = {};
    r.tgid = (u32)READ(task_struct, task, tgid);
    r.tid = (u32)READ(task_struct, task, pid);
    r.ns_tid = sensor_nr((u64)READ(task_struct, task, thread_pid));
    r.ns_tgid = sensor_nr((u64)READ(task_struct, leader, thread_pid));
    r.parent_tgid = (u32)READ(task_struct, task, real_parent, tgid);
    r.start = READ(task_struct, leader, start_boottime);
    u64 group = rd64(AT(signal_struct, signal, pids) + 8 * PIDTYPE_PGID);
    u64 session = rd64(AT(signal_struct, signal, pids) + 8 * PIDTYPE_SID);
    r.sid = nr_at_level(session, 0);
    r.pgid = nr_at_level(group, 0);
    r.vpgid = nr_at_level(group, level);
    r.vtid = nr_at_level((u64)READ(task_struct, task, thread_pid), level);
    r.vpid = nr_at_level((u64)READ(task_struct, leader, thread_pid), level);
    u64 tty = (u64)READ(signal_struct, signal, tty);
    r.tty = tty ? tty_number(tty) : 0;
    r.loginuid = READ(task_struct, task, loginuid.val);
    r.uid = READ(cred, cred, euid.val);
    r.gid = READ(cred, cred, egid.val);
    r.cap_inheritable = CAPABILITIES(cred, cap_inheritable);
    r.cap_permitted = CAPABILITIES(cred, cap_permitted);
    r.cap_effective = CAPABILITIES(cred, cap_effective);
    r.cgroup = READ(cgroup, READ(task_struct, task, cgroups, dfl_cgrp), kn, id);
    r.flags = READ(task_struct, task, flags);
    bpf_probe_read_kernel(r.comm, sizeof(r.comm), (void*)AT(task_struct, task, comm));
    bpf_seq_write(ctx->meta->seq, &r, sizeof(r));
    return 0;
}

/* out: 1: the kernel is to ask again */
SEC("iter/task_file")
int on_file(struct bpf_iter__task_file* ctx) {
    struct task_struct* task = ctx->task;
    struct file* file = ctx->file;
    if (!task || !file || task->pid != task->tgid) return 0;
    int idx = claim_scratch();
    struct scratch* s = idx < 0 ? 0 : scratch_at((u32)idx);
    if (!s) return 1;
    struct rec_head* h = head_of(s);
    h->flags = 0;
    h->tgid = task->tgid;
    h->tid = task->pid;
    s->task = (u64)task;
    s->iov = (u64)file; /* read back it is a plain number, as functions want it */
    put_open_file(s, (u32)idx, *(volatile u64*)&s->iov, (s32)ctx->fd);
    h->len = (s->tail + 7) & ~7U;
    bpf_seq_write(ctx->meta->seq, s->rec, h->len & 0x3fff);
    release((u32)idx);
    return 0;
}
