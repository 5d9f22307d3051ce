/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* chdir and fchdir: the new directory's own path is in REC_X_REAL. */
#pragma once

#include "plan.h"
#include "words.h"

static __always_inline bool is_relative(struct scratch* s, u32 slot) {
    u32 bytes = 0, at = text_of(s, slot, &bytes);
    return bytes == 0 || s->rec[at] != '/';
}

__attribute__((noinline)) int put_new_directory(u32 idx) {
    struct scratch* s = scratch_at(idx);
    if (!s || s->ret < 0 || put_cwd(idx, s->params + REC_X_REAL) < 0) return 0;
    u32 odd = s->marks & MARK_ODD_DIRS;
    if (head_of(s)->type == EV_chdir)
        odd = !is_path_of(idx, P(chdir, path)) ||
              (is_relative(s, P(chdir, path)) && (s->marks & MARK_ODD_CWD));
    mark(s, odd ? MARK_ODD_CWD : 0, odd ? 0 : MARK_ODD_CWD);
    return 0;
}
