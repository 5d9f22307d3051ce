/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Everything the programs share: settings fixed at load (cfg_*), globals user space writes while
 * the probe runs, and the maps. Sizes of rings and scratch are set by user space before load. */
#pragma once

#include "kernel.h"
#include "filter.h"
#include "shared.h"

enum { TEXT_ROOM = 4096 }; /* what one read may write behind REC_MAX_BYTES */

/* Marks of a process, kept with its leader and copied to its threads and children. */
enum {
    MARK_OWN = 1,
    MARK_TREE = 2,
    MARK_ODD_CWD = 4,  /* it entered its directory by other words than that one's path */
    MARK_ODD_DIRS = 8, /* it has reported a directory opened so */
};

const volatile rec_u32 cfg_scope = 0;
const volatile rec_u32 cfg_first_mnt_ns = 0; /* mount namespace of process 1, for SCOPE_CONTAINER */
const volatile struct scope_cgroup cfg_cgroups[MAX_SCOPE_CGROUPS] = {};
const volatile rec_u32 cfg_trees[MAX_SCOPE_TREES] = {}; /* as the sensor's namespace numbers */
const volatile rec_u32 cfg_snaplen = 80;
const volatile rec_u32 cfg_cpus = 1;
const volatile rec_u32 cfg_ring_shift = 0; /* 2^shift CPUs share a bulk ring */
const volatile rec_u32 cfg_page_shift = 12;
const volatile rec_u64 cfg_bulk_quarter = 0; /* fill at which a sleeping reader is woken, bytes */
const volatile rec_u64 cfg_critical_quarter = 0;
const volatile rec_u32 cfg_cgroup_budget = 0; /* bulk events a second of a cgroup, 0: any number */
const volatile bool cfg_typed_reads = false; /* the kernel has bpf_rdonly_cast */
const volatile bool cfg_real_paths = true;
const volatile bool cfg_drop_failed = false; /* calls that fail are not reported */

const volatile bool cfg_filters = false; /* events no rule wants are dropped, by the rows: */
const volatile bool cfg_filter_table = false; /* by filter_texts, no code is linked in */
const volatile struct filter_row cfg_rows[REC_MAX_EVENTS] = {}; /* by event code */

/* Set once by on_identify, read by everything after. */
rec_u64 self_pidns = 0;       /* address of the sensor's PID namespace */
rec_u32 self_pidns_level = 0;
rec_u32 new_marks = 0;        /* marks put by the last walk of on_mark_tree */

/* Written by user space. */
rec_u64 boot_offset = 0;      /* ns from the boot clock to the epoch */
rec_u8 call_wanted[CALL_SLOTS] = {};
rec_u8 standard_files = 0;   /* each exec says what 0, 1 and 2 are */
rec_u32 canary = 0;           /* thread of the sensor that is reported; 0: none */
rec_u32 interest_epoch = 0;   /* counts what voids every struct interest */
rec_u32 ring_woken[MAX_RINGS + 1] = {}; /* the reader knows; [MAX_RINGS] is the critical ring */

/* What the kernel knows of an open file beside its path; `file` tells whose facts these are. */
struct object {
    u64 file, inode, ino;
    u32 dev;   /* user-space encoding */
    u32 kind;  /* as rec_fd.kind */
    u32 layer; /* LAYER_*: of an overlay file */
    u32 pad;
};

/* A name to judge, after so many bytes that one may read before it. */
struct name_bytes {
    u8 before[FILTER_SUFFIX_MAX];
    u8 text[2 * (FILTER_NAME_MAX + 1) + 16];
};

struct scratch {
    u64 users;            /* how many hold or tried to hold it: free at 0, held at 1 */
    u32 tail;             /* bytes of the record so far */
    u32 params;           /* parameters of the event */
    u32 slot;             /* call slot */
    u32 id;               /* number as the caller gave it */
    u32 lane;             /* enum rec_lane, enum rec_class */
    u32 loss_class;
    u32 too_large;
    u32 pad;
    s32 fd;               /* descriptor for REC_X_FD, or -1 */
    u32 dir_done;         /* REC_X_DIR is decided */
    s64 ret;
    u64 args[6];
    u64 task;             /* struct task_struct the record is about */
    u64 interest;         /* what its process can be wanted for */
    u32 marks;
    u32 real_len;         /* of the opened file's path, if find_path left it; 0: not */
    /* one path walk */
    u64 dentry, vfsmount, mount, mount_root, root_dentry, root_mount;
    u32 pos;
    u32 steps;
    struct object object; /* the file looked at last */
    /* one list of buffers */
    u64 iov, data_left;
    u32 iov_count;
    u32 iov_pad;
    u8 rec[REC_MAX_BYTES + TEXT_ROOM];
    u8 path[2 * TEXT_ROOM];
    /* what a filter judges */
    struct rule_work work;
    struct name_bytes given;
};

/* Only made if there is a budget. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, MAX_BUDGETS);
    __type(key, u64); /* id of the cgroup */
    __type(value, struct cgroup_use);
} cgroup_uses SEC(".maps");

struct task_state { u32 generation; u32 marks; };

struct { /* one element per CPU and nesting level; per-CPU maps are limited to 32 KiB values */
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, SCRATCH_NEST);
    __type(key, u32);
    __type(value, struct scratch);
} scratches SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __uint(map_flags, BPF_F_MMAPABLE);
    __type(key, u32);
    __type(value, struct cpu_counters);
} counters SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct task_state);
} task_states SEC(".maps");

struct { /* of group leaders */
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct interest);
} interests SEC(".maps");

struct { /* by bare number, whatever the interface: an empty slot is a call nobody wants */
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, REC_MAX_SYSCALLS + 1);
    __uint(key_size, sizeof(u32));
    __uint(value_size, sizeof(u32));
} calls SEC(".maps");

struct { /* by call slot: what wanted calls lead to once the interface is known */
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, CALL_SLOTS);
    __uint(key_size, sizeof(u32));
    __uint(value_size, sizeof(u32));
} handlers SEC(".maps");

struct ring { /* the real rings may have any size: the kernel only compares the type */
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 65536);
};
struct ring critical SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, u32);
    __array(values, struct ring);
} bulk SEC(".maps");
