// SPDX-License-Identifier: Apache-2.0
#include "bench/flooder.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "bench/machine.hpp"

namespace sensor::bench {
namespace {

constexpr std::uint64_t kStepNs = 1'000'000;
constexpr std::size_t kLine = 8;  // words of a cache line: children do not share one

void open_once(const char* path, std::uint64_t& opened) {
    const long fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
    if (fd >= 0) syscall(SYS_close, fd);
    __atomic_store_n(&opened, opened + 1, __ATOMIC_RELAXED);
}

/// Calls once() so often a second, for ever.
template <typename Once>
[[noreturn]] void at_rate(std::uint64_t rate, Once once) {
    const std::uint64_t begin = now_ns();
    for (std::uint64_t done = 0;;) {
        const auto due = static_cast<std::uint64_t>(static_cast<double>(now_ns() - begin) / 1e9 *
                                                    static_cast<double>(rate));
        for (; done < due; ++done) once();
        const timespec pause{0, static_cast<long>(kStepNs)};
        nanosleep(&pause, nullptr);
    }
}

[[noreturn]] void flood(const char* path, std::uint64_t rate, bool unlimited,
                        std::uint64_t& opened) {
    while (unlimited) open_once(path, opened);
    at_rate(rate, [&] { open_once(path, opened); });
}

/// Short-lived programs, which open their libraries.
[[noreturn]] void churn(std::uint64_t rate) {
    at_rate(rate, [] {
        const pid_t pid = fork();
        if (pid == 0) {
            execl("/bin/true", "true", nullptr);
            _exit(127);
        }
        if (pid > 0) waitpid(pid, nullptr, 0);
    });
}

}  // namespace

/// Starts work() in a process of its own, which ends with this one.
template <typename Work>
Result<> Flooder::add(Work work) {
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid < 0) return errno_error("start a flooder", errno);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(1);
        work();
        _exit(1);
    }
    children_.push_back(pid);
    return Ok{};
}

Result<> Flooder::start(const Load& load) {
    const std::size_t openers = load.cpus.size();
    shared_bytes_ = openers * kLine * sizeof(std::uint64_t);
    void* const shared =
        mmap(nullptr, shared_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return errno_error("share memory with the flooders", errno);
    opened_ = static_cast<std::uint64_t*>(shared);
    counts_ = openers;
    for (std::size_t k = 0; k < openers; ++k) {
        SENSOR_TRY_OK(add([&] {
            if (pin_to({load.cpus[k]}).has_value())
                flood(load.path.c_str(), load.rate / openers, load.rate == 0, opened_[k * kLine]);
        }));
    }
    if (load.churn == 0) return Ok{};
    return add([&] { churn(load.churn); });
}

std::uint64_t Flooder::stop() {
    for (const pid_t child : children_) kill(child, SIGKILL);
    for (const pid_t child : children_) waitpid(child, nullptr, 0);
    std::uint64_t sum = 0;
    for (std::size_t k = 0; k < counts_; ++k) sum += opened_[k * kLine];
    counts_ = 0;
    children_.clear();
    return sum;
}

Flooder::~Flooder() {
    stop();
    if (opened_ != nullptr) munmap(opened_, shared_bytes_);
}

}  // namespace sensor::bench
