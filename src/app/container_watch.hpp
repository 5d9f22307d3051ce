// SPDX-License-Identifier: Apache-2.0
// ContainerWatch: what container runtimes say, into the state and, as events, to the rules. Started
// by a live sensor; asks in a thread of its own (runtimes/watcher.hpp), tells between two events.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/options.hpp"
#include "event/make_record.hpp"
#include "runtimes/user_files.hpp"
#include "runtimes/watcher.hpp"
#include "state/state.hpp"

namespace sensor::app {

/// How containers of these settings are kept. live: runtimes are asked; else a capture tells.
state::ContainerOptions container_options(const config::ContainerOptions& config, bool live);

/// What is asked by these settings, and where.
runtimes::WatcherOptions watcher_options(const config::ContainerOptions& config,
                                         const std::string& host_root);

/// The event that tells of a container, or of its end, as captures have it.
/// json: containers::record_json
Result<OwnedRecord> container_event(const std::string& json, bool removed, std::uint64_t ts_ns);

class ContainerWatch {
public:
    /// Takes a record, which is the event of a container.
    using Handle = std::function<void(std::span<const std::byte> record)>;

    /// opener: of sockets that this process may not open; borrowed; null: nobody else
    explicit ContainerWatch(std::string host_root, SocketOpener* opener = nullptr)
        : host_root_(std::move(host_root)), opener_(opener) {}

    /// Asks by these settings from now on. The first time, what runs already is in the state when
    /// it returns, unless it takes longer than half a second; it makes no event. cost: up to that
    /// then, little later. fails: no thread can be made; nothing is asked then
    Result<> apply(const config::ContainerOptions& config, state::State& state);

    /// A process of a container of which nothing but its id is known.
    void ask(const state::Container& container, const containers::Seen& seen) noexcept {
        if (watcher_) watcher_->ask(container.full_id, container.type, seen);
    }
    /// A process runs a program of the container's own: what its users are called is read.
    state::AskedUsers ask_users(const state::Container& container, std::uint32_t ns_tgid);
    /// Between two events: tells what came since. cost: loads if nothing did
    void look(state::State& state, const Handle& handle) {
        if (watcher_ && watcher_->has_news()) [[unlikely]]
            tell(state, handle);
        if (users_.has_news()) [[unlikely]]
            tell_users(state, handle);
    }
    runtimes::WatcherStats stats() const;

private:
    void tell(state::State& state, const Handle& handle);
    void tell_one(const runtimes::News& news, state::State& state, const Handle& handle);
    void tell_users(state::State& state, const Handle& handle);

    const std::string host_root_;
    SocketOpener* const opener_;
    config::ContainerOptions config_;
    bool started_ = false;
    std::unique_ptr<runtimes::Watcher> watcher_;
    runtimes::UserFiles users_;
};

/// A live state that puts its questions to this watch. Borrows it.
state::Options watched_state(ContainerWatch& watch);

}  // namespace sensor::app
