/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* One record from begin() to emit(): who, scope, scratch, slots, ring. All state of a record is in
 * its scratch, named by an index, so every function here is verified once, on its own, whatever
 * program calls it; the index is what programs pass around. */
#pragma once

#include "admit.h"

#define NOTHING (-1)

static __always_inline struct scratch* scratch_at(u32 idx) {
    return bpf_map_lookup_elem(&scratches, &idx);
}

static __always_inline struct rec_head* head_of(struct scratch* s) {
    return (struct rec_head*)s->rec;
}

static __always_inline void count_loss(struct cpu_counters* c, u32 lane, u32 loss_class,
                                       u32 reason) {
    if (lane < REC_LANE_COUNT && loss_class < REC_CLASS_COUNT && reason < REC_LOSS_COUNT)
        __sync_fetch_and_add(&c->lost[lane][loss_class][reason], 1);
}

static __always_inline u32 lane_of(u32 plan) {
    return plan < EVENT_ROWS && lanes[plan].critical ? REC_LANE_CRITICAL : REC_LANE_BULK;
}

static __always_inline u32 class_of(u32 plan) {
    return plan < EVENT_ROWS ? lanes[plan].loss_class : REC_CLASS_other_interest;
}

/* An event that gets no further. It takes a number all the same, so that the hole shows. */
__attribute__((noinline)) int lose(u32 plan, u32 reason) {
    struct cpu_counters* c = my_counters();
    if (!c) return 0;
    __sync_fetch_and_add(&c->seq[lane_of(plan)], 1);
    count_loss(c, lane_of(plan), class_of(plan), reason);
    return 0;
}

/* Takes a free scratch of this CPU. A program can be preempted by another task's or interrupted, so
 * holders need not end in order: a scratch is mine if my own count makes it 1. */
static __always_inline int claim_scratch(void) {
    u32 first = bpf_get_smp_processor_id() * SCRATCH_NEST;
#pragma unroll
    for (u32 n = 0; n < SCRATCH_NEST; n++) {
        struct scratch* s = scratch_at(first + n);
        if (!s) return NOTHING;
        __sync_fetch_and_add(&s->users, 1);
        if (*(volatile u64*)&s->users == 1) return (int)(first + n);
        __sync_fetch_and_add(&s->users, -1);
    }
    return NOTHING;
}

static __always_inline void release(u32 idx) {
    struct scratch* s = scratch_at(idx);
    if (s) __sync_fetch_and_add(&s->users, -1);
}

/* Who the record is about. Not before it is sure to be emitted. */
static __always_inline void fill_task(struct rec_head* h, u64 task) {
    u64 leader = (u64)READ(task_struct, task, group_leader);
    u64 nsproxy = (u64)READ(task_struct, task, nsproxy);
    h->tgid = (u32)READ(task_struct, task, tgid);
    h->tid = (u32)READ(task_struct, task, pid);
    if (self_pidns_level == 0) {
        h->ns_tgid = h->tgid;
        h->ns_tid = h->tid;
    } else {
        h->ns_tid = sensor_nr((u64)READ(task_struct, task, thread_pid));
        h->ns_tgid = task == leader ? h->ns_tid
                                    : sensor_nr((u64)READ(task_struct, leader, thread_pid));
    }
    h->start = READ(task_struct, leader, start_boottime);
    h->cgroup = bpf_get_current_cgroup_id();
    h->mnt_ns = nsproxy ? READ(nsproxy, nsproxy, mnt_ns, ns.inum) : 0;
    h->pid_ns = READ(pid_namespace, pidns_of(task), ns.inum);
}

/* The event of a scratch: type, slots (all absent), lane. Used anew for each record. */
static __always_inline void start_event(struct scratch* s, u32 plan) {
    struct rec_head* h = head_of(s);
    plan = plan < EVENT_ROWS ? plan : 0;
    u32 params = plans[plan].count;
    h->type = plans[plan].code;
    h->nslots = (u8)(params + REC_X_COUNT);
    h->absent = (1ULL << (params + REC_X_COUNT)) - 1;
    s->params = params;
    s->tail = sizeof(struct rec_head) + 8 * (params + REC_X_COUNT);
    s->lane = lane_of(plan);
    s->loss_class = class_of(plan);
    s->too_large = 0;
    s->fd = -1;
    s->dir_done = 0;
    s->object.file = 0;
}

/* Checks the scope of `task`, which is current or its new child, and takes a scratch.
 * `bump`: the process becomes another one: raises its generation.
 * out: index of the scratch, or NOTHING */
static __always_inline int begin_task(struct task_struct* task, u32 plan, u32 slot, u32 flags,
                                      bool bump) {
    struct task_struct* leader = task->group_leader;
    struct task_state* state = bpf_task_storage_get(&task_states, leader, 0, 0);
    if (!in_scope(task, state ? state->marks : 0)) return NOTHING;
    if (bump) {
        state = bpf_task_storage_get(&task_states, leader, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
        if (state) __sync_fetch_and_add(&state->generation, 1);
    }
    u64 interest = ~0ULL;
    u32 code = plan < EVENT_ROWS ? plans[plan].code & (REC_MAX_EVENTS - 1) : 0;
    if (cfg_filters && cfg_rows[code].by_process) {
        u64 wanted_by = cfg_rows[code].interests;
        interest = interest_of(leader, state ? state->generation : 0);
        if (wanted_by && !(wanted_by & interest)) {
            count_drop(code, REC_DROP_interest);
            return NOTHING;
        }
    }
    if (cfg_cgroup_budget && lane_of(plan) == REC_LANE_BULK &&
        is_over_budget(bpf_get_current_cgroup_id(), 0)) {
        lose(plan, REC_LOSS_budget);
        return NOTHING;
    }
    int idx = claim_scratch();
    struct scratch* s = idx < 0 ? 0 : scratch_at(idx);
    if (!s) {
        lose(plan, REC_LOSS_no_scratch);
        return NOTHING;
    }
    start_event(s, plan);
    s->task = (u64)task;
    s->interest = interest;
    s->marks = state ? state->marks : 0;
    s->real_len = 0;
    s->slot = slot;
    struct rec_head* h = head_of(s);
    h->generation = state ? state->generation : 0;
    h->flags = (u8)(flags | (s->marks & MARK_OWN ? REC_F_CANARY : 0));
    h->sc = slot < CALL_SLOTS ? call_table[slot].sc : 0;
    return idx;
}

/* Hands the finished record to its ring; wakes the reader once when a ring passes a quarter. */
static __always_inline int output(struct scratch* s, void* ring, u32 ring_idx, u64 quarter,
                                  u32 len) {
    u64 how = BPF_RB_NO_WAKEUP;
    if (bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) >= quarter && ring_idx <= MAX_RINGS &&
        !ring_woken[ring_idx]) {
        ring_woken[ring_idx] = 1;
        how = BPF_RB_FORCE_WAKEUP;
    }
    return (int)bpf_ringbuf_output(ring, s->rec, len, how);
}

__attribute__((noinline)) int emit(u32 idx) {
    struct scratch* s = scratch_at(idx);
    struct cpu_counters* c = my_counters();
    u32 cpu = bpf_get_smp_processor_id();
    if (!s || !c) return 0;
    struct rec_head* h = head_of(s);
    u32 len = (s->tail + 7) & ~7U;
    fill_task(h, s->task);
    u32 lane = s->lane == REC_LANE_CRITICAL ? REC_LANE_CRITICAL : REC_LANE_BULK;
    h->seq = __sync_fetch_and_add(&c->seq[lane], 1);
    h->cpu = (u16)cpu;
    if (lane == REC_LANE_CRITICAL) h->flags |= REC_F_CRITICAL;
    if (s->too_large || len > REC_MAX_BYTES) {
        count_loss(c, lane, s->loss_class, REC_LOSS_too_large);
        return 0;
    }
    h->len = len;
    h->ts = bpf_ktime_get_boot_ns() + boot_offset;
    if (cfg_cgroup_budget && lane == REC_LANE_BULK) is_over_budget(h->cgroup, 1);
    int err = 0;
    if (lane == REC_LANE_CRITICAL) {
        err = output(s, &critical, MAX_RINGS, cfg_critical_quarter, len);
    } else {
        u32 ring_idx = cpu >> (cfg_ring_shift & 31);
        void* ring = bpf_map_lookup_elem(&bulk, &ring_idx);
        err = ring ? output(s, ring, ring_idx, cfg_bulk_quarter, len) : -1;
    }
    if (err) count_loss(c, lane, s->loss_class, REC_LOSS_ring_full);
    return 0;
}

/* Slot k gets an integer. */
static __always_inline void put(struct scratch* s, u32 k, u64 value) {
    k &= 63;
    if (k >= REC_MAX_SLOTS) return;
    ((u64*)(s->rec + sizeof(struct rec_head)))[k] = value;
    head_of(s)->absent &= ~(1ULL << k);
}

/* Slot k gets the `bytes` bytes the tail was just written with, and a NUL behind them. */
static __always_inline void put_tail(struct scratch* s, u32 k, u32 bytes) {
    u32 tail = s->tail;
    put(s, k, (u64)tail << 32 | bytes);
    s->rec[(tail + bytes) & 0xffff] = 0;
    s->tail = tail + bytes + 1;
}

/* Room for `bytes` and a NUL? Else the record is too large. */
static __always_inline bool room(struct scratch* s, u32 bytes) {
    if (s->tail <= REC_MAX_BYTES - 16 && bytes <= REC_MAX_BYTES - 16 - s->tail) return true;
    s->too_large = 1;
    return false;
}

/* Memory of the process could not be read: the parameter stays absent, counted. */
static __always_inline void fault(struct scratch* s) {
    struct cpu_counters* c = my_counters();
    if (c) count_loss(c, s->lane, s->loss_class, REC_LOSS_read_fault);
}

/* Text of the process behind `address` into slot k. out: bytes without NUL, or -1 */
__attribute__((noinline)) int put_user_text(u32 idx, u32 k, u64 address) {
    struct scratch* s = scratch_at(idx);
    if (!s || address == 0 || !room(s, REC_MAX_TEXT)) return -1;
    long n = bpf_probe_read_user_str(&s->rec[s->tail & 0xffff], REC_MAX_TEXT, (void*)address);
    if (n <= 0) {
        fault(s);
        return -1;
    }
    if (n == REC_MAX_TEXT) head_of(s)->flags |= REC_F_TRUNCATED;
    put_tail(s, k, (u32)n - 1);
    return (int)n - 1;
}

__attribute__((noinline)) int put_kernel_text(u32 idx, u32 k, u64 address) {
    struct scratch* s = scratch_at(idx);
    if (!s || address == 0 || !room(s, REC_MAX_TEXT)) return -1;
    long n = bpf_probe_read_kernel_str(&s->rec[s->tail & 0xffff], REC_MAX_TEXT, (void*)address);
    if (n <= 0) return -1;
    put_tail(s, k, (u32)n - 1);
    return (int)n - 1;
}

/* Copies up to `bytes` of the process to `at` in the tail, in pieces. out: bytes copied */
__attribute__((noinline)) int copy_user(u32 idx, u32 at, u64 address, u32 bytes) {
    struct scratch* s = scratch_at(idx);
    u32 done = 0;
    if (!s) return 0;
    for (int piece = 0; piece < REC_MAX_BYTES / TEXT_ROOM; piece++) {
        u32 n = bytes - done;
        if (done >= bytes) break;
        n = n > TEXT_ROOM ? TEXT_ROOM : n;
        if (bpf_probe_read_user(&s->rec[(at + done) & 0xffff], MASKED(n, 0x1fff),
                                (void*)(address + done)))
            break;
        done += n;
    }
    return (int)done;
}

/* Bytes of the process into slot k. A length of 0 is a value, not an absence. */
__attribute__((noinline)) int put_user_bytes(u32 idx, u32 k, u64 address, u32 bytes) {
    struct scratch* s = scratch_at(idx);
    if (!s || !room(s, bytes)) return -1;
    u32 done = bytes ? (u32)copy_user(idx, s->tail, address, bytes) : 0;
    if (done < bytes && done == 0) {
        fault(s);
        return -1;
    }
    if (done > bytes) return -1;
    put_tail(s, k, done);
    return (int)done;
}

/* Value of a flag word in the bits or numbers rules and captures see. */
__attribute__((noinline)) u32 translate_flags(u32 table, u32 word) {
    if (table == FT_mount_flags && (word & 0xffff0000) == 0xc0ed0000) word &= 0xffff;
    if (table >= FT_COUNT || !flag_ranges[table].is_mapped) return word;
    u32 first = flag_ranges[table].first, end = flag_ranges[table].end, value = 0;
    for (u32 n = 0; n < 64; n++) {
        u32 row = first + n;
        barrier_var(row); /* keeps the check on the very register that is the index */
        if (row >= end || row >= FLAG_ROWS) break;
        u32 mask = flag_rows[row].mask, kernel = flag_rows[row].kernel;
        if (mask == (u32)NEVER) continue;
        if (flag_ranges[table].is_enum) {
            if (word == kernel) return flag_rows[row].value;
        } else if ((word & mask) == kernel) {
            value |= flag_rows[row].value;
        }
    }
    return value;
}

/* The same for the flags of an open, which every open pays for: without a loop or a branch. */
static __always_inline u32 translate_file_flags(u32 word) {
    u64 value = 0;
#pragma unroll
    for (u32 row = FB_file_flags; row < FE_file_flags; row++) {
        u64 other = (word & flag_rows[row].mask) ^ flag_rows[row].kernel;
        if (flag_rows[row].mask == (u32)NEVER) continue;
        barrier_var(other); /* else it would be a branch again, and paths without number */
        value |= flag_rows[row].value & (u64)((s64)(other - 1) >> 63);
    }
    return (u32)value;
}
