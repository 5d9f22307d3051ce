/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What the probe and the filter that the rules compiler makes agree on. C and C++. The filter is
 *     u64 rule_filter(u64 type, const struct rec_head *record, const u8 *name, const u8 *real,
 *                     struct rule_work *)
 * and says whether any rule can want an event of that code. `name` is the one the caller gave,
 * `real` the kernel's own path of what was opened. */
#pragma once

#include "wire.h"

enum {
    FILTER_ABI = 3,          /* grows with every change here */
    FILTER_NAME_MAX = 255,   /* longer names are not plain */
    FILTER_SUFFIX_MAX = 64,  /* so many bytes before the name may be read */
    FILTER_SLASHES_MAX = 16, /* names with more parts are not plain */
};

/* A name to compare; the bytes stand apart, at least eight NULs follow them. */
struct judged_name {
    rec_u32 len;    /* 0: there is none, nothing is true of it */
    rec_u32 plain;  /* 1: as rules see it: absolute, normalised, short; 0: it may be anything */
    rec_u16 slashes[FILTER_SLASHES_MAX]; /* where parts begin; behind the last FILTER_NO_SLASH */
    rec_u16 last_slash;
    rec_u16 pad;
    rec_u32 count;  /* of slashes */
};
enum { FILTER_NO_SLASH = 0xffff };

/* Where there is no compiler: texts of names that rules want, by their hash. One that differs in
 * nothing but its hash from a wanted one is reported, no more. */
struct filter_text {
    rec_u64 hash;
    rec_u32 event; /* code */
    rec_u32 kind;
};
enum {
    FILTER_TEXT_WHOLE,
    FILTER_TEXT_FRONT, /* up to a slash, with it */
    FILTER_TEXT_LEAF,  /* from the last slash on */
};
#define FILTER_HASH_SEED 0xcbf29ce484222325ULL
#define FILTER_HASH(hash, byte) (((hash) ^ (byte)) * 0x100000001b3ULL)

/* Of one call; in map memory, since the verifier would follow every value of a register. */
struct rule_work {
    rec_u64 hits;      /* a bit a name test; 0 before the call */
    rec_u64 interest;  /* what the process can still be wanted for, a bit each */
    struct judged_name name, real;
};
