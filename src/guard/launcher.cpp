// SPDX-License-Identifier: Apache-2.0
#include "guard/launcher.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "guard/launcher_process.hpp"
#include "guard/passed_fd.hpp"

namespace sensor::guard {

namespace {

/// Who started a daemon waits for the end of its output: nobody of us may hold it open.
bool leave_terminal() {
    const Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!nothing || ::setsid() < 0 || ::chdir("/") != 0) return false;
    ::umask(027);
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::dup2(nothing.get(), standard) < 0) return false;
    return true;
}

}  // namespace

Result<std::unique_ptr<Launcher>> Launcher::create(std::vector<std::string> trusted,
                                                   bool background) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return errno_error("cannot make a socket for the launcher", errno);
    Fd ours(ends[0]), theirs(ends[1]);
    // Until the launcher ignores those that are for the sensor, none may reach it.
    sigset_t all, before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t child = ::fork();
    const int err = errno;
    if (child == 0) {
        ours.reset();
        if (background && !leave_terminal()) ::_exit(1);
        ::_exit(serve_programs(theirs.get(), trusted));
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (child < 0) return errno_error("cannot make the launcher", err);
    return std::unique_ptr<Launcher>(new Launcher(std::move(ours), child));
}

Result<StartedProgram> Launcher::start(const std::string& command, int input) {
    const std::lock_guard lock(mutex_);
    if (command.size() > kMostCommand) return Error("the command is too long", E2BIG);
    SENSOR_TRY_OK(send_message(socket_.get(), command, input));
    LaunchAnswer answer{};
    std::array<char, sizeof answer> bytes{};
    SENSOR_TRY(Message got, receive_message(socket_.get(), bytes));
    if (got.size != sizeof answer) return Error("the launcher of programs is gone");
    std::memcpy(&answer, bytes.data(), sizeof answer);
    if (answer.error != 0) return errno_error("cannot start a shell", answer.error);
    return StartedProgram{answer.tgid, std::move(got.fd)};
}

}  // namespace sensor::guard
