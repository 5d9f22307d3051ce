/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* One question to a filter. C and C++. */
#pragma once

#include "bpf/filter.h"

enum { FILTER_CASE_BYTES = 2048 };

/* A name, after so many bytes that a filter may read before it. */
struct filter_name {
    rec_u8 before[FILTER_SUFFIX_MAX];
    rec_u8 text[2 * FILTER_NAME_MAX];
};

struct filter_case {
    rec_u64 type;
    rec_u64 keep;             /* the answer */
    struct rule_work work;
    struct filter_name given, real;
    rec_u8 record[FILTER_CASE_BYTES];
};
