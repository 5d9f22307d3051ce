/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The generic program: any event whose parameters are results, arguments and what they point to.
 * It reads its parameters by the plan of the event, so one more plain event is one more group in
 * grammar/events.def and costs no verifier instruction. */
#pragma once

#include "socket.h"

enum { MAX_IOV = 32, MAX_POLLFDS = 16 };
enum { DYN_FIRST = 0, DYN_SIGNAL = 1, DYN_TEXT = 1 };

static __always_inline u64 widen(u64 value, u32 conv) {
    u32 shift = 64 - (conv & 127);
    shift &= 63;
    if (conv & CV_SIGNED) return (u64)((s64)(value << shift) >> shift);
    return value << shift >> shift;
}

static __always_inline bool compat(struct scratch* s) {
    return (head_of(s)->flags & REC_F_COMPAT) != 0;
}

static __always_inline u64 arg(struct scratch* s, u32 n) { return n < 6 ? s->args[n] : 0; }

/* Word n (of the caller's size) in its memory. out: false: unreadable or no pointer */
static __always_inline bool user_word(struct scratch* s, u64 address, u32 n, u64* value) {
    u32 small = 0;
    *value = 0;
    if (address == 0) return false;
    if (!compat(s)) return bpf_probe_read_user(value, 8, (void*)(address + 8ULL * n)) == 0;
    if (bpf_probe_read_user(&small, 4, (void*)(address + 4ULL * n))) return false;
    *value = small;
    return true;
}

/* Sum of the first 32 lengths of an iovec array, and the data up to `limit` bytes at the tail.
 * out: bytes at the tail; the sum is in scratch.data_left, saturated at 32 bits by the slot */
__attribute__((noinline)) int iov_step(u32 idx, u32 n, u32 limit, u32 done) {
    struct scratch* s = scratch_at(idx);
    u64 base = 0, len = 0;
    if (!s || !user_word(s, s->iov, 2 * n, &base) || !user_word(s, s->iov, 2 * n + 1, &len))
        return -1;
    s->data_left += len;
    if (done >= limit || len == 0) return (int)done;
    u32 want = len > limit - done ? limit - done : (u32)len;
    u32 got = (u32)copy_user(idx, s->tail + done, base, want);
    return got <= want ? (int)(done + got) : -1;
}

__attribute__((noinline)) int read_iov(u32 idx, u64 iov, u32 count, u32 limit) {
    struct scratch* s = scratch_at(idx);
    int done = 0;
    if (!s || !room(s, limit)) return 0;
    s->iov = iov;
    s->data_left = 0;
    for (u32 n = 0; n < MAX_IOV; n++) {
        if (n >= count) break;
        int now = iov_step(idx, n, limit, (u32)done);
        if (now < 0) break;
        done = now;
    }
    return done;
}

/* How much of `size` bytes of data to keep. */
static __always_inline u32 keep(u64 size) {
    u32 most = cfg_snaplen > 65000 ? 65000 : cfg_snaplen;
    return size > most ? most : (u32)size;
}

/* Buffer of a read (after success only) or a write (always). */
static __always_inline void put_data(struct scratch* s, u32 idx, u32 k, u64 at, u64 size,
                                     bool out) {
    if (out && s->ret <= 0) {
        put_user_bytes(idx, k, 0, 0);
        return;
    }
    u64 bytes = s->ret > 0 ? (u64)s->ret : (size & 0xffffffff);
    if (keep(bytes) < bytes) head_of(s)->flags |= REC_F_TRUNCATED;
    put_user_bytes(idx, k, at, keep(bytes));
}

__attribute__((noinline)) int put_iov(u32 idx, u32 k, u32 out) {
    struct scratch* s = scratch_at(idx);
    if (!s || (out && s->ret <= 0)) {
        if (s) put_user_bytes(idx, k, 0, 0);
        return 0;
    }
    u32 limit = s->ret > 0 ? keep((u64)s->ret) : keep(65000);
    int n = read_iov(idx, s->args[1], (u32)s->args[2], limit);
    if (n >= 0 && n <= 65000) put_tail(s, k, (u32)n);
    return 0;
}

/* A value of dynamic type: the index of its type, then the value. */
static __always_inline void put_dyn(struct scratch* s, u32 k, u8 kind, u64 value, u32 bytes) {
    if (!room(s, 16)) return;
    u32 at = s->tail;
    write8(s, at, kind);
    write_bytes(s, at + 1, &value, 8);
    put_tail(s, k, 1 + bytes);
}

enum {
    PTRACE_PEEKTEXT = 1,
    PTRACE_PEEKUSR = 3,
    PTRACE_CONT = 7,
    PTRACE_SINGLESTEP = 9,
    PTRACE_DETACH = 17,
    PTRACE_SYSCALL = 24
};

static __always_inline void put_ptrace_data(struct scratch* s, u32 k) {
    u64 request = s->args[0], value = s->args[3];
    if (s->ret < 0) {
        put_dyn(s, k, DYN_FIRST, 0, 8);
    } else if (request >= PTRACE_PEEKTEXT && request <= PTRACE_PEEKUSR) {
        user_word(s, value, 0, &value);
        put_dyn(s, k, DYN_FIRST, value, 8);
    } else if (request == PTRACE_CONT || request == PTRACE_SINGLESTEP || request == PTRACE_DETACH ||
               request == PTRACE_SYSCALL) {
        put_dyn(s, k, DYN_SIGNAL, value & 0xff, 1);
    } else {
        put_dyn(s, k, DYN_FIRST, value, 8);
    }
}

enum { PR_SET_NAME = 15, PR_GET_NAME = 16, PR_GET_CHILD_SUBREAPER = 37 };

static __always_inline void put_prctl(struct scratch* s, u32 idx, u32 k, bool text) {
    u32 option = (u32)s->args[0];
    bool named = option == PR_SET_NAME || option == PR_GET_NAME;
    if (text) {
        if (named) put_user_text(idx, k, s->args[1]);
        return;
    }
    u64 value = named ? 0 : s->args[1];
    u32 word = 0;
    if (option == PR_GET_CHILD_SUBREAPER && s->ret >= 0) {
        bpf_probe_read_user(&word, 4, (void*)s->args[1]);
        value = word;
    }
    put(s, k, value);
}

/* struct pollfd list in the encoding of captures: u16 count, then s64 fd and u16 flags each, as the
 * kernel left them: none for a descriptor on which nothing has happened. */
__attribute__((noinline)) int put_pollfds(u32 idx, u32 k) {
    struct scratch* s = scratch_at(idx);
    if (!s || !room(s, 2 + 10 * MAX_POLLFDS)) return 0;
    u32 at = s->tail + 2, count = 0;
    for (; count < MAX_POLLFDS; count++) {
        struct {
            s32 fd;
            u16 events, revents;
        } entry = {};
        if (count >= s->args[1] ||
            bpf_probe_read_user(&entry, sizeof(entry), (void*)(s->args[0] + 8ULL * count)))
            break;
        s64 fd = entry.fd;
        u16 bits = (u16)translate_flags(FT_poll_flags, entry.revents);
        write_bytes(s, at, &fd, 8);
        write_bytes(s, at + 8, &bits, 2);
        at += 10;
    }
    write_bytes(s, s->tail, &count, 2);
    put_tail(s, k, 2 + 10 * (count & 31));
    return 0;
}

enum {
    SO_ERROR = 4,
    SO_RCVTIMEO = 20,
    SO_SNDTIMEO = 21,
    SO_RCVTIMEO_NEW = 66,
    SO_SNDTIMEO_NEW = 67,
    SO_COOKIE = 57,
    SO_PEERCRED = 17,
    SO_BINDTODEVICE = 25,
    SO_ATTACH_FILTER = 26,
    SO_LINGER = 13,
    SO_PEERNAME = 28,
    SO_PEERSEC = 31,
    SO_MEMINFO = 55,
    SO_PEERGROUPS = 59
};
enum { OPT_BYTES = 0, OPT_ERRNO = 1, OPT_U32 = 2, OPT_U64 = 3, OPT_TIME = 4 };

static __always_inline u32 sockopt_kind(u32 level, u32 name) {
    if (level != 1) return OPT_BYTES;
    if (name == SO_ERROR) return OPT_ERRNO;
    if (name == SO_RCVTIMEO || name == SO_SNDTIMEO || name == SO_RCVTIMEO_NEW ||
        name == SO_SNDTIMEO_NEW)
        return OPT_TIME;
    if (name == SO_COOKIE) return OPT_U64;
    if (name == SO_PEERCRED || name == SO_BINDTODEVICE || name == SO_ATTACH_FILTER ||
        name == SO_LINGER || name == SO_PEERNAME || name == SO_PEERSEC || name == SO_MEMINFO ||
        name == SO_PEERGROUPS)
        return OPT_BYTES;
    return OPT_U32;
}

__attribute__((noinline)) int put_sockopt(u32 idx, u32 k) {
    struct scratch* s = scratch_at(idx);
    if (!s || !room(s, 4096)) return 0;
    u32 kind = sockopt_kind((u32)s->args[1], (u32)s->args[2]), len = (u32)s->args[4], word = 0;
    u64 at = s->args[3], first = 0, second = 0;
    if (head_of(s)->type == EV_getsockopt && bpf_probe_read_user(&len, 4, (void*)s->args[4]))
        return 0;
    if (kind == OPT_BYTES) {
        u32 want = keep(len > 4000 ? 4000 : len);
        write8(s, s->tail, OPT_BYTES);
        u32 got = (u32)copy_user(idx, s->tail + 1, at, want);
        put_tail(s, k, 1 + (got <= want ? got : 0));
        return 0;
    }
    if (kind == OPT_U32 || kind == OPT_ERRNO) {
        bpf_probe_read_user(&word, 4, (void*)at);
        if (kind == OPT_ERRNO)
            put_dyn(s, k, OPT_ERRNO, (u64)(-(s64)(s32)word), 8);
        else
            put_dyn(s, k, OPT_U32, word, 4);
        return 0;
    }
    user_word(s, at, 0, &first);
    user_word(s, at, 1, &second);
    put_dyn(s, k, (u8)kind, kind == OPT_TIME ? first * 1000000000ULL + second * 1000 : first, 8);
    return 0;
}

enum { KEYCTL_JOIN_SESSION_KEYRING = 1, KEYCTL_SEARCH = 10, KEYCTL_RESTRICT_KEYRING = 29 };

/* Arguments of keyctl: a text where the operation takes one, else a number. */
__attribute__((noinline)) int put_keyctl(u32 idx, u32 k, u32 n) {
    struct scratch* s = scratch_at(idx);
    if (!s || !room(s, REC_MAX_TEXT + 1)) return 0;
    u32 op = (u32)s->args[0];
    bool text = (op == KEYCTL_JOIN_SESSION_KEYRING && n == 1) ||
                ((op == KEYCTL_SEARCH || op == KEYCTL_RESTRICT_KEYRING) && (n == 2 || n == 3));
    if (!text) {
        put_dyn(s, k, DYN_FIRST, arg(s, n), 8);
        return 0;
    }
    write8(s, s->tail, DYN_TEXT);
    long got = bpf_probe_read_user_str(&s->rec[(s->tail + 1) & 0xffff], 2048, (void*)arg(s, n));
    if (got > 0 && got <= 2048) put_tail(s, k, 1 + (u32)got);
    return 0;
}

enum {
    FSCONFIG_SET_STRING = 1,
    FSCONFIG_SET_BINARY = 2,
    FSCONFIG_SET_PATH = 3,
    FSCONFIG_SET_PATH_EMPTY = 4
};

static __always_inline void put_fsconfig(struct scratch* s, u32 idx, u32 k, bool text) {
    u32 cmd = (u32)s->args[1];
    if (text &&
        (cmd == FSCONFIG_SET_STRING || cmd == FSCONFIG_SET_PATH || cmd == FSCONFIG_SET_PATH_EMPTY))
        put_user_text(idx, k, s->args[3]);
    else if (!text && cmd == FSCONFIG_SET_BINARY)
        put_user_bytes(idx, k, s->args[3], keep((u32)s->args[4]));
}

/* Time the caller points to, ns. 32-bit calls below 403 have 32-bit times. */
static __always_inline void put_timespec(struct scratch* s, u32 k, u64 at) {
    u64 sec = 0, nsec = 0;
    if (at == 0) return;
    if (compat(s) && s->id < 403) {
        u32 pair[2] = {};
        bpf_probe_read_user(pair, 8, (void*)at);
        sec = pair[0];
        nsec = pair[1];
    } else {
        bpf_probe_read_user(&sec, 8, (void*)at);
        bpf_probe_read_user(&nsec, 8, (void*)(at + 8));
    }
    put(s, k, sec * 1000000000ULL + nsec);
}

static __always_inline void put_mem(struct scratch* s, u32 k, struct plan_param p) {
    u64 words[2] = {}, at = arg(s, p.aux & 15) + (p.aux >> 8); /* the size is a byte count to 15 */
    if (s->ret < 0 || arg(s, p.aux & 15) == 0) return;
    if (bpf_probe_read_user(words, (p.aux >> 4) & 15, (void*)at)) {
        fault(s);
        return;
    }
    u64 value = p.table ? translate_flags(p.table, (u32)words[0]) : words[0];
    put(s, k, widen(value, p.conv));
}

/* One member of the first two struct sembuf of semop. */
static __always_inline void put_sem(struct scratch* s, u32 k, struct plan_param p) {
    u32 n = p.aux & 15;
    u16 value = 0;
    if (n < s->args[2]) bpf_probe_read_user(&value, 2, (void*)(s->args[1] + 6 * n + (p.aux >> 4)));
    put(s, k, widen(p.table ? translate_flags(p.table, value) : value, p.conv));
}

enum { SETVAL = 16 };

/* The value semctl sets: other commands have no number there. */
static __always_inline void put_sem_value(struct scratch* s, u32 k, struct plan_param p) {
    put(s, k, (u16)s->args[2] == SETVAL ? widen(arg(s, p.aux), p.conv) : 0);
}

static __always_inline void put_cap(struct scratch* s, u32 k, u32 set) {
    u64 cred = (u64)READ(task_struct, s->task, cred);
    put(s, k,
        set == 0   ? CAPABILITIES(cred, cap_inheritable)
        : set == 1 ? CAPABILITIES(cred, cap_permitted)
                   : CAPABILITIES(cred, cap_effective));
}

/* An argument: text, or a number in its width, translated if it has a table. What chroot leaves
 * as working directory has no path from its new root. */
static __always_inline void put_arg(struct scratch* s, u32 idx, u32 k, struct plan_param p) {
    u64 value = arg(s, p.aux);
    if (p.conv == CV_CHARBUF || p.conv == CV_FSPATH) {
        put_user_text(idx, k, value);
        if (p.conv == CV_CHARBUF || head_of(s)->type == EV_chroot) return;
        u32 dir = (u32)p.dirfd & 31;
        s32 dirfd = AT_FDCWD;
        if (p.dirfd >= 0) dirfd = (s32)((u64*)(s->rec + sizeof(struct rec_head)))[dir];
        put_dir(s, idx, dirfd, k);
        return;
    }
    if (p.table) value = translate_flags(p.table, (u32)value);
    /* Calls that open files have programs of their own. Of the same flags, all others give no way
     * of access, which would read as O_RDONLY. */
    if (p.table == FT_file_flags) value &= ~3ULL;
    put(s, k, widen(value, p.conv));
}

/* The sources that read memory of the kernel or through structures of the caller. */
__attribute__((noinline)) int put_structured(u32 idx, u32 plan, u32 k) {
    struct scratch* s = scratch_at(idx);
    if (!s || plan >= EVENT_ROWS || k >= REC_MAX_PARAMS) return 0;
    struct plan_param p = plans[plan].params[k];
    u64 word = 0;
    switch (p.kind) {
        case K_VM: put(s, k, (u32)vm_kib((u64)READ(task_struct, s->task, mm), p.aux)); break;
        case K_MEM: put_mem(s, k, p); break;
        case K_LONG:
            if ((p.aux & 16) && s->ret < 0) break; /* the kernel has written nothing */
            if (user_word(s, arg(s, p.aux & 15), p.aux >> 8, &word)) put(s, k, word);
            break;
        case K_PAIR: put(s, k, arg(s, p.aux & 15) << 32 | (u32)arg(s, p.aux >> 4)); break;
        case K_TIMESPEC: put_timespec(s, k, arg(s, p.aux)); break;
        case K_CAP: put_cap(s, k, p.aux); break;
        case K_PTRACE_ADDR: put_dyn(s, k, DYN_FIRST, s->ret < 0 ? 0 : s->args[2], 8); break;
        case K_PTRACE_DATA: put_ptrace_data(s, k); break;
        case K_PRCTL_STR: put_prctl(s, idx, k, true); break;
        case K_PRCTL_INT: put_prctl(s, idx, k, false); break;
        case K_SEM: put_sem(s, k, p); break;
        case K_SEM_VALUE: put_sem_value(s, k, p); break;
        case K_FSCONFIG_BYTES: put_fsconfig(s, idx, k, false); break;
        case K_FSCONFIG_TEXT: put_fsconfig(s, idx, k, true); break;
        case K_POLLFDS: put_pollfds(idx, k); break;
        case K_SOCKOPT: put_sockopt(idx, k); break;
        case K_KEYCTL: put_keyctl(idx, k, p.aux); break;
        case K_IOV_IN: put_iov(idx, k, 0); break;
        case K_IOV_OUT: put_iov(idx, k, 1); break;
        case K_IOV_SIZE:
            read_iov(idx, s->args[1], (u32)s->args[2], 0);
            put(s, k, (u32)s->data_left);
            break;
        case K_PIPE_INO: {
            s32 fd = 0;
            if (s->ret == 0 && bpf_probe_read_user(&fd, 4, (void*)s->args[0]) == 0) {
                u64 file = file_of(s, fd);
                put(s, k, file ? READ(file, file, f_inode, i_ino) : 0);
            }
            break;
        }
        default: break;
    }
    return 0;
}

/* One parameter. */
__attribute__((noinline)) int put_param(u32 idx, u32 plan, u32 k) {
    struct scratch* s = scratch_at(idx);
    if (!s || plan >= EVENT_ROWS || k >= REC_MAX_PARAMS) return 0;
    struct plan_param p = plans[plan].params[k];
    switch (p.kind) {
        case K_OWN: break;
        case K_RET: put(s, k, p.conv == CV_FD ? (u64)s->ret : widen((u64)s->ret, p.conv)); break;
        case K_ARG: put_arg(s, idx, k, p); break;
        case K_ZERO: put(s, k, 0); break;
        case K_SC: put(s, k, head_of(s)->sc); break;
        case K_NATIVE: put(s, k, s->slot < REC_MAX_SYSCALLS ? s->slot : (u16)s->id); break;
        case K_DATA_IN: put_data(s, idx, k, s->args[1], s->args[2], false); break;
        case K_DATA_OUT: put_data(s, idx, k, s->args[1], s->args[2], true); break;
        case K_IMAGE: put_user_bytes(idx, k, s->args[0], keep(s->args[1])); break;
        case K_RESULT_TEXT:
            if (s->ret > 0) put_user_text(idx, k, arg(s, p.aux));
            break;
        default: put_structured(idx, plan, k); break;
    }
    return 0;
}

/* REC_X_FD for events that use a descriptor: the first parameter of that type. */
__attribute__((noinline)) int put_used_fd(u32 idx, u32 plan) {
    struct scratch* s = scratch_at(idx);
    if (!s || plan >= EVENT_ROWS) return 0;
    u32 flags = plans[plan].flags & (USES_FD | CREATES_FD);
    if (flags == (USES_FD | CREATES_FD) && s->ret >= 0) /* a copy: nobody may know the first one */
        return put_object(idx, file_of(s, (s32)s->ret), (s32)s->ret, 1);
    if (flags != USES_FD) return 0;
    for (u32 k = 0; k < 4; k++) {
        struct plan_param p = plans[plan].params[k];
        if (p.kind == K_ARG && p.conv == CV_FD) {
            s32 fd = (s32)arg(s, p.aux);
            return put_object(idx, file_of(s, fd), fd, 1);
        }
    }
    return 0;
}

__attribute__((noinline)) int put_params(u32 idx, u32 plan) {
    if (plan >= EVENT_ROWS) return 0;
    u32 count = plans[plan].count;
    for (u32 k = 0; k < REC_MAX_PARAMS; k++) {
        if (k >= count) break;
        put_param(idx, plan, k);
    }
    return 0;
}
