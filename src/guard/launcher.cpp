// SPDX-License-Identifier: Apache-2.0
#include "guard/launcher.hpp"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "guard/launcher_process.hpp"
#include "guard/passed_fd.hpp"

namespace sensor::guard {

Result<std::unique_ptr<Launcher>> Launcher::create(std::vector<std::string> trusted) {
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
