/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Layout of a record between the probe and user space. C and C++.
 *
 *   head | slot[nslots] of 8 bytes | tail
 *
 * Slot k < number of parameters is parameter k of the event (grammar/events.def); the slots after
 * them are extras (enum rec_extra). A slot holds the integer itself, sign extended to 64 bits if
 * its type is signed, or (offset << 32 | bytes) for everything of variable size; offset counts
 * from the start of the record. Texts carry a NUL behind their bytes that `bytes` does not count.
 * Encodings of buffers, addresses and tuples are those of capture files (section 3 of the wire
 * specification), so captures translate by table. A set bit k of `absent` says that slot k could
 * not be collected. Records are 8-byte aligned in the ring.
 */
#pragma once

#ifdef __cplusplus
#include <cstdint>
using rec_u8 = std::uint8_t;
using rec_u16 = std::uint16_t;
using rec_u32 = std::uint32_t;
using rec_u64 = std::uint64_t;
#else
typedef __u8 rec_u8;
typedef __u16 rec_u16;
typedef __u32 rec_u32;
typedef __u64 rec_u64;
#endif

enum {
    REC_MAX_PARAMS = 32,      /* of an event */
    REC_MAX_SLOTS = 40,       /* parameters and extras */
    REC_MAX_BYTES = 65536,    /* one record; larger ones are dropped and counted */
    REC_MAX_TEXT = 4096,      /* one text, argument block or environment block */
    REC_MAX_EVENTS = 512,     /* event codes */
    REC_MAX_SYSCALLS = 512,   /* native system call numbers */
    REC_MAX_SC = 512,         /* stable system call numbers */
};

/* Extras: slot (parameters of the event + k); there if nslots counts it and its absent bit is 0. */
enum rec_extra {
    REC_X_FD = 0,    /* struct rec_fd (8-byte aligned) + text: the object behind the fd parameter;
                      * of opens, accepts: the new descriptor's, without path: REC_X_REAL has it */
    REC_X_REAL,      /* text: the kernel's own path of the file the event opened or executed */
    REC_X_DIR,       /* text: the kernel's path of the directory a relative name starts from; of
                      * chdir and fchdir the new one is in REC_X_REAL */
    REC_X_COUNT,
};

enum rec_flag {
    REC_F_COMPAT = 1,     /* the 32-bit call interface */
    REC_F_X32 = 2,        /* the x32 call interface */
    REC_F_TRUNCATED = 4,  /* a text or buffer was cut */
    REC_F_CRITICAL = 8,   /* came through the critical lane */
    REC_F_STATE = 16,     /* no event: an open file (REC_X_FD) of the process, for the state */
    REC_F_ODD_DIR = 32,   /* the directory a name starts from was entered or opened by other words
                           * than its path: these are what rules know, REC_X_DIR only checks them */
    REC_F_CANARY = 64,    /* of the thread that the sensor sent out to see whether it comes back */
};

struct rec_head {
    rec_u32 len;        /* whole record, bytes */
    rec_u16 type;       /* event code */
    rec_u8 nslots;      /* parameters and extras */
    rec_u8 flags;       /* enum rec_flag */
    rec_u64 ts;         /* ns since the epoch */
    rec_u32 tgid, tid;  /* kernel numbers: the initial PID namespace */
    rec_u32 ns_tgid;    /* the same seen from the sensor's PID namespace, 0: not visible there */
    rec_u32 ns_tid;
    rec_u64 start;      /* start of the thread group leader, ns on the boot clock */
    rec_u64 cgroup;     /* id of the cgroup in the v2 hierarchy */
    rec_u64 seq;        /* counts records of this CPU and lane, from 0, lost ones included */
    rec_u32 generation; /* execs, credential and namespace changes of the process since its start */
    rec_u16 cpu;
    rec_u16 sc;         /* stable syscall number (grammar/syscalls.def), 0: not a system call */
    rec_u32 mnt_ns;     /* inode numbers of the task's mount and PID namespaces */
    rec_u32 pid_ns;
    rec_u64 absent;     /* bit k: slot k was not collected */
};

/* The object behind a file descriptor, as the kernel knows it. A text follows directly: path,
 * or for sockets the tuple in capture encoding, local end first (unix: own address, peer address,
 * own name or else the peer's). */
struct rec_fd {
    rec_u32 kind;       /* S_IFMT bits of the inode, or enum rec_anon below */
    rec_u32 dev;        /* user-space device encoding */
    rec_u64 ino;
    rec_u64 cookie;     /* socket: kernel address of the socket, opaque */
    rec_u16 family;     /* socket */
    rec_u16 sock_type;  /* SOCK_* */
    rec_u16 proto;      /* IPPROTO_* */
    rec_u8 sock_state;  /* TCP_* state */
    rec_u8 overlay;     /* 1 upper layer, 2 lower layer */
    rec_u32 f_flags;    /* kernel O_* bits of the open file */
    rec_u32 fd;         /* the descriptor number this describes */
};

/* rec_fd.kind of objects that have no file type bits; above all S_IFMT values. */
enum rec_anon {
    REC_ANON_UNKNOWN = 0x100000,
    REC_ANON_EVENTFD,
    REC_ANON_EVENTPOLL,
    REC_ANON_INOTIFY,
    REC_ANON_SIGNALFD,
    REC_ANON_TIMERFD,
    REC_ANON_IO_URING,
    REC_ANON_USERFAULTFD,
    REC_ANON_PIDFD,
    REC_ANON_BPF,
    REC_ANON_PERF,
    REC_ANON_MEMFD,
};

/* One task as the probe's iterator writes it at start-up; src/event/task_snapshot.hpp explains. */
struct rec_task {
    rec_u32 tgid, tid, ns_tgid, ns_tid;
    rec_u32 parent_tgid, flags;
    rec_u64 start;
    rec_u32 sid, pgid, vpgid, vtid, vpid, tty;
    rec_u32 loginuid, uid, gid, pad;
    rec_u64 cap_inheritable, cap_permitted, cap_effective;
    rec_u64 cgroup;
    char comm[16];
};

/* Why a record was lost. Names and meaning for people: grammar/loss.def. */
enum rec_loss {
#define LOSS(id, text, counter, doc) REC_LOSS_##id,
#include "../grammar/loss.def"
#undef LOSS
    REC_LOSS_COUNT
};

/* What kind of event was lost: grammar/loss_class.def. */
enum rec_class {
#define LOSS_CLASS(id, doc) REC_CLASS_##id,
#include "../grammar/loss_class.def"
#undef LOSS_CLASS
    REC_CLASS_COUNT
};

enum rec_lane { REC_LANE_CRITICAL = 0, REC_LANE_BULK = 1, REC_LANE_COUNT };
