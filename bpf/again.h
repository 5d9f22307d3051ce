/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The second look. From 7.0 on the kernel may preempt a program on a tracepoint, and until that
 * program goes on the kernel leaves it out for all other threads of the processor. There each
 * program that matters has a second one behind it on the same tracepoint (NAME_again), which works
 * if the first was left out. A note for each thread says so. Both are left out only where two
 * threads are preempted at once, one in each. Threads that share a note (65,536 apart) may see an
 * event twice if one is preempted between the two programs. */
#pragma once

#include "state.h"

enum { NOTE_AGAIN = 1 << 30 }; /* beside a thread's number, which is smaller */

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1); /* NOTES where cfg_again */
    __type(key, u32);
    __type(value, u32);
} notes SEC(".maps");

static __always_inline u32* note_of(u32 tid) {
    u32 at = tid & (NOTES - 1);
    return bpf_map_lookup_elem(&notes, &at);
}

static __always_inline u32 my_tid(void) { return (u32)bpf_get_current_task_btf()->pid; }

/* Whoever is about to work says so, the first to the second. */
static __always_inline void note_work(void) {
    if (!cfg_again) return;
    u32 tid = my_tid(), *note = note_of(tid);
    if (note) *note = *note == (tid | NOTE_AGAIN) ? 0 : tid;
}

/* Asked by the second: is the work its own? */
static __always_inline bool was_left_out(void) {
    u32 tid = my_tid(), *note = note_of(tid);
    if (!note) return false;
    bool worked = *note == tid;
    *note = worked ? 0 : tid | NOTE_AGAIN;
    return !worked;
}

/* There was no work. */
static __always_inline void drop_note(void) {
    if (!cfg_again) return;
    u32 tid = my_tid(), *note = note_of(tid);
    if (note && *note == (tid | NOTE_AGAIN)) *note = 0;
}
