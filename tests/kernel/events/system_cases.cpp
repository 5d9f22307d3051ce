// SPDX-License-Identifier: Apache-2.0
// Cases of events about the machine: mounts, modules, keys, quotas, filters of calls.
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/quota.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/syscall.h>

#include "mount_support.hpp"

using namespace kernel_test;

EVENT_CASE(generic) {
    call(SYS_getppid);
    expect.only("nativeID", SYS_getppid);  // a sanitizer makes calls of its own at the end
    expect.number("ID", 41);
}

EVENT_CASE(mount) {
    const Folder folder;
    if (!own_mounts()) return;
    const unsigned long flags = 0xc0ed0000UL | MS_NOSUID | MS_NODEV | MS_NOEXEC;
    const long result =
        call(SYS_mount, "a name", folder.path().c_str(), "tmpfs", flags, "size=64k");
    expect.number("res", result);
    expect.text("dev", "a name");
    expect.text("dir", folder.path());
    expect.text("type", "tmpfs");
    expect.number("flags", 2 | 4 | 8);  // without the number that older programs put beside them
    ::umount2(folder.path().c_str(), MNT_DETACH);  // else the folder cannot be removed
}

EVENT_CASE(umount2) {
    const Folder folder;
    if (!mount_on(folder)) return;
    expect.number("res", call(SYS_umount2, folder.path().c_str(), MNT_DETACH | UMOUNT_NOFOLLOW));
    expect.text("name", folder.path());
    expect.number("flags", 2 | 8);
}

// Texts of calls that may fail before the kernel reads them stand on the stack: the probe reads
// only pages that are there, and those of constants come when they are first used.

EVENT_CASE(fsconfig) {
    const long fs = call(SYS_fsopen, "tmpfs", 0);
    char key[] = "size", value[] = "64k";
    expect.number("res", call(SYS_fsconfig, fs, FSCONFIG_SET_STRING, key, value, 0));
    expect.number("fd", fs);
    expect.number("cmd", 1);
    expect.text("key", "size");
    expect.absent("value_bytebuf");
    expect.text("value_charbuf", "64k");
    expect.number("aux", 0);
}

// What is no module does not get in.
EVENT_CASE(init_module) {
    char image[] = "no module", options[] = "option=1";
    expect.number("res", call(SYS_init_module, image, sizeof image, options));
    expect.text("img", std::string_view(image, sizeof image));
    expect.number("length", sizeof image);
    expect.text("uargs", "option=1");
}

EVENT_CASE(finit_module) {
    const int fd = ::open("/dev/null", O_RDONLY);
    const int flags = MODULE_INIT_IGNORE_MODVERSIONS | MODULE_INIT_IGNORE_VERMAGIC;
    char options[] = "option=1";
    expect.number("res", call(SYS_finit_module, fd, options, flags));
    expect.number("fd", fd);
    expect.text("uargs", "option=1");
    expect.number("flags", 1 | 2);
}

EVENT_CASE(delete_module) {
    char name[] = "no such module";
    expect.number("res", call(SYS_delete_module, name, O_NONBLOCK | O_TRUNC));
    expect.text("name", "no such module");
    expect.number("flags", 2 | 1);
}

EVENT_CASE(seccomp) {
    sock_filter all_is_well = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const sock_fprog filter{1, &all_is_well};
    expect.number("res",
                  call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, &filter));
    expect.number("op", 1);
    expect.number("flags", 2);
}

EVENT_CASE(keyctl) {
    char name[] = "a session";
    const long ring = call(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name);
    expect.number("res", ring);
    expect.number("operation", 1);
    expect.text("arg2", '\1' + std::string(name, sizeof name));
    for (const char* const param : {"arg3", "arg4", "arg5"})
        expect.text(param, dynamic('\0', std::int64_t{0}));
}

// No file system here has quotas; what was to be set is told all the same.
EVENT_CASE(quotactl) {
    if_dqblk block{};
    block.dqb_bhardlimit = 11;
    block.dqb_bsoftlimit = 12;
    block.dqb_curspace = 13;
    block.dqb_ihardlimit = 14;
    block.dqb_isoftlimit = 15;
    block.dqb_btime = 16;
    block.dqb_itime = 17;
    block.dqb_valid = QIF_BLIMITS | QIF_SPACE | QIF_ILIMITS | QIF_BTIME;
    const long command = QCMD(Q_SETQUOTA, GRPQUOTA);
    char device[] = "/no/such/device";
    expect.number("res", call(SYS_quotactl, command, device, 1234, &block));
    expect.text("special", "/no/such/device");
    expect.absent("quotafilepath");  // only switching on has one
    expect.number("dqb_bhardlimit", 11);
    expect.number("dqb_bsoftlimit", 12);
    expect.number("dqb_curspace", 13);
    expect.number("dqb_ihardlimit", 14);
    expect.number("dqb_isoftlimit", 15);
    expect.number("dqb_btime", 16);
    expect.number("dqb_itime", 0);  // not said to be valid
    for (const char* const param : {"dqi_bgrace", "dqi_igrace", "dqi_flags"})
        expect.number(param, 0);
    expect.number("quota_fmt_out", 1);  // not used
    expect.number("cmd", 0x40);
    expect.number("type", 2);
    expect.number("id", 1234);
    expect.number("quota_fmt", 1);
}
