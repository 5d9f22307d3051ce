/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The tables of grammar/ as read-only data of the probe: which event and stable number a call slot
 * has, the plan of every event (where each parameter comes from) and the translation of flags. */
#pragma once

#include "arch.h"
#include "state.h"

#define NO_DIR (-1)
enum { NEVER = -1 };
enum { CREATES_FD = 1, DESTROYS_FD = 2, USES_FD = 4, READS_FROM_FD = 8, WRITES_TO_FD = 16,
       MODIFIES_STATE = 32, UNUSED = 64, WAITS = 128, SKIPPARSERESET = 256, LARGE_PAYLOAD = 2048,
       CHANGES_IDENTITY = 4096 };

enum event_code {
#define EVENT(id, code, text, dir, category, source, flags) EV_##id = code,
#define PARAM(name, type, format, table, dirfd, source)
#define END_EVENT(id)
#include "../grammar/events.def"
#undef EVENT
#undef PARAM
#undef END_EVENT
};

/* One byte per parameter: sizeof counts them, offsetof numbers them by name. */
#define EVENT(id, code, text, dir, category, source, flags) struct np_##id {
#define PARAM(name, type, format, table, dirfd, source) char name;
#define END_EVENT(id) };
#include "../grammar/events.def"
#undef EVENT
#undef PARAM
#undef END_EVENT
#define PARAMS(id) ((u32)sizeof(struct np_##id))
#define P(id, name) ((u32)__builtin_offsetof(struct np_##id, name))

/* Where the generic program takes a parameter; see the head of grammar/events.def. */
enum {
    K_OWN = 0, K_RET, K_ARG, K_ZERO, K_SC, K_NATIVE, K_DATA_IN, K_DATA_OUT, K_IMAGE, K_RESULT_TEXT,
    K_IOV_SIZE, K_IOV_IN, K_IOV_OUT, K_VM, K_MEM, K_LONG, K_PAIR, K_TIMESPEC, K_PIPE_INO, K_CAP,
    K_PTRACE_ADDR, K_PTRACE_DATA, K_PRCTL_STR, K_PRCTL_INT, K_POLLFDS, K_SOCKOPT, K_SEM,
    K_SEM_VALUE, K_KEYCTL, K_FSCONFIG_BYTES, K_FSCONFIG_TEXT,
};

/* Width of an integer parameter in bits, CV_SIGNED added; 0: text; CV_BYTES: bytes. Descriptors
 * carry one more bit that tells them from other signed numbers. */
enum {
    CV_SIGNED = 128, CV_BYTES = 127,
    CV_INT8 = 8 | 128, CV_INT16 = 16 | 128, CV_INT32 = 32 | 128, CV_INT64 = 64 | 128,
    CV_UINT8 = 8, CV_UINT16 = 16, CV_UINT32 = 32, CV_UINT64 = 64,
    CV_CHARBUF = 0, CV_FSPATH = 512, CV_FSRELPATH = 512, /* 512: names a file */
    CV_BYTEBUF = CV_BYTES, CV_SOCKADDR = CV_BYTES, CV_SOCKTUPLE = CV_BYTES, CV_FDLIST = CV_BYTES,
    CV_DYN = CV_BYTES, CV_CHARBUFARRAY = CV_BYTES, CV_IPV6ADDR = CV_BYTES,
    CV_ERRNO = 64 | 128, CV_FD = 32 | 128 | 256, CV_PID = 32 | 128, CV_FD32 = 32 | 128,
    CV_PID32 = 32 | 128, CV_SYSCALLID = 16, CV_SIGTYPE = 8, CV_RELTIME = 64, CV_ABSTIME = 64,
    CV_PORT = 16, CV_IPV4ADDR = 32, CV_BOOL = 32, CV_FLAGS8 = 8, CV_FLAGS16 = 16, CV_FLAGS32 = 32,
    CV_ENUMFLAGS8 = 8, CV_ENUMFLAGS16 = 16, CV_ENUMFLAGS32 = 32, CV_UID = 32, CV_GID = 32,
    CV_SIGSET = 32, CV_MODE = 32,
};

enum flag_table {
    FT_none = 0,
#define FLAG_TABLE(table, kind, mode) FT_##table,
#define FLAG(table, symbol, value, kernel, mask)
#define END_FLAG_TABLE(table)
#define ERRNO_NAME(name, number)
#define SIGNAL_NAME(name, number)
#include "../grammar/flags.def"
#undef FLAG_TABLE
#undef FLAG
#undef END_FLAG_TABLE
    FT_COUNT,
    FT_sockopt_dynamic_param = 0, FT_ptrace_dynamic_param = 0, FT_bpf_dynamic_param = 0,
    FT_keyctl_dynamic_param = 0,
};

/* First row and row behind the last of each table in flag_rows. */
#define TABLE_CAT2(a, b) a##b
#define TABLE_CAT(a, b) TABLE_CAT2(a, b)
enum {
#define FLAG_TABLE(table, kind, mode) FB_##table, FB_##table##_again = FB_##table - 1,
#define FLAG(table, symbol, value, kernel, mask) TABLE_CAT(FLAG_ROW_, __COUNTER__),
#define END_FLAG_TABLE(table) FE_##table, FE_##table##_again = FE_##table - 1,
#include "../grammar/flags.def"
#undef FLAG_TABLE
#undef FLAG
#undef END_FLAG_TABLE
    FLAG_ROWS
};

struct flag_row { u32 value, kernel, mask; };
static const struct flag_row flag_rows[] = {
#define FLAG_TABLE(table, kind, mode)
#define FLAG(table, symbol, value, kernel, mask) {(u32)(value), (u32)(kernel), (u32)(mask)},
#define END_FLAG_TABLE(table)
#include "../grammar/flags.def"
#undef FLAG_TABLE
#undef FLAG
#undef END_FLAG_TABLE
};

struct flag_range { u16 first, end; u8 is_enum, is_mapped; };
#define BITS 0
#define ENUM 1
#define SAME 0
#define MAPPED 1
static const struct flag_range flag_ranges[FT_COUNT] = {
#define FLAG_TABLE(table, kind, mode) [FT_##table] = {FB_##table, FE_##table, kind, mode},
#define FLAG(table, symbol, value, kernel, mask)
#define END_FLAG_TABLE(table)
#include "../grammar/flags.def"
#undef FLAG_TABLE
#undef FLAG
#undef END_FLAG_TABLE
#undef ERRNO_NAME
#undef SIGNAL_NAME
};

struct plan_param { u16 kind, aux, conv; u8 table; s8 dirfd; };
struct plan { u16 code; u16 flags; u32 count; struct plan_param params[REC_MAX_PARAMS]; };

enum { /* index of an event in `plans` */
#define EVENT(id, code, text, dir, category, source, flags) EVX_##id,
#define PARAM(name, type, format, table, dirfd, source)
#define END_EVENT(id)
#include "../grammar/events.def"
#undef EVENT
#undef PARAM
#undef END_EVENT
    EVENT_ROWS
};

/* Each source stands for {kind, aux}. */
#define OWN K_OWN, 0
#define RET K_RET, 0
#define ARG0 K_ARG, 0
#define ARG1 K_ARG, 1
#define ARG2 K_ARG, 2
#define ARG3 K_ARG, 3
#define ARG4 K_ARG, 4
#define ARG5 K_ARG, 5
#define ZERO K_ZERO, 0
#define SC K_SC, 0
#define NATIVE K_NATIVE, 0
#define DATA_IN K_DATA_IN, 0
#define DATA_OUT K_DATA_OUT, 0
#define IMAGE K_IMAGE, 0
#define RESULT_TEXT(arg) K_RESULT_TEXT, arg
#define IOV_SIZE K_IOV_SIZE, 1
#define IOV_IN K_IOV_IN, 1
#define IOV_OUT K_IOV_OUT, 1
#define VM_SIZE K_VM, 0
#define VM_RSS K_VM, 1
#define VM_SWAP K_VM, 2
#define MEM(arg, bytes, offset) K_MEM, (arg) | (bytes) << 4 | (offset) << 8
#define LONG(arg, word) K_LONG, (arg) | (word) << 8
#define LONG_OUT(arg, word) K_LONG, (arg) | 1 << 4 | (word) << 8
#define PAIR(high, low) K_PAIR, (high) | (low) << 4
#define TIMESPEC(arg) K_TIMESPEC, arg
#define PIPE_INO K_PIPE_INO, 0
#define CAP(set) K_CAP, set
#define PTRACE_ADDR K_PTRACE_ADDR, 0
#define PTRACE_DATA K_PTRACE_DATA, 0
#define PRCTL_STR K_PRCTL_STR, 0
#define PRCTL_INT K_PRCTL_INT, 0
#define POLLFDS K_POLLFDS, 0
#define SOCKOPT K_SOCKOPT, 0
#define SEM(op, bytes) K_SEM, (op) | (bytes) << 4
#define SEM_VALUE K_SEM_VALUE, 3
#define KEYCTL(arg) K_KEYCTL, arg
#define FSCONFIG_BYTES K_FSCONFIG_BYTES, 0
#define FSCONFIG_TEXT K_FSCONFIG_TEXT, 0

static const struct plan plans[EVENT_ROWS] = {
#define EVENT(id, code, text, dir, category, source, flags) \
    [EVX_##id] = {code, flags, PARAMS(id), {
#define PARAM(name, type, format, table, dirfd, source) {source, CV_##type, FT_##table, dirfd},
#define END_EVENT(id) }},
#include "../grammar/events.def"
#undef EVENT
#undef PARAM
#undef END_EVENT
};
#undef OWN
#undef RET
#undef ARG0
#undef ARG1
#undef ARG2
#undef ARG3
#undef ARG4
#undef ARG5
#undef ZERO
#undef SC
#undef NATIVE
#undef DATA_IN
#undef DATA_OUT
#undef IMAGE
#undef RESULT_TEXT
#undef IOV_SIZE
#undef IOV_IN
#undef IOV_OUT
#undef VM_SIZE
#undef VM_RSS
#undef VM_SWAP
#undef MEM
#undef LONG
#undef LONG_OUT
#undef PAIR
#undef TIMESPEC
#undef CAP
#undef SEM
#undef SEM_VALUE

/* A call slot: the native number, or 512 + stable number for calls only 32-bit programs have. */
#define SLOT_OF(sc, native) ((native) >= 0 ? (native) : REC_MAX_SYSCALLS + (sc))

enum {
#define SYSCALL(name, sc, event, category, x86_64, aarch64, ia32, flags) SC_##name = sc,
#define SYSCALL_IA32_ALIAS(nr, sc)
#include "../grammar/syscalls.def"
#undef SYSCALL
#undef SYSCALL_IA32_ALIAS
};

struct call { u16 sc; u16 plan; };
static const struct call call_table[CALL_SLOTS] = {
#define SYSCALL(name, sc, event, category, x86_64, aarch64, ia32, flags) \
    [SLOT_OF(sc, ARCH_NATIVE(x86_64, aarch64))] = {sc, EVX_##event},
#define SYSCALL_IA32_ALIAS(nr, sc)
#include "../grammar/syscalls.def"
#undef SYSCALL
#undef SYSCALL_IA32_ALIAS
};

/* How on_call builds the event of a call; 0: by its plan. */
enum way { WAY_plan, WAY_open, WAY_directory, WAY_socket, WAY_transfer, WAY_message, WAY_messages,
           WAY_failed_exec, WAY_clone, WAY_quotactl };
static const u8 ways[EVENT_ROWS] = {
#define HANDLER(event, way) [EVX_##event] = WAY_##way,
#define TRACEPOINT(event, program, tracepoint, call)
#include "handlers.def"
#undef HANDLER
#undef TRACEPOINT
};

#if ARCH_HAS_IA32
enum {
#define SYSCALL(name, sc, event, category, x86_64, aarch64, ia32, flags) \
    SLOT_OF_SC_##sc = SLOT_OF(sc, ARCH_NATIVE(x86_64, aarch64)), SLOT_##name = SLOT_OF_SC_##sc,
#define SYSCALL_IA32_ALIAS(nr, sc)
#include "../grammar/syscalls.def"
#undef SYSCALL
#undef SYSCALL_IA32_ALIAS
};
#endif
/* Number of the 32-bit interface to call slot + 1; 0: no such call. Rows without a number go behind
 * the table. Also read by the loader. */
const rec_u16 compat_slots[2 * REC_MAX_SYSCALLS] = {
#if ARCH_HAS_IA32
#define SYSCALL(name, sc, event, category, x86_64, aarch64, ia32, flags) \
    [(ia32) >= 0 ? (ia32) : REC_MAX_SYSCALLS + (sc)] = SLOT_OF_SC_##sc + 1,
#define SYSCALL_IA32_ALIAS(nr, sc) [nr] = SLOT_OF_SC_##sc + 1,
#include "../grammar/syscalls.def"
#undef SYSCALL
#undef SYSCALL_IA32_ALIAS
#endif
};
/* The same of the numbers that socketcall takes, and how many arguments the call has. */
const struct socketcall socketcalls[MAX_SOCKETCALLS] = {
#if ARCH_HAS_IA32
#define SOCKETCALL(number, call, arguments) [number] = {SLOT_##call + 1, arguments},
#include "socketcall.def"
#undef SOCKETCALL
#endif
};
#ifdef ARCH_X32_CALLS
static const u16 x32_slots[] = {ARCH_X32_CALLS};
#endif

struct lane { u8 critical, loss_class; };
static const struct lane lanes[EVENT_ROWS] = {
#define CRITICAL 1
#define BULK 0
#define LANE(id, lane, loss_class) [EVX_##id] = {lane, REC_CLASS_##loss_class},
#include "lanes.def"
#undef LANE
#undef CRITICAL
#undef BULK
};
