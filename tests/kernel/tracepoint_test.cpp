// SPDX-License-Identifier: Apache-2.0
// What befalls a process: who sends its signals, and faults of the kernel on its behalf.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "tests/support/catch.hpp"
#include "watch.hpp"

using namespace sensor;
using namespace kernel_test;

namespace {

void take(int signal) {
    struct sigaction action{};
    action.sa_handler = [](int) {};
    ::sigaction(signal, &action, nullptr);
}

/// The one delivery of a signal.
Event delivery(const Run& run, int signal) {
    std::vector<Event> found;
    for (const Event& event : run.records.of(EventType::signaldeliver)) {
        if (number(event, "sig") == signal) found.push_back(event);
    }
    INFO("signal " << signal);
    REQUIRE(found.size() == 1);
    return found[0];
}

}  // namespace

TEST_CASE("a signal comes from a process, a child or the kernel") {
    SKIP_WITHOUT_KERNEL();
    pid_t* const child = static_cast<pid_t*>(
        ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    const Run run = watch([&] {
        for (const int signal : {SIGCHLD, SIGALRM, SIGUSR1, SIGRTMIN}) take(signal);
        const timespec nap{0, 1'000'000};
        ::sigqueue(::getpid(), SIGRTMIN, sigval{});
        ::raise(SIGUSR1);
        const pid_t made = ::fork();
        if (made == 0) ::_exit(0);
        *child = made;
        ::waitpid(made, nullptr, 0);
        ::ualarm(1000, 0);
        ::pause();
        ::nanosleep(&nap, nullptr);
    });
    CHECK(number(delivery(run, SIGRTMIN), "spid") == run.child);
    CHECK(number(delivery(run, SIGUSR1), "spid") == run.child);
    CHECK(number(delivery(run, SIGCHLD), "spid") == *child);
    CHECK(number(delivery(run, SIGALRM), "spid") == 0);
    CHECK(number(delivery(run, SIGALRM), "dpid") == delivery(run, SIGALRM).head().tid);
    ::munmap(child, 4096);
}

#ifdef __x86_64__
TEST_CASE("the kernel faults where a call writes memory nobody has touched") {
    SKIP_WITHOUT_KERNEL();
    // Mapped before, so that the address is known on both sides; private, so each has its own.
    void* const page =
        ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const Run run = watch([&] {
        const int zero = ::open("/dev/zero", O_RDONLY);
        if (::read(zero, page, 16) != 16) ::_exit(1);
    });
    const auto address = reinterpret_cast<std::int64_t>(page);
    const auto faults = run.records.of(EventType::page_fault);
    const auto fault = std::find_if(faults.begin(), faults.end(), [&](const Event& event) {
        return number(event, "addr") == address;
    });
    REQUIRE(fault != faults.end());
    CHECK(number(*fault, "error") == (2 | 4 | 0x20));  // not there, written, by the kernel
    CHECK(number(*fault, "ip") < 0);                   // in the kernel's half
    ::munmap(page, 4096);
}
#endif
