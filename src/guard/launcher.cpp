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

Result<std::unique_ptr<Launcher>> Launcher::create(LauncherTasks tasks, bool background) {
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
        ::_exit(serve_tasks(theirs.get(), tasks));
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (child < 0) return errno_error("cannot make the launcher", err);
    return std::unique_ptr<Launcher>(new Launcher(std::move(ours), child));
}

struct Launcher::Told {
    LaunchAnswer answer;
    std::string problem;
    Fd fd;
};

Result<Launcher::Told> Launcher::ask(char task, const std::string& text, int fd) {
    const std::lock_guard lock(mutex_);
    if (text.size() > kMostCommand) return Error("the command is too long", E2BIG);
    SENSOR_TRY_OK(send_message(socket_.get(), task + text, fd));
    Told told;
    std::array<char, sizeof told.answer + kMostProblem> bytes{};
    SENSOR_TRY(Message got, receive_message(socket_.get(), bytes));
    if (got.size < sizeof told.answer) return Error("the launcher of programs is gone");
    std::memcpy(&told.answer, bytes.data(), sizeof told.answer);
    told.problem.assign(bytes.data() + sizeof told.answer, got.size - sizeof told.answer);
    told.fd = std::move(got.fd);
    return told;
}

Result<StartedProgram> Launcher::start(const std::string& command, int input) {
    SENSOR_TRY(Told told, ask(kStartProgram, command, input));
    if (told.answer.error != 0) return errno_error("cannot start a shell", told.answer.error);
    return StartedProgram{told.answer.tgid, std::move(told.fd)};
}

Result<Fd> Launcher::open_socket(const std::string& path) {
    SENSOR_TRY(Told told, ask(kOpenSocket, path, -1));
    if (told.answer.error != 0) return Error(told.problem, told.answer.error);
    return std::move(told.fd);
}

}  // namespace sensor::guard
