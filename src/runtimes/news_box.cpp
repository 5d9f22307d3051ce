// SPDX-License-Identifier: Apache-2.0
#include "runtimes/news_box.hpp"

#include "runtimes/record_size.hpp"

namespace sensor::runtimes {
namespace {

constexpr std::size_t kMostUnderWay = 4096;
constexpr std::size_t kMostProcesses = 8;  // of a container, that are told while it is asked for
// Nobody has taken any for long:
constexpr std::size_t kMostNews = 65536, kMostBytes = 64 << 20;
constexpr std::size_t kMostTaken = 64, kMostTakenBytes = 1 << 20;

std::size_t bytes_of(const News& news) noexcept {
    return size_of(news.record) + news.reason.size();
}

}  // namespace

bool NewsBox::ask(std::string_view id, std::string_view type, const containers::Seen& seen) {
    const std::lock_guard hold(lock_);
    if (const auto known = under_way_.find(id); known != under_way_.end()) {
        // The first may have been too short-lived to be looked at.
        if (++known->second > kMostProcesses) return false;
        questions_.push_back(
            {std::string(id), std::string(type), {}, seen.pid, seen.starter, true});
        return true;
    }
    if (under_way_.size() >= kMostUnderWay) {
        ++dropped_questions_;
        return false;
    }
    ++asked_;
    under_way_.emplace(id, 1);
    questions_.push_back({std::string(id), std::string(type), std::string(seen.cgroups), seen.pid,
                          seen.starter, false});
    return true;
}

std::vector<News> NewsBox::take() {
    const std::lock_guard hold(lock_);
    std::vector<News> taken;
    for (std::size_t bytes = 0; !news_.empty() && taken.size() < kMostTaken;) {
        if (bytes >= kMostTakenBytes) break;
        bytes += bytes_of(news_.front());
        bytes_ -= bytes_of(news_.front());
        taken.push_back(std::move(news_.front()));
        news_.pop_front();
    }
    has_news_.store(!news_.empty(), std::memory_order_relaxed);
    return taken;
}

WatcherStats NewsBox::stats() const {
    const std::lock_guard hold(lock_);
    WatcherStats all = tally_;
    all.asked = asked_;
    all.dropped_questions = dropped_questions_;
    all.dropped_news = dropped_news_;
    return all;
}

std::vector<Question> NewsBox::questions() {
    const std::lock_guard hold(lock_);
    return std::exchange(questions_, {});
}

void NewsBox::tell(News news, std::string_view answers) {
    const std::lock_guard hold(lock_);
    if (const auto known = under_way_.find(answers); known != under_way_.end())
        under_way_.erase(known);
    if (news_.size() >= kMostNews || bytes_ + bytes_of(news) > kMostBytes) {
        ++dropped_news_;
        return;
    }
    bytes_ += bytes_of(news);
    news_.push_back(std::move(news));
    has_news_.store(true, std::memory_order_release);
}

void NewsBox::publish(const WatcherStats& tally) {
    const std::lock_guard hold(lock_);
    tally_ = tally;
}

}  // namespace sensor::runtimes
