// SPDX-License-Identifier: Apache-2.0
// Inquiries: containers about which nothing or not enough is known yet. Each is put to every
// runtime that could own it, all at once and again and again, until one answers or patience ends.
// Used by the watcher, in its thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtimes/connection.hpp"

namespace sensor::runtimes {

class Inquiries {
public:
    using Connections = std::vector<std::unique_ptr<Connection>>;
    struct Listener {
        /// id: as it was asked for. asked: or only announced
        std::function<void(const Connection& from, const std::string& id,
                           containers::ContainerRecord, bool asked)>
            answered;
        std::function<void(const std::string& id, std::string why)> gave_up;
        /// Behind one of those two: `removed` had to wait for it.
        std::function<void(const std::string& id)> gone;
    };
    Inquiries(const Connections& connections, Listener listener, std::chrono::nanoseconds patience,
              WatcherStats& tally)
        : connections_(connections),
          listener_(std::move(listener)),
          patience_(patience),
          tally_(tally) {}

    /// A process was seen in it: `gave_up` is told when nobody knows it.
    /// owner: whose it is: besides root's runtimes only theirs are asked
    void ask(const std::string& id, const std::string& type, Owner owner);
    /// `from` has announced it: only that one is asked, for longer, and nobody is told of failure.
    void announced(const std::string& id, Connection& from);
    /// It is no more. out: false if an answer is under way, which is worth waiting for
    bool removed(const std::string& id);
    void tick(Clock::time_point now);
    /// When `tick` has something to do.
    Clock::time_point due() const noexcept;

private:
    struct Inquiry;
    using Handle = std::shared_ptr<Inquiry>;
    void put(const Handle& inquiry);
    bool concerns(const Inquiry& inquiry, const Connection& connection) const;
    void take(const Handle& inquiry, const Connection& from, Found found);
    void round_ended(const Handle& inquiry);
    void give_up(const Handle& inquiry);
    void end(const Handle& inquiry);

    const Connections& connections_;
    const Listener listener_;
    const std::chrono::nanoseconds patience_;
    WatcherStats& tally_;
    std::unordered_map<std::string, Handle> open_;
};

}  // namespace sensor::runtimes
