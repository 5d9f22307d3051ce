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

/// In the child. rate: opens a second, 0: as many as it can
[[noreturn]] void flood(const char* path, std::uint64_t rate, std::uint64_t& opened) {
    const std::uint64_t begin = now_ns();
    for (;;) {
        if (rate == 0) {
            open_once(path, opened);
            continue;
        }
        const auto due = static_cast<std::uint64_t>(static_cast<double>(now_ns() - begin) / 1e9 *
                                                    static_cast<double>(rate));
        while (opened < due) open_once(path, opened);
        const timespec pause{0, static_cast<long>(kStepNs)};
        nanosleep(&pause, nullptr);
    }
}

}  // namespace

Result<> Flooder::start(const std::string& path, std::uint64_t rate, const std::vector<int>& cpus) {
    shared_bytes_ = cpus.size() * kLine * sizeof(std::uint64_t);
    void* const shared =
        mmap(nullptr, shared_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return errno_error("share memory with the flooders", errno);
    opened_ = static_cast<std::uint64_t*>(shared);
    const pid_t parent = getpid();
    for (std::size_t k = 0; k < cpus.size(); ++k) {
        const pid_t pid = fork();
        if (pid < 0) return errno_error("start a flooder", errno);
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != parent || !pin_to({cpus[k]}).has_value()) _exit(1);
            flood(path.c_str(), rate == 0 ? 0 : rate / cpus.size(), opened_[k * kLine]);
        }
        children_.push_back(pid);
    }
    return Ok{};
}

std::uint64_t Flooder::stop() {
    for (const pid_t child : children_) kill(child, SIGKILL);
    for (const pid_t child : children_) waitpid(child, nullptr, 0);
    std::uint64_t sum = 0;
    for (std::size_t k = 0; k < children_.size(); ++k) sum += opened_[k * kLine];
    children_.clear();
    return sum;
}

Flooder::~Flooder() {
    stop();
    if (opened_ != nullptr) munmap(opened_, shared_bytes_);
}

}  // namespace sensor::bench
