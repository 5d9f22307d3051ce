// SPDX-License-Identifier: Apache-2.0
#include "app/daemon.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include "base/fd.hpp"
#include "base/log.hpp"

namespace sensor::app {
namespace {

constexpr char kOpened = 'o';

Result<> write_number(const std::string& path, pid_t number) {
    const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    const std::string text = std::to_string(number);
    if (file.get() < 0 ||
        ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        const Error error = errno_error("cannot write the pid file " + path, errno);
        log::error("{}", error.text);
        return Error(error.text, kNoPidFile);
    }
    return Ok{};
}

/// The child has ended without opening its source; what it said stands on the terminal.
int status_of(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int wait_for(pid_t child, int pipe, const std::string& pid_file) {
    char told = 0;
    ssize_t got = 0;
    do {
        got = ::read(pipe, &told, 1);
    } while (got < 0 && errno == EINTR);
    if (got != 1) return status_of(child);
    if (write_number(pid_file, child)) return 0;
    ::kill(child, SIGTERM);
    return kNoPidFile;
}

}  // namespace

Result<std::optional<int>> fork_daemon(Options& options) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return errno_error("-d: no pipe", errno);
    Fd read_end(ends[0]);
    Fd write_end(ends[1]);
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child < 0) return errno_error("-d: cannot fork", errno);
    if (child == 0) {
        options.opened_fd = write_end.release();
        return std::optional<int>();
    }
    write_end = Fd();
    return std::optional<int>(wait_for(child, read_end.get(), options.pid_file));
}

Result<> leave_terminal(const Options& options) {
    if (options.opened_fd < 0) return Ok{};
    const Fd parent(options.opened_fd);
    const Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (nothing.get() < 0) return errno_error("-d: cannot open /dev/null", errno);
    std::fflush(nullptr);
    ::setsid();
    ::umask(027);
    if (::chdir("/") != 0) return errno_error("-d: cannot change to /", errno);
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::dup2(nothing.get(), standard) < 0) return errno_error("-d: /dev/null", errno);
    }
    if (::write(parent.get(), &kOpened, 1) != 1)
        return errno_error("-d: the parent is gone", errno);
    return Ok{};
}

Result<> write_pid_file(const Options& options) {
    if (options.pid_file.empty() || options.opened_fd >= 0) return Ok{};
    return write_number(options.pid_file, ::getpid());
}

}  // namespace sensor::app
