// SPDX-License-Identifier: Apache-2.0
#include "runtimes/news_box.hpp"

namespace sensor::runtimes {
namespace {

constexpr std::size_t kMostUnderWay = 4096;
constexpr std::size_t kMostNews = 65536;  // nobody has taken any for long

}  // namespace

bool NewsBox::ask(std::string_view id, std::string_view type, std::uint32_t pid) {
    const std::lock_guard hold(lock_);
    if (under_way_.find(id) != under_way_.end()) return false;
    if (under_way_.size() >= kMostUnderWay) {
        ++dropped_questions_;
        return false;
    }
    ++asked_;
    under_way_.emplace(id);
    questions_.push_back({std::string(id), std::string(type), pid});
    return true;
}

std::vector<News> NewsBox::take() {
    const std::lock_guard hold(lock_);
    has_news_.store(false, std::memory_order_relaxed);
    return std::exchange(news_, {});
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

void NewsBox::tell(News news, bool final) {
    const std::lock_guard hold(lock_);
    if (final) {
        const std::string& id = news.record.full_id;
        if (const auto known = under_way_.find(id); known != under_way_.end())
            under_way_.erase(known);
    }
    if (news_.size() >= kMostNews) {
        ++dropped_news_;
        return;
    }
    news_.push_back(std::move(news));
    has_news_.store(true, std::memory_order_release);
}

void NewsBox::publish(const WatcherStats& tally) {
    const std::lock_guard hold(lock_);
    tally_ = tally;
}

}  // namespace sensor::runtimes
