/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* One question to a filter. C and C++. */
#pragma once

#include "bpf/filter.h"

enum { FILTER_CASE_BYTES = 2048 };

struct filter_case {
    rec_u32 type;
    rec_u32 name_at;          /* in the record */
    rec_u64 keep;             /* the answer */
    struct rule_work work;
    rec_u8 before[FILTER_SUFFIX_MAX];
    rec_u8 record[FILTER_CASE_BYTES + 512];
};
