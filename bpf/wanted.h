/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Can any rule want this event? rule_filter says so, of the record, of the name the caller gave as
 * the rules will see it (a relative one joined with its directory, without "./" and "../" before it
 * or a slash behind it), and of the kernel's own path. A name that cannot be had so is not plain,
 * and counts as wanted. The same in user space: judged_name in src/filter/keeps.hpp. */
#pragma once

#include "filter_table.h"
#include "path.h"

enum { NAME_WORDS = (FILTER_NAME_MAX + 7) / 8, MOST_STEPS_UP = 6 };

#define EACH(byte) (0x0101010101010101ULL * (byte))

/* The top bit of each byte that is 0. */
static __always_inline u64 zeros(u64 word) {
    return ~(((word & EACH(0x7f)) + EACH(0x7f)) | word | EACH(0x7f));
}

/* Number of the lowest byte whose top bit is set. */
static __always_inline u32 first_byte(u64 tops) {
    return (u32)(((tops & -tops) >> 7) * 0x0001020304050607ULL >> 56);
}

/* Eight bytes of a name. */
static __always_inline u64 name_word(const u8* name, u32 at) {
    return *(const u64*)&name[at & 511];
}

/* Parts that are empty, "." or "..", by the slashes before them in the eight bytes at `at`. */
static __always_inline u64 odd_parts(const u8* name, u32 at, u64 slashes) {
    u64 next = name_word(name, at + 1);
    u64 odd = slashes & zeros(next ^ EACH('/'));
    u64 dots = slashes & zeros(next ^ EACH('.'));
    if (!dots) return odd;
    u64 second = name_word(name, at + 2), third = name_word(name, at + 3);
    u64 ends = zeros(second) | zeros(second ^ EACH('/'));
    u64 twice = zeros(second ^ EACH('.')) & (zeros(third) | zeros(third ^ EACH('/')));
    return odd | (dots & (ends | twice));
}

/* Bytes of a name as the bound of a loop: of what the compiler knows of them before, the verifier
 * knows nothing, so the loop's own bound must stay. */
static __always_inline u32 loop_bound(u32 len) {
    barrier_var(len);
    return len;
}

/* Has the name no odd parts? */
static __always_inline bool has_plain_parts(const u8* name, u32 bytes) {
    u32 len = loop_bound(bytes);
    u64 odd = 0;
    for (u32 at = 0; at < 8 * NAME_WORDS; at += 8) {
        if (at >= len) break;
        u64 slashes = zeros(name_word(name, at) ^ EACH('/'));
        if (slashes) odd |= odd_parts(name, at, slashes);
    }
    return !odd && (len == 1 || name[(len - 1) & 255] != '/');
}

/* Notes where the parts of the name begin. Counts in memory: the verifier would follow every value
 * of a register. out: true if it is plain */
static __always_inline bool find_slashes(const u8* name, struct judged_name* about) {
    u64 odd = 0;
    volatile rec_u32* const count = &about->count;
    u32 len = loop_bound(about->len);
    *count = 0;
    about->last_slash = 0;
    for (u32 at = 0; at < 8 * NAME_WORDS; at += 8) {
        if (at >= len) break;
        u64 slashes = zeros(name_word(name, at) ^ EACH('/'));
        if (!slashes) continue;
        odd |= odd_parts(name, at, slashes);
        for (u32 n = 0; n < 8; n++) {
            if (!slashes) break;
            u32 place = at + first_byte(slashes);
            about->slashes[*count & (FILTER_SLASHES_MAX - 1)] = (rec_u16)place;
            about->last_slash = (rec_u16)place;
            *count += 1;
            slashes &= slashes - 1;
        }
    }
    u32 slashes = *count;
    if (slashes < FILTER_SLASHES_MAX) about->slashes[slashes] = FILTER_NO_SLASH;
    if (slashes > FILTER_SLASHES_MAX || odd) return false;
    return about->len == 1 || *(volatile rec_u16*)&about->last_slash + 1U < about->len;
}

/* The text in a slot. out: its place in the record; bytes: 0 if there is none that fits */
static __always_inline u32 text_of(struct scratch* s, u32 slot, u32* bytes) {
    *bytes = 0;
    if (slot >= REC_MAX_SLOTS || (head_of(s)->absent >> (slot & 63)) & 1) return 0;
    u64 where = ((u64*)(s->rec + sizeof(struct rec_head)))[slot];
    u32 size = (u32)where;
    if (size <= FILTER_NAME_MAX) *bytes = size;
    return (u32)(where >> 32) & 0xffff;
}

/* The directory a relative name starts from, and a slash, to the front of the name.
 * out: bytes, 0 if it is not known */
static __always_inline u32 put_directory(struct scratch* s, struct name_bytes* name) {
    u32 bytes = 0, at = text_of(s, s->params + REC_X_DIR, &bytes);
    if (bytes == 0 || (head_of(s)->flags & REC_F_ODD_DIR)) return 0;
    if (bytes == 1) bytes = 0; /* the root: a slash by itself */
    bpf_probe_read_kernel(name->text, bytes & 255, &s->rec[at]);
    name->text[bytes & 255] = '/';
    return bytes + 1;
}

/* How many bytes of the record at `at` lead up one directory ("../", or ".." alone) or nowhere
 * ("./", or "." alone), with all slashes behind; 0: neither. up: which */
static __always_inline u32 step_at(struct scratch* s, u32 at, u32 bytes, bool* up) {
    if (bytes == 0 || s->rec[at & 0xffff] != '.') return 0;
    u32 dots = bytes > 1 && s->rec[(at + 1) & 0xffff] == '.' ? 2 : 1;
    *up = dots == 2;
    if (bytes == dots) return dots;
    return s->rec[(at + dots) & 0xffff] == '/' ? dots + 1 : 0;
}

/* Where the last part of a directory begins, by the bytes of its path. */
static __always_inline u32 parent_of(const u8* name, struct judged_name* about) {
    u32 len = loop_bound(about->len);
    about->last_slash = 0;
    for (u32 at = 0; at < 8 * NAME_WORDS; at += 8) {
        if (at >= len) break;
        u64 slashes = zeros(name_word(name, at) ^ EACH('/'));
        if (!slashes) continue;
        for (u32 byte = 0; byte < 8; byte++) {
            if ((slashes >> (8 * byte + 7)) & 1 && at + byte < len)
                about->last_slash = (rec_u16)(at + byte);
        }
    }
    return *(volatile rec_u16*)&about->last_slash & 255;
}

/* The directory in front of the name becomes the one above it. out: its bytes, with a slash */
__attribute__((noinline)) u32 leave_directory(u32 idx, u32 before) {
    struct scratch* s = scratch_at(idx);
    if (!s || before <= 1 || before > FILTER_NAME_MAX) return 1;
    s->work.name.len = before - 1; /* without the slash behind it */
    return parent_of(s->given.text, &s->work.name) + 1;
}

/* The name the caller gave. */
static __always_inline int put_given_name(struct scratch* s, u32 idx, u32 slot, u32 slashes) {
    struct name_bytes* name = &s->given;
    struct judged_name* about = &s->work.name;
    about->plain = 0;
    about->len = 0;
    u32 bytes = 0, at = text_of(s, slot, &bytes), before = 0;
    if (bytes == 0) return 0;
    if (s->rec[at] == '(' || s->rec[at] == '<') return 0; /* "(NULL)", "<NA>": could not be read */
    if (s->rec[at] != '/') {
        before = put_directory(s, name);
        if (before == 0) return 0;
        for (int n = 0; n < MOST_STEPS_UP; n++) {
            bool up = false;
            u32 step = step_at(s, at, bytes, &up);
            if (step == 0) break;
            if (up) before = leave_directory(idx, before);
            at += step;
            bytes -= step;
        }
        about->len = 0;
    }
    u32 end = before + bytes;
    if (end > FILTER_NAME_MAX) return 0;
    bpf_probe_read_kernel(&name->text[before & 255], bytes & 255, &s->rec[at & 0xffff]);
    for (int n = 0; n < 3 && before; n++) { /* slashes behind it, or behind its directory */
        if (end > 1 && name->text[(end - 1) & 255] == '/') end -= 1;
    }
    *(u64*)&name->text[end & 255] = 0;
    about->len = end;
    about->plain = slashes ? find_slashes(name->text, about) : has_plain_parts(name->text, end);
    return 0;
}

/* The kernel's own path, where find_path left it: absent where nothing was opened. */
static __always_inline const u8* judge_real_name(struct scratch* s, u32 slashes) {
    struct judged_name* about = &s->work.real;
    u32 len = s->real_len, pos = len ? s->pos : TEXT_ROOM - 1;
    const u8* name = &s->path[pos & (TEXT_ROOM - 1)];
    *(u64*)&s->path[TEXT_ROOM - 1] = 0;
    about->len = len;
    about->plain = len == 0 || (len <= FILTER_NAME_MAX && name[0] == '/');
    about->last_slash = FILTER_NO_SLASH;
    about->slashes[0] = FILTER_NO_SLASH;
    if (slashes && len && about->plain) about->plain = find_slashes(name, about);
    return name;
}

/* For a record whose parameters are in place; counts what is not wanted. Inline, as what comes
 * before it for opens: on processors that must not trust returns each call costs some 10 ns. */
static __always_inline int is_wanted(struct scratch* s, u32 idx) {
    if (!cfg_filters) return 1;
    u32 code = head_of(s)->type & (REC_MAX_EVENTS - 1);
    if (!cfg_rows[code].judged) return 1;
    u32 name = cfg_rows[code].name, slashes = cfg_rows[code].slashes;
    if (name < REC_MAX_SLOTS) put_given_name(s, idx, name, slashes);
    const u8* real = judge_real_name(s, slashes);
    s->work.hits = 0;
    s->work.interest = s->interest;
    if (rule_filter(code, s->rec, s->given.text, real, &s->work)) return 1;
    count_drop(code, REC_DROP_filter);
    return 0;
}
