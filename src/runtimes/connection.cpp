// SPDX-License-Identifier: Apache-2.0
#include "runtimes/connection.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/log.hpp"

namespace sensor::runtimes {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLookAgain{1000}, kFirstBackOff{200}, kMostBackOff{30000};
constexpr milliseconds kQuiet{60000};  // up for so long: news again when it goes
constexpr std::size_t kAtOnce = 8, kMostUnderWay = 32, kMostWaiting = 8192;
constexpr std::uint32_t kAnnouncedInARow = 3;
constexpr std::uint32_t kMostFailures = 3;

bool is_socket(const std::string& path) {
    struct stat info{};
    return ::stat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode);
}

}  // namespace

bool Connection::settled() const noexcept {
    if (state_ == State::Coming) return false;
    return state_ != State::Up || (to_fetch_.empty() && fetching_ == 0);
}

void Connection::tick(Clock::time_point now) {
    if (now < due_) return;
    switch (state_) {
        case State::Absent:
        case State::Down:
        case State::Unsuited:
            if (is_socket(socket())) return begin();
            state_ = State::Absent;
            due_ = now + kLookAgain;
            return;
        case State::Up:
            back_off_ = milliseconds(0);
            if (now - up_since_ >= kQuiet) told_ = false;
            due_ = now + kQuiet;
            return fetch_more();
        case State::Coming: due_ = now + kLookAgain; return;
    }
}

void Connection::look() {
    if (state_ == State::Absent && is_socket(socket())) begin();
}

void Connection::begin() {
    state_ = State::Coming;
    owner_ = socket_owner(host_root_, socket());
    failures_ = 0;
    due_ = Clock::now() + kLookAgain;
    runtime_->listen(
        [this](Announcement announcement) { listener_.announced(*this, std::move(announcement)); },
        [this](const std::string& why) {
            if (!why.empty()) down(why);
        });
    runtime_->list([this](Runtime::Ids ids) { take_list(std::move(ids)); });
}

void Connection::take_list(Runtime::Ids ids) {
    if (state_ != State::Coming) return;
    if (!ids && ids.error().code == ENOTSUP) return unsuited(ids.error().text);
    if (!ids) return down(ids.error().text);
    ++lists_;
    to_fetch_.assign(std::make_move_iterator(ids->begin()), std::make_move_iterator(ids->end()));
    up();
    fetch_more();
}

void Connection::up() {
    if (told_) log::info("{} at {} answers again", name(), socket());
    state_ = State::Up;
    problem_.clear();
    up_since_ = Clock::now();
    due_ = up_since_ + kQuiet;
}

/// Usual, and no trouble: docker's containerd mostly has no CRI.
void Connection::unsuited(const std::string& why) {
    runtime_->silence();
    state_ = State::Unsuited;
    problem_ = why;
    due_ = Clock::now() + kMostBackOff;
    log::debug("{} at {} is not used: {}", name(), socket(), why);
}

void Connection::down(const std::string& why) {
    if (!usable()) return;
    runtime_->silence();
    state_ = State::Down;
    to_fetch_.clear();
    problem_ = why;
    // What was up for a while gets a quick try, what never answered is left alone longer.
    if (Clock::now() - up_since_ > kQuiet) back_off_ = milliseconds(0);
    back_off_ = std::clamp(back_off_ * 2, kFirstBackOff, kMostBackOff);
    due_ = Clock::now() + back_off_;
    if (told_) return;
    log::warning("{} at {} tells nothing about containers: {}; it is asked again", name(), socket(),
                 why);
    told_ = true;
}

/// A few at a time: those that are answered at once would keep everybody else waiting.
void Connection::fetch_more() {
    if (std::exchange(in_fetch_, true)) return;
    for (std::size_t k = 0; k < kAtOnce && fetching_ < kAtOnce; ++k) {
        if (to_fetch_.empty() || state_ != State::Up) break;
        const std::string id = std::move(to_fetch_.front());
        to_fetch_.pop_front();
        ++fetching_;
        get({id, false, {}, [this, id](Found found) { fetched(id, std::move(found)); }});
    }
    in_fetch_ = false;
    if (!to_fetch_.empty() && fetching_ < kAtOnce && state_ == State::Up) due_ = Clock::now();
}

void Connection::fetched(const std::string& id, Found found) {
    --fetching_;
    if (found.kind == Found::Kind::Yes)
        listener_.listed(*this, std::move(found.record), lists_ == 1);
    if (found.kind == Found::Kind::Failed && usable()) listener_.missed(*this, id);
    fetch_more();
}

void Connection::get(Asking asking) {
    auto& queue = asking.announced ? announced_ : others_;
    if (queue.size() >= kMostWaiting)
        return asking.done({Found::Kind::No, {}, "too many others are asked for"});
    queue.push_back(std::move(asking));
    send_more();
}

/// Whose turn it is. out: false: nobody waits
bool Connection::next(Asking& to) {
    const bool others_turn = announced_.empty() || announced_in_a_row_ >= kAnnouncedInARow;
    auto& queue = others_turn && !others_.empty() ? others_ : announced_;
    announced_in_a_row_ = &queue == &announced_ ? announced_in_a_row_ + 1 : 0;
    if (queue.empty()) return false;
    to = std::move(queue.front());
    queue.pop_front();
    return true;
}

void Connection::send_more() {
    if (std::exchange(in_send_, true)) return;
    Asking asking;
    while (under_way_ == 0 || under_way_ + runtime_->width() <= kMostUnderWay) {
        if (!next(asking)) break;
        if (!usable()) {
            asking.done({Found::Kind::Failed, {}, problem_});
        } else if (asking.wanted && !asking.wanted()) {
            asking.done({Found::Kind::No, {}, "it was asked for no more"});
        } else {
            send(std::move(asking));
        }
    }
    in_send_ = false;
}

void Connection::send(Asking asking) {
    const std::size_t width = std::max<std::size_t>(runtime_->width(), 1);
    under_way_ += width;
    runtime_->get(asking.id,
                  [this, width, by = owner_, done = std::move(asking.done)](Found found) {
                      under_way_ -= width;
                      // Somebody else has taken its place.
                      if (by != owner_) found = {Found::Kind::Failed, {}, "it was another one"};
                      if (found.kind != Found::Kind::Failed) {
                          failures_ = 0;
                      } else if (++failures_ >= kMostFailures) {
                          down(found.why);
                      }
                      done(std::move(found));
                      send_more();
                  });
}

}  // namespace sensor::runtimes
