/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The kernel types the probe reads, cut down to the members used. Every access is relocated at load
 * against the running kernel's BTF, so order and size here mean nothing and no header of the build
 * host is needed. A name ending in ___x is another version of the same kernel type. */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;
#ifndef bool
typedef _Bool bool;
#endif
#define true 1
#define false 0

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head { struct list_head *next, *prev; };
typedef struct { u32 val; } kuid_t;
typedef struct { u32 val; } kgid_t;

struct ns_common { unsigned int inum; };
struct user_namespace;
struct task_struct;

struct pid_namespace {
    struct task_struct *child_reaper;
    unsigned int level;
    struct ns_common ns;
};
struct upid { int nr; struct pid_namespace *ns; };
struct pid { unsigned int level; struct upid numbers[1]; };
enum pid_type { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID };

struct qstr { u32 hash; u32 len; const unsigned char *name; };
struct super_block { u32 s_dev; unsigned long s_flags; unsigned long s_magic;
                     struct user_namespace *s_user_ns; };
struct timespec64 { s64 tv_sec; long tv_nsec; };
struct inode {
    u16 i_mode;
    kuid_t i_uid;
    kgid_t i_gid;
    unsigned int i_flags;
    struct super_block *i_sb;
    unsigned long i_ino;
    s64 i_mtime_sec, i_ctime_sec;      /* from 6.11 */
    u32 i_mtime_nsec, i_ctime_nsec;
};
struct inode___until65 { struct timespec64 i_ctime, i_mtime; };  /* ctime to 6.5, mtime to 6.6 */
struct inode___until610 { struct timespec64 __i_ctime, __i_mtime; }; /* ctime 6.6, mtime 6.7 on */
struct dentry { struct dentry *d_parent; struct qstr d_name; struct inode *d_inode; };
struct vfsmount { struct dentry *mnt_root; };
struct mount { struct mount *mnt_parent; struct dentry *mnt_mountpoint; struct vfsmount mnt; };
struct path { struct vfsmount *mnt; struct dentry *dentry; };
struct file {
    unsigned int f_mode;
    unsigned int f_flags;
    struct inode *f_inode;
    struct path f_path;
    void *private_data;
};
struct fdtable { unsigned int max_fds; struct file **fd; };
struct files_struct { struct fdtable *fdt; };
struct fs_struct { struct path root, pwd; };

struct percpu_counter { s64 count; };
struct mm_struct {
    unsigned long total_vm;
    unsigned long arg_start, arg_end, env_start, env_end;
    struct file *exe_file;
    struct percpu_counter rss_stat[4]; /* from 6.2 */
};
struct mm_rss_stat { struct { s64 counter; } count[4]; };
struct mm_struct___until61 { struct mm_rss_stat rss_stat; };

struct uid_gid_extent { u32 first, lower_first, count; };
struct uid_gid_map { u32 nr_extents; struct uid_gid_extent extent[5]; };
struct user_namespace { struct uid_gid_map uid_map, gid_map; int level; };
struct group_info { int ngroups; kgid_t gid[1]; };
typedef struct { u64 val; } kernel_cap_t; /* two halves until 6.3, the same bytes */
struct cred {
    kuid_t uid, euid, fsuid;
    kgid_t gid, egid, fsgid;
    kernel_cap_t cap_inheritable, cap_permitted, cap_effective;
    struct user_namespace *user_ns;
    struct group_info *group_info;
};

struct kernfs_node { struct kernfs_node *__parent; const char *name; u64 id; }; /* from 6.15 */
struct kernfs_node___until614 { struct kernfs_node *parent; };
struct cgroup;
struct cgroup_root { int hierarchy_id; };
struct cgroup_subsys_state { struct cgroup *cgroup; struct cgroup_subsys_state *parent; };
struct cgroup {
    struct cgroup_subsys_state self;
    struct kernfs_node *kn;
    struct cgroup_root *root;
};
struct css_set { struct cgroup_subsys_state *subsys[16]; struct cgroup *dfl_cgrp; };
enum cgroup_subsys_id { cpuset_cgrp_id = 0, cpu_cgrp_id, cpuacct_cgrp_id, io_cgrp_id,
                        memory_cgrp_id, CGROUP_SUBSYS_COUNT };

struct tty_driver { int major, minor_start; };
struct tty_struct { int index; struct tty_driver *driver; };
struct rlimit { unsigned long rlim_cur, rlim_max; };
struct signal_struct {
    struct list_head thread_head;
    unsigned int is_child_subreaper : 1;
    unsigned int has_child_subreaper : 1;
    struct pid *pids[4];
    struct tty_struct *tty;
    struct rlimit rlim[16];
};
struct mnt_namespace { struct ns_common ns; };
struct nsproxy { struct mnt_namespace *mnt_ns; struct pid_namespace *pid_ns_for_children; };

/* The flags word beside the registers: `status` on x86, `flags` on arm64. */
struct thread_info { unsigned long flags; u32 status; };

struct task_struct {
    struct thread_info thread_info;
    unsigned int flags;
    struct mm_struct *mm;
    int exit_code;
    int pid, tgid;
    struct task_struct *real_parent;
    struct list_head children;
    struct task_struct *group_leader;
    struct pid *thread_pid;
    struct list_head thread_node;
    u64 start_time, start_boottime;
    unsigned long min_flt, maj_flt;
    const struct cred *cred;
    char comm[16];
    struct fs_struct *fs;
    struct files_struct *files;
    struct nsproxy *nsproxy;
    struct signal_struct *signal;
    kuid_t loginuid;
    struct css_set *cgroups;
};
struct linux_binprm { const char *filename; };
union __sifields { struct { s32 _pid; } _kill; struct { s32 _pid; } _sigchld; };
struct kernel_siginfo { int si_code; union __sifields _sifields; };

struct in6_addr { u8 bytes[16]; };
struct sock_common {
    u32 skc_daddr, skc_rcv_saddr;
    u16 skc_dport, skc_num;
    u16 skc_family;
    u8 skc_state;
    struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};
struct sock { struct sock_common __sk_common; u32 sk_ack_backlog, sk_max_ack_backlog;
              u16 sk_type, sk_protocol; };
struct socket { struct sock *sk; };
struct sockaddr_un { u16 sun_family; char sun_path[108]; };
struct unix_address { int len; struct sockaddr_un name[1]; };
struct unix_sock { struct unix_address *addr; struct sock *peer; };

struct seq_file;
struct bpf_iter_meta { struct seq_file *seq; u64 seq_num; };
struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; };
struct bpf_iter__task_file { struct bpf_iter_meta *meta; struct task_struct *task; u32 fd;
                             struct file *file; };

#if defined(__TARGET_ARCH_x86)
struct pt_regs { unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di,
                 orig_ax, ip; };
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs { u64 regs[31]; u64 pc; u64 orig_x0; s32 syscallno; };
#endif

#pragma clang attribute pop

/* Kernel constants that are no BTF enumerators. */
#define EINPROGRESS 115
#define MAX_ERRNO 4095
#define S_IFMT 00170000
#define S_IFSOCK 0140000
#define S_IFREG 0100000
#define S_IFDIR 0040000
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AT_FDCWD (-100)
#define FMODE_CREATED 0x100000
#define PF_EXITING 0x4
#define SB_RDONLY 1
#define S_IMMUTABLE 8
#define CAP_DAC_OVERRIDE 1
#define CAP_FOWNER 3
#define OVERLAYFS_MAGIC 0x794c7630
#define ANON_INODE_MAGIC 0x09041934
#define PIDFS_MAGIC 0x50494446
#define RLIMIT_NOFILE 7
#define CLONE_NEWPID 0x20000000

/* A size or an index that the compiler knows to be small, masked all the same, right before its
 * use: else the mask is optimized away, and the verifier of 6.1 knows the bounds of the register
 * that was compared, but not of copies of it nor of what was put on the stack meanwhile. */
#define MASKED(value, mask)    \
    ({                         \
        u32 masked_ = (value); \
        barrier_var(masked_);  \
        masked_ & (mask);      \
    })
