// SPDX-License-Identifier: Apache-2.0
// Launcher: a small process, made before the sensor restrains itself, that starts the programs of
// outputs. A filter of system calls and given-up capabilities pass to whatever is started, and
// would break programs nobody here knows: mail, curl, a script.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "base/program_starter.hpp"

namespace sensor::guard {

class Launcher final : public ProgramStarter {
public:
    /// Forks. To be called before there are threads and before anything is given up.
    /// trusted: commands of the configuration. They run with the rights that this process has now;
    ///          any other with no_new_privs and without capabilities, so that who took the sensor
    ///          over gains none by asking
    /// background: it is of a daemon: leaves terminal and folder at once, and /dev/null is its
    ///          standard files and theirs
    /// fails:   no process or socket can be made
    static Result<std::unique_ptr<Launcher>> create(std::vector<std::string> trusted,
                                                    bool background = false);
    /// Ends the launcher; programs it started go on.
    ~Launcher() override = default;

    Result<StartedProgram> start(const std::string& command, int input) override;
    pid_t tgid() const noexcept { return tgid_; }
    /// Our end of its socket, for who closes descriptors.
    int fd() const noexcept { return socket_.get(); }

private:
    Launcher(Fd socket, pid_t tgid) : socket_(std::move(socket)), tgid_(tgid) {}

    std::mutex mutex_;  // one question at a time
    const Fd socket_;
    const pid_t tgid_;
};

}  // namespace sensor::guard
