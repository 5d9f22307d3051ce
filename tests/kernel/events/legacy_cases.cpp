// SPDX-License-Identifier: Apache-2.0
// Cases of other calls that only older processors have: descriptors, waiting, new processes.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "case_support.hpp"
#include "process_support.hpp"

using namespace kernel_test;

#ifdef __x86_64__

EVENT_CASE(dup2) {
    const int fd = ::open("/dev/null", O_RDONLY);
    expect.number("res", call(SYS_dup2, fd, 77));
    expect.number("oldfd", fd);
    expect.number("newfd", 77);
}

EVENT_CASE(pipe) {
    int ends[2] = {-1, -1};
    expect.number("res", call(SYS_pipe, ends));
    expect.number("fd1", ends[0]);
    expect.number("fd2", ends[1]);
    struct stat pipe{};
    ::fstat(ends[0], &pipe);
    expect.number("ino", static_cast<std::int64_t>(pipe.st_ino));
}

EVENT_CASE(eventfd) {
    expect.number("res", call(SYS_eventfd, 12));
    expect.number("initval", 12);
    expect.number("flags", 0);
}

EVENT_CASE(signalfd) {
    const std::uint64_t signals = 1U << (SIGUSR1 - 1);
    expect.number("res", call(SYS_signalfd, -1, &signals, sizeof signals));
    expect.number("fd", -1);
    expect.number("mask", 0);  // never collected
    expect.number("flags", 0);
}

EVENT_CASE(inotify_init) {
    expect.number("res", call(SYS_inotify_init));
    expect.number("flags", 0);
}

EVENT_CASE(epoll_create) {
    expect.number("res", call(SYS_epoll_create, 5));
    expect.number("size", 5);
}

EVENT_CASE(epoll_wait) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    const int set = ::epoll_create1(0);
    epoll_event event{};
    event.events = EPOLLOUT;
    ::epoll_ctl(set, EPOLL_CTL_ADD, ends[1], &event);
    epoll_event ready[3];
    expect.number("res", call(SYS_epoll_wait, set, ready, 3, 1000) == 1 ? 1 : -1);
    expect.number("maxevents", 3);
}

EVENT_CASE(poll) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    pollfd fds[2] = {{ends[1], POLLOUT, 0}, {ends[0], POLLIN, 0}};
    expect.number("res", call(SYS_poll, fds, 2, 1000) == 1 ? 1 : -1);
    expect.text("fds", fd_list({{ends[1], 4}, {ends[0], 0}}));  // what came back
    expect.number("timeout", 1000);
}

EVENT_CASE(select) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    fd_set writable;
    FD_ZERO(&writable);
    FD_SET(ends[1], &writable);
    timeval most{1, 0};
    const long result = call(SYS_select, ends[1] + 1, nullptr, &writable, nullptr, &most);
    expect.number("res", result == 1 ? 1 : -1);
}

EVENT_CASE(fork) {
    const pid_t parent = ::getpid();
    const long child = call(SYS_fork);
    if (child == 0) {
        expect_new_process(expect, ::getpid(), parent);
        expect.number("flags", child_in_pidns());
        ::_exit(0);
    }
    ::waitpid(static_cast<pid_t>(child), nullptr, 0);
}

EVENT_CASE(vfork) {
    const pid_t parent = ::getpid();
    const pid_t child = ::vfork();  // through the library: parent and child share the stack
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
    expect_new_process(expect, child, parent);  // whose memory was this one's
    expect.number("flags", child_in_pidns());
}

#else

NO_EVENT_CASE(dup2, "this processor has no such call")
NO_EVENT_CASE(pipe, "this processor has no such call")
NO_EVENT_CASE(eventfd, "this processor has no such call")
NO_EVENT_CASE(signalfd, "this processor has no such call")
NO_EVENT_CASE(inotify_init, "this processor has no such call")
NO_EVENT_CASE(epoll_create, "this processor has no such call")
NO_EVENT_CASE(epoll_wait, "this processor has no such call")
NO_EVENT_CASE(poll, "this processor has no such call")
NO_EVENT_CASE(select, "this processor has no such call")
NO_EVENT_CASE(fork, "this processor has no such call")
NO_EVENT_CASE(vfork, "this processor has no such call")

#endif
