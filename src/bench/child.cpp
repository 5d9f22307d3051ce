// SPDX-License-Identifier: Apache-2.0
#include "bench/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <sstream>

#include "base/log.hpp"
#include "base/read_file.hpp"
#include "bench/machine.hpp"

namespace sensor::bench {
namespace {

constexpr unsigned kPollMs = 5;

struct Pipe {
    Fd read;
    Fd write;
};

Result<Pipe> make_pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno_error("create a pipe", errno);
    // Clear of the low numbers that the child hands out again.
    Pipe made{Fd(fcntl(ends[0], F_DUPFD_CLOEXEC, 10)), Fd(fcntl(ends[1], F_DUPFD_CLOEXEC, 10))};
    close(ends[0]);
    close(ends[1]);
    if (!made.read || !made.write) return errno_error("create a pipe", errno);
    return made;
}

/// In the child, after fork. Returns errno if the program could not be executed.
int become(const ChildOptions& options, char* const* argv, int output, int ready, pid_t parent) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) return ESRCH;  // it died before the line above
    if (!options.cpus.empty() && !pin_to(options.cpus).has_value()) return errno;
    for (const std::string& group : options.cgroups) {
        const int procs = open((group + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC);
        if (procs < 0 || write(procs, "0", 1) != 1) return errno;
        close(procs);
    }
    const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0) return errno;
    if (dup2(output, 1) < 0 || dup2(output, 2) < 0) return errno;
    if (ready >= 0 && dup2(ready, kReadyFd) < 0) return errno;
    execvp(argv[0], argv);
    return errno;
}

/// Waits for the child's exec. out: 0, or the errno it failed with
int exec_errno(const Fd& report) {
    int failure = 0;
    ssize_t got = 0;
    do {
        got = read(report.get(), &failure, sizeof failure);
    } while (got < 0 && errno == EINTR);
    return got == static_cast<ssize_t>(sizeof failure) ? failure : 0;
}

}  // namespace

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      output_(std::move(other.output_)),
      ready_(std::move(other.ready_)) {}

Child& Child::operator=(Child&& other) noexcept {
    if (this != &other) {
        stop(0);
        pid_ = std::exchange(other.pid_, -1);
        output_ = std::move(other.output_);
        ready_ = std::move(other.ready_);
    }
    return *this;
}

Child::~Child() { stop(0); }

Result<Child> Child::start(const ChildOptions& options) {
    Child child;
    child.output_ = Fd(memfd_create("output", MFD_CLOEXEC));
    if (!child.output_) return errno_error("create a file in memory", errno);
    SENSOR_TRY(Pipe report, make_pipe());
    Pipe ready;
    if (options.ready_pipe) {
        SENSOR_TRY(ready, make_pipe());
    }
    std::vector<std::string> words = options.argv;
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid < 0) return errno_error("start a process", errno);
    if (pid == 0) {
        const int failure =
            become(options, argv.data(), child.output_.get(), ready.write.get(), parent);
        if (write(report.write.get(), &failure, sizeof failure) < 0) _exit(126);
        _exit(127);
    }
    child.pid_ = pid;
    child.ready_ = std::move(ready.read);
    report.write.reset();
    if (const int failure = exec_errno(report.read); failure != 0) {
        child.stop(0);
        return errno_error("execute " + options.argv.front(), failure);
    }
    return child;
}

bool Child::alive() {
    if (pid_ <= 0) return false;
    if (!has_ended(0)) return true;
    collect();
    return false;
}

bool Child::has_ended(unsigned timeout_ms) const {
    const std::uint64_t limit = now_ns() + timeout_ms * 1'000'000ULL;
    for (;;) {
        siginfo_t info{};
        const int got = waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
        if (got != 0 || info.si_pid == pid_) return true;
        if (now_ns() >= limit) return false;
        sleep_ms(kPollMs);
    }
}

void Child::collect() {
    // First what it left in its own group, for instance the rest of a shell's pipeline: while the
    // ended leader is not collected, its number cannot be given to anybody else.
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

bool Child::wait_ready(unsigned timeout_ms) {
    if (!ready_) return false;
    pollfd waited{ready_.get(), POLLIN, 0};
    if (poll(&waited, 1, static_cast<int>(timeout_ms)) != 1) return false;
    char byte = 0;
    return read(ready_.get(), &byte, 1) == 1;
}

bool Child::has_written(std::string_view text) const {
    return last_output(1U << 20).find(text) != std::string::npos;
}

ChildUse Child::use() const {
    ChildUse use;
    const Result<std::string> stat = read_file(format("/proc/{}/stat", pid_));
    if (pid_ <= 0 || !stat.has_value()) return use;
    // Behind the name, which may hold anything: state, then numbers.
    std::istringstream fields((*stat).substr((*stat).rfind(')') + 1));
    const std::vector<std::string> words{std::istream_iterator<std::string>(fields), {}};
    constexpr std::size_t kUser = 11, kSystem = 12, kResident = 21;
    if (words.size() <= kResident) return use;
    const auto number = [&](std::size_t k) { return std::stoull(words[k]); };
    use.cpu_s = static_cast<double>(number(kUser) + number(kSystem)) /
                static_cast<double>(sysconf(_SC_CLK_TCK));
    use.rss_bytes = number(kResident) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    return use;
}

std::string Child::last_output(std::size_t bytes) const {
    struct stat info{};
    if (!output_ || fstat(output_.get(), &info) != 0) return {};
    const auto size = static_cast<std::size_t>(info.st_size);
    std::string text(std::min(size, bytes), '\0');
    const ssize_t got =
        pread(output_.get(), text.data(), text.size(), static_cast<off_t>(size - text.size()));
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

void Child::stop(unsigned grace_ms) {
    if (pid_ <= 0) return;
    kill(pid_, SIGTERM);
    if (!has_ended(grace_ms)) {
        kill(pid_, SIGKILL);
        while (!has_ended(1000)) {
        }
    }
    collect();
}

}  // namespace sensor::bench
