/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What befalls a process without a call of its own: it is switched away from, gets a signal, faults
 * on a page. Collected only if a rule asks: on a busy host there are millions a second. */
#pragma once

#include "task.h"

__attribute__((noinline)) int put_switch(u32 idx, s32 next) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    u64 mm = (u64)READ(task_struct, s->task, mm);
    put(s, P(sched_switch, next), (u64)(s64)next);
    put(s, P(sched_switch, pgft_maj), READ(task_struct, s->task, maj_flt));
    put(s, P(sched_switch, pgft_min), READ(task_struct, s->task, min_flt));
    put(s, P(sched_switch, vm_size), (u32)vm_kib(mm, 0));
    put(s, P(sched_switch, vm_rss), (u32)vm_kib(mm, 1));
    put(s, P(sched_switch, vm_swap), (u32)vm_kib(mm, 2));
    return 0;
}

/* Who caused a signal, as the process that gets it numbers it; 0: the kernel, or nobody says.
 * `info` may be no address but SEND_SIG_NOINFO or SEND_SIG_PRIV. */
static __always_inline u32 signal_sender(u32 sig, u64 info) {
    enum { SIGCHLD = 17, SI_USER = 0, SI_QUEUE = -1, SI_MESGQ = -3, SI_TKILL = -6 };
    if (info <= 1) return 0;
    s32 code = READ(kernel_siginfo, info, si_code);
    if (sig == SIGCHLD && code > 0) return (u32)READ(kernel_siginfo, info, _sifields._sigchld._pid);
    if (code == SI_USER || code == SI_QUEUE || code == SI_MESGQ || code == SI_TKILL)
        return (u32)READ(kernel_siginfo, info, _sifields._kill._pid);
    return 0;
}

/* The error code of an x86 page fault in the bits of pf_flags: what is not set is named too. */
static __always_inline u32 fault_bits(u64 error) {
    u32 bits = 0;
    bits |= error & 1 ? 0x1 : 0x2;   /* protection violation, page not present */
    bits |= error & 2 ? 0x4 : 0x8;   /* write, read */
    bits |= error & 4 ? 0x10 : 0x20; /* user, supervisor */
    bits |= error & 8 ? 0x40 : 0;    /* reserved bit */
    bits |= error & 16 ? 0x80 : 0;   /* instruction fetch */
    return bits;
}
