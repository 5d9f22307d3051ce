/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Asks the filter that was linked with it about the case in its map, as the probe does: record and
 * names in map memory. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bpf/filter.h"
#include "tests/filter_kernel/case.h"

typedef __u8 u8;
typedef __u32 u32;
typedef __u64 u64;

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __uint(map_flags, BPF_F_MMAPABLE);
    __type(key, u32);
    __type(value, struct filter_case);
} cases SEC(".maps");

extern __hidden u64 rule_filter(u64 type, const void* record, const void* name, const void* real,
                                void* work);

SEC("syscall")
int ask(void* ctx) {
    u32 first = 0;
    struct filter_case* c = bpf_map_lookup_elem(&cases, &first);
    if (!c) return 0;
    c->work.hits = 0;
    c->keep = rule_filter(c->type, c->record, c->given.text, c->real.text, &c->work);
    return 0;
}
