/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The open family: open, creat, openat, openat2, open_by_handle_at. The caller's own words (name,
 * flags, mode) and what the kernel made of them (device, inode, layer, real path). */
#pragma once

#include "plan.h"

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

/* The opened file was looked at where there is one (put_open_event). */
static __always_inline u32 open_layer(const struct scratch* s, u64 file) {
    return file ? s->object.layer : LAYER_NONE;
}

static __always_inline u32 open_flags(const struct scratch* s, u64 file, u64 flags) {
    u32 layer = open_layer(s, file), value = translate_flags(FT_file_flags, (u32)flags);
    if (layer == LAYER_UPPER) value |= FD_UPPER_LAYER;
    if (layer == LAYER_LOWER) value |= FD_LOWER_LAYER;
    if (file && (READ(file, file, f_mode) & FMODE_CREATED)) value |= O_F_CREATED;
    return value;
}

static __always_inline void put_device(struct scratch* s, u64 file, u32 dev, u32 ino) {
    put(s, dev, file ? s->object.dev : 0);
    put(s, ino, file ? s->object.ino : 0);
}

static __always_inline void put_open(struct scratch* s, u32 idx, u64 file) {
    put_user_text(idx, P(open, name), s->args[0]);
    put(s, P(open, flags), open_flags(s, file, s->args[1]));
    put(s, P(open, mode), open_mode(s->args[1], s->args[2]));
    put_device(s, file, P(open, dev), P(open, ino));
}

static __always_inline void put_creat(struct scratch* s, u32 idx, u64 file) {
    u32 layer = open_layer(s, file);
    put_user_text(idx, P(creat, name), s->args[0]);
    put(s, P(creat, mode), (u32)s->args[1]);
    put_device(s, file, P(creat, dev), P(creat, ino));
    put(s, P(creat, creat_flags),
        layer == LAYER_UPPER   ? CREAT_UPPER_LAYER
        : layer == LAYER_LOWER ? CREAT_LOWER_LAYER
                               : 0);
}

static __always_inline void put_openat(struct scratch* s, u32 idx, u64 file) {
    s32 dirfd = (s32)s->args[0];
    put(s, P(openat, dirfd), (u64)(s64)dirfd);
    put_user_text(idx, P(openat, name), s->args[1]);
    put_dir(idx, dirfd, P(openat, name));
    put(s, P(openat, flags), open_flags(s, file, s->args[2]));
    put(s, P(openat, mode), open_mode(s->args[2], s->args[3]));
    put_device(s, file, P(openat, dev), P(openat, ino));
}

static __always_inline void put_openat2(struct scratch* s, u32 idx, u64 file) {
    s32 dirfd = (s32)s->args[0];
    struct open_how how = {};
    put(s, P(openat2, dirfd), (u64)(s64)dirfd);
    put_user_text(idx, P(openat2, name), s->args[1]);
    put_dir(idx, dirfd, P(openat2, name));
    put_device(s, file, P(openat2, dev), P(openat2, ino));
    if (bpf_probe_read_user(&how, sizeof(how), (void*)s->args[2])) {
        fault(s);
        return;
    }
    put(s, P(openat2, flags), open_flags(s, file, how.flags));
    put(s, P(openat2, mode), open_mode(how.flags, how.mode));
    put(s, P(openat2, resolve), translate_flags(FT_openat2_flags, (u32)how.resolve));
}

/* The path of a handle is in no argument: it is the kernel's. */
static __always_inline void put_open_by_handle(struct scratch* s, u32 idx, u64 file) {
    put(s, P(open_by_handle_at, mountfd), (u64)(s64)(s32)s->args[0]);
    put(s, P(open_by_handle_at, flags), open_flags(s, file, s->args[2]));
    put_file_path(idx, P(open_by_handle_at, path), file, 1);
    put_device(s, file, P(open_by_handle_at, dev), P(open_by_handle_at, ino));
}

__attribute__((noinline)) int put_open_event(u32 idx) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    u64 file = s->ret >= 0 ? file_of(s, (s32)s->ret) : 0;
    if (file) look_at(idx, file);
    put(s, 0, (u64)s->ret);
    switch (head_of(s)->type) {
        case EV_open: put_open(s, idx, file); break;
        case EV_creat: put_creat(s, idx, file); break;
        case EV_openat: put_openat(s, idx, file); break;
        case EV_openat2: put_openat2(s, idx, file); break;
        case EV_open_by_handle_at: put_open_by_handle(s, idx, file); break;
    }
    if (file) {
        put_object(idx, file, (s32)s->ret, 0);
        if (cfg_real_paths) put_file_path(idx, s->params + REC_X_REAL, file, 1);
    }
    return 0;
}
