// SPDX-License-Identifier: Apache-2.0
// Connection: keeps up with one runtime through its socket's coming, going and hanging: listens,
// lists, tries again with back-off, tells the log once. Used by the watcher, in its thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "runtimes/owner.hpp"
#include "runtimes/runtime.hpp"

namespace sensor::runtimes {

using Clock = std::chrono::steady_clock;

class Connection {
public:
    struct Listener {
        /// first: by the first list there ever was of this socket
        std::function<void(Connection&, containers::ContainerRecord, bool first)> listed;
        /// It is in the list, but no answer on it came.
        std::function<void(Connection&, const std::string& id)> missed;
        std::function<void(Connection&, Announcement)> announced;
    };
    Connection(std::unique_ptr<Runtime> runtime, Listener& listener, const std::string& host_root)
        : runtime_(std::move(runtime)), listener_(listener), host_root_(host_root) {}

    /// Looks for the socket, tries again what failed. Cheap; from time to time.
    void tick(Clock::time_point now);
    /// Looks at once for a socket that was not there: somebody wants to know.
    void look();
    /// When `tick` has something to do.
    Clock::time_point due() const noexcept { return due_; }
    /// Can be asked: its socket is there and it has answered, or not failed to yet.
    bool usable() const noexcept { return state_ == State::Coming || state_ == State::Up; }
    bool present() const noexcept { return state_ != State::Absent && state_ != State::Unsuited; }
    /// Has told what it has, or cannot.
    bool settled() const noexcept;
    struct Asking {
        std::string id;
        bool announced = false;        ///< goes before the others, three times out of four
        std::function<bool()> wanted;  ///< still, when its turn comes? nothing: always
        std::function<void(Found)> done;
    };
    /// A few dozen requests are under way at once, the rest wait for their turn.
    void get(Asking asking);
    /// Whose containers it is heard on; changes only while it is not usable.
    Owner owner() const noexcept { return owner_; }
    std::string_view name() const noexcept { return runtime_->name(); }
    const std::string& socket() const noexcept { return runtime_->socket(); }
    /// One line on why it does not answer; empty if it does.
    const std::string& problem() const noexcept { return problem_; }

private:
    enum class State : std::uint8_t {
        Absent,
        Down,
        Unsuited,  ///< it is there, but does not offer what is asked for
        Coming,
        Up
    };
    void begin();
    void down(const std::string& why);
    void unsuited(const std::string& why);
    void up();
    void take_list(Runtime::Ids ids);
    void fetch_more();
    void fetched(const std::string& id, Found found);
    bool next(Asking& to);
    void send_more();
    void send(Asking asking);

    const std::unique_ptr<Runtime> runtime_;
    Listener& listener_;
    const std::string& host_root_;
    Owner owner_ = kRoot;
    State state_ = State::Absent;
    Clock::time_point due_{}, up_since_{};
    std::chrono::milliseconds back_off_{0};
    std::deque<std::string> to_fetch_;
    std::size_t fetching_ = 0;
    bool in_fetch_ = false, in_send_ = false;
    std::deque<Asking> announced_, others_;
    std::uint32_t announced_in_a_row_ = 0;
    std::size_t under_way_ = 0;  ///< requests
    std::uint32_t lists_ = 0;
    std::uint32_t failures_ = 0;  ///< one after another
    bool told_ = false;           ///< the log knows that it is down
    std::string problem_;
};

}  // namespace sensor::runtimes
