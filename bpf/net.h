/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Socket calls: addresses and tuples from the kernel's socket; the caller's own address only where
 * the kernel has none (unconnected sockets). */
#pragma once

#include "plan.h"

enum { SOCK_TYPE_MASK = 0xf, SOCK_FLAG_BITS = 0x80800, MAX_MESSAGES = 16 };

struct user_msghdr {
    u64 name;
    u64 name_len, iov, iov_count, control, control_len;
};

static __always_inline u64 sock_of_fd(struct scratch* s, s32 fd) {
    u64 file = file_of(s, fd);
    return file ? sock_of_file(file) : 0;
}

static __always_inline void put_fd(struct scratch* s, u32 k, u64 fd) {
    put(s, k, (u64)(s64)(s32)fd);
}

/* struct msghdr of the caller, 64-bit or 32-bit. out: false: unreadable */
static __always_inline bool read_msghdr(struct scratch* s, u64 at, struct user_msghdr* m) {
    u64 word = 0;
    if (!user_word(s, at, 0, &m->name) || !user_word(s, at, 1, &m->name_len) ||
        !user_word(s, at, 2, &m->iov) || !user_word(s, at, 3, &m->iov_count) ||
        !user_word(s, at, 4, &m->control) || !user_word(s, at, 5, &word))
        return false;
    m->name_len &= 0xffffffff;
    m->control_len = word;
    return true;
}

static __always_inline void put_socket(struct scratch* s) {
    put(s, P(socket, domain), translate_flags(FT_socket_families, (u32)s->args[0]));
    put(s, P(socket, type), (u32)s->args[1] & ~SOCK_FLAG_BITS);
    put(s, P(socket, proto), (u32)s->args[2]);
    u32 bits = (u32)s->args[1] & SOCK_FLAG_BITS;
    /* Access mode bits mean nothing here: O_RDONLY would show for every socket. */
    put(s, P(socket, flags), translate_flags(FT_file_flags, bits) & ~3U);
}

static __always_inline void put_socketpair(struct scratch* s) {
    s32 fds[2] = {-1, -1};
    u64 sk = 0;
    if (s->ret >= 0) {
        bpf_probe_read_user(fds, sizeof(fds), (void*)s->args[3]);
        sk = sock_of_fd(s, fds[0]);
    }
    put_fd(s, P(socketpair, fd1), (u32)fds[0]);
    put_fd(s, P(socketpair, fd2), (u32)fds[1]);
    put(s, P(socketpair, source), sk);
    put(s, P(socketpair, peer), sk ? (u64)READ(unix_sock, sk, peer) : 0);
    put(s, P(socketpair, domain), translate_flags(FT_socket_families, (u32)s->args[0]));
    put(s, P(socketpair, type), (u32)s->args[1] & ~SOCK_FLAG_BITS);
    put(s, P(socketpair, proto), (u32)s->args[2]);
}

static __always_inline void put_connect(struct scratch* s, u32 idx) {
    u64 sk = sock_of_fd(s, (s32)s->args[0]);
    put_fd(s, P(connect, fd), s->args[0]);
    put_sockaddr(idx, P(connect, addr), s->args[1], (u32)s->args[2]);
    if (s->ret == 0 || s->ret == -EINPROGRESS)
        put_tuple(idx, P(connect, tuple), sk, LOCAL_FIRST, s->args[1]);
}

static __always_inline void put_accept(struct scratch* s, u32 idx) {
    u64 listening = sock_of_fd(s, (s32)s->args[0]);
    u32 queued = 0, most = 0;
    if (s->ret >= 0) put_tuple(idx, P(accept, tuple), sock_of_fd(s, (s32)s->ret), REMOTE_FIRST, 0);
    if (listening) {
        queued = READ(sock, listening, sk_ack_backlog);
        most = READ(sock, listening, sk_max_ack_backlog);
    }
    put(s, P(accept, queuepct), most ? (u8)((u64)queued * 100 / most) : 0);
    put(s, P(accept, queuelen), queued);
    put(s, P(accept, queuemax), most);
    if (head_of(s)->type == EV_accept4) put(s, P(accept4, flags), (u64)(s64)(s32)s->args[3]);
}

__attribute__((noinline)) int put_socket_event(u32 idx) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    put(s, 0, (u64)s->ret);
    switch (head_of(s)->type) {
        case EV_socket: put_socket(s); break;
        case EV_socketpair: put_socketpair(s); break;
        case EV_bind:
            put_sockaddr(idx, P(bind, addr), s->args[1], (u32)s->args[2]);
            put_fd(s, P(bind, fd), s->args[0]);
            s->fd = (s32)s->args[0];
            break;
        case EV_connect:
            put_connect(s, idx);
            s->fd = (s32)s->args[0];
            break;
        case EV_accept:
        case EV_accept4:
            put_accept(s, idx);
            s->fd = s->ret >= 0 ? (s32)s->ret : -1;
            break;
    }
    if (s->fd >= 0) put_object(idx, file_of(s, s->fd), s->fd, 0);
    return 0;
}

/* Data of a list of buffers into slot `data`, its whole size into `size`. */
static __always_inline void put_buffers(struct scratch* s, u32 idx, u32 data, u32 size, u64 iov,
                                        u32 count, bool out, s64 done) {
    u32 limit = done > 0 ? keep((u64)done) : out ? 0 : keep(65000);
    int n = read_iov(idx, iov, count, limit);
    put(s, size, (u32)s->data_left);
    if (done <= 0 && !out && s->data_left < (u64)(u32)n) n = 0;
    if (n >= 0 && n <= 65000 && room(s, (u32)n)) put_tail(s, data, (u32)n);
}

static __always_inline void put_control(struct scratch* s, u32 idx, u32 k, struct user_msghdr* m) {
    u32 bytes = m->control_len > TEXT_ROOM ? TEXT_ROOM : (u32)m->control_len;
    put_user_bytes(idx, k, m->control, m->control ? bytes : 0);
}

/* send, sendto, recv, recvfrom: one buffer. */
__attribute__((noinline)) int put_transfer(u32 idx) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    u16 type = head_of(s)->type;
    bool in = type == EV_recv || type == EV_recvfrom;
    u64 sk = sock_of_fd(s, (s32)s->args[0]);
    u64 address = type == EV_sendto || type == EV_recvfrom ? s->args[4] : 0;
    u32 data = P(send, data), fd = P(send, fd), size = P(send, size), tuple = P(send, tuple);
    if (type == EV_recvfrom) {
        tuple = P(recvfrom, tuple);
        fd = P(recvfrom, fd);
        size = P(recvfrom, size);
    }
    put(s, 0, (u64)s->ret);
    put_data(s, idx, data, s->args[1], s->args[2], in);
    put_fd(s, fd, s->args[0]);
    put(s, size, (u32)s->args[2]);
    if (s->ret >= 0) put_tuple(idx, tuple, sk, in ? REMOTE_FIRST : LOCAL_FIRST, address);
    return put_object(idx, file_of(s, (s32)s->args[0]), (s32)s->args[0], 0);
}

__attribute__((noinline)) int put_message(u32 idx) {
    struct scratch* s = scratch_at(idx);
    struct user_msghdr m = {};
    if (!s) return 0;
    bool in = head_of(s)->type == EV_recvmsg;
    put(s, 0, (u64)s->ret);
    put_fd(s, in ? P(recvmsg, fd) : P(sendmsg, fd), s->args[0]);
    if (read_msghdr(s, s->args[1], &m)) {
        put_buffers(s, idx, in ? P(recvmsg, data) : P(sendmsg, data),
                    in ? P(recvmsg, size) : P(sendmsg, size), m.iov, (u32)m.iov_count, in, s->ret);
        if (in && s->ret >= 0) put_control(s, idx, P(recvmsg, msgcontrol), &m);
    }
    if (s->ret >= 0)
        put_tuple(idx, in ? P(recvmsg, tuple) : P(sendmsg, tuple), sock_of_fd(s, (s32)s->args[0]),
                  in ? REMOTE_FIRST : LOCAL_FIRST, m.name);
    return put_object(idx, file_of(s, (s32)s->args[0]), (s32)s->args[0], 0);
}

/* Message n of sendmmsg or recvmmsg as a record of its own; its result is its length. */
__attribute__((noinline)) int put_one_of_many(u32 idx, u32 plan, u32 n) {
    struct scratch* s = scratch_at(idx);
    struct user_msghdr m = {};
    u32 done = 0;
    if (!s) return 0;
    start_event(s, plan);
    bool in = head_of(s)->type == EV_recvmmsg;
    u32 header = compat(s) ? 28 : 56; /* struct msghdr, then the length */
    u64 at = s->args[1] + (u64)n * (compat(s) ? 32 : 64);
    bool sent = s->ret > 0;
    if (sent) bpf_probe_read_user(&done, 4, (void*)(at + header));
    put(s, P(sendmmsg, res), sent ? done : (u64)s->ret);
    put_fd(s, P(sendmmsg, fd), s->args[0]);
    put(s, P(sendmmsg, size), 0);
    if (sent && read_msghdr(s, at, &m)) {
        put_buffers(s, idx, P(sendmmsg, data), P(sendmmsg, size), m.iov, (u32)m.iov_count, in,
                    done);
        if (in) put_control(s, idx, P(recvmmsg, msgcontrol), &m);
        put_tuple(idx, P(sendmmsg, tuple), sock_of_fd(s, (s32)s->args[0]),
                  in ? REMOTE_FIRST : LOCAL_FIRST, m.name);
    } else {
        put_user_bytes(idx, P(sendmmsg, data), 0, 0);
    }
    put_object(idx, file_of(s, (s32)s->args[0]), (s32)s->args[0], 0);
    return emit(idx);
}
