/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Which tasks the sensor was asked about: --scope by process tree, control group, PID namespace. */
#pragma once

#include "read.h"

/* Number of a pid in the namespace of the sensor; 0: not visible there. */
static __always_inline u32 sensor_nr(u64 pid) {
    u32 level = self_pidns_level;
    if (READ(pid, pid, level) < level) return 0;
    /* A product of two registers has no bounds before 6.10, and the verifier adds nothing to a
     * pointer that has none. */
    u64 at = AT(pid, pid, numbers) + ((u64)level * bpf_core_type_size(struct upid) & 0xfff);
    if (rd64(AT(upid, at, ns)) != self_pidns) return 0;
    return (u32)READ(upid, at, nr);
}

/* The namespace the task's own number is of. */
static __always_inline u64 pidns_of(u64 task) {
    u64 pid = (u64)READ(task_struct, task, thread_pid);
    u64 at =
        AT(pid, pid, numbers) + (u64)(READ(pid, pid, level) & 63) * bpf_core_type_size(struct upid);
    return (u64)READ(upid, at, ns);
}

enum { MAX_CGROUP_DEPTH = 16 };

/* Is the current task in the v2 group or below? Levels are asked one by one, since the sensor, in a
 * cgroup namespace, cannot know how deep the group lies. */
static __always_inline bool in_cgroup_v2(u64 id) {
    for (int level = 0; level < MAX_CGROUP_DEPTH; level++) {
        u64 ancestor = bpf_get_current_ancestor_cgroup_id(level);
        if (ancestor == id) return true;
        if (ancestor == 0) return false;
    }
    return false;
}

/* Group of the current task in one v1 hierarchy, 0 if it has no controller. */
static __always_inline u64 cgroup_v1_of(u64 set, u32 hierarchy) {
    for (int k = 0; k < 16; k++) {
        u64 css = rd64(AT(css_set, set, subsys) + 8ULL * k);
        u64 group = css ? (u64)READ(cgroup_subsys_state, css, cgroup) : 0;
        if (group && (u32)READ(cgroup, group, root, hierarchy_id) == hierarchy) return group;
    }
    return 0;
}

/* One step up the hierarchy: a function of its own, since clang 19 turns the loop's two exits into
 * a read of a register it never set. */
__attribute__((noinline)) u64 parent_cgroup(u64 group) {
    u64 parent = (u64)READ(cgroup, group, self.parent);
    return parent ? (u64)READ(cgroup_subsys_state, parent, cgroup) : 0;
}

static __always_inline int in_cgroup_v1(u64 set, u64 id, u32 hierarchy) {
    u64 group = cgroup_v1_of(set, hierarchy);
    int found = 0;
    for (int up = 0; up < MAX_CGROUP_DEPTH && group != 0 && !found; up++) {
        found = READ(cgroup, group, kn, id) == id;
        group = parent_cgroup(group);
    }
    return found;
}

__attribute__((noinline)) int in_scope_cgroup(u64 id, u32 hierarchy) {
    struct task_struct* task = bpf_get_current_task_btf();
    if (hierarchy == 0) return in_cgroup_v2(id);
    return in_cgroup_v1((u64)task->cgroups, id, hierarchy);
}

__attribute__((noinline)) int in_scope_cgroups(void) {
    for (int k = 0; k < MAX_SCOPE_CGROUPS; k++) {
        if (cfg_cgroups[k].id == 0) return false;
        if (in_scope_cgroup(cfg_cgroups[k].id, cfg_cgroups[k].hierarchy)) return true;
    }
    return false;
}

/* A container has a root of its own: is the task in another mount namespace than process 1, as far
 * as the sensor sees it at all? */
__attribute__((noinline)) int in_own_root(void) {
    struct task_struct* task = bpf_get_current_task_btf();
    u64 nsproxy = (u64)READ(task_struct, (u64)task, nsproxy);
    if (!nsproxy || sensor_nr((u64)task->thread_pid) == 0) return false;
    return READ(nsproxy, nsproxy, mnt_ns, ns.inum) != cfg_first_mnt_ns;
}

/* Is the current task the thread that the sensor sent out? */
__attribute__((noinline)) int is_canary(void) {
    struct task_struct* task = bpf_get_current_task_btf();
    return canary != 0 && sensor_nr((u64)task->thread_pid) == canary;
}

/* Is this task one the sensor was asked about? The sensor itself never is, but for its canary. */
static __always_inline bool in_scope(struct task_struct* task, u32 marks) {
    if (marks & MARK_OWN) return is_canary();
    if (cfg_scope == 0) return true;
    if ((cfg_scope & SCOPE_TREE) && (marks & MARK_TREE)) return true;
    if ((cfg_scope & SCOPE_PIDNS) && sensor_nr((u64)task->thread_pid) != 0) return true;
    if ((cfg_scope & SCOPE_CONTAINER) && in_own_root()) return true;
    return (cfg_scope & SCOPE_CGROUP) && in_scope_cgroups();
}
