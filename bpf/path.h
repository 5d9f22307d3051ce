/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The kernel's own path of a file: up the dentries, across mounts, to the task's root (or the root
 * of the mount tree). Written backwards into scratch.path, then copied to the tail. No helper of
 * the kernel does this in these program types. */
#pragma once

#include "record.h"

enum { MAX_STEPS = 128 }; /* components and mount crossings */

/* What a walk needs of one dentry. */
struct dentry_head {
    u64 parent;
    u32 hash, len; /* d_name */
    u64 name;
};

/* Without typed reads: d_parent and d_name stand side by side in every kernel seen, so one copy
 * gets both. */
static __always_inline void read_dentry(struct dentry_head* d, u64 dentry) {
    u32 at = bpf_core_field_offset(struct dentry, d_parent);
    u32 name = bpf_core_field_offset(struct dentry, d_name);
    if (!cfg_typed_reads && name == at + 8 && bpf_core_field_offset(struct qstr, len) == 4 &&
        bpf_core_field_offset(struct qstr, name) == 8) {
        if (bpf_probe_read_kernel(d, sizeof(*d), (void*)(dentry + at))) d->parent = 0;
        return;
    }
    d->parent = (u64)READ(dentry, dentry, d_parent);
    d->len = READ(dentry, dentry, d_name.len);
    d->name = (u64)READ(dentry, dentry, d_name.name);
}

/* Puts one name in front of the path. out: false if it does not fit */
static __always_inline bool prepend(struct scratch* s, const struct dentry_head* d, bool slash) {
    u32 len = d->len & 0xff, pos = s->pos;
    if (pos < len + 1 || pos > TEXT_ROOM) return false;
    pos -= len;
    if (bpf_probe_read_kernel(&s->path[pos & (TEXT_ROOM - 1)], len, (void*)d->name)) return false;
    if (slash) {
        pos -= 1;
        s->path[pos & (TEXT_ROOM - 1)] = '/';
    }
    s->pos = pos;
    return true;
}

/* From the root of a mount to the place it is mounted at. out: as path_step */
static __always_inline int leave_mount(struct scratch* s) {
    u64 mount = s->mount, parent = (u64)READ(mount, mount, mnt_parent);
    if (parent == mount || parent == 0) return 1;
    s->dentry = (u64)READ(mount, mount, mnt_mountpoint);
    s->mount = parent;
    s->vfsmount = AT(mount, parent, mnt);
    s->mount_root = (u64)READ(vfsmount, s->vfsmount, mnt_root);
    return 0;
}

/* One step up. out: 0 go on, 1 arrived, -1 given up */
__attribute__((noinline)) int path_step(u32 idx) {
    struct scratch* s = scratch_at(idx);
    struct dentry_head d = {};
    if (!s) return -1;
    u64 dentry = s->dentry;
    if (dentry == s->root_dentry && s->vfsmount == s->root_mount) return 1;
    if (dentry == s->mount_root) return leave_mount(s);
    read_dentry(&d, dentry);
    if (d.parent == 0) return -1;
    if (d.parent == dentry) { /* no place in a tree: memfd, pipe, anonymous inode */
        if (s->steps == 0) return prepend(s, &d, false) ? 1 : -1;
        return 1;
    }
    if (!prepend(s, &d, true)) return -1;
    s->dentry = d.parent;
    s->steps++;
    return 0;
}

/* Path of (mount, dentry) into the tail, nothing put into a slot.
 * root: where to stop, struct path; 0: at the root of the mount tree
 * out:  bytes written at the tail, -1 if the path is too long or unreadable */
__attribute__((noinline)) int walk_path(u32 idx, u64 mnt, u64 dentry, u64 root) {
    struct scratch* s = scratch_at(idx);
    if (!s || !mnt || !dentry || !room(s, TEXT_ROOM)) return -1;
    s->vfsmount = mnt;
    s->mount = mnt - bpf_core_field_offset(struct mount, mnt);
    s->mount_root = (u64)READ(vfsmount, mnt, mnt_root);
    s->dentry = dentry;
    s->root_mount = root ? (u64)READ(path, root, mnt) : 0;
    s->root_dentry = root ? (u64)READ(path, root, dentry) : 0;
    s->pos = TEXT_ROOM - 1;
    s->steps = 0;
    int arrived = 0;
    for (int n = 0; n < MAX_STEPS; n++) {
        arrived = path_step(idx);
        if (arrived) break;
    }
    if (arrived != 1) {
        head_of(s)->flags |= REC_F_TRUNCATED;
        return -1;
    }
    u32 pos = s->pos, len = TEXT_ROOM - 1 - pos;
    if (len == 0 || len >= TEXT_ROOM) {
        s->rec[s->tail & 0xffff] = '/';
        return 1;
    }
    bpf_probe_read_kernel(&s->rec[s->tail & 0xffff], MASKED(len, TEXT_ROOM - 1),
                          &s->path[pos & (TEXT_ROOM - 1)]);
    return (int)len;
}

/* Root directory of the record's task, as the address of a struct path. */
static __always_inline u64 task_root(struct scratch* s) {
    u64 fs = (u64)READ(task_struct, s->task, fs);
    return fs ? AT(fs_struct, fs, root) : 0;
}

/* Path of an open file, up to the task's root, into slot k. out: bytes or -1 */
__attribute__((noinline)) int put_file_path(u32 idx, u32 k, u64 file, u32 to_task_root) {
    struct scratch* s = scratch_at(idx);
    if (!s || !file) return -1;
    int n = walk_path(idx, (u64)READ(file, file, f_path.mnt), (u64)READ(file, file, f_path.dentry),
                      to_task_root ? task_root(s) : 0);
    if (n < 0 || n > TEXT_ROOM) return -1;
    put_tail(s, k, (u32)n);
    return n;
}

/* struct file behind a descriptor of the record's task, 0 if there is none. */
static __always_inline u64 file_of(struct scratch* s, s32 fd) {
    u64 fdt = (u64)READ(task_struct, s->task, files, fdt);
    if (fd < 0 || !fdt || (u32)fd >= READ(fdtable, fdt, max_fds)) return 0;
    return rd64((u64)READ(fdtable, fdt, fd) + 8ULL * (u32)fd);
}

/* REC_X_DIR: path of the directory `dirfd` if the name in slot `name_slot` is relative to it. Only
 * the first of an event counts. */
__attribute__((noinline)) int put_dir(u32 idx, s32 dirfd, u32 name_slot) {
    struct scratch* s = scratch_at(idx);
    if (!s || s->dir_done || name_slot >= REC_MAX_SLOTS) return 0;
    s->dir_done = 1;
    u64 slot = ((u64*)(s->rec + sizeof(struct rec_head)))[name_slot];
    u32 at = (u32)(slot >> 32);
    if ((head_of(s)->absent >> (name_slot & 63)) & 1) return 0;
    if (dirfd == AT_FDCWD || s->rec[at & 0xffff] == '/') return 0;
    return put_file_path(idx, s->params + REC_X_DIR, file_of(s, dirfd), 1);
}
