/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The open family: open, creat, openat, openat2, open_by_handle_at. The caller's own words (name,
 * flags, mode) and what the kernel made of them (device, inode, layer, real path). */
#pragma once

#include "plan.h"
#include "words.h"

enum { KERNEL_O_CREAT = 0x40, KERNEL_O_TMPFILE_BIT = 0x400000 };
enum { O_F_CREATED = 0x4000, FD_UPPER_LAYER = 0x8000, FD_LOWER_LAYER = 0x10000 };
enum { CREAT_UPPER_LAYER = 1, CREAT_LOWER_LAYER = 2 };

struct open_how {
    u64 flags, mode, resolve;
};

/* mode is an argument only for calls that may create; O_TMPFILE must match whole, it contains
 * O_DIRECTORY. */
static __always_inline u32 open_mode(u64 flags, u64 mode) {
    if ((flags & KERNEL_O_CREAT) || (flags & ARCH_O_TMPFILE) == ARCH_O_TMPFILE) return (u32)mode;
    return 0;
}

/* What the caller said. flags are those of the call: what the kernel found is added later. */
static __always_inline void put_open(struct scratch* s, u32 idx) {
    put_user_text(idx, P(open, name), s->args[0]);
    put_dir(s, idx, AT_FDCWD, P(open, name));
    put(s, P(open, flags), translate_file_flags((u32)s->args[1]));
    put(s, P(open, mode), open_mode(s->args[1], s->args[2]));
}

static __always_inline void put_creat(struct scratch* s, u32 idx) {
    put_user_text(idx, P(creat, name), s->args[0]);
    put_dir(s, idx, AT_FDCWD, P(creat, name));
    put(s, P(creat, mode), (u32)s->args[1]);
}

static __always_inline void put_openat(struct scratch* s, u32 idx) {
    s32 dirfd = (s32)s->args[0];
    put(s, P(openat, dirfd), (u64)(s64)dirfd);
    put_user_text(idx, P(openat, name), s->args[1]);
    put_dir(s, idx, dirfd, P(openat, name));
    put(s, P(openat, flags), translate_file_flags((u32)s->args[2]));
    put(s, P(openat, mode), open_mode(s->args[2], s->args[3]));
}

static __always_inline void put_openat2(struct scratch* s, u32 idx) {
    s32 dirfd = (s32)s->args[0];
    struct open_how how = {};
    put(s, P(openat2, dirfd), (u64)(s64)dirfd);
    put_user_text(idx, P(openat2, name), s->args[1]);
    put_dir(s, idx, dirfd, P(openat2, name));
    if (bpf_probe_read_user(&how, sizeof(how), (void*)s->args[2])) {
        fault(s);
        return;
    }
    put(s, P(openat2, flags), translate_file_flags((u32)how.flags));
    put(s, P(openat2, mode), open_mode(how.flags, how.mode));
    put(s, P(openat2, resolve), translate_flags(FT_openat2_flags, (u32)how.resolve));
}

/* The path of a handle is in no argument: it is the kernel's. */
static __always_inline void put_open_by_handle(struct scratch* s, u32 idx, u64 file) {
    put(s, P(open_by_handle_at, mountfd), (u64)(s64)(s32)s->args[0]);
    put(s, P(open_by_handle_at, flags), translate_file_flags((u32)s->args[2]));
    put_file_path(idx, P(open_by_handle_at, path), file, 1);
}

/* What the kernel found: bits of the flags, device and inode; 0 where there is no file. */
static __always_inline void add_found(struct scratch* s, u64 file, u32 flags, u32 dev, u32 ino) {
    u32 bits = 0;
    if (file && s->object.layer == LAYER_UPPER) bits |= FD_UPPER_LAYER;
    if (file && s->object.layer == LAYER_LOWER) bits |= FD_LOWER_LAYER;
    if (file && (READ(file, file, f_mode) & FMODE_CREATED)) bits |= O_F_CREATED;
    if (bits && !((head_of(s)->absent >> flags) & 1))
        ((u64*)(s->rec + sizeof(struct rec_head)))[flags] |= bits;
    put(s, dev, file ? s->object.dev : 0);
    put(s, ino, file ? s->object.ino : 0);
}

static __always_inline void put_created(struct scratch* s, u64 file) {
    u32 layer = file ? s->object.layer : LAYER_NONE;
    put(s, P(creat, dev), file ? s->object.dev : 0);
    put(s, P(creat, ino), file ? s->object.ino : 0);
    put(s, P(creat, creat_flags),
        layer == LAYER_UPPER   ? CREAT_UPPER_LAYER
        : layer == LAYER_LOWER ? CREAT_LOWER_LAYER
                               : 0);
}

/* out: false: no rule wants it */
static __always_inline int put_open_words(struct scratch* s, u32 idx, u64 file) {
    put(s, 0, (u64)s->ret);
    switch (head_of(s)->type) {
        case EV_open: put_open(s, idx); break;
        case EV_creat: put_creat(s, idx); break;
        case EV_openat: put_openat(s, idx); break;
        case EV_openat2: put_openat2(s, idx); break;
        case EV_open_by_handle_at: put_open_by_handle(s, idx, file); break;
    }
    if (file && cfg_filters && cfg_rows[head_of(s)->type & (REC_MAX_EVENTS - 1)].real) {
        int len = find_path(idx, AT(file, file, f_path), task_root(s));
        s->real_len = len > 0 ? (u32)len : 0;
    }
    return is_wanted(s, idx);
}

/* The kernel's path of what was opened, which the filter may have looked at already. */
static __always_inline void put_real_path(struct scratch* s, u32 idx, u64 file) {
    u32 slot = s->params + REC_X_REAL, len = s->real_len;
    if (len == 0)
        put_file_path(idx, slot, file, 1);
    else if (copy_path(s, len))
        put_tail(s, slot, len);
}

/* out: false: no rule wants it */
__attribute__((noinline)) int put_open_event(u32 idx) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    u64 file = s->ret >= 0 ? file_of(s, (s32)s->ret) : 0;
    if (!put_open_words(s, idx, file)) return 0;
    if (file) look_at(idx, file);
    switch (head_of(s)->type) {
        case EV_open: add_found(s, file, P(open, flags), P(open, dev), P(open, ino)); break;
        case EV_creat: put_created(s, file); break;
        case EV_openat: add_found(s, file, P(openat, flags), P(openat, dev), P(openat, ino)); break;
        case EV_openat2:
            add_found(s, file, P(openat2, flags), P(openat2, dev), P(openat2, ino));
            break;
        case EV_open_by_handle_at:
            add_found(s, file, P(open_by_handle_at, flags), P(open_by_handle_at, dev),
                      P(open_by_handle_at, ino));
            break;
    }
    if (!file) return 1;
    if (cfg_real_paths) put_real_path(s, idx, file);
    put_object(idx, file, (s32)s->ret, 0);
    if (!cfg_real_paths) return 1;
    u32 name = head_of(s)->type == EV_open || head_of(s)->type == EV_creat ? P(open, name)
                                                                           : P(openat, name);
    if (s->object.kind == S_IFDIR && head_of(s)->type != EV_open_by_handle_at &&
        !is_path_of(idx, name))
        mark(s, MARK_ODD_DIRS, 0);
    return 1;
}
