// SPDX-License-Identifier: Apache-2.0
// Watcher::Impl: the watcher's thread and what it works with. Private to watcher.cpp and its parts.
#pragma once

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "base/clock.hpp"
#include "runtimes/aside.hpp"
#include "runtimes/connection.hpp"
#include "runtimes/inquiry.hpp"
#include "runtimes/news_box.hpp"
#include "runtimes/podman_events.hpp"
#include "runtimes/records.hpp"
#include "runtimes/sockets.hpp"

namespace sensor::runtimes {

class Watcher::Impl {
public:
    Impl(WatcherOptions options, std::unique_ptr<Exchange> exchange, std::atomic<bool>& has_news);
    ~Impl();
    /// Begins, and waits for what runs, so long at most.
    void start(std::chrono::milliseconds most);

    NewsBox box;
    const std::unique_ptr<Exchange> exchange;  // outlives all that is sent over it

private:
    void run();
    void turn();
    void discover();
    std::unique_ptr<Runtime> make_runtime(RuntimeKind kind, const std::string& socket);
    void tell_settled();
    void take_question(Question question);
    void look_again(const Question& question);
    bool answer_at_once(const Question& question);
    void announced(Connection& from, Announcement announcement);
    void sketched(const containers::ContainerRecord& sketch);
    /// How a record came about.
    enum class By : std::uint8_t { FirstList, List, Announcement, Question };
    void record(const Connection& from, const std::string& id, containers::ContainerRecord record,
                By by);
    Owner owner_of(const Question& question);
    bool is_heard(const Connection& from, const std::string& id) const;
    void announced_aside(Connection& from, Announcement announcement);
    void tell_aside(const std::string& id, Owner owner);
    void gave_up(const std::string& id, std::string why);
    void tell_gone(const std::string& id);
    std::chrono::milliseconds rest(Clock::time_point now) const;

    /// Within the bound of one record.
    News news_of(containers::ContainerRecord record);

    static constexpr std::size_t kMostLatest = 256, kMostLatestBytes = 8 << 20;

    const WatcherOptions options_;
    const std::int64_t begun_s_ = static_cast<std::int64_t>(epoch_ns() / 1'000'000'000);
    WatcherStats tally_;
    Shared shared_;
    std::set<std::pair<RuntimeKind, std::string>> known_sockets_;
    Connection::Listener listener_;
    Inquiries::Connections connections_;
    Inquiries inquiries_;
    /// Asked for or announced, perhaps before a process was seen in them: that may come any moment,
    /// and of containers that live shortly even after their end.
    Records latest_{kMostLatest, kMostLatestBytes};
    /// Told before the runtime's answer, all parts of it together.
    Records early_{kMostLatest, kMostLatestBytes};
    /// Whose containers are; root's too, once a runtime of root's has spoken of them.
    Latest<Owner, 16384> owners_;
    Aside aside_;
    Latest<bool, 4096> gave_up_;
    /// Removed before their runtime said more than their announcement: nobody will.
    Latest<bool, 4096> gone_;
    PodmanFiles podman_files_;
    Clock::time_point next_discovery_{};

    std::mutex settled_lock_;
    std::condition_variable settled_changed_;
    bool settled_ = false;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

}  // namespace sensor::runtimes
