/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Sockets and the objects behind descriptors, read from the kernel. Addresses and tuples are
 * written in the encoding of capture files: family, addresses in network order, ports in host
 * order. */
#pragma once

#include "exe.h"

/* Which end of a tuple stands first. */
enum { LOCAL_FIRST = 0, REMOTE_FIRST = 1, UNIX_OWN_FIRST = 2 };
enum { UNIX_PATH = 108, SOCKADDR_MAX = 128 };

static __always_inline u16 swap16(u16 v) { return (u16)(v << 8 | v >> 8); }

static __always_inline u64 socket_of_file(u64 file) {
    if (!file || (READ(file, file, f_inode, i_mode) & S_IFMT) != S_IFSOCK) return 0;
    return (u64)READ(file, file, private_data);
}

static __always_inline u64 sock_of_file(u64 file) {
    u64 socket = socket_of_file(file);
    return socket ? (u64)READ(socket, socket, sk) : 0;
}

static __always_inline void write8(struct scratch* s, u32 at, u8 v) { s->rec[at & 0xffff] = v; }
static __always_inline void write_bytes(struct scratch* s, u32 at, const void* from, u32 bytes) {
    bpf_probe_read_kernel(&s->rec[at & 0xffff], bytes, from);
}

/* Address of a struct sockaddr in scratch.path (the caller read it there) written at `at` without
 * its family byte: INET ip port, INET6 ip port. out: bytes */
static __always_inline u32 write_inet(struct scratch* s, u32 at, u64 ip, u32 ip_bytes, u16 port) {
    if (ip_bytes == 4)
        write_bytes(s, at, (void*)ip, 4);
    else
        write_bytes(s, at, (void*)ip, 16);
    write8(s, at + ip_bytes, (u8)port);
    write8(s, at + ip_bytes + 1, (u8)(port >> 8));
    return ip_bytes + 2;
}

/* Name of a unix socket and a NUL at `at`; an abstract name loses its leading NUL. out: bytes */
__attribute__((noinline)) u32 write_unix_name(u32 idx, u32 at, u64 sk) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    u64 addr = sk ? (u64)READ(unix_sock, sk, addr) : 0;
    int len = addr ? READ(unix_address, addr, len) - 2 : 0;
    s->rec[at & 0xffff] = 0;
    if (len <= 0 || len > UNIX_PATH) return 1;
    u64 name = AT(unix_address, addr, name) + 2;
    u8 first = 0;
    bpf_probe_read_kernel(&first, 1, (void*)name);
    if (first == 0) {
        name++;
        len--;
    }
    u32 size = MASKED((u32)len + 1, 127);
    long n = bpf_probe_read_kernel_str(&s->rec[at & 0xffff], size, (void*)name);
    return n > 0 && n <= UNIX_PATH + 1 ? (u32)n : 1;
}

__attribute__((noinline)) u32 write_unix_tuple(u32 idx, u64 sk, u32 order) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    u64 peer = (u64)READ(unix_sock, sk, peer);
    u64 first = order == LOCAL_FIRST ? peer : sk, second = order == LOCAL_FIRST ? sk : peer;
    u32 at = s->tail;
    write8(s, at, AF_UNIX);
    write_bytes(s, at + 1, &first, 8);
    write_bytes(s, at + 9, &second, 8);
    u32 n = write_unix_name(idx, at + 17, order == LOCAL_FIRST ? peer : sk);
    if (order == UNIX_OWN_FIRST && n <= 1) n = write_unix_name(idx, at + 17, peer);
    return 17 + n;
}

/* Tuple of a kernel socket at the tail. user_addr: struct sockaddr of the caller, used for the far
 * end if the socket has none. out: bytes, 0: a family without tuples */
__attribute__((noinline)) u32 write_tuple(u32 idx, u64 sk, u32 order, u64 user_addr) {
    struct scratch* s = scratch_at(idx);
    if (!s || !sk || !room(s, 256)) return 0;
    u16 family = READ(sock, sk, __sk_common.skc_family);
    if (family == AF_UNIX) return write_unix_tuple(idx, sk, order);
    if (family != AF_INET && family != AF_INET6) return 0;
    u32 ip = family == AF_INET ? 4 : 16, at = s->tail;
    u64 common = AT(sock, sk, __sk_common);
    u64 local = family == AF_INET ? AT(sock_common, common, skc_rcv_saddr)
                                  : AT(sock_common, common, skc_v6_rcv_saddr);
    u64 remote = family == AF_INET ? AT(sock_common, common, skc_daddr)
                                   : AT(sock_common, common, skc_v6_daddr);
    u16 remote_port = swap16(READ(sock_common, common, skc_dport));
    if (remote_port == 0 && user_addr != 0) {
        u8* a = &s->path[0];
        if (bpf_probe_read_user(a, 28, (void*)user_addr) == 0 ||
            (family == AF_INET && bpf_probe_read_user(a, 16, (void*)user_addr) == 0)) {
            if (*(u16*)a == family) {
                remote_port = swap16(*(u16*)(a + 2));
                remote = (u64)(family == AF_INET ? a + 4 : a + 8);
            }
        }
    }
    u32 local_at = at + 1 + (order == REMOTE_FIRST ? ip + 2 : 0);
    u32 remote_at = at + 1 + (order == REMOTE_FIRST ? 0 : ip + 2);
    write8(s, at, (u8)family);
    write_inet(s, local_at, local, ip, READ(sock_common, common, skc_num));
    write_inet(s, remote_at, remote, ip, remote_port);
    return 1 + 2 * (ip + 2);
}

__attribute__((noinline)) int put_tuple(u32 idx, u32 k, u64 sk, u32 order, u64 user_addr) {
    struct scratch* s = scratch_at(idx);
    u32 n = s ? write_tuple(idx, sk, order, user_addr) : 0;
    if (!s || n == 0 || n > 256) return 0;
    put_tail(s, k, n);
    return 0;
}

/* struct sockaddr of the process into slot k. */
__attribute__((noinline)) int put_sockaddr(u32 idx, u32 k, u64 address, u32 len) {
    struct scratch* s = scratch_at(idx);
    if (!s || address == 0 || len < 2 || !room(s, 256)) return 0;
    len = len > SOCKADDR_MAX ? SOCKADDR_MAX : len;
    u8* a = &s->path[0];
    *(u64*)a = 0;
    if (bpf_probe_read_user(a, MASKED(len, 255), (void*)address)) {
        fault(s);
        return 0;
    }
    u16 family = *(u16*)a;
    u32 at = s->tail, n = 0;
    write8(s, at, (u8)family);
    if (family == AF_INET && len >= 8) {
        n = write_inet(s, at + 1, (u64)(a + 4), 4, swap16(*(u16*)(a + 2)));
    } else if (family == AF_INET6 && len >= 24) {
        n = write_inet(s, at + 1, (u64)(a + 8), 16, swap16(*(u16*)(a + 2)));
    } else if (family == AF_UNIX) {
        u32 skip = len > 2 && a[2] == 0 ? 3 : 2;
        a[MASKED(len, 255)] = 0;
        long got = bpf_probe_read_kernel_str(&s->rec[(at + 1) & 0xffff], UNIX_PATH + 2, a + skip);
        n = got > 0 && got < 128 ? (u32)got : 1;
    } else {
        return 0;
    }
    put_tail(s, k, 1 + n);
    return 0;
}

static __always_inline void describe_socket(struct rec_fd* o, u64 file) {
    u64 sk = sock_of_file(file);
    o->cookie = sk;
    o->family = READ(sock, sk, __sk_common.skc_family);
    o->sock_state = READ(sock, sk, __sk_common.skc_state);
    o->sock_type = READ(sock, sk, sk_type);
    o->proto = READ(sock, sk, sk_protocol);
}

/* The object behind an open file into slot REC_X_FD: struct rec_fd, then its path, or for a socket
 * its tuple. with_text 0: the path is in the record already. */
__attribute__((noinline)) int put_object(u32 idx, u64 file, s32 fd, u32 with_text) {
    struct scratch* s = scratch_at(idx);
    if (!s || !file || !room(s, 512)) return 0;
    struct rec_fd object = {};
    look_at(idx, file);
    object.kind = s->object.kind;
    object.dev = s->object.dev;
    object.ino = s->object.ino;
    object.overlay = (u8)s->object.layer;
    object.f_flags = READ(file, file, f_flags);
    object.fd = (u32)fd;
    if (object.kind == S_IFSOCK) describe_socket(&object, file);
    u32 at = (s->tail + 7) & ~7U, n = 0;
    bpf_probe_read_kernel(&s->rec[at & 0xffff], sizeof(object), &object);
    s->tail = at + sizeof(object);
    if (object.kind == S_IFSOCK) {
        n = write_tuple(idx, sock_of_file(file), UNIX_OWN_FIRST, 0);
    } else if (with_text) {
        int len = walk_path(idx, AT(file, file, f_path), task_root(s));
        n = len > 0 ? (u32)len : 0;
    }
    if (n > TEXT_ROOM) n = 0;
    s->tail = at;
    put_tail(s, s->params + REC_X_FD, sizeof(object) + n);
    return 0;
}
