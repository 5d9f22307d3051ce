/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The per-architecture table: everything the probe knows about one processor family. A new one is
 * one more block here, one struct pt_regs in kernel.h and one column in grammar/syscalls.def.
 *
 *   ARCH_NR(regs)          native call number, negative or huge if there is none
 *   ARCH_IP(regs)          address of the instruction
 *   ARCH_ARG(regs, n)      argument register n, as a token: ARCH_ARG_0 ... ARCH_ARG_5
 *   ARCH_COMPAT_ARG_n      the same for the 32-bit interface, 32 bits wide
 *   ARCH_COMPAT(task)      the call in flight came through the 32-bit interface
 *   ARCH_COMPAT_KEEPS(nr)  numbers never translated although ARCH_COMPAT says 32-bit
 *   ARCH_COMPAT_SOCKETCALL the 32-bit number behind which many calls hide (socketcall.def)
 *   ARCH_NATIVE            which column of grammar/syscalls.def
 *   ARCH_CHILD_AT_FORK     1: a new task does not pass sys_exit, its event comes from the fork hook
 *   ARCH_O_*               open flags whose bits differ (grammar/flags.def)
 *   ARCH_X32_BIT           bit in the number that marks the x32 interface, 0: there is none
 *   ARCH_X32_CALLS         native numbers of the calls x32 numbers its own way, from 512 on */
#pragma once

#if defined(__TARGET_ARCH_x86)

#define ARCH_NR(regs) ((s64)(regs)->orig_ax)
#define ARCH_IP(regs) ((regs)->ip)
#define ARCH_ARG_0(regs) ((regs)->di)
#define ARCH_ARG_1(regs) ((regs)->si)
#define ARCH_ARG_2(regs) ((regs)->dx)
#define ARCH_ARG_3(regs) ((regs)->r10)
#define ARCH_ARG_4(regs) ((regs)->r8)
#define ARCH_ARG_5(regs) ((regs)->r9)
#define ARCH_COMPAT_ARG_0(regs) ((u32)(regs)->bx)
#define ARCH_COMPAT_ARG_1(regs) ((u32)(regs)->cx)
#define ARCH_COMPAT_ARG_2(regs) ((u32)(regs)->dx)
#define ARCH_COMPAT_ARG_3(regs) ((u32)(regs)->si)
#define ARCH_COMPAT_ARG_4(regs) ((u32)(regs)->di)
#define ARCH_COMPAT_ARG_5(regs) ((u32)(regs)->bp)
#define ARCH_TS_COMPAT 0x2
#define ARCH_COMPAT(task) (((task)->thread_info.status & ARCH_TS_COMPAT) != 0)
/* After the exec of a 32-bit program the task already counts as 32-bit while the number still is
 * that of the 64-bit execve or execveat that did it. */
#define ARCH_COMPAT_KEEPS(nr) ((nr) == 59 || (nr) == 322)
#define ARCH_HAS_IA32 1
#define ARCH_COMPAT_SOCKETCALL 102
#define ARCH_NATIVE(x86_64, aarch64) (x86_64)
#define ARCH_CHILD_AT_FORK 0
#define ARCH_X32_BIT 0x40000000
#define ARCH_X32_CALLS 13, 15, 16, 19, 20, 45, 46, 47, 59, 101, 127, 128, 129, 131, 222, 244, 246, \
                       247, 273, 274, 278, 279, 295, 296, 297, 299, 307, 310, 311, 54, 55, 206, \
                       209, 322, 327, 328
#define ARCH_O_LARGEFILE 0x8000
#define ARCH_O_DIRECTORY 0x10000
#define ARCH_O_DIRECT 0x4000
#define ARCH_O_TMPFILE 0x410000

#elif defined(__TARGET_ARCH_arm64)

#define ARCH_NR(regs) ((s64)(regs)->syscallno)
#define ARCH_IP(regs) ((regs)->pc)
#define ARCH_ARG_0(regs) ((regs)->orig_x0)
#define ARCH_ARG_1(regs) ((regs)->regs[1])
#define ARCH_ARG_2(regs) ((regs)->regs[2])
#define ARCH_ARG_3(regs) ((regs)->regs[3])
#define ARCH_ARG_4(regs) ((regs)->regs[4])
#define ARCH_ARG_5(regs) ((regs)->regs[5])
#define ARCH_COMPAT_ARG_0(regs) ((u32)ARCH_ARG_0(regs))
#define ARCH_COMPAT_ARG_1(regs) ((u32)ARCH_ARG_1(regs))
#define ARCH_COMPAT_ARG_2(regs) ((u32)ARCH_ARG_2(regs))
#define ARCH_COMPAT_ARG_3(regs) ((u32)ARCH_ARG_3(regs))
#define ARCH_COMPAT_ARG_4(regs) ((u32)ARCH_ARG_4(regs))
#define ARCH_COMPAT_ARG_5(regs) ((u32)ARCH_ARG_5(regs))
#define ARCH_TIF_32BIT (1UL << 22)
#define ARCH_COMPAT(task) (((task)->thread_info.flags & ARCH_TIF_32BIT) != 0)
#define ARCH_COMPAT_KEEPS(nr) 0
#define ARCH_HAS_IA32 0 /* 32-bit ARM numbers are in no table: such calls are left out */
#define ARCH_NATIVE(x86_64, aarch64) (aarch64)
#define ARCH_CHILD_AT_FORK 1
#define ARCH_X32_BIT 0
#define ARCH_O_LARGEFILE 0x20000
#define ARCH_O_DIRECTORY 0x4000
#define ARCH_O_DIRECT 0x10000
#define ARCH_O_TMPFILE 0x404000

#else
#error "no block for this architecture"
#endif
