/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* rule_filter without a compiler: an event is wanted if one of its names has a text of the table at
 * its front, at its end or as a whole. What the rules compiler makes takes the place of this. */
#pragma once

#include "record.h"

/* Texts of wanted names. Only made if the filter has no code. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1);
    __type(key, struct filter_text);
    __type(value, rec_u8);
} filter_texts SEC(".maps");

static __always_inline u64 is_wanted_text(u32 event, u32 kind, u64 hash) {
    struct filter_text text = {hash, event, kind};
    return bpf_map_lookup_elem(&filter_texts, &text) != 0;
}

/* Hits are counted in memory: the verifier would follow every value of a register. Static, so that
 * nobody verifies it where there is no table. */
static __attribute__((noinline)) int count_wanted_texts(u32 event, const u8* name,
                                                        const struct judged_name* about,
                                                        struct rule_work* work) {
    u64 hash = FILTER_HASH_SEED, leaf = FILTER_HASH_SEED;
    volatile rec_u64* const hits = &work->hits;
    if (!about->plain) {
        *hits += 1;
        return 0;
    }
    u32 len = about->len;
    barrier_var(len); /* keeps the loop's own bound */
    for (u32 at = 0; at < FILTER_NAME_MAX; at++) {
        if (at >= len) break;
        u8 byte = name[at];
        if (byte == '/') leaf = FILTER_HASH_SEED;
        hash = FILTER_HASH(hash, byte);
        leaf = FILTER_HASH(leaf, byte);
        if (byte == '/') *hits += is_wanted_text(event, FILTER_TEXT_FRONT, hash);
    }
    *hits += is_wanted_text(event, FILTER_TEXT_WHOLE, hash);
    *hits += is_wanted_text(event, FILTER_TEXT_LEAF, leaf);
    return 0;
}

__attribute__((weak)) __hidden u64 rule_filter(u64 type, const void* record, const void* name,
                                               const void* real, void* memory) {
    struct rule_work* work = memory;
    u32 event = (u32)type & (REC_MAX_EVENTS - 1);
    if (!cfg_filter_table) return 1;
    if (cfg_rows[event].name < REC_MAX_SLOTS)
        count_wanted_texts(event, name, &work->name, work);
    if (cfg_rows[event].real) count_wanted_texts(event, real, &work->real, work);
    return *(volatile rec_u64*)&work->hits != 0;
}
