// SPDX-License-Identifier: Apache-2.0
#include "runtimes/user_files.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "runtimes/small_file.hpp"

namespace sensor::runtimes {
namespace {

constexpr std::size_t kMostBytes = 256 << 10;
constexpr std::size_t kMostQuestions = 256, kMostThreads = 4, kMostIdle = 2;

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kStuck{1};

std::string read_below(int root, const char* path) {
    const Fd file = open_below(root, path);
    if (!file) return {};
    std::string text;
    while (text.size() < kMostBytes) {
        char piece[4096];
        const ssize_t got = ::read(file.get(), piece, sizeof piece);
        if (got <= 0) return text;
        text.append(piece, static_cast<std::size_t>(got));
    }
    return text.substr(0, text.rfind('\n') + 1);
}

}  // namespace

containers::ContainerUsers read_users(int root) {
    containers::ContainerUsers users;
    users.users = containers::parse_users(read_below(root, "etc/passwd"));
    users.groups = containers::parse_groups(read_below(root, "etc/group"));
    return users;
}

struct UserFiles::Shared {
    struct Question {
        std::string full_id;
        Fd root;
    };
    struct Reading {
        Clock::time_point begun;
        bool stuck = false;
    };
    explicit Shared(Read what) : read(std::move(what)) {}

    /// Until when the others wait for who reads; `now` if nobody does, or for long. With the lock.
    Clock::time_point turn(Clock::time_point now) {
        Clock::time_point free = now;
        for (Reading& one : readings) {
            if (now - one.begun < kStuck)
                free = std::max(free, one.begun + kStuck);
            else if (!std::exchange(one.stuck, true))
                ++stats.stuck;
        }
        return free;
    }
    bool are_all_stuck() {
        const Clock::time_point now = Clock::now();
        return readings.size() == kMostThreads && turn(now) == now;
    }
    /// Waits for a question. out: false at the end
    bool wait(std::unique_lock<std::mutex>& lock) {
        while (!ends) {
            const Clock::time_point now = Clock::now(), mine = turn(now);
            if (questions.empty()) {
                changed.wait(lock);
            } else if (mine > now) {
                changed.wait_until(lock, mine);
            } else {
                return true;
            }
        }
        return false;
    }

    const Read read;
    std::mutex mutex;
    std::condition_variable changed;
    // What follows is guarded.
    std::deque<Question> questions;
    std::list<Reading> readings;
    std::vector<containers::ContainerUsers> news;
    std::size_t threads = 0, idle = 0;
    UserFilesStats stats;
    bool ends = false;
    // But this.
    const std::shared_ptr<std::atomic<bool>> has_news = std::make_shared<std::atomic<bool>>(false);
};

UserFiles::UserFiles(Read read)
    : shared_(std::make_shared<Shared>(std::move(read))), has_news_(shared_->has_news) {
    const std::lock_guard lock(shared_->mutex);
    begin(shared_);
}

UserFiles::~UserFiles() {
    const std::lock_guard lock(shared_->mutex);
    shared_->ends = true;
    shared_->changed.notify_all();
}

bool UserFiles::ask(std::string full_id, Fd root) {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->idle == 0) begin(shared_);
    if (shared_->questions.size() == kMostQuestions || shared_->are_all_stuck()) {
        ++shared_->stats.refused;
        return false;
    }
    shared_->questions.push_back({std::move(full_id), std::move(root)});
    shared_->changed.notify_all();
    return true;
}

std::vector<containers::ContainerUsers> UserFiles::take() {
    const std::lock_guard lock(shared_->mutex);
    shared_->has_news->store(false, std::memory_order_relaxed);
    return std::exchange(shared_->news, {});
}

UserFilesStats UserFiles::stats() const {
    const std::lock_guard lock(shared_->mutex);
    shared_->turn(Clock::now());
    return shared_->stats;
}

/// With the lock. Without a thread the next question tries again.
void UserFiles::begin(const std::shared_ptr<Shared>& shared) {
    if (shared->threads == kMostThreads) return;
    try {
        std::thread([shared] { work(shared); }).detach();
        ++shared->threads;
        ++shared->idle;
    } catch (const std::system_error&) {
    }
}

/// Reads one after the other. Another thread stands by for the case that this one gets stuck.
void UserFiles::work(const std::shared_ptr<Shared>& shared) {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
    std::unique_lock lock(shared->mutex);
    while (shared->wait(lock)) {
        --shared->idle;
        Shared::Question next = std::move(shared->questions.front());
        shared->questions.pop_front();
        const auto reading = shared->readings.insert(shared->readings.end(), {Clock::now(), false});
        if (shared->idle == 0) begin(shared);
        lock.unlock();
        containers::ContainerUsers users = shared->read(next.root.get());
        users.full_id = std::move(next.full_id);
        next.root = Fd();
        lock.lock();
        shared->turn(Clock::now());
        shared->readings.erase(reading);
        shared->news.push_back(std::move(users));
        shared->has_news->store(true, std::memory_order_release);
        shared->changed.notify_all();
        if (shared->idle == kMostIdle) {
            --shared->threads;
            return;
        }
        ++shared->idle;
    }
}

}  // namespace sensor::runtimes
