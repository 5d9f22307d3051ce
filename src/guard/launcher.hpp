// SPDX-License-Identifier: Apache-2.0
// Launcher: a small process, made before the sensor restrains itself, that starts the programs of
// outputs and connects to sockets of others. A filter of system calls and given-up capabilities
// pass to whatever is started, and would break programs nobody here knows: mail, curl, a script.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/program_starter.hpp"
#include "base/socket_opener.hpp"

namespace sensor::guard {

/// What the launcher does with the rights that this process has now.
struct LauncherTasks {
    /// Commands of the configuration. Any other runs with no_new_privs and without capabilities, so
    /// that who took the sensor over gains none by asking.
    std::vector<std::string> programs;
    /// Connects to the socket of that path, if it may be; in the launcher. Empty: to none.
    std::function<Result<Fd>(const std::string& path)> connect;
};

class Launcher final : public ProgramStarter, public SocketOpener {
public:
    /// Forks. To be called before there are threads and before anything is given up.
    /// background: it is of a daemon: leaves terminal and folder at once, and /dev/null is its
    ///          standard files and theirs
    /// fails:   no process or socket can be made
    static Result<std::unique_ptr<Launcher>> create(LauncherTasks tasks, bool background = false);
    /// Ends the launcher; programs it started go on.
    ~Launcher() override = default;

    Result<StartedProgram> start(const std::string& command, int input) override;
    Result<Fd> open_socket(const std::string& path) override;
    pid_t tgid() const noexcept { return tgid_; }
    /// Our end of its socket, for who closes descriptors.
    int fd() const noexcept { return socket_.get(); }

private:
    struct Told;
    Launcher(Fd socket, pid_t tgid) : socket_(std::move(socket)), tgid_(tgid) {}
    Result<Told> ask(char task, const std::string& text, int fd);

    std::mutex mutex_;  // one question at a time
    const Fd socket_;
    const pid_t tgid_;
};

}  // namespace sensor::guard
