/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* quotactl(cmd << 8 | type, special, id, address): what stands behind the address depends on the
 * command. Values that are not given are 0, as the peer has them. */
#pragma once

#include "plan.h"

enum {
    Q_QUOTAON = 0x800002,
    Q_GETFMT = 0x800004,
    Q_GETINFO = 0x800005,
    Q_SETINFO = 0x800006,
    Q_GETQUOTA = 0x800007,
    Q_SETQUOTA = 0x800008,
    Q_XGETQUOTA = 0x5803,
    Q_XSETQLIM = 0x5804,
    QFMT_NOT_USED = 1,
    DQF_NONE = 1,
    DQF_RSQUASH = 2,
};

/* struct if_dqblk and struct if_dqinfo of the kernel's interface. */
struct quota_block {
    u64 bhardlimit, bsoftlimit, curspace, ihardlimit, isoftlimit, curinodes, btime, itime;
    u32 valid, pad;
};
struct quota_info {
    u64 bgrace, igrace;
    u32 flags, valid;
};
enum { HAS_BLIMITS = 1, HAS_SPACE = 2, HAS_ILIMITS = 4, HAS_BTIME = 16, HAS_ITIME = 32 };
enum { HAS_BGRACE = 1, HAS_IGRACE = 2, HAS_INFO_FLAGS = 4 };

__attribute__((noinline)) int put_quota_block(u32 idx, u32 wanted) {
    struct scratch* s = scratch_at(idx);
    struct quota_block b = {};
    if (!s) return 0;
    if (wanted && bpf_probe_read_user(&b, sizeof(b) - 4, (void*)s->args[3])) fault(s);
    put(s, P(quotactl, dqb_bhardlimit), b.valid & HAS_BLIMITS ? b.bhardlimit : 0);
    put(s, P(quotactl, dqb_bsoftlimit), b.valid & HAS_BLIMITS ? b.bsoftlimit : 0);
    put(s, P(quotactl, dqb_curspace), b.valid & HAS_SPACE ? b.curspace : 0);
    put(s, P(quotactl, dqb_ihardlimit), b.valid & HAS_ILIMITS ? b.ihardlimit : 0);
    put(s, P(quotactl, dqb_isoftlimit), b.valid & HAS_ILIMITS ? b.isoftlimit : 0);
    put(s, P(quotactl, dqb_btime), b.valid & HAS_BTIME ? b.btime : 0);
    put(s, P(quotactl, dqb_itime), b.valid & HAS_ITIME ? b.itime : 0);
    return 0;
}

__attribute__((noinline)) int put_quota_info(u32 idx, u32 wanted) {
    struct scratch* s = scratch_at(idx);
    struct quota_info i = {};
    if (!s) return 0;
    if (wanted && bpf_probe_read_user(&i, sizeof(i), (void*)s->args[3])) fault(s);
    put(s, P(quotactl, dqi_bgrace), i.valid & HAS_BGRACE ? i.bgrace : 0);
    put(s, P(quotactl, dqi_igrace), i.valid & HAS_IGRACE ? i.igrace : 0);
    u32 flags = i.flags == 0 ? DQF_NONE : i.flags & 1 ? DQF_RSQUASH : 0;
    put(s, P(quotactl, dqi_flags), i.valid & HAS_INFO_FLAGS ? flags : 0);
    return 0;
}

__attribute__((noinline)) int put_quotactl(u32 idx) {
    struct scratch* s = scratch_at(idx);
    if (!s) return 0;
    u32 cmd = (u32)s->args[0] >> 8, word = 0;
    bool good = s->ret >= 0,
         has_id = cmd == Q_GETQUOTA || cmd == Q_SETQUOTA || cmd == Q_XGETQUOTA || cmd == Q_XSETQLIM;
    put(s, P(quotactl, res), (u64)s->ret);
    put_user_text(idx, P(quotactl, special), s->args[1]);
    if (cmd == Q_QUOTAON) put_user_text(idx, P(quotactl, quotafilepath), s->args[3]);
    put_quota_block(idx, cmd == Q_SETQUOTA || (cmd == Q_GETQUOTA && good));
    put_quota_info(idx, cmd == Q_SETINFO || (cmd == Q_GETINFO && good));
    u32 found = QFMT_NOT_USED;
    if (cmd == Q_GETFMT && good && !bpf_probe_read_user(&word, 4, (void*)s->args[3]))
        found = translate_flags(FT_quotactl_quota_fmts, word);
    put(s, P(quotactl, quota_fmt_out), found);
    put(s, P(quotactl, cmd), translate_flags(FT_quotactl_cmds, cmd));
    put(s, P(quotactl, type), translate_flags(FT_quotactl_types, (u32)s->args[0] & 0xff));
    put(s, P(quotactl, id), has_id ? (u32)s->args[2] : 0);
    put(s, P(quotactl, quota_fmt),
        cmd == Q_QUOTAON ? translate_flags(FT_quotactl_quota_fmts, (u32)s->args[2])
                         : QFMT_NOT_USED);
    return 0;
}
