// SPDX-License-Identifier: Apache-2.0
#include "guard/launcher_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <map>
#include <string_view>

#include "guard/capabilities.hpp"
#include "guard/passed_fd.hpp"
#include "guard/process.hpp"

namespace sensor::guard {
namespace {

/// A command that was not in the configuration when the sensor started gets no more than it has.
void restrain_stranger() {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const Result<KeptCapabilities> none = keep_capabilities({});
    if (!none) ::_exit(126);
}

[[noreturn]] void become(const char* command, int input, bool trusted) {
    ::setpgid(0, 0);
    if (::dup2(input, STDIN_FILENO) < 0) ::_exit(126);
    close_inherited({});
    reset_oom_score();
    for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (!trusted) restrain_stranger();
    ::execl("/bin/sh", "sh", "-c", command, nullptr);
    ::_exit(127);
}

constexpr std::size_t kMostQuestion = kMostCommand + 1;

class Service {
public:
    Service(int socket, const LauncherTasks& tasks)
        : socket_(socket), tasks_(tasks), buffer_(kMostQuestion + 1) {}

    int run() {
        sigset_t child;
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        ::sigprocmask(SIG_SETMASK, &child, nullptr);
        ended_ = Fd(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
        if (!ended_) return 1;
        for (;;) {
            pollfd on[2] = {{socket_, POLLIN, 0}, {ended_.get(), POLLIN, 0}};
            if (::poll(on, 2, -1) < 0 && errno != EINTR) return 1;
            if ((on[1].revents & POLLIN) != 0) reap();
            if (on[0].revents != 0 && !answer()) return 0;
        }
    }

private:
    // out: false: nobody asks any more
    bool answer() {
        Result<Message> asked = receive_message(socket_, {buffer_.data(), kMostQuestion});
        if (!asked || asked->size == 0) return false;
        buffer_[asked->size] = '\0';
        Fd fd;
        std::string problem;
        const char* const text = buffer_.data() + 1;
        const LaunchAnswer said =
            buffer_[0] == kOpenSocket ? open(text, fd, problem) : start(text, *asked, fd);
        std::string bytes(reinterpret_cast<const char*>(&said), sizeof said);
        bytes.append(problem, 0, kMostProblem);
        return send_message(socket_, bytes, fd.get()).has_value();
    }

    LaunchAnswer open(const char* path, Fd& connection, std::string& problem) {
        Result<Fd> made =
            tasks_.connect ? tasks_.connect(path) : Error("the launcher opens no sockets", EPERM);
        if (made) {
            connection = *std::move(made);
            return {};
        }
        problem = made.error().text;
        return {made.error().code != 0 ? made.error().code : EIO, 0};
    }

    LaunchAnswer start(const char* command, const Message& asked, Fd& end) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return {errno, 0};
        end = Fd(ends[0]);
        Fd tell(ends[1]);
        const auto& trusted_ones = tasks_.programs;
        const bool trusted = std::find(trusted_ones.begin(), trusted_ones.end(),
                                       std::string_view(command)) != trusted_ones.end();
        const int input = asked.fd ? asked.fd.get() : STDIN_FILENO;
        const pid_t child = ::fork();
        if (child < 0) return {errno, 0};
        if (child == 0) become(command, input, trusted);
        ::setpgid(child, child);  // here too: whoever is first
        running_.emplace(child, std::move(tell));
        return {0, child};
    }

    void reap() {
        signalfd_siginfo ignored{};
        while (::read(ended_.get(), &ignored, sizeof ignored) > 0) continue;
        int status = 0;
        for (pid_t child = 0; (child = ::waitpid(-1, &status, WNOHANG)) > 0;) {
            const auto known = running_.find(child);
            if (known == running_.end()) continue;
            // Who asked may be gone: then nobody needs to know.
            if (::write(known->second.get(), &status, sizeof status) < 0) ignored = {};
            running_.erase(known);
        }
    }

    const int socket_;
    const LauncherTasks& tasks_;
    std::vector<char> buffer_;
    Fd ended_;
    std::map<pid_t, Fd> running_;  // what is told of each one's end
};

}  // namespace

int serve_tasks(int socket, const LauncherTasks& tasks) {
    ::prctl(PR_SET_NAME, "falco-launcher");
    // Its end is that of the socket: a Ctrl-C is for the sensor, which still has alerts to write.
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGQUIT, SIGPIPE})
        ::signal(signal, SIG_IGN);
    close_inherited({socket});
    return Service(socket, tasks).run();
}

}  // namespace sensor::guard
