/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What keeps an event out before anything of it is read: no rule can want it of this process, or
 * its control group has had its budget. */
#pragma once

#include "scope.h"

static __always_inline struct cpu_counters* my_counters(void) {
    u32 cpu = bpf_get_smp_processor_id();
    return bpf_map_lookup_elem(&counters, &cpu);
}

/* An event no rule wants, by the code of its type. */
static __always_inline void count_drop(u32 code, enum rec_drop why) {
    struct cpu_counters* c = my_counters();
    if (c && code < REC_MAX_EVENTS) __sync_fetch_and_add(&c->dropped[code][why], 1);
}

/* What the process of a leader can still be wanted for; everything if nobody has said, or what was
 * said is no longer true. */
static __always_inline u64 interest_of(struct task_struct* leader, u32 generation) {
    struct interest* i = bpf_task_storage_get(&interests, leader, 0, 0);
    if (!i || i->generation != generation || i->epoch != interest_epoch ||
        i->start != leader->start_boottime || i->cgroup != bpf_get_current_cgroup_id())
        return ~0ULL;
    return i->mask;
}

/* Has the cgroup caused all the events it may this second? Processors that pass into a second
 * together may both set the count back: a few events more. Static, so that nobody verifies it where
 * there is no budget and so no map.
 * more: events to count in; 0: before it is known whether any rule wants the event */
static __attribute__((noinline)) int is_over_budget(u64 cgroup, u64 more) {
    u64 second = bpf_ktime_get_boot_ns() / 1000000000;
    struct cgroup_use* use = bpf_map_lookup_elem(&cgroup_uses, &cgroup);
    if (!use) {
        struct cgroup_use first = {second, more, 0};
        if (more) bpf_map_update_elem(&cgroup_uses, &cgroup, &first, BPF_NOEXIST);
        return 0;
    }
    if (use->second != second) {
        use->second = second;
        use->count = 0;
    }
    if (more) {
        __sync_fetch_and_add(&use->count, more);
        return 0;
    }
    if (use->count < cfg_cgroup_budget) return 0;
    __sync_fetch_and_add(&use->excess, 1);
    return 1;
}
