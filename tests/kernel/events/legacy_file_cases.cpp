// SPDX-License-Identifier: Apache-2.0
// Cases of calls on files that only older processors have; newer ones have the forms that take a
// directory.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "case_support.hpp"

using namespace kernel_test;

#ifdef __x86_64__

EVENT_CASE(open) {
    const Folder folder;
    const std::string name = folder.file("made");
    const long fd = call(SYS_open, name.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_SYNC, 0600);
    expect.number("fd", fd);
    expect.text("name", name);
    // Writes, creates, empties, in step with the disk, which says its data are too; has created.
    expect.number("flags", 2 | 4 | 0x100 | 0x80 | 0x10 | 0x4000 | folder.layer());
    expect.number("mode", 0600);
    expect_file(expect, static_cast<int>(fd));
}

EVENT_CASE(creat) {
    const Folder folder;
    const std::string name = folder.file("made");
    const long fd = call(SYS_creat, name.c_str(), 0604);
    expect.number("fd", fd);
    expect.text("name", name);
    expect.number("mode", 0604);
    expect_file(expect, static_cast<int>(fd));
    expect.number("creat_flags", folder.layer() != 0 ? 1 : 0);
}

EVENT_CASE(access) {
    expect.number("res", call(SYS_access, "/dev/null", R_OK | W_OK));
    expect.text("name", "/dev/null");
    expect.number("mode", 4 | 2);
}

EVENT_CASE(stat) {
    struct stat file{};
    expect.number("res", call(SYS_stat, "/dev/null", &file));
    expect.text("path", "/dev/null");
}

EVENT_CASE(lstat) {
    struct stat file{};
    expect.number("res", call(SYS_lstat, "/proc/self", &file));
    expect.text("path", "/proc/self");
}

EVENT_CASE(chmod) {
    const Folder folder;
    folder.make("there");
    const std::string name = folder.file("there");
    expect.number("res", call(SYS_chmod, name.c_str(), 01770));
    expect.text("filename", name);
    expect.number("mode", 01770);
}

EVENT_CASE(chown) {
    const Folder folder;
    folder.make("there");
    const std::string name = folder.file("there");
    expect.number("res", call(SYS_chown, name.c_str(), 70000, 80000));
    expect.text("path", name);
    expect.number("uid", 70000);
    expect.number("gid", 80000);
}

EVENT_CASE(lchown) {
    const Folder folder;
    folder.make("there");
    const std::string name = folder.file("there");
    expect.number("res", call(SYS_lchown, name.c_str(), 12, 34));
    expect.text("path", name);
    expect.number("uid", 12);
    expect.number("gid", 34);
}

EVENT_CASE(mknod) {
    const Folder folder;
    const std::string name = folder.file("made");
    const dev_t zero = makedev(1, 5);
    expect.number("res", call(SYS_mknod, name.c_str(), S_IFBLK | 0660, zero));
    expect.text("path", name);
    expect.number("mode", 0x6000 | 0660);
    expect.number("dev", static_cast<std::int64_t>(zero));
}

EVENT_CASE(mkdir) {
    const Folder folder;
    const std::string name = folder.file("made");
    expect.number("res", call(SYS_mkdir, name.c_str(), 0700));
    expect.text("path", name);
    expect.number("mode", 0700);
}

EVENT_CASE(rmdir) {
    const Folder folder;
    const std::string name = folder.file("made");
    ::mkdir(name.c_str(), 0700);
    expect.number("res", call(SYS_rmdir, name.c_str()));
    expect.text("path", name);
}

EVENT_CASE(unlink) {
    const Folder folder;
    folder.make("there");
    const std::string name = folder.file("there");
    expect.number("res", call(SYS_unlink, name.c_str()));
    expect.text("path", name);
}

EVENT_CASE(link) {
    const Folder folder;
    folder.make("there");
    const std::string name = folder.file("there"), made = folder.file("made");
    expect.number("res", call(SYS_link, name.c_str(), made.c_str()));
    expect.text("oldpath", name);
    expect.text("newpath", made);
}

EVENT_CASE(symlink) {
    const Folder folder;
    const std::string made = folder.file("made");
    expect.number("res", call(SYS_symlink, "../where to", made.c_str()));
    expect.text("target", "../where to");
    expect.text("linkpath", made);
}

EVENT_CASE(rename) {
    const Folder folder;
    folder.make("there");
    const std::string name = folder.file("there"), moved = folder.file("moved");
    expect.number("res", call(SYS_rename, name.c_str(), moved.c_str()));
    expect.text("oldpath", name);
    expect.text("newpath", moved);
}

EVENT_CASE(getdents) {
    const int dir = ::open("/proc/self/fdinfo", O_RDONLY | O_DIRECTORY);
    char room[4096];
    const long bytes = call(SYS_getdents, dir, room, sizeof room);
    expect.number("res", bytes);
    expect.number("fd", dir);
}

#else

NO_EVENT_CASE(open, "this processor has no such call")
NO_EVENT_CASE(creat, "this processor has no such call")
NO_EVENT_CASE(access, "this processor has no such call")
NO_EVENT_CASE(stat, "this processor has no such call")
NO_EVENT_CASE(lstat, "this processor has no such call")
NO_EVENT_CASE(chmod, "this processor has no such call")
NO_EVENT_CASE(chown, "this processor has no such call")
NO_EVENT_CASE(lchown, "this processor has no such call")
NO_EVENT_CASE(mknod, "this processor has no such call")
NO_EVENT_CASE(mkdir, "this processor has no such call")
NO_EVENT_CASE(rmdir, "this processor has no such call")
NO_EVENT_CASE(unlink, "this processor has no such call")
NO_EVENT_CASE(link, "this processor has no such call")
NO_EVENT_CASE(symlink, "this processor has no such call")
NO_EVENT_CASE(rename, "this processor has no such call")
NO_EVENT_CASE(getdents, "this processor has no such call")

#endif
