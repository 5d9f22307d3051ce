// SPDX-License-Identifier: Apache-2.0
// Watcher::Impl: the watcher's thread and what it works with. Private to watcher.cpp and its parts.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

#include "runtimes/connection.hpp"
#include "runtimes/inquiry.hpp"
#include "runtimes/news_box.hpp"
#include "runtimes/sockets.hpp"

namespace sensor::runtimes {

/// The last so many, by id: the oldest goes first.
template <typename T, std::size_t kMost>
class Latest {
public:
    void put(const std::string& id, T value) {
        if (known_.insert_or_assign(id, std::move(value)).second) order_.push_back(id);
        while (known_.size() > kMost || order_.size() > 2 * kMost) {
            known_.erase(order_.front());
            order_.pop_front();
        }
    }
    const T* find(const std::string& id) const {
        const auto found = known_.find(id);
        return found == known_.end() ? nullptr : &found->second;
    }
    void erase(const std::string& id) { known_.erase(id); }

private:
    std::unordered_map<std::string, T> known_;
    std::deque<std::string> order_;
};

class Watcher::Impl {
public:
    Impl(WatcherOptions options, std::unique_ptr<Exchange> exchange, std::atomic<bool>& has_news);
    ~Impl();
    /// Begins, and waits for what runs.
    void start();

    NewsBox box;
    const std::unique_ptr<Exchange> exchange;  // outlives all that is sent over it

private:
    void run();
    void turn();
    void discover();
    std::unique_ptr<Runtime> make_runtime(RuntimeKind kind, const std::string& socket);
    void tell_settled();
    void take_question(Question question);
    bool answer_at_once(const Question& question);
    void announced(Connection& from, Announcement announcement);
    void sketched(const containers::ContainerRecord& sketch);
    /// How a record came about.
    enum class By : std::uint8_t { List, Announcement, Question };
    void record(containers::ContainerRecord record, By by);
    void gave_up(const std::string& id, std::string why);
    std::chrono::milliseconds rest(Clock::time_point now) const;

    const WatcherOptions options_;
    WatcherStats tally_;
    Shared shared_;
    std::set<std::pair<RuntimeKind, std::string>> known_sockets_;
    Connection::Listener listener_;
    Inquiries::Connections connections_;
    Inquiries inquiries_;
    /// Asked for or announced, perhaps before a process was seen in them: that may come any moment,
    /// and of containers that live shortly even after their end.
    Latest<containers::ContainerRecord, 256> latest_;
    /// Told before the runtime's answer, all parts of it together.
    Latest<containers::ContainerRecord, 256> early_;
    Latest<bool, 4096> gave_up_;
    Clock::time_point next_discovery_{};

    std::mutex settled_lock_;
    std::condition_variable settled_changed_;
    bool settled_ = false;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

}  // namespace sensor::runtimes
