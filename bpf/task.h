/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What exec, clone and exit say about a process: numbers, memory, arguments, control groups,
 * credentials, the executed file. Always about scratch.task. */
#pragma once

#include "path.h"

/* Memory of the process in KiB. which: 0 all, 1 resident, 2 swapped. */
__attribute__((noinline)) u64 vm_kib(u64 mm, u32 which) {
    u64 pages = 0;
    if (!mm) return 0;
    if (which == 0) {
        pages = READ(mm_struct, mm, total_vm);
    } else {
        /* An array of counters since 6.2 (percpu_counter), one struct of words before. */
        u64 base = 0, step = 8;
        if (bpf_core_field_exists(struct mm_rss_stat, count)) {
            base = AT(mm_struct___until61, mm, rss_stat);
        } else {
            base =
                AT(mm_struct, mm, rss_stat) + bpf_core_field_offset(struct percpu_counter, count);
            step = bpf_core_type_size(struct percpu_counter);
        }
        s64 file = (s64)rd64(base), anon = (s64)rd64(base + step),
            swap = (s64)rd64(base + 2 * step), shmem = (s64)rd64(base + 3 * step);
        s64 sum = which == 1 ? file + anon + shmem : swap;
        pages = sum > 0 ? (u64)sum : 0;
    }
    return pages << (cfg_page_shift - 10);
}

/* A set of capabilities of a cred: one word since 6.3, two halves of it before. */
#define CAPABILITIES(creds, set) rd64(AT(cred, creds, set))

/* Number of a pid in its own (innermost) namespace, or at the level of `task`. */
static __always_inline u32 nr_at_level(u64 pid, u32 level) {
    if (!pid || READ(pid, pid, level) < level) return 0;
    u64 at = AT(pid, pid, numbers) + (u64)(level & 63) * bpf_core_type_size(struct upid);
    return (u32)READ(upid, at, nr);
}

static __always_inline u32 own_level(u64 task) {
    return READ(task_struct, task, thread_pid, level);
}

/* Device number of a terminal in user-space encoding. */
static __always_inline u32 tty_number(u64 tty) {
    u64 driver = (u64)READ(tty_struct, tty, driver);
    u32 major = (u32)READ(tty_driver, driver, major);
    u32 minor = (u32)READ(tty_driver, driver, minor_start) + (u32)READ(tty_struct, tty, index);
    return (minor & 0xff) | (major << 8) | ((minor & ~0xffU) << 12);
}

/* Arguments of the program: argv[0] into slot `exe`, the rest into `args`, 4096 bytes together. */
__attribute__((noinline)) int put_args(u32 idx, u32 exe, u32 args) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    u64 mm = (u64)READ(task_struct, s->task, mm);
    if (!mm) return 0;
    u64 start = READ(mm_struct, mm, arg_start), end = READ(mm_struct, mm, arg_end);
    int n = put_user_text(idx, exe, start);
    if (n < 0) return 0;
    u64 used = (u64)n + 1;
    if (start + used >= end || used >= REC_MAX_TEXT) {
        put_user_bytes(idx, args, 0, 0);
        return 0;
    }
    u64 left = end - start - used;
    if (left > REC_MAX_TEXT - used) {
        left = REC_MAX_TEXT - used;
        head_of(s)->flags |= REC_F_TRUNCATED;
    }
    u32 at = s->tail;
    n = put_user_bytes(idx, args, start + used, (u32)left);
    if (n > 0) s->rec[(at + (u32)n - 1) & 0xffff] = 0;
    return 0;
}

__attribute__((noinline)) int put_env(u32 idx, u32 k) {
    struct scratch* s = scratch_at(idx);
    u64 mm = s ? (u64)READ(task_struct, s->task, mm) : 0;
    if (!s || !mm) return 0;
    u64 start = READ(mm_struct, mm, env_start), end = READ(mm_struct, mm, env_end);
    u64 bytes = end > start ? end - start : 0;
    if (bytes > REC_MAX_TEXT) {
        bytes = REC_MAX_TEXT;
        head_of(s)->flags |= REC_F_TRUNCATED;
    }
    u32 at = s->tail;
    int n = put_user_bytes(idx, k, start, (u32)bytes);
    if (n > 0) s->rec[(at + (u32)n - 1) & 0xffff] = 0;
    return 0;
}

/* kernfs_node.parent was renamed in 6.15. */
static __always_inline u64 kernfs_parent(u64 node) {
    if (bpf_core_field_exists(struct kernfs_node, __parent))
        return (u64)READ(kernfs_node, node, __parent);
    return (u64)READ(kernfs_node___until614, node, parent);
}

/* One directory name in front of scratch.path; a step of put_cgroup. out: true at the root */
__attribute__((noinline)) int cgroup_step(u32 idx) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 1;
    u64 node = s->dentry, parent = kernfs_parent(node);
    if (!parent) return 1;
    u8* name = &s->path[TEXT_ROOM];
    long n = bpf_probe_read_kernel_str(name, 256, (void*)READ(kernfs_node, node, name));
    u32 pos = s->pos;
    if (n <= 1 || n > 256 || pos < (u32)n + 1 || pos > TEXT_ROOM) return 1;
    pos -= (u32)n - 1;
    bpf_probe_read_kernel(&s->path[pos & (TEXT_ROOM - 1)], MASKED((u32)n - 1, 0xff), name);
    pos -= 1;
    s->path[pos & (TEXT_ROOM - 1)] = '/';
    s->pos = pos;
    s->dentry = parent;
    return 0;
}

/* Appends "name=path" and NUL at the tail for one group. `name` fits in 8 bytes. */
__attribute__((noinline)) int append_group(u32 idx, u64 group, u64 name, u32 name_len) {
    struct scratch* s = scratch_at(idx);
    if (!s || name_len > 8 || !room(s, TEXT_ROOM)) return 0;
    s->dentry = (u64)READ(cgroup, group, kn);
    s->pos = TEXT_ROOM - 1;
    for (int n = 0; n < 32; n++) {
        if (cgroup_step(idx)) break;
    }
    u32 pos = s->pos, len = TEXT_ROOM - 1 - pos;
    if (len == 0) { /* the root has no name of its own */
        s->path[(TEXT_ROOM - 2) & (TEXT_ROOM - 1)] = '/';
        pos = TEXT_ROOM - 2;
        len = 1;
    }
    if (len > 3000) return 0;
    u32 tail = s->tail;
    *(u64*)&s->path[TEXT_ROOM] = name;
    bpf_probe_read_kernel(&s->rec[tail & 0xffff], MASKED(name_len, 15), &s->path[TEXT_ROOM]);
    s->rec[(tail + name_len) & 0xffff] = '=';
    tail += name_len + 1;
    bpf_probe_read_kernel(&s->rec[tail & 0xffff], MASKED(len, TEXT_ROOM - 1),
                          &s->path[pos & (TEXT_ROOM - 1)]);
    tail += len;
    s->rec[tail & 0xffff] = 0;
    s->tail = tail + 1;
    return 0;
}

/* For one controller. Where it is of the v2 hierarchy this is the task's own group, as /proc has
 * it, though the controller may be switched on above it only. out: is it of that hierarchy */
__attribute__((noinline)) int append_cgroup(u32 idx, u32 subsys, u64 name, u32 name_len) {
    struct scratch* s = scratch_at(idx);
    if (!s || subsys >= 16) return 0;
    u64 set = (u64)READ(task_struct, s->task, cgroups);
    u64 css = set ? rd64(AT(css_set, set, subsys) + 8ULL * subsys) : 0;
    if (!css) return 0;
    u64 group = (u64)READ(cgroup_subsys_state, css, cgroup);
    u64 unified = (u64)READ(css_set, set, dfl_cgrp);
    int is_unified = READ(cgroup, group, root) == READ(cgroup, unified, root);
    append_group(idx, is_unified ? unified : group, name, name_len);
    return is_unified;
}

/* The v2 group where all controllers are of v1: a container may have no other one. */
__attribute__((noinline)) int append_unified(u32 idx, u64 name, u32 name_len) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    u64 unified = (u64)READ(task_struct, s->task, cgroups, dfl_cgrp);
    if (kernfs_parent((u64)READ(cgroup, unified, kn))) append_group(idx, unified, name, name_len);
    return 0;
}

#define NAME8(a, b, c, d, e, f, g, h)                                              \
    ((u64)(a) | (u64)(b) << 8 | (u64)(c) << 16 | (u64)(d) << 24 | (u64)(e) << 32 | \
     (u64)(f) << 40 | (u64)(g) << 48 | (u64)(h) << 56)
#define APPEND_CGROUP(id, name, len)                           \
    if (bpf_core_enum_value_exists(enum cgroup_subsys_id, id)) \
    is_v2 |= append_cgroup(idx, (u32)bpf_core_enum_value(enum cgroup_subsys_id, id), name, len)

__attribute__((noinline)) int put_cgroups(u32 idx, u32 k) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    u32 start = s->tail;
    int is_v2 = 0;
    APPEND_CGROUP(cpuset_cgrp_id, NAME8('c', 'p', 'u', 's', 'e', 't', 0, 0), 6);
    APPEND_CGROUP(cpu_cgrp_id, NAME8('c', 'p', 'u', 0, 0, 0, 0, 0), 3);
    APPEND_CGROUP(cpuacct_cgrp_id, NAME8('c', 'p', 'u', 'a', 'c', 'c', 't', 0), 7);
    APPEND_CGROUP(io_cgrp_id, NAME8('i', 'o', 0, 0, 0, 0, 0, 0), 2);
    APPEND_CGROUP(memory_cgrp_id, NAME8('m', 'e', 'm', 'o', 'r', 'y', 0, 0), 6);
    if (!is_v2) append_unified(idx, NAME8('u', 'n', 'i', 'f', 'i', 'e', 'd', 0), 7);
    put(s, k, (u64)start << 32 | (s->tail - start));
    s->rec[s->tail & 0xffff] = 0;
    s->tail += 1;
    return 0;
}

/* The numbers clone and exec share, in the order of their parameters from `first` on:
 * tid pid ptid cwd fdlimit pgft_maj pgft_min vm_size vm_rss vm_swap comm */
__attribute__((noinline)) int put_process(u32 idx, u32 first) {
    struct scratch* s = scratch_at(idx);
    if (!s || first > REC_MAX_PARAMS) return 0;
    u64 task = s->task, mm = (u64)READ(task_struct, task, mm);
    put(s, first, (u64)READ(task_struct, task, pid));
    put(s, first + 1, (u64)READ(task_struct, task, tgid));
    put(s, first + 2, (u64)READ(task_struct, task, real_parent, pid));
    /* cwd stays absent: user space knows it better */
    u64 limit = AT(signal_struct, READ(task_struct, task, signal), rlim) +
                RLIMIT_NOFILE * bpf_core_type_size(struct rlimit);
    put(s, first + 4, READ(rlimit, limit, rlim_cur));
    put(s, first + 5, READ(task_struct, task, maj_flt));
    put(s, first + 6, READ(task_struct, task, min_flt));
    put(s, first + 7, (u32)vm_kib(mm, 0));
    put(s, first + 8, (u32)vm_kib(mm, 1));
    put(s, first + 9, (u32)vm_kib(mm, 2));
    put_kernel_text(idx, first + 10, AT(task_struct, task, comm));
    return 0;
}
