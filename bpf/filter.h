/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What the probe and the filter that the rules compiler makes agree on. C and C++. The filter is
 *     u64 rule_filter(u32 type, const struct rec_head *record, const u8 *name, struct rule_work *)
 * and says whether any rule can want an event of that code. */
#pragma once

#include "wire.h"

enum {
    FILTER_NAME_MAX = 255,   /* longer names are not plain */
    FILTER_SUFFIX_MAX = 64,  /* so many bytes before the name may be read */
};

/* Of one call; in map memory, since the verifier would follow every value of a register. */
struct rule_work {
    rec_u64 hits;      /* a bit a name test; 0 before the call */
    rec_u32 name_len;  /* bytes without NUL; at least eight NULs follow them */
    rec_u32 plain;     /* 1: the name is as rules see it: absolute, normalised, short; else 0 */
};
