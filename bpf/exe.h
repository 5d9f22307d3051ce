/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The executed file: inode, times, where it came from, and whether the one who runs it could change
 * it. Called by exec. */
#pragma once

#include "object.h"

enum { EXE_WRITABLE = 1, EXE_UPPER_LAYER = 2, EXE_FROM_MEMFD = 4, EXE_LOWER_LAYER = 8 };

/* From 6.13 the top bit of the nanoseconds says that somebody has read the time. */
enum { CTIME_NSEC_MASK = 0x7fffffff };

static __always_inline u64 inode_ctime(u64 inode) {
    if (bpf_core_field_exists(struct inode, i_ctime_sec))
        return (u64)READ(inode, inode, i_ctime_sec) * 1000000000ULL +
               (READ(inode, inode, i_ctime_nsec) & CTIME_NSEC_MASK);
    if (bpf_core_field_exists(struct inode___until610, __i_ctime))
        return (u64)READ(inode___until610, inode, __i_ctime.tv_sec) * 1000000000ULL +
               (u64)READ(inode___until610, inode, __i_ctime.tv_nsec);
    return (u64)READ(inode___until65, inode, i_ctime.tv_sec) * 1000000000ULL +
           (u64)READ(inode___until65, inode, i_ctime.tv_nsec);
}

static __always_inline u64 inode_mtime(u64 inode) {
    if (bpf_core_field_exists(struct inode, i_mtime_sec))
        return (u64)READ(inode, inode, i_mtime_sec) * 1000000000ULL +
               READ(inode, inode, i_mtime_nsec);
    if (bpf_core_field_exists(struct inode___until610, __i_mtime))
        return (u64)READ(inode___until610, inode, __i_mtime.tv_sec) * 1000000000ULL +
               (u64)READ(inode___until610, inode, __i_mtime.tv_nsec);
    return (u64)READ(inode___until65, inode, i_mtime.tv_sec) * 1000000000ULL +
           (u64)READ(inode___until65, inode, i_mtime.tv_nsec);
}

/* Is a kernel id mapped into a user namespace? Only the first five extents are looked at: longer
 * maps live in an array of their own and are rare. */
__attribute__((noinline)) int id_mapped(u64 user_ns, u32 id, u32 group) {
    u64 map = group ? AT(user_namespace, user_ns, gid_map) : AT(user_namespace, user_ns, uid_map);
    u32 count = READ(uid_gid_map, map, nr_extents);
    u64 extent = AT(uid_gid_map, map, extent);
    for (u32 n = 0; n < 5; n++) {
        if (n >= count) break;
        u32 first = READ(uid_gid_extent, extent, lower_first);
        if (id - first < READ(uid_gid_extent, extent, count)) return 1;
        extent += bpf_core_type_size(struct uid_gid_extent);
    }
    return 0;
}

/* Does the sorted list of groups hold `gid`? */
__attribute__((noinline)) int in_groups(u64 cred, u32 gid) {
    u64 info = (u64)READ(cred, cred, group_info);
    if (READ(cred, cred, fsgid.val) == gid) return 1;
    u32 low = 0, high = (u32)READ(group_info, info, ngroups);
    for (int n = 0; n < 17; n++) {
        if (low >= high) break;
        u32 middle = (low + high) / 2, value = 0;
        bpf_probe_read_kernel(&value, 4, (void*)(AT(group_info, info, gid) + 4ULL * middle));
        if (value == gid) return 1;
        if (value < gid)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

/* Could the credentials write this inode? No access lists. */
__attribute__((noinline)) int can_write(u64 cred, u64 inode) {
    u64 user_ns = (u64)READ(cred, cred, user_ns), caps = CAPABILITIES(cred, cap_effective);
    u32 uid = READ(inode, inode, i_uid.val), gid = READ(inode, inode, i_gid.val);
    u16 mode = READ(inode, inode, i_mode);
    if ((READ(inode, inode, i_sb, s_flags) & SB_RDONLY) ||
        (READ(inode, inode, i_flags) & S_IMMUTABLE))
        return 0;
    u64 fs_ns = (u64)READ(inode, inode, i_sb, s_user_ns);
    if (!id_mapped(fs_ns, uid, 0) || !id_mapped(fs_ns, gid, 1)) return 0;
    if (READ(cred, cred, fsuid.val) == uid) return 1;
    if (in_groups(cred, gid)) {
        if (mode & 0020) return 1;
    } else if (mode & 0002) {
        return 1;
    }
    int uid_ok = id_mapped(user_ns, uid, 0);
    if ((caps >> CAP_DAC_OVERRIDE & 1) && uid_ok && id_mapped(user_ns, gid, 1)) return 1;
    return (caps >> CAP_FOWNER & 1) && uid_ok;
}

/* EXE_* bits of the executed file, which was looked at. */
static __always_inline u32 exe_flags(const struct scratch* s, u64 cred) {
    u32 flags = 0;
    if (can_write(cred, s->object.inode)) flags |= EXE_WRITABLE;
    if (s->object.layer == LAYER_UPPER) flags |= EXE_UPPER_LAYER;
    if (s->object.layer == LAYER_LOWER) flags |= EXE_LOWER_LAYER;
    if (s->object.kind == REC_ANON_MEMFD) flags |= EXE_FROM_MEMFD;
    return flags;
}

/* flags, the capabilities, inode and times, uid, path: parameters exec events end with. */
__attribute__((noinline)) int put_exe(u32 idx) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    u64 task = s->task, cred = (u64)READ(task_struct, task, cred);
    put(s, P(execve, cap_inheritable), CAPABILITIES(cred, cap_inheritable));
    put(s, P(execve, cap_permitted), CAPABILITIES(cred, cap_permitted));
    put(s, P(execve, cap_effective), CAPABILITIES(cred, cap_effective));
    put(s, P(execve, uid), READ(cred, cred, euid.val));
    put(s, P(execve, gid), READ(cred, cred, egid.val));
    u64 mm = (u64)READ(task_struct, task, mm);
    u64 file = mm ? (u64)READ(mm_struct, mm, exe_file) : 0;
    if (!file) return 0;
    look_at(idx, file);
    u64 inode = s->object.inode;
    put(s, P(execve, flags), exe_flags(s, cred));
    put(s, P(execve, exe_ino), s->object.ino);
    put(s, P(execve, exe_ino_ctime), inode_ctime(inode));
    put(s, P(execve, exe_ino_mtime), inode_mtime(inode));
    put_file_path(idx, P(execve, trusted_exepath), file, 0);
    if (cfg_real_paths) put_file_path(idx, s->params + REC_X_REAL, file, 1);
    return 0;
}

/* tty, vpgid, loginuid, pgid. */
__attribute__((noinline)) int put_session(u32 idx) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    u64 task = s->task, signal = (u64)READ(task_struct, task, signal);
    u64 tty = (u64)READ(signal_struct, signal, tty), number = 0;
    if (tty) number = tty_number(tty);
    u64 group = rd64(AT(signal_struct, signal, pids) + 8 * PIDTYPE_PGID);
    put(s, P(execve, tty), number);
    put(s, P(execve, vpgid), nr_at_level(group, own_level(task)));
    put(s, P(execve, loginuid), READ(task_struct, task, loginuid.val));
    put(s, P(execve, pgid), nr_at_level(group, 0));
    return 0;
}
