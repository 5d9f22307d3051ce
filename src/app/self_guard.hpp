// SPDX-License-Identifier: Apache-2.0
// SelfGuard: the sensor restrains itself at the start, and while it runs tells the service manager
// that it does and everybody when somebody tampers with it. Made by sensor.cpp, asked by the loop
// over events.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "app/options.hpp"
#include "base/notify.hpp"
#include "capture/doctor.hpp"
#include "capture/kernel.hpp"
#include "config/config.hpp"
#include "guard/launcher.hpp"
#include "guard/self_watch.hpp"
#include "output/alert.hpp"

namespace sensor::app {

class SelfGuard {
public:
    using Post = std::function<void(output::Alert)>;

    /// Takes from this process what it does not need. To be called once, before there are threads.
    /// What cannot be had is a warning that names it.
    /// strict: then it is an error
    static Result<std::unique_ptr<SelfGuard>> start(const Options& options,
                                                    const config::Config& config,
                                                    bool strict = false);

    /// Files that others can change, one line each, of what the configuration names. In any thread.
    static std::vector<std::string> unsafe_files(const Options& options,
                                                 const config::Config& config);

    /// The same for `doctor`.
    static capture::Finding own_files_finding(const Options& options, const config::Config& config);

    /// Starts the programs of outputs; null: nothing keeps them from being started directly.
    ProgramStarter* starter() const { return launcher_.get(); }
    /// Opens sockets of runtimes that this process may not; null: it gave nothing up.
    SocketOpener* opener() const { return launcher_.get(); }

    /// Events arrive, or do so by new rules: tells the manager. The first time, what the process is
    /// like now becomes what it should be like.
    void ready(const config::Config& config, std::size_t rules);
    /// In any thread.
    void reloading() const { notifier_.reloading(); }
    void reload_failed(const std::string& why) const { notifier_.ready("reload failed: " + why); }
    /// Once a turn of the loop. post: takes the alerts
    /// cost: some comparisons; once a second about 0.2 ms
    void look(capture::KernelSource& source, const Post& post);
    /// The loop ends; says who asked for it, with an alert where that is neither init nor who
    /// started the sensor.
    void stopping(const Post& post);

private:
    SelfGuard() = default;

    Notifier notifier_;
    std::unique_ptr<guard::Launcher> launcher_;
    std::string compiler_;
    std::optional<guard::SelfWatch> watch_;
    guard::FindingLimit limit_;
    std::uint64_t last_mend_ns_ = 0;
};

}  // namespace sensor::app
