/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Open files of a process for the state alone: each is the record of a `generic` call that nobody
 * made, flagged REC_F_STATE, whose REC_X_FD says what is open. */
#pragma once

#include "socket.h"

enum { STANDARD_FILES = 3 };

static __always_inline void put_open_file(struct scratch* s, u32 idx, u64 file, s32 fd) {
    start_event(s, EVX_generic);
    s->lane = REC_LANE_CRITICAL;
    head_of(s)->flags |= REC_F_STATE;
    put_object(idx, file, fd, 1);
}

/* What the program that is being started has for its standard files, before the event of the
 * start. The scratch is free for that event then. */
__attribute__((noinline)) int emit_standard_files(u32 idx) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    u8 flags = head_of(s)->flags;
    for (s32 fd = 0; fd < STANDARD_FILES; fd++) {
        u64 file = file_of(s, fd);
        if (!file) continue;
        put_open_file(s, idx, file, fd);
        emit(idx);
        head_of(s)->flags = flags;
    }
    return 0;
}
