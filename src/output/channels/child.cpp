// SPDX-License-Identifier: Apache-2.0
#include "output/channels/child.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "base/log.hpp"

namespace sensor::output {
namespace {

constexpr auto kGrace = std::chrono::milliseconds(500);

/// Signals as at a login, a group of its own, nothing open but the three.
class SpawnSettings {
public:
    explicit SpawnSettings(int in) {
        sigset_t all{}, none{};
        sigfillset(&all);
        sigemptyset(&none);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setpgroup(&attributes, 0);
        constexpr int kFlags =
            POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP;
        posix_spawnattr_setflags(&attributes, static_cast<short>(kFlags));
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
        posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    }
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;

    posix_spawnattr_t attributes{};
    posix_spawn_file_actions_t files{};
};

}  // namespace

Child::Child(Child&& other) noexcept
    : tgid_(std::exchange(other.tgid_, 0)),
      handle_(std::move(other.handle_)),
      is_started_(other.is_started_),
      status_(other.status_) {}

Child& Child::operator=(Child&& other) noexcept {
    std::swap(tgid_, other.tgid_);
    std::swap(handle_, other.handle_);
    std::swap(is_started_, other.is_started_);
    std::swap(status_, other.status_);
    return *this;
}

Child::~Child() { end(); }

Result<Child> Child::start(const std::string& command, int in, ProgramStarter* starter) {
    if (starter != nullptr) {
        SENSOR_TRY(StartedProgram started, starter->start(command, in));
        Child child;
        child.tgid_ = started.tgid;
        child.handle_ = std::move(started.end);
        child.is_started_ = true;
        return child;
    }
    const SpawnSettings settings(in);
    const char* const arguments[] = {"sh", "-c", command.c_str(), nullptr};
    Child child;
    const int error = ::posix_spawn(&child.tgid_, "/bin/sh", &settings.files, &settings.attributes,
                                    const_cast<char* const*>(arguments), environ);
    if (error != 0) {
        child.tgid_ = 0;
        return errno_error("cannot start a shell", error);
    }
    child.handle_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, child.tgid_, 0)));
    return child;
}

namespace {

int status_of(int how) { return WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how); }

}  // namespace

// Who started it tells its status, or is gone.
bool Child::look_started() {
    pollfd on{handle_.get(), POLLIN, 0};
    if (::poll(&on, 1, 0) <= 0) return false;
    int how = 0;
    const bool is_told = ::read(handle_.get(), &how, sizeof how) == sizeof how;
    status_ = is_told ? status_of(how) : 0;
    tgid_ = 0;
    handle_.reset();
    return true;
}

bool Child::has_ended() {
    if (tgid_ <= 0) return true;
    if (is_started_) return look_started();
    int how = 0;
    const pid_t found = ::waitpid(tgid_, &how, WNOHANG);
    if (found == 0 || (found < 0 && errno == EINTR)) return false;
    // Where somebody ignores SIGCHLD there is no status to be had.
    status_ = found < 0 ? 0 : status_of(how);
    tgid_ = 0;
    handle_.reset();
    return true;
}

bool Child::wait(const Patience& patience) {
    while (!has_ended()) {
        if (handle_) {
            if (!patience.wait_for(handle_.get(), POLLIN)) return has_ended();
        } else {  // the kernel has no such handles: look now and then
            const Patience some = patience.at_most(std::chrono::milliseconds(20));
            if (!some.wait_for(-1, 0) && patience.is_over()) return has_ended();
        }
    }
    return true;
}

void Child::end() {
    for (const int signal : {SIGTERM, SIGKILL}) {
        if (has_ended()) return;
        ::kill(-tgid_, signal);
        wait(Patience(Patience::Clock::now() + kGrace, -1));
    }
}

std::string status_text(int status) {
    return status > 128 ? format("killed by signal {}", status - 128)
                        : format("exit status {}", status);
}

}  // namespace sensor::output
