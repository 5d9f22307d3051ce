/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* One record from begin() to emit(): who, scope, scratch, slots, ring. All state of a record is in
 * its scratch, named by an index, so every function here is verified once, on its own, whatever
 * program calls it; the index is what programs pass around. */
#pragma once

#include "tables.h"

#define NOTHING (-1)

static __always_inline struct scratch* scratch_at(u32 idx) {
    return bpf_map_lookup_elem(&scratches, &idx);
}

static __always_inline struct rec_head* head_of(struct scratch* s) {
    return (struct rec_head*)s->rec;
}

extern void* bpf_rdonly_cast(const void* object, u32 type) __ksym __weak;
#define CAST(p) \
    ((__typeof__(p))bpf_rdonly_cast((void*)(p), bpf_core_type_id_kernel(__typeof__(*(p)))))

/* A word of the kernel; 0 if it cannot be read. Where the kernel lets a number be taken for the
 * address of some struct (6.2) this is a load: of one that begins with a word, whatever is there,
 * since what is loaded as a pointer stays one and could not be passed to a function. */
static __always_inline u64 rd64(u64 address) {
    u64 value = 0;
    if (cfg_typed_reads) return (u64)CAST((struct timespec64*)address)->tv_sec;
    bpf_probe_read_kernel(&value, sizeof(value), (void*)address);
    return value;
}

/* Member m of what p points to, as a plain number or pointer to read on from. */
#define READ_MEMBER(p, m)                                                       \
    ({                                                                          \
        __typeof__((p)->m) member_;                                             \
        if (sizeof(member_) == 8) {                                             \
            u64 word_ = rd64((u64)(p) + bpf_core_field_offset((p)->m));         \
            __builtin_memcpy(&member_, &word_, sizeof(member_));                \
        } else if (cfg_typed_reads) {                                           \
            member_ = CAST(p)->m;                                               \
        } else {                                                                \
            member_ = BPF_CORE_READ(p, m);                                      \
        }                                                                       \
        member_;                                                                \
    })
#define READ_1(p, a) READ_MEMBER(p, a)
#define READ_2(p, a, b)                                      \
    ({                                                       \
        __typeof__((p)->a) second_ = READ_MEMBER(p, a);      \
        READ_MEMBER(second_, b);                             \
    })
#define READ_3(p, a, b, c)                                   \
    ({                                                       \
        __typeof__((p)->a) first_ = READ_MEMBER(p, a);       \
        READ_2(first_, b, c);                                \
    })
#define READ_N(_1, _2, _3, n, ...) READ_##n
/* Member of a kernel struct whose address is a plain number, or of one it leads to in up to three
 * steps; what cannot be read is 0. The number goes through a variable of its own: within one
 * expression its own members would be relocated too. */
#define READ(type, address, ...)                                      \
    ({                                                                \
        struct type* read_at_ = (struct type*)(u64)(address);         \
        READ_N(__VA_ARGS__, 3, 2, 1)(read_at_, __VA_ARGS__);          \
    })
/* Address of a member. */
#define AT(type, address, member) ((u64)(address) + bpf_core_field_offset(struct type, member))

static __always_inline struct cpu_counters* my_counters(void) {
    u32 cpu = bpf_get_smp_processor_id();
    return bpf_map_lookup_elem(&counters, &cpu);
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

/* Number of a pid in the namespace of the sensor; 0: not visible there. */
static __always_inline u32 sensor_nr(struct pid* pid) {
    u32 level = self_pidns_level;
    if (BPF_CORE_READ(pid, level) < level) return 0;
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

/* The common case, no namespace or the host's, needs no helper. */
static __always_inline u32 pidns_number(struct task_struct* task) {
    struct pid* pid = task->thread_pid;
    if (pid->level == 0) return pid->numbers[0].ns->ns.inum;
    return READ(pid_namespace, pidns_of((u64)task), ns.inum);
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

/* Is this task one the sensor was asked about? The sensor itself never is. */
static __always_inline bool in_scope(struct task_struct* task, u32 marks) {
    if (marks & MARK_OWN) return false;
    if (cfg_scope == 0) return true;
    if ((cfg_scope & SCOPE_TREE) && (marks & MARK_TREE)) return true;
    if ((cfg_scope & SCOPE_PIDNS) && sensor_nr(task->thread_pid) != 0) return true;
    return (cfg_scope & SCOPE_CGROUP) && in_scope_cgroups();
}

/* Has the cgroup caused all the events it may this second? Processors that pass into a second
 * together may both set the count back: a few events more. Static, so that nobody verifies it where
 * there is no budget and so no map. */
static __attribute__((noinline)) int is_over_budget(u64 cgroup) {
    u64 second = bpf_ktime_get_boot_ns() / 1000000000;
    struct cgroup_use* use = bpf_map_lookup_elem(&cgroup_uses, &cgroup);
    if (!use) {
        struct cgroup_use first = {second, 1, 0};
        bpf_map_update_elem(&cgroup_uses, &cgroup, &first, BPF_NOEXIST);
        return 0;
    }
    if (use->second != second) {
        use->second = second;
        use->count = 0;
    }
    if (__sync_fetch_and_add(&use->count, 1) < cfg_cgroup_budget) return 0;
    __sync_fetch_and_add(&use->excess, 1);
    return 1;
}

static __always_inline void fill_task(struct rec_head* h, struct task_struct* task,
                                      struct task_struct* leader) {
    h->tgid = task->tgid;
    h->tid = task->pid;
    if (self_pidns_level == 0) {
        h->ns_tgid = h->tgid;
        h->ns_tid = h->tid;
    } else {
        h->ns_tid = sensor_nr(task->thread_pid);
        h->ns_tgid = task == leader ? h->ns_tid : sensor_nr(leader->thread_pid);
    }
    h->start = leader->start_boottime;
    h->cgroup = bpf_get_current_cgroup_id();
    h->mnt_ns = task->nsproxy->mnt_ns->ns.inum;
    h->pid_ns = pidns_number(task);
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
    if (cfg_cgroup_budget && lane_of(plan) == REC_LANE_BULK &&
        is_over_budget(bpf_get_current_cgroup_id())) {
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
    s->slot = slot;
    struct rec_head* h = head_of(s);
    fill_task(h, task, leader);
    h->generation = state ? state->generation : 0;
    h->flags = (u8)flags;
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
