// SPDX-License-Identifier: Apache-2.0
// Cases of events that move bytes: between memory and descriptors, descriptors, processes.
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "case_support.hpp"

using namespace kernel_test;

namespace {

iovec part(const char* bytes, std::size_t size) { return {const_cast<char*>(bytes), size}; }

}  // namespace

EVENT_CASE(read) {
    const Folder folder;
    const int fd = folder.make("there", "some bytes");
    char room[64];
    expect.number("res", call(SYS_read, fd, room, sizeof room) == 10 ? 10 : -1);
    expect.text("data", "some bytes");
    expect.number("fd", fd);
    expect.number("size", sizeof room);
}

EVENT_CASE(write) {
    const Folder folder;
    const int fd = folder.make("there");
    expect.number("res", call(SYS_write, fd, "out\0going", 9) == 9 ? 9 : -1);
    expect.text("data", std::string_view("out\0going", 9));
    expect.number("fd", fd);
    expect.number("size", 9);
}

EVENT_CASE(pread) {
    const Folder folder;
    const int fd = folder.make("there", "some bytes");
    char room[64];
    expect.number("res", call(SYS_pread64, fd, room, 3, 5) == 3 ? 3 : -1);
    expect.text("data", "byt");
    expect.number("fd", fd);
    expect.number("size", 3);
    expect.number("pos", 5);
}

EVENT_CASE(pwrite) {
    const Folder folder;
    const int fd = folder.make("there");
    const long far = 0x1'0000'0001;
    expect.number("res", call(SYS_pwrite64, fd, "far out", 7, far) == 7 ? 7 : -1);
    expect.text("data", "far out");
    expect.number("fd", fd);
    expect.number("size", 7);
    expect.number("pos", far);
}

EVENT_CASE(readv) {
    const Folder folder;
    const int fd = folder.make("there", "some bytes");
    char first[3], second[20];
    const iovec rooms[2] = {{first, sizeof first}, {second, sizeof second}};
    expect.number("res", call(SYS_readv, fd, rooms, 2) == 10 ? 10 : -1);
    expect.number("size", 23);
    expect.text("data", "some bytes");
    expect.number("fd", fd);
}

EVENT_CASE(writev) {
    const Folder folder;
    const int fd = folder.make("there");
    const iovec parts[3] = {part("ab", 2), part("", 0), part("cde", 3)};
    expect.number("res", call(SYS_writev, fd, parts, 3) == 5 ? 5 : -1);
    expect.text("data", "abcde");
    expect.number("fd", fd);
    expect.number("size", 5);
}

EVENT_CASE(preadv) {
    const Folder folder;
    const int fd = folder.make("there", "some bytes");
    char first[3], second[20];
    const iovec rooms[2] = {{first, sizeof first}, {second, sizeof second}};
    expect.number("res", call(SYS_preadv, fd, rooms, 2, 5, 0) == 5 ? 5 : -1);
    expect.number("size", 23);
    expect.text("data", "bytes");
    expect.number("fd", fd);
    expect.number("pos", 5);
}

EVENT_CASE(pwritev) {
    const Folder folder;
    const int fd = folder.make("there");
    const iovec parts[2] = {part("ab", 2), part("cde", 3)};
    expect.number("res", call(SYS_pwritev, fd, parts, 2, 100, 0) == 5 ? 5 : -1);
    expect.text("data", "abcde");
    expect.number("fd", fd);
    expect.number("size", 5);
    expect.number("pos", 100);
}

EVENT_CASE(splice) {
    const Folder folder;
    const int fd = folder.make("there", "some bytes");
    int ends[2];
    if (::pipe(ends) != 0) return;
    const long result = call(SYS_splice, fd, nullptr, ends[1], nullptr, 6, SPLICE_F_MOVE | 4);
    expect.number("res", result == 6 ? 6 : -1);
    expect.number("fd_in", fd);
    expect.number("fd_out", ends[1]);
    expect.number("size", 6);
    expect.number("flags", 1 | 4);
}

EVENT_CASE(sendfile) {
    const Folder folder;
    const int in = folder.make("there", "some bytes"), out = folder.make("other");
    off_t offset = 5;
    expect.number("res", call(SYS_sendfile, out, in, &offset, 4) == 4 ? 4 : -1);
    expect.number("offset", 9);  // where the next one goes on
    expect.number("out_fd", out);
    expect.number("in_fd", in);
    expect.number("size", 4);
}

EVENT_CASE(copy_file_range) {
    const Folder folder;
    const int in = folder.make("there", "some bytes"), out = folder.make("other");
    std::int64_t from = 5, to = 100;
    expect.number("res", call(SYS_copy_file_range, in, &from, out, &to, 4, 0) == 4 ? 4 : -1);
    expect.number("fdout", out);
    expect.number("offout", call_word(&to));  // where it stands, not what
    expect.number("fdin", in);
    expect.number("offin", call_word(&from));
    expect.number("len", 4);
}

EVENT_CASE(process_vm_readv) {
    const char there[] = "some bytes";
    char room[64];
    const iovec local = {room, sizeof room}, remote = part(there, sizeof there - 1);
    const pid_t self = ::getpid();
    const long result = call(SYS_process_vm_readv, self, &local, 1, &remote, 1, 0);
    expect.number("res", result == 10 ? 10 : -1);
    expect.number("pid", self);
    expect.text("data", "some bytes");
}

EVENT_CASE(process_vm_writev) {
    char there[64] = {};
    const iovec local[2] = {part("ab", 2), part("cde", 3)}, remote = {there, sizeof there};
    const pid_t self = ::getpid();
    const long result = call(SYS_process_vm_writev, self, local, 2, &remote, 1, 0);
    expect.number("res", result == 5 ? 5 : -1);
    expect.number("pid", self);
    expect.text("data", "abcde");
}
