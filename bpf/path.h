/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The kernel's own path of a file: up the dentries, across mounts, to the task's root (or the root
 * of the mount tree). Written backwards into scratch.path, then copied to the tail. No helper of
 * the kernel does this in these program types. */
#pragma once

#include "record.h"

enum {
    MAX_STEPS = 128, /* components and mount crossings */
    NEAR_STEPS = 12, /* of these the first, which most paths end with */
    NAME_LOADS = 3,
};

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

/* The bytes of a short name in front of the path, by loads: what is written before its first byte
 * is written again later. A name shorter than a word stands in its dentry, so the bytes behind it
 * may be read. */
static __always_inline void prepend_words(struct scratch* s, u64 name, u32 len) {
    u32 end = s->pos;
#pragma unroll
    for (u32 n = 0; n < NAME_LOADS; n++) {
        if (len == 0) break;
        u64 word = len >= 8 ? rd64(name + len - 8) : rd64(name) << 8 * (8 - len);
        end -= 8;
        *(u64*)&s->path[end & (TEXT_ROOM - 1)] = word;
        len = len >= 8 ? len - 8 : 0;
    }
}

/* Puts one name in front of the path. out: false if it does not fit */
static __always_inline bool prepend(struct scratch* s, const struct dentry_head* d, bool slash) {
    u32 len = d->len & 0xff, pos = s->pos;
    if (pos < len + 1 || pos > TEXT_ROOM) return false;
    if (cfg_typed_reads && len <= 8 * NAME_LOADS && pos >= 8 * NAME_LOADS) {
        prepend_words(s, d->name, len);
        pos -= len;
    } else {
        pos -= len;
        if (bpf_probe_read_kernel(&s->path[pos & (TEXT_ROOM - 1)], len, (void*)d->name))
            return false;
    }
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
static __always_inline int path_step(struct scratch* s) {
    struct dentry_head d = {};
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

/* The same as a function: the verifier follows it once, not for each step. */
__attribute__((noinline)) int far_step(u32 idx) {
    struct scratch* s = scratch_at(idx);
    return s ? path_step(s) : -1;
}

/* The path a struct path stands for, left at the end of the first half of scratch.path, from pos.
 * from: its address; root: where to stop, another; 0: at the root of the mount tree
 * out:  its bytes, -1 if it is too long or unreadable */
__attribute__((noinline)) int find_path(u32 idx, u64 from, u64 root) {
    struct scratch* s = scratch_at(idx);
    if (!s || !from) return -1;
    u64 mnt = (u64)READ(path, from, mnt), dentry = (u64)READ(path, from, dentry);
    if (!mnt || !dentry) return -1;
    s->vfsmount = mnt;
    s->mount = mnt - bpf_core_field_offset(struct mount, mnt);
    s->mount_root = (u64)READ(vfsmount, mnt, mnt_root);
    s->dentry = dentry;
    s->root_mount = root ? (u64)READ(path, root, mnt) : 0;
    s->root_dentry = root ? (u64)READ(path, root, dentry) : 0;
    s->pos = TEXT_ROOM - 1;
    s->steps = 0;
    int arrived = 0;
    for (int n = 0; n < NEAR_STEPS && !arrived; n++) arrived = path_step(s);
    for (int n = NEAR_STEPS; n < MAX_STEPS && !arrived; n++) arrived = far_step(idx);
    if (arrived != 1) {
        head_of(s)->flags |= REC_F_TRUNCATED;
        return -1;
    }
    if (s->pos == TEXT_ROOM - 1) {
        s->pos = TEXT_ROOM - 2;
        s->path[TEXT_ROOM - 2] = '/';
    }
    u32 len = TEXT_ROOM - 1 - s->pos;
    return len < TEXT_ROOM ? (int)len : -1;
}

/* The path that was found last, to the tail. out: false if there is no room */
static __always_inline bool copy_path(struct scratch* s, u32 len) {
    if (len >= TEXT_ROOM || !room(s, TEXT_ROOM)) return false;
    bpf_probe_read_kernel(&s->rec[s->tail & 0xffff], MASKED(len, TEXT_ROOM - 1),
                          &s->path[s->pos & (TEXT_ROOM - 1)]);
    return true;
}

/* find_path to the tail, nothing put into a slot. out: bytes written there, or -1 */
__attribute__((noinline)) int walk_path(u32 idx, u64 from, u64 root) {
    struct scratch* s = scratch_at(idx);
    int n = find_path(idx, from, root);
    return s && n > 0 && copy_path(s, (u32)n) ? n : -1;
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
    int n = walk_path(idx, AT(file, file, f_path), to_task_root ? task_root(s) : 0);
    if (n < 0 || n > TEXT_ROOM) return -1;
    put_tail(s, k, (u32)n);
    return n;
}

/* Path of the working directory into slot k. out: bytes or -1 */
__attribute__((noinline)) int put_cwd(u32 idx, u32 k) {
    struct scratch* s = scratch_at(idx);
    u64 fs = s ? (u64)READ(task_struct, s->task, fs) : 0;
    int n = fs ? walk_path(idx, AT(fs_struct, fs, pwd), AT(fs_struct, fs, root)) : -1;
    if (!s || n < 0 || n > TEXT_ROOM) return -1;
    put_tail(s, k, (u32)n);
    return n;
}

/* struct file behind a descriptor of the record's task, 0 if there is none. */
static __always_inline u64 file_of(struct scratch* s, s32 fd) {
    u64 fdt = (u64)READ(task_struct, s->task, files, fdt);
    if (fd < 0 || !fdt || (u32)fd >= READ(fdtable, fdt, max_fds)) return 0;
    return rd64((u64)READ(fdtable, fdt, fd) + 8ULL * (u32)fd);
}

/* REC_X_DIR: path of the directory that the name in a slot is relative to: behind a descriptor, or
 * the working directory. */
__attribute__((noinline)) int put_dir_path(u32 idx, s32 dirfd) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    bool cwd = dirfd == AT_FDCWD;
    if (s->marks & (cwd ? MARK_ODD_CWD : MARK_ODD_DIRS)) head_of(s)->flags |= REC_F_ODD_DIR;
    if (cwd) return put_cwd(idx, s->params + REC_X_DIR);
    return put_file_path(idx, s->params + REC_X_DIR, file_of(s, dirfd), 1);
}

/* The same if the name is relative. Only the first name of an event counts. */
static __always_inline void put_dir(struct scratch* s, u32 idx, s32 dirfd, u32 name_slot) {
    if (s->dir_done || name_slot >= REC_MAX_SLOTS) return;
    s->dir_done = 1;
    u64 slot = ((u64*)(s->rec + sizeof(struct rec_head)))[name_slot];
    if ((head_of(s)->absent >> (name_slot & 63)) & 1) return;
    if (s->rec[(slot >> 32) & 0xffff] != '/') put_dir_path(idx, dirfd);
}
