// SPDX-License-Identifier: Apache-2.0
#include "engine/compiler_process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "base/memory_file.hpp"

namespace sensor::engine {
namespace {

constexpr const char* kName = "falco-rulec";
constexpr std::size_t kMostWords = 2000;  // of what a failed compiler said
constexpr rlim_t kMostOutput = rlim_t{512} << 20;
constexpr int kIdleNice = 19;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kLimitMemory = false;  // the sanitizer itself reserves terabytes of addresses
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kLimitMemory = false;
#else
constexpr bool kLimitMemory = true;
#endif
#else
constexpr bool kLimitMemory = true;
#endif

bool is_program(const std::string& path) { return ::access(path.c_str(), X_OK) == 0; }

std::string own_folder() {
    std::array<char, 4096> path{};
    const ssize_t n = ::readlink("/proc/self/exe", path.data(), path.size());
    if (n <= 0) return {};
    const std::string_view whole(path.data(), static_cast<std::size_t>(n));
    return std::string(whole.substr(0, whole.rfind('/')));
}

std::vector<std::string> places() {
    std::vector<std::string> folders;
    const std::string own = own_folder();
    if (!own.empty()) {
        folders.push_back(own);
        folders.push_back(own + "/../libexec/falco-ebpf");
    }
    folders.emplace_back("/usr/libexec/falco-ebpf");
    const char* path = ::secure_getenv("PATH");
    std::string_view rest = path != nullptr ? path : "";
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        if (rest[0] == '/') folders.emplace_back(rest.substr(0, end));  // never a relative folder
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return folders;
}

void limit(decltype(RLIMIT_AS) what, rlim_t value) {
    const rlimit both{value, value};
    ::setrlimit(what, &both);
}

/// Between fork and exec: only calls that are safe there.
[[noreturn]] void become_compiler(const char* path, int input, int output, int words,
                                  const ProcessLimits& limits) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (::dup2(input, 0) < 0 || ::dup2(output, 1) < 0 || ::dup2(words, 2) < 0) ::_exit(126);
    ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    if (kLimitMemory) limit(RLIMIT_AS, limits.memory_mb << 20);
    limit(RLIMIT_CPU, limits.seconds);
    limit(RLIMIT_FSIZE, kMostOutput);
    limit(RLIMIT_CORE, 0);
    if (limits.idle) ::setpriority(PRIO_PROCESS, 0, kIdleNice);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    char name[] = "falco-rulec";
    char mode[] = "compile-bundle";
    char locale[] = "LC_ALL=C";
    char* const argv[] = {name, mode, nullptr};
    char* const env[] = {locale, nullptr};
    ::execve(path, argv, env);
    ::_exit(127);
}

Error failure(int status, int words) {
    if (WIFSIGNALED(status)) {
        const int signal = WTERMSIG(status);
        if (signal == SIGXCPU) return Error("the rule compiler used up its time");
        return Error(std::string("the rule compiler was killed: ") + ::strsignal(signal));
    }
    if (WEXITSTATUS(status) == 127) return Error("the rule compiler could not be started");
    std::string said;
    if (auto read = read_all(words, kMostWords)) said = *read;
    while (!said.empty() && said.back() == '\n') said.pop_back();
    const std::size_t line = said.find_last_of('\n');
    if (line != std::string::npos) said.erase(0, line + 1);
    return Error("the rule compiler failed: " + (said.empty() ? "no reason given" : said));
}

}  // namespace

Result<std::string> find_compiler(const std::string& asked) {
    if (!asked.empty()) {
        if (is_program(asked)) return asked;
        return errno_error("rule compiler " + asked, errno);
    }
    for (const std::string& folder : places()) {
        const std::string path = folder + "/" + kName;
        if (is_program(path)) return path;
    }
    return Error(std::string(kName) + " is neither beside this program nor in libexec nor in PATH");
}

Result<CompilerRun> CompilerRun::start(const std::string& compiler, std::string_view request,
                                       const ProcessLimits& limits) {
    SENSOR_TRY(const Fd input, make_memory_file("rules"));
    SENSOR_TRY_OK(write_all(input.get(), request));
    if (::lseek(input.get(), 0, SEEK_SET) != 0) return errno_error("rewinding the rules", errno);
    CompilerRun run;
    SENSOR_TRY(run.output_, make_memory_file("bundle"));
    SENSOR_TRY(run.words_, make_memory_file("words"));
    const pid_t child = ::fork();
    if (child < 0) return errno_error("starting the rule compiler", errno);
    if (child == 0)
        become_compiler(compiler.c_str(), input.get(), run.output_.get(), run.words_.get(), limits);
    run.child_ = child;
    run.handle_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0U)));
    run.deadline_ = Clock::now() + std::chrono::seconds(limits.seconds);
    return run;
}

CompilerRun::CompilerRun(CompilerRun&& other) noexcept { *this = std::move(other); }

CompilerRun& CompilerRun::operator=(CompilerRun&& other) noexcept {
    if (this == &other) return *this;
    kill();
    child_ = std::exchange(other.child_, -1);
    handle_ = std::move(other.handle_);
    output_ = std::move(other.output_);
    words_ = std::move(other.words_);
    deadline_ = other.deadline_;
    status_ = other.status_;
    late_ = other.late_;
    return *this;
}

CompilerRun::~CompilerRun() { kill(); }

void CompilerRun::kill() noexcept {
    if (child_ < 0) return;
    ::kill(child_, SIGKILL);
    while (::waitpid(child_, &status_, 0) < 0 && errno == EINTR) {
    }
    child_ = -1;
}

bool CompilerRun::wait(std::chrono::milliseconds most) {
    const Clock::time_point until = std::min(Clock::now() + most, deadline_);
    while (child_ >= 0) {
        if (::waitpid(child_, &status_, WNOHANG) == child_) {
            child_ = -1;
            break;
        }
        const Clock::time_point now = Clock::now();
        if (now >= deadline_) {
            late_ = true;
            kill();
            break;
        }
        if (now >= until) return false;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now).count();
        pollfd ready{handle_.get(), POLLIN, 0};
        const long long step = handle_ ? 1000 : 5;
        ::poll(&ready, handle_ ? 1 : 0, static_cast<int>(std::min<long long>(left, step)));
    }
    return true;
}

Result<Fd> CompilerRun::take() {
    if (late_) return Error("the rule compiler used up its time");
    if (!WIFEXITED(status_) || WEXITSTATUS(status_) != 0) return failure(status_, words_.get());
    SENSOR_TRY_OK(seal(output_.get()));
    return std::move(output_);
}

}  // namespace sensor::engine
