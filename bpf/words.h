/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Was a directory entered or opened by its path, or by other words that lead to it (symbolic
 * links)? By other words those are what rules know it as, and the process is marked for it: what
 * the kernel would join is not the name then. A mark too many only means that more is reported. */
#pragma once

#include "wanted.h"

static __always_inline void mark(struct scratch* s, u32 set, u32 clear) {
    struct task_struct* leader = bpf_get_current_task_btf()->group_leader;
    if (!(s->marks & clear) && (s->marks & set) == set) return;
    struct task_state* state = bpf_task_storage_get(&task_states, leader, 0,
                                                    set ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0);
    if (!state) return;
    if (set) __sync_fetch_and_or(&state->marks, set);
    if (clear) __sync_fetch_and_and(&state->marks, ~clear);
}

/* Are the last `bytes` bytes of two texts of the record the same? at_*: the bytes behind them */
static __always_inline bool same_end(struct scratch* s, u32 end_a, u32 end_b, u32 bytes) {
    for (u32 n = 0; n < NAME_WORDS; n++) {
        if (bytes < 8) break;
        bytes -= 8;
        end_a -= 8;
        end_b -= 8;
        if (*(u64*)&s->rec[end_a & 0xffff] != *(u64*)&s->rec[end_b & 0xffff]) return false;
    }
    for (u32 n = 0; n < 8; n++) {
        if (n >= bytes) return true;
        end_a -= 1;
        end_b -= 1;
        if (s->rec[end_a & 0xffff] != s->rec[end_b & 0xffff]) return false;
    }
    return true;
}

/* Is the name in a slot, from whatever directory, the path in REC_X_REAL? */
__attribute__((noinline)) int is_path_of(u32 idx, u32 slot) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    u32 bytes = 0, at = text_of(s, slot, &bytes);
    u32 real_bytes = 0, real = text_of(s, s->params + REC_X_REAL, &real_bytes);
    for (int n = 0; n < 3; n++) {
        if (bytes > 1 && s->rec[(at + bytes - 1) & 0xffff] == '/') bytes -= 1;
    }
    for (int n = 0; n < MOST_STEPS_UP; n++) { /* from a path one comes to a path */
        bool up = false;
        u32 step = step_at(s, at, bytes, &up);
        at += step;
        bytes -= step;
        if (step && bytes == 0) return 1;
    }
    if (bytes == 0 || bytes > real_bytes) return 0;
    if (!same_end(s, at + bytes, real + real_bytes, bytes)) return 0;
    if (s->rec[at & 0xffff] == '/') return bytes == real_bytes;
    return s->rec[(real + real_bytes - bytes - 1) & 0xffff] == '/';
}
