// SPDX-License-Identifier: Apache-2.0
// DropMonitor: looks once a second of event time at what the source has lost, and logs, alerts or
// ends the sensor if that is too much: the settings syscall_event_drops.
#pragma once

#include <cstdint>
#include <functional>

#include "base/token_bucket.hpp"
#include "capture/source.hpp"
#include "config/config.hpp"
#include "output/alert.hpp"

namespace sensor::app {

class DropMonitor {
public:
    using Post = std::function<void(output::Alert)>;

    /// post: takes the alert of the action `alert`
    DropMonitor(const config::DropOptions& options, Post post);
    /// Other settings from now on; counts go on.
    void use(const config::DropOptions& options);

    /// Is it time to look? cost: a comparison
    bool is_due(std::uint64_t ts_ns) const noexcept { return ts_ns >= next_ns_; }
    /// Looks. totals: of the source, since its start
    void look(std::uint64_t ts_ns, const capture::SourceStats& totals);
    /// Looks at what was lost since the last look, as the sensor ends.
    void look_last(std::uint64_t ts_ns, const capture::SourceStats& totals);

    /// The action `exit` was taken.
    bool must_exit() const noexcept { return must_exit_; }
    std::uint64_t occurrences() const noexcept { return occurrences_; }
    std::uint64_t actions() const noexcept { return actions_; }

private:
    void judge(std::uint64_t ts_ns, const capture::SourceStats& delta);
    void act(std::uint64_t ts_ns, const capture::SourceStats& delta);

    config::DropOptions options_;
    const Post post_;
    TokenBucket bucket_;
    capture::SourceStats seen_;
    std::uint64_t next_ns_ = 0;  // 0: nothing seen yet
    std::uint64_t occurrences_ = 0, actions_ = 0;
    bool must_exit_ = false;
};

}  // namespace sensor::app
