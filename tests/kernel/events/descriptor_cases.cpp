// SPDX-License-Identifier: Apache-2.0
// Cases of events that make, copy or change descriptors that are no plain files.
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include "case_support.hpp"

using namespace kernel_test;

EVENT_CASE(dup) {
    const int fd = ::open("/dev/null", O_RDONLY);
    expect.number("res", call(SYS_dup, fd));
    expect.number("oldfd", fd);
}

EVENT_CASE(dup3) {
    const int fd = ::open("/dev/null", O_RDONLY);
    expect.number("res", call(SYS_dup3, fd, 77, O_CLOEXEC));
    expect.number("oldfd", fd);
    expect.number("newfd", 77);
    expect.number("flags", 0x1000);
}

EVENT_CASE(fcntl) {
    const int fd = ::open("/dev/null", O_RDONLY);
    expect.number("res", call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 99));
    expect.number("fd", fd);
    expect.number("cmd", 0x1a);
    expect.number("arg", 99);
}

EVENT_CASE(ioctl) {
    const int fd = ::open("/dev/null", O_RDONLY);
    int ends[2];
    if (::pipe(ends) != 0) return;
    int bytes = 0;
    expect.number("res", call(SYS_ioctl, ends[0], FIONREAD, &bytes));
    expect.number("fd", ends[0]);
    expect.number("request", FIONREAD);
    expect.number("argument", call_word(&bytes));
    ::close(fd);
}

EVENT_CASE(close_range) {
    const int fd = ::open("/dev/null", O_RDONLY);
    ::dup2(fd, 501);
    expect.number("res", call(SYS_close_range, 500, 0xffffffffU, 4));
    expect.number("first", 500);
    expect.number("last", 0xffffffff);
    expect.number("flags", 4);
}

EVENT_CASE(pipe2) {
    int ends[2] = {-1, -1};
    expect.number("res", call(SYS_pipe2, ends, O_CLOEXEC | O_NONBLOCK | O_DIRECT));
    expect.number("fd1", ends[0]);
    expect.number("fd2", ends[1]);
    struct stat pipe{};
    ::fstat(ends[0], &pipe);
    expect.number("ino", static_cast<std::int64_t>(pipe.st_ino));
    expect.number("flags", 0x1000 | 0x40 | 0x200);
}

EVENT_CASE(eventfd2) {
    expect.number("res", call(SYS_eventfd2, 12, EFD_CLOEXEC | EFD_NONBLOCK));
    expect.number("flags", 0x1000 | 0x40);
    expect.number("initval", 12);
}

EVENT_CASE(signalfd4) {
    const std::uint64_t signals = 1U << (SIGUSR1 - 1);
    expect.number("res", call(SYS_signalfd4, -1, &signals, sizeof signals, SFD_NONBLOCK));
    expect.number("flags", 0x40);
    expect.number("fd", -1);
    expect.number("mask", 0);  // never collected
}

EVENT_CASE(timerfd_create) {
    expect.number("res", call(SYS_timerfd_create, CLOCK_BOOTTIME, TFD_CLOEXEC));
    expect.number("clockid", CLOCK_BOOTTIME);
    expect.number("flags", 0);  // those that exist have more than the 8 bits of the parameter
}

EVENT_CASE(inotify_init1) {
    expect.number("res", call(SYS_inotify_init1, IN_CLOEXEC | IN_NONBLOCK));
    expect.number("flags", 0x1000 | 0x40);
}

EVENT_CASE(epoll_create1) {
    expect.number("res", call(SYS_epoll_create1, EPOLL_CLOEXEC));
    expect.number("flags", 1);
}

EVENT_CASE(userfaultfd) {
    expect.number("res", call(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK));
    expect.number("flags", 0x1000 | 0x40);
}

EVENT_CASE(memfd_create) {
    expect.number("fd", call(SYS_memfd_create, "some name", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    expect.text("name", "some name");
    expect.number("flags", 1 | 2);
}

EVENT_CASE(pidfd_open) {
    const pid_t self = ::getpid();
    expect.number("fd", call(SYS_pidfd_open, self, O_NONBLOCK));
    expect.number("pid", self);
    expect.number("flags", 1);
}

EVENT_CASE(pidfd_getfd) {
    const long process = call(SYS_pidfd_open, ::getpid(), 0);
    const int fd = ::open("/dev/null", O_RDONLY);
    expect.number("fd", call(SYS_pidfd_getfd, process, fd, 0));
    expect.number("pid_fd", process);
    expect.number("target_fd", fd);
    expect.number("flags", 0);
}

EVENT_CASE(bpf) {
    bpf_attr map{};
    map.map_type = BPF_MAP_TYPE_ARRAY;
    map.key_size = 4;
    map.value_size = 8;
    map.max_entries = 1;
    const long fd = call(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map);
    std::uint32_t key = 0;
    std::uint64_t value = 5;
    bpf_attr update{};
    update.map_fd = static_cast<std::uint32_t>(fd);
    update.key = reinterpret_cast<std::uint64_t>(&key);
    update.value = reinterpret_cast<std::uint64_t>(&value);
    expect.number("fd", call(SYS_bpf, BPF_MAP_UPDATE_ELEM, &update, sizeof update));
    expect.number("cmd", 2);
}

namespace {

/// Parameters of a ring of this size that must have a completion for each of three submissions.
io_uring_params ring_params() {
    io_uring_params params{};
    params.flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
    params.cq_entries = 16;
    return params;
}

void expect_memory_of_ring(kernel_test::Expect& expect, const char* param, long ring,
                           std::uint32_t value) {
    if (ring < 0)
        expect.absent(param);
    else
        expect.number(param, value);
}

}  // namespace

EVENT_CASE(io_uring_setup) {
    io_uring_params params = ring_params();
    const long ring = call(SYS_io_uring_setup, 4, &params);
    expect.number("res", ring);
    expect.number("entries", 4);
    expect_memory_of_ring(expect, "sq_entries", ring, params.sq_entries);
    expect_memory_of_ring(expect, "cq_entries", ring, params.cq_entries);
    expect_memory_of_ring(expect, "flags", ring, 0x10 | 0x20);
    expect_memory_of_ring(expect, "sq_thread_cpu", ring, params.sq_thread_cpu);
    expect_memory_of_ring(expect, "sq_thread_idle", ring, params.sq_thread_idle);
    expect_memory_of_ring(expect, "features", ring, params.features);
}

EVENT_CASE(io_uring_enter) {
    io_uring_params params = ring_params();
    const long ring = call(SYS_io_uring_setup, 4, &params);
    const std::uint64_t signals = 1U << (SIGUSR1 - 1);
    const long result =
        call(SYS_io_uring_enter, ring, 0, 0, IORING_ENTER_GETEVENTS, &signals, sizeof signals);
    expect.number("res", result);
    expect.number("fd", ring);
    expect.number("to_submit", 0);
    expect.number("min_complete", 0);
    expect.number("flags", 1);
    if (result < 0)
        expect.absent("sig");
    else
        expect.number("sig", 1U << (SIGUSR1 - 1));
}

EVENT_CASE(io_uring_register) {
    io_uring_params params = ring_params();
    const long ring = call(SYS_io_uring_setup, 4, &params);
    const int files[2] = {0, 1};
    expect.number("res", call(SYS_io_uring_register, ring, IORING_REGISTER_FILES, files, 2));
    expect.number("fd", ring);
    expect.number("opcode", 2);
    expect.number("arg", call_word(files));
    expect.number("nr_args", 2);
}
