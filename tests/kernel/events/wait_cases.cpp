// SPDX-License-Identifier: Apache-2.0
// Cases of events about waiting, signals and semaphores.
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <time.h>

#include <climits>

#include "case_support.hpp"

using namespace kernel_test;

EVENT_CASE(ppoll) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    pollfd fds[2] = {{ends[0], POLLIN, 0}, {ends[1], POLLOUT, 0}};
    timespec most{2, 7};  // the kernel gives back what is left of it
    const std::uint64_t mask = 1U << (SIGUSR1 - 1) | 1U << (SIGINT - 1);
    const long result = call(SYS_ppoll, fds, 2, &most, &mask, sizeof mask);
    expect.number("res", result == 1 ? 1 : -1);
    expect.text("fds", fd_list({{ends[0], 0}, {ends[1], 4}}));
    expect.number("timeout", most.tv_sec * 1'000'000'000 + most.tv_nsec);
    expect.number("sigmask", static_cast<std::int64_t>(mask));
}

EVENT_CASE(nanosleep) {
    const timespec nap{0, 1234};
    expect.number("res", call(SYS_nanosleep, &nap, nullptr));
    expect.number("interval", 1234);
}

EVENT_CASE(futex) {
    std::uint32_t word = 5;
    expect.number("res", call(SYS_futex, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 6));
    expect.number("addr", call_word(&word));
    expect.number("op", 0x80 | 1);
    expect.number("val", 6);
}

EVENT_CASE(sched_switch) {
    const timespec nap{0, 1'000'000};
    const std::int64_t size = memory_kib(), most = most_resident_kib();
    ::nanosleep(&nap, nullptr);
    expect.only("vm_size", size);  // the last switch of all, at the end, is without memory
    expect.between("vm_rss", 0, most);
    expect.between("vm_swap", 0, most);
    expect.between("next", 0, INT_MAX);
    expect.between("pgft_maj", 0, INT_MAX);
    expect.between("pgft_min", 1, INT_MAX);
}

EVENT_CASE(kill) {
    const pid_t self = ::getpid();
    ::signal(SIGUSR1, SIG_IGN);
    expect.number("res", call(SYS_kill, self, SIGUSR1));
    expect.number("pid", self);
    expect.number("sig", SIGUSR1);
}

EVENT_CASE(tkill) {
    const pid_t self = ::getpid();
    ::signal(SIGUSR1, SIG_IGN);
    expect.number("res", call(SYS_tkill, self, SIGUSR1));
    expect.number("tid", self);
    expect.number("sig", SIGUSR1);
}

EVENT_CASE(tgkill) {
    const pid_t self = ::getpid();
    ::signal(SIGUSR2, SIG_IGN);
    expect.number("res", call(SYS_tgkill, self, self, SIGUSR2));
    expect.number("pid", self);
    expect.number("tid", self);
    expect.number("sig", SIGUSR2);
}

EVENT_CASE(signaldeliver) {
    struct sigaction action{};
    action.sa_handler = [](int) {};
    ::sigaction(SIGTERM, &action, nullptr);
    ::kill(::getpid(), SIGTERM);
    expect.number("spid", ::getpid());  // as the process numbers the one it comes from
    expect_host_number(expect, "dpid", ::getpid());
    expect.number("sig", SIGTERM);
}

// Semaphores in a namespace of their own, which removes them: no call must follow that does.
namespace {

long two_semaphores() {
    if (::unshare(CLONE_NEWIPC) != 0) return -1;
    return call(SYS_semget, IPC_PRIVATE, 2, 0600);
}

}  // namespace

EVENT_CASE(semget) {
    if (::unshare(CLONE_NEWIPC) != 0) return;
    expect.number("res", call(SYS_semget, 0x1234, 3, IPC_CREAT | IPC_EXCL | 0600));
    expect.number("key", 0x1234);
    expect.number("nsems", 3);
    expect.number("semflg", 0x4000 | 0x2000);
}

EVENT_CASE(semctl) {
    const long set = two_semaphores();
    expect.number("res", call(SYS_semctl, set, 1, SETVAL, 42));
    expect.number("semid", set);
    expect.number("semnum", 1);
    expect.number("cmd", 0x1000);
    expect.number("val", 42);
}

EVENT_CASE(semop) {
    const long set = two_semaphores();
    call(SYS_semctl, set, 1, SETVAL, 42);
    const sembuf steps[2] = {{0, 3, SEM_UNDO}, {1, -5, IPC_NOWAIT}};
    expect.number("res", call(SYS_semop, set, steps, 2));
    expect.number("nsops", 2);
    expect.number("sem_num_0", 0);
    expect.number("sem_op_0", 3);
    expect.number("sem_flg_0", 2);
    expect.number("sem_num_1", 1);
    expect.number("sem_op_1", -5);
    expect.number("sem_flg_1", 1);
    expect.number("semid", set);
}
