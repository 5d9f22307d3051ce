/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What an open file is: inode, device, kind, overlay layer. Read once an event, kept in scratch. */
#pragma once

#include "task.h"

enum { LAYER_NONE = 0, LAYER_UPPER = 1, LAYER_LOWER = 2 };

/* Layer of an inode of an overlay. The overlay keeps the upper dentry right behind its struct
 * inode. */
static __always_inline u32 overlay_layer(u64 inode) {
    u64 upper = rd64(inode + bpf_core_type_size(struct inode));
    if (upper && READ(dentry, upper, d_inode, i_ino) != 0) return LAYER_UPPER;
    return LAYER_LOWER;
}

/* Device of the kernel in user-space encoding. */
static __always_inline u32 user_device(u32 dev) {
    u32 major = dev >> 20, minor = dev & 0xfffff;
    return (minor & 0xff) | (major << 8) | ((minor & ~0xffU) << 12);
}

/* Kind of an object on the anonymous inode file system, by its name there. */
static __always_inline u32 anon_kind(u64 name) {
    if ((name & 0xffffffffffffff) == NAME8('[', 'e', 'v', 'e', 'n', 't', 'f', 0))
        return REC_ANON_EVENTFD;
    if (name == NAME8('[', 'e', 'v', 'e', 'n', 't', 'p', 'o')) return REC_ANON_EVENTPOLL;
    if ((name & 0xffffffffff) == NAME8('[', 's', 'i', 'g', 'n', 0, 0, 0)) return REC_ANON_SIGNALFD;
    if ((name & 0xffffffffff) == NAME8('[', 't', 'i', 'm', 'e', 0, 0, 0)) return REC_ANON_TIMERFD;
    if ((name & 0xffffff) == NAME8('i', 'n', 'o', 0, 0, 0, 0, 0)) return REC_ANON_INOTIFY;
    if ((name & 0xffffffff) == NAME8('[', 'i', 'o', '_', 0, 0, 0, 0)) return REC_ANON_IO_URING;
    if ((name & 0xffffffff) == NAME8('[', 'u', 's', 'e', 0, 0, 0, 0)) return REC_ANON_USERFAULTFD;
    if ((name & 0xffffffff) == NAME8('[', 'p', 'i', 'd', 0, 0, 0, 0)) return REC_ANON_PIDFD;
    if ((name & 0xffffff) == NAME8('b', 'p', 'f', 0, 0, 0, 0, 0)) return REC_ANON_BPF;
    if ((name & 0xffffffff) == NAME8('[', 'p', 'e', 'r', 0, 0, 0, 0)) return REC_ANON_PERF;
    return REC_ANON_UNKNOWN;
}

/* A dentry without a place in a tree whose name starts with "memfd:". */
static __always_inline bool is_memfd(u64 dentry) {
    struct dentry_head d = {};
    u64 start = 0;
    read_dentry(&d, dentry);
    if (d.parent != dentry) return false;
    bpf_probe_read_kernel(&start, 6, (void*)d.name);
    return start == NAME8('m', 'e', 'm', 'f', 'd', ':', 0, 0);
}

static __always_inline u32 object_kind(u64 file, u64 magic, u16 mode) {
    u64 name = 0;
    if (magic == PIDFS_MAGIC) return REC_ANON_PIDFD;
    if (magic == ANON_INODE_MAGIC) {
        bpf_probe_read_kernel(&name, 8, (void*)READ(file, file, f_path.dentry, d_name.name));
        return anon_kind(name);
    }
    if ((mode & S_IFMT) == S_IFREG && is_memfd((u64)READ(file, file, f_path.dentry)))
        return REC_ANON_MEMFD;
    return mode & S_IFMT;
}

/* Facts about an open file into s->object; nothing to do if they are there. */
__attribute__((noinline)) int look_at(u32 idx, u64 file) {
    struct scratch* s = scratch_at(idx);
    if (!s || !file || s->object.file == file) return 0;
    u64 inode = (u64)READ(file, file, f_inode), sb = (u64)READ(inode, inode, i_sb);
    u64 magic = READ(super_block, sb, s_magic);
    s->object.file = file;
    s->object.inode = inode;
    s->object.ino = READ(inode, inode, i_ino);
    s->object.dev = user_device(READ(super_block, sb, s_dev));
    s->object.kind = object_kind(file, magic, READ(inode, inode, i_mode));
    s->object.layer = magic == OVERLAYFS_MAGIC ? overlay_layer(inode) : LAYER_NONE;
    return 0;
}
