// SPDX-License-Identifier: Apache-2.0
// Cases of events about one open file: opening it, its place, its mode, owner and locks.
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "case_support.hpp"

using namespace kernel_test;

EVENT_CASE(openat) {
    const Folder folder;
    const int dir = folder.open();
    const long fd = call(SYS_openat, dir, "made", O_CREAT | O_RDWR | O_EXCL, 0640);
    expect.number("fd", fd);
    expect.number("dirfd", dir);
    expect.text("name", "made");
    // Reads and writes, creates, alone, has created.
    expect.number("flags", 1 | 2 | 4 | 0x20 | 0x4000 | folder.layer());
    expect.number("mode", 0640);
    expect_file(expect, static_cast<int>(fd));
}

EVENT_CASE(openat2) {
    const Folder folder;
    folder.make("there");
    const int dir = folder.open();
    open_how how{};
    how.flags = O_WRONLY | O_APPEND | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    const long fd = call(SYS_openat2, dir, "there", &how, sizeof how);
    expect.number("fd", fd);
    expect.number("dirfd", dir);
    expect.text("name", "there");
    expect.number("flags", 2 | 8 | 0x1000 | folder.layer());
    expect.number("mode", 0);
    expect.number("resolve", 1 | 8);
    expect_file(expect, static_cast<int>(fd));
}

EVENT_CASE(open_by_handle_at) {
    const Folder folder;
    folder.make("there");
    const int dir = folder.open();
    struct {
        struct file_handle head;
        char room[MAX_HANDLE_SZ];
    } handle{};
    handle.head.handle_bytes = sizeof handle.room;
    int mount = 0;
    call(SYS_name_to_handle_at, dir, "there", &handle, &mount, 0);
    const long fd = call(SYS_open_by_handle_at, dir, &handle, O_RDONLY | O_NONBLOCK);
    expect.number("fd", fd);
    expect.number("mountfd", dir);
    if (fd < 0) {  // a file system without handles
        expect.number("flags", 1 | 0x40);
        expect.absent("path");
        expect.number("dev", 0);
        expect.number("ino", 0);
        return;
    }
    expect.number("flags", 1 | 0x40 | folder.layer());
    expect.text("path", folder.file("there"));
    expect_file(expect, static_cast<int>(fd));
}

EVENT_CASE(close) {
    const int fd = ::open("/dev/null", O_RDONLY);
    expect.number("res", call(SYS_close, fd));
    expect.number("fd", fd);
}

EVENT_CASE(lseek) {
    const Folder folder;
    const int fd = folder.make("there", "0123456789");
    const long result = call(SYS_lseek, fd, -3, SEEK_END);
    expect.number("res", result == 7 ? 7 : -1);
    expect.number("fd", fd);
    expect.number("offset", -3);
    expect.number("whence", 2);
}

EVENT_CASE(fstat) {
    struct stat file{};
    const int fd = ::open("/dev/null", O_RDONLY);
    expect.number("res", call(SYS_fstat, fd, &file));
    expect.number("fd", fd);
}

EVENT_CASE(newfstatat) {
    const Folder folder;
    folder.make("there");
    const int dir = folder.open();
    struct stat file{};
    expect.number("res", call(SYS_newfstatat, dir, "there", &file, AT_SYMLINK_NOFOLLOW));
    expect.number("dirfd", dir);
    expect.text("path", "there");
    expect.number("flags", 0x100);
}

EVENT_CASE(flock) {
    const Folder folder;
    const int fd = folder.make("there");
    expect.number("res", call(SYS_flock, fd, LOCK_EX | LOCK_NB));
    expect.number("fd", fd);
    expect.number("operation", 2 | 4);
}

EVENT_CASE(fchmod) {
    const Folder folder;
    const int fd = folder.make("there");
    expect.number("res", call(SYS_fchmod, fd, 04751));
    expect.number("fd", fd);
    expect.number("mode", 04751);
}

EVENT_CASE(fchmodat) {
    const Folder folder;
    folder.make("there");
    const int dir = folder.open();
    expect.number("res", call(SYS_fchmodat, dir, "there", 02604));
    expect.number("dirfd", dir);
    expect.text("filename", "there");
    expect.number("mode", 02604);
}

EVENT_CASE(fchown) {
    const Folder folder;
    const int fd = folder.make("there");
    expect.number("res", call(SYS_fchown, fd, 1234, -1));
    expect.number("fd", fd);
    expect.number("uid", 1234);
    expect.number("gid", 0xffffffff);  // keep it
}

EVENT_CASE(fchownat) {
    const Folder folder;
    folder.make("there");
    const int dir = folder.open();
    expect.number("res", call(SYS_fchownat, dir, "there", 12, 34, AT_SYMLINK_NOFOLLOW));
    expect.number("dirfd", dir);
    expect.text("pathname", "there");
    expect.number("uid", 12);
    expect.number("gid", 34);
    expect.number("flags", 0x400);
}
