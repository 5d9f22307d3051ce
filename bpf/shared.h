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
    NOTES = 65536,         /* of threads (again.h) */
};

struct socketcall { rec_u16 slot; rec_u16 arguments; }; /* slot 0: no such call */

/* Bits of cfg_scope. */
enum { SCOPE_TREE = 1, SCOPE_CGROUP = 2, SCOPE_PIDNS = 4 };

struct scope_cgroup { rec_u64 id; rec_u32 hierarchy; rec_u32 pad; }; /* hierarchy 0: v2 */

/* Use of its budget by a cgroup. */
struct cgroup_use {
    rec_u64 second;  /* of the boot clock, that `count` is about */
    rec_u64 count;   /* events in it */
    rec_u64 excess;  /* events ever dropped for it */
};

struct cpu_counters {
    rec_u64 seq[REC_LANE_COUNT];                   /* next sequence number, so also: attempts */
    rec_u64 lost[REC_LANE_COUNT][REC_CLASS_COUNT][REC_LOSS_COUNT];
};
