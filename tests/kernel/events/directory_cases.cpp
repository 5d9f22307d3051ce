// SPDX-License-Identifier: Apache-2.0
// Cases of events about names in directories, and about where a process is.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "case_support.hpp"

using namespace kernel_test;

EVENT_CASE(mkdirat) {
    const Folder folder;
    const int dir = folder.open();
    expect.number("res", call(SYS_mkdirat, dir, "made", 0751));
    expect.number("dirfd", dir);
    expect.text("path", "made");
    expect.number("mode", 0751);
}

EVENT_CASE(mknodat) {
    const Folder folder;
    const int dir = folder.open();
    const dev_t zero = makedev(1, 5);
    expect.number("res", call(SYS_mknodat, dir, "made", S_IFCHR | 0600, zero));
    expect.number("dirfd", dir);
    expect.text("path", "made");
    expect.number("mode", 0x2000 | 0600);
    expect.number("dev", static_cast<std::int64_t>(zero));
}

EVENT_CASE(unlinkat) {
    const Folder folder;
    const int dir = folder.open();
    ::mkdirat(dir, "made", 0700);
    expect.number("res", call(SYS_unlinkat, dir, "made", AT_REMOVEDIR));
    expect.number("dirfd", dir);
    expect.text("name", "made");
    expect.number("flags", 0x200);
}

EVENT_CASE(symlinkat) {
    const Folder folder;
    const int dir = folder.open();
    expect.number("res", call(SYS_symlinkat, "where to", dir, "made"));
    expect.text("target", "where to");
    expect.number("linkdirfd", dir);
    expect.text("linkpath", "made");
}

EVENT_CASE(linkat) {
    const Folder folder;
    folder.make("there");
    const int dir = folder.open();
    const std::string made = folder.file("made");
    expect.number("res", call(SYS_linkat, dir, "there", AT_FDCWD, made.c_str(), AT_SYMLINK_FOLLOW));
    expect.number("olddir", dir);
    expect.text("oldpath", "there");
    expect.number("newdir", AT_FDCWD);
    expect.text("newpath", made);
    expect.number("flags", 0x400);
}

EVENT_CASE(renameat) {
    const Folder folder;
    folder.make("there");
    const int dir = folder.open();
    const std::string moved = folder.file("moved");
    expect.number("res", call(SYS_renameat, dir, "there", AT_FDCWD, moved.c_str()));
    expect.number("olddirfd", dir);
    expect.text("oldpath", "there");
    expect.number("newdirfd", AT_FDCWD);
    expect.text("newpath", moved);
}

EVENT_CASE(renameat2) {
    const Folder folder;
    folder.make("there");
    folder.make("other");
    const int dir = folder.open(), again = folder.open();
    expect.number("res", call(SYS_renameat2, dir, "there", again, "other", RENAME_EXCHANGE));
    expect.number("olddirfd", dir);
    expect.text("oldpath", "there");
    expect.number("newdirfd", again);
    expect.text("newpath", "other");
    expect.number("flags", 2);
}

EVENT_CASE(getdents64) {
    const int dir = ::open("/proc/self/fdinfo", O_RDONLY | O_DIRECTORY);
    char room[4096];
    const long bytes = call(SYS_getdents64, dir, room, sizeof room);
    expect.number("res", bytes);
    expect.number("fd", dir);
}

EVENT_CASE(chdir) {
    const Folder folder;
    expect.number("res", call(SYS_chdir, folder.path().c_str()));
    expect.text("path", folder.path());
}

EVENT_CASE(fchdir) {
    const Folder folder;
    const int dir = folder.open();
    expect.number("res", call(SYS_fchdir, dir));
    expect.number("fd", dir);
}

EVENT_CASE(getcwd) {
    const Folder folder;
    if (::chdir(folder.path().c_str()) != 0) return;
    char room[256];
    expect.number("res", call(SYS_getcwd, room, sizeof room));
    expect.text("path", folder.path());
}

EVENT_CASE(chroot) {
    const Folder folder;
    const pid_t child = ::fork();  // the folder's end needs the root of now
    if (child == 0) {
        expect.number("res", call(SYS_chroot, folder.path().c_str()));
        expect.text("path", folder.path());
        expect.by(::getpid());
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
}
