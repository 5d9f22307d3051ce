/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Reading kernel memory whose address is a plain number. */
#pragma once

#include "tables.h"

extern void* bpf_rdonly_cast(const void* object, u32 type) __ksym __weak;
#define CAST(p) \
    ((__typeof__(p))bpf_rdonly_cast((void*)(p), bpf_core_type_id_kernel(__typeof__(*(p)))))

/* A word of the kernel; 0 if it cannot be read. Where the kernel lets a number be taken for the
 * address of some struct (6.2) this is a load: of one that begins with a word, whatever is there,
 * since what is loaded as a pointer stays one and could not be passed to a function. */
static __always_inline u64 rd64(u64 address) {
    u64 value = 0;
    if (cfg_typed_reads) return (u64)CAST((struct timespec64*)address)->tv_sec;
    bpf_probe_read_kernel(&value, sizeof(value), (void*)address);
    return value;
}

/* Member m of what p points to, as a plain number or pointer to read on from. */
#define READ_MEMBER(p, m)                                                       \
    ({                                                                          \
        __typeof__((p)->m) member_;                                             \
        if (sizeof(member_) == 8) {                                             \
            u64 word_ = rd64((u64)(p) + bpf_core_field_offset((p)->m));         \
            __builtin_memcpy(&member_, &word_, sizeof(member_));                \
        } else if (cfg_typed_reads) {                                           \
            member_ = CAST(p)->m;                                               \
        } else {                                                                \
            member_ = BPF_CORE_READ(p, m);                                      \
        }                                                                       \
        member_;                                                                \
    })
#define READ_1(p, a) READ_MEMBER(p, a)
#define READ_2(p, a, b)                                      \
    ({                                                       \
        __typeof__((p)->a) second_ = READ_MEMBER(p, a);      \
        READ_MEMBER(second_, b);                             \
    })
#define READ_3(p, a, b, c)                                   \
    ({                                                       \
        __typeof__((p)->a) first_ = READ_MEMBER(p, a);       \
        READ_2(first_, b, c);                                \
    })
#define READ_N(_1, _2, _3, n, ...) READ_##n
/* Member of a kernel struct whose address is a plain number, or of one it leads to in up to three
 * steps; what cannot be read is 0. The number goes through a variable of its own: within one
 * expression its own members would be relocated too. */
#define READ(type, address, ...)                                      \
    ({                                                                \
        struct type* read_at_ = (struct type*)(u64)(address);         \
        READ_N(__VA_ARGS__, 3, 2, 1)(read_at_, __VA_ARGS__);          \
    })
/* Address of a member. */
#define AT(type, address, member) ((u64)(address) + bpf_core_field_offset(struct type, member))
