/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What the probe and its loader (src/capture) agree on besides records: limits, settings, counters.
 * C and C++. */
#pragma once

#include "wire.h"

enum {
    CALL_SLOTS = 1024,     /* native number, or 512 + stable number for calls without one */
    OTHER_CALLS = 512,     /* index in `calls` of numbers outside the table (x32) */
    SCRATCH_NEST = 3,      /* records that can be under construction on one CPU */
    MAX_SCOPE_CGROUPS = 16,
    MAX_SCOPE_TREES = 16,
    MAX_RINGS = 16,        /* of the bulk lane */
    MAX_SOCKETCALLS = 21,
    MAX_BUDGETS = 4096,    /* cgroups whose budget is watched; the one idle longest makes room */
};

struct socketcall { rec_u16 slot; rec_u16 arguments; }; /* slot 0: no such call */

/* Bits of cfg_scope. */
enum { SCOPE_TREE = 1, SCOPE_CGROUP = 2, SCOPE_PIDNS = 4, SCOPE_CONTAINER = 8 };

struct scope_cgroup { rec_u64 id; rec_u32 hierarchy; rec_u32 pad; }; /* hierarchy 0: v2 */

/* Use of its budget by a cgroup. */
struct cgroup_use {
    rec_u64 second;  /* of the boot clock, that `count` is about */
    rec_u64 count;   /* events in it */
    rec_u64 excess;  /* events ever dropped for it */
};

/* What may be dropped of an event of this code. All zero: nothing. */
struct filter_row {
    rec_u64 interests;  /* bits of interest.mask: without one of these no rule wants it; 0: any */
    rec_u8 judged;      /* rule_filter has a say */
    rec_u8 name;        /* slot of the name it judges; REC_MAX_SLOTS: none */
    rec_u8 real;        /* it judges the kernel's own path too */
    rec_u8 slashes;     /* it asks where the parts of a name begin */
    rec_u8 by_process;  /* what is wanted of the process matters */
    rec_u8 pad[3];
};

/* What a process can still be wanted for: user space's, true only if all the rest is as it was. */
struct interest {
    rec_u64 start;       /* of the process: a number may be given again */
    rec_u64 cgroup;
    rec_u32 generation;
    rec_u32 epoch;       /* of interest_epoch */
    rec_u64 mask;
};

/* Why an event no rule wants was dropped. */
enum rec_drop { REC_DROP_interest = 0, REC_DROP_filter = 1, REC_DROP_COUNT };

struct cpu_counters {
    rec_u64 seq[REC_LANE_COUNT];                   /* next sequence number, so also: attempts */
    rec_u64 dropped[REC_MAX_EVENTS][REC_DROP_COUNT];
    rec_u64 lost[REC_LANE_COUNT][REC_CLASS_COUNT][REC_LOSS_COUNT];
};
