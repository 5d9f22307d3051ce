// SPDX-License-Identifier: Apache-2.0
#include "output/runner.hpp"

#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <csignal>

#include "base/log.hpp"

namespace sensor::output {
namespace {

constexpr std::size_t kBatchBytes = 1 << 20;
constexpr int kMostAnswers = 20;
constexpr auto kMostPause = std::chrono::minutes(5);  // that a receiver may ask for
constexpr auto kSayEvery = std::chrono::seconds(30);
constexpr auto kGrace = std::chrono::seconds(1);  // for a call to end once it must

std::int64_t count_of(Runner::Clock::time_point time) { return time.time_since_epoch().count(); }

std::uint64_t seed_of(const void* object) {
    return static_cast<std::uint64_t>(count_of(Runner::Clock::now())) ^
           reinterpret_cast<std::uintptr_t>(object);
}

}  // namespace

Runner::Runner(ChannelPtr channel, std::unique_ptr<Spool> spool, std::shared_ptr<LineQueue> queue,
               std::size_t reader, Ms timeout)
    : name_(channel->name()),
      channel_(std::move(channel)),
      traits_(channel_->traits()),
      spool_(std::move(spool)),
      queue_(std::move(queue)),
      reader_(reader),
      timeout_(timeout),
      stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      backoff_(seed_of(this)) {}

void Runner::start() {
    // Signals are for the main thread; librdkafka's threads, made by this one, inherit it.
    sigset_t all{}, before{};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([self = shared_from_this()] { self->run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Runner::run() {
    pthread_setname_np(pthread_self(), ("out-" + name_).substr(0, 15).c_str());
    while (step()) {
    }
    {
        const std::lock_guard lock(hand_);
        if (abandoned_) return;
    }
    std::vector<LinePtr> returned = channel_->close(patience());
    const std::lock_guard lock(hand_);
    if (abandoned_) return;
    returned_ = std::move(returned);
    ended_ = true;
    end_.notify_all();
}

/// One round. out: false at the end
bool Runner::step() {
    if (reopen_.exchange(false)) channel_->reopen();
    if (closing_.load() && Clock::now() >= close_end_.load()) return false;
    if (!fill()) {
        if (closing_.load()) return false;
        waits_ = true;
        queue_->wait(reader_, std::nullopt, true);
        waits_ = false;  // before anything is taken: see is_idle()
        return true;
    }
    if (Clock::now() < not_before_) {
        if (!closing_.load()) {
            queue_->wait(reader_, not_before_, false);
            return true;
        }
        if (last_try_) return false;
        last_try_ = true;
    }
    send_some();
    const std::lock_guard lock(hand_);
    return !abandoned_;
}

/// Something to send, from the spool if there is something in it: that is older. Where lines may
/// overtake each other, one that is not taken does not keep others from being tried.
bool Runner::fill() {
    std::size_t held = 0;
    {
        const std::lock_guard lock(hand_);
        held = batch_.size();
    }
    if (held >= traits_.batch || (held != 0 && traits_.ordered)) return true;
    std::vector<LinePtr> lines;
    const auto has_spooled = [this] { return spool_ && spool_->has_more(); };
    const bool from_spool = has_spooled();
    if (from_spool) {
        lines = spool_->read(traits_.batch - held, kBatchBytes);
        if (lines.empty() && held == 0) spool_->done();  // it held nothing but damage
    } else {
        lines = queue_->take(reader_, traits_.batch - held, kBatchBytes, has_spooled);
    }
    const std::lock_guard lock(hand_);
    if (abandoned_) return true;
    from_spool_ = from_spool || (held != 0 && from_spool_);
    for (LinePtr& line : lines) batch_.push_back({std::move(line)});
    // The spool was empty after all, or is filled in this very moment: look again.
    if (!batch_.empty()) return true;
    return from_spool || has_spooled();
}

std::vector<std::size_t> Runner::choose() {
    std::vector<std::size_t> chosen;
    if (batch_.empty()) return chosen;
    if (failing_.load()) return {traits_.ordered ? 0 : turn_++ % batch_.size()};
    for (std::size_t k = 0; k < batch_.size(); ++k) chosen.push_back(k);
    return chosen;
}

Patience Runner::patience() {
    auto end = Clock::now() + 2 * timeout_;
    if (closing_.load()) end = std::min(end, close_end_.load());
    return {end, stop_.get(), &busy_since_};
}

void Runner::send_some() {
    std::vector<std::size_t> chosen;
    std::vector<LinePtr> lines;
    {
        const std::lock_guard lock(hand_);
        chosen = choose();
        for (const std::size_t k : chosen) lines.push_back(batch_[k].line);
    }
    if (lines.empty()) return;
    if (failing_.load()) ++retries_;
    if (busy_since_.load() == 0) busy_since_ = count_of(Clock::now());
    apply(chosen, channel_->send(lines, patience()));
}

/// Is this line done with?
bool Runner::settle(Item& item, Verdict verdict) {
    if (verdict == Verdict::Delivered) {
        ++delivered_;
        return true;
    }
    if (verdict == Verdict::NotNow) {
        // While others get through, it is this one that the receiver does not like.
        if (item.delivered_before == UINT64_MAX) item.delivered_before = delivered_.load();
        if (delivered_.load() > item.delivered_before) ++item.answers;
    }
    const bool refused = verdict == Verdict::Refused || item.answers >= kMostAnswers;
    if (refused && item.line->about_loss) ++quiet_losses_;
    return refused;
}

void Runner::apply(const std::vector<std::size_t>& tried, const Sent& outcome) {
    std::size_t delivered = 0, refused = 0;
    bool emptied_spool = false;
    {
        const std::lock_guard lock(hand_);
        if (abandoned_) return;
        for (std::size_t k = tried.size(); k-- > 0;) {
            Item& item = batch_[tried[k]];
            if (!settle(item, outcome.verdicts[k])) continue;
            ++(outcome.verdicts[k] == Verdict::Delivered ? delivered : refused);
            batch_.erase(batch_.begin() + static_cast<std::ptrdiff_t>(tried[k]));
        }
        emptied_spool = batch_.empty() && from_spool_;
    }
    if (emptied_spool) spool_->done();
    if (refused != 0) note_refused(refused, outcome.problem);
    const bool settled = delivered + refused != 0;
    if (settled) note_success();
    if (delivered + refused == tried.size()) {
        not_before_ = {};
        busy_since_ = 0;
        return;
    }
    const Ms pause = std::min<Ms>(outcome.after ? *outcome.after : backoff_.next(), kMostPause);
    not_before_ = Clock::now() + pause;
    if (pause != Ms(0)) busy_since_ = 0;  // else it is blocked: one call after the other
    if (!settled) note_failure(outcome, pause);
}

void Runner::note_success() {
    backoff_.reset();
    last_try_ = false;
    if (busy_since_.load() != 0) busy_since_ = count_of(Clock::now());
    failing_ = false;
    if (const std::int64_t since = failed_since_.exchange(0); since != 0) {
        const auto away = Clock::now() - Clock::time_point(Clock::duration(since));
        log::write(log::Level::Notice, format("{}: works again after {:.1f} s", name_,
                                              std::chrono::duration<double>(away).count()));
    }
}

void Runner::note_failure(const Sent& outcome, Ms pause) {
    failing_ = true;
    if (pause == Ms(0)) return;  // blocked: the watchdog says it
    say_error(outcome.problem);
    if (failed_since_.load() != 0) return;
    failed_since_ = count_of(Clock::now());
    log::error("{}: {}; trying again", name_, outcome.problem);
}

void Runner::note_refused(std::size_t count, const std::string& why) {
    refused_ += count;
    say_error(why);
    refused_unsaid_ += count;
    if (Clock::now() - refused_said_ < kSayEvery && refused_said_ != Clock::time_point{}) return;
    refused_said_ = Clock::now();
    log::error("{}: {} alerts refused: {}", name_, refused_unsaid_, why);
    refused_unsaid_ = 0;
}

void Runner::say_error(const std::string& problem) {
    const std::lock_guard lock(error_);
    last_error_ = problem;
}

void Runner::reopen() {
    reopen_ = true;
    queue_->poke(reader_);
}

void Runner::begin_close() {
    close_end_ = Clock::now() + timeout_;
    closing_ = true;
    queue_->poke(reader_);
}

bool Runner::wait_for_end() {
    const auto ended = [this] { return ended_; };
    std::unique_lock lock(hand_);
    if (end_.wait_until(lock, close_end_.load(), ended)) return true;
    const std::uint64_t one = 1;
    if (::write(stop_.get(), &one, sizeof one) != sizeof one)
        log::warning("{}: cannot be told to end", name_);
    if (end_.wait_for(lock, kGrace, ended)) return true;
    abandoned_ = true;
    return false;
}

void Runner::finish_close() {
    if (!thread_.joinable()) return;
    if (wait_for_end()) {
        thread_.join();
    } else {
        log::write(log::Level::Notice, format("{}: stuck in a call; left behind", name_));
        thread_.detach();
    }
    keep_rest();
}

void Runner::drop(std::span<const LinePtr> lines, DropReason reason) {
    dropped_[static_cast<std::size_t>(reason)] += lines.size();
    for (const LinePtr& line : lines) quiet_losses_ += line->about_loss ? 1 : 0;
}

/// Into the spool, and what does not fit there is dropped. out: how many were kept
std::size_t Runner::keep(std::span<const LinePtr> lines, bool in_front) {
    std::size_t stored = 0;
    if (spool_) stored = in_front ? spool_->put_front(lines) : spool_->append(lines);
    drop(lines.subspan(stored), DropReason::AtEnd);
    return stored;
}

/// At the end: what the channel held, then what it had not got from the queue.
void Runner::keep_rest() {
    std::vector<LinePtr> held;
    {
        const std::lock_guard lock(hand_);
        held = std::move(returned_);
        delivered_ -= held.size();
        for (Item& item : batch_) held.push_back(std::move(item.line));
        const bool unfinished = from_spool_ && !batch_.empty();
        batch_.clear();
        if (unfinished) spool_->done();
    }
    std::size_t left = held.size();
    std::size_t kept = keep(held, true);
    for (;;) {
        const std::vector<LinePtr> lines = queue_->begin_spill(reader_, kBatchBytes);
        if (lines.empty()) break;
        left += lines.size();
        kept += keep(lines, false);
    }
    if (spool_) spool_->release();
    if (left != 0)
        log::write(log::Level::Notice,
                   format("{}: at the end {} alerts were kept in the spool, {} dropped", name_,
                          kept, left - kept));
}

void Runner::watch(Clock::time_point now) {
    const std::int64_t since = busy_since_.load();
    const bool stuck = since != 0 && now - Clock::time_point(Clock::duration(since)) > timeout_;
    if (stuck && !stuck_said_) {
        log::critical("\"{}\" output timeout: it takes nothing for {} ms; other outputs go on",
                      name_, timeout_.count());
        say_error("takes nothing");
    }
    stuck_said_ = stuck || (stuck_said_ && failing_.load());  // once, until it works again
}

bool Runner::is_away(Clock::time_point now) const {
    const std::int64_t since = failed_since_.load();
    return since != 0 && now - Clock::time_point(Clock::duration(since)) > timeout_;
}

bool Runner::is_idle() const { return queue_->backlog(reader_).lines == 0 && waits_.load(); }

bool Runner::spill() {
    if (spool_ && spool_->look_again()) queue_->poke(reader_);
    if (!spool_ || !queue_->is_crowded(reader_)) return false;
    if (!spool_->is_usable()) {
        queue_->set_reason(reader_, spool_->reason());
        return false;
    }
    const std::vector<LinePtr> lines = queue_->begin_spill(reader_, kBatchBytes);
    const std::size_t stored = spool_->append(lines);
    drop(std::span(lines).subspan(stored), spool_->reason());
    queue_->set_reason(reader_, spool_->reason());
    queue_->end_spill(reader_);
    return true;
}

ChannelStats Runner::stats() const {
    const LineQueue::Backlog backlog = queue_->backlog(reader_);
    ChannelStats stats;
    stats.name = name_;
    stats.delivered = delivered_.load();
    stats.refused = refused_.load();
    stats.dropped = backlog.lost;
    for (std::size_t k = 0; k < dropped_.size(); ++k) stats.dropped[k] += dropped_[k].load();
    stats.retries = retries_.load();
    stats.waiting = backlog.lines;
    stats.failing = failing_.load();
    if (spool_) {
        const Spool::Counts counts = spool_->counts();
        stats.dropped[static_cast<std::size_t>(DropReason::Damaged)] += counts.damaged;
        stats.spooled = counts.stored;
        stats.spool_waiting = counts.waiting;
        stats.spool_bytes = counts.bytes;
    }
    {
        const std::lock_guard lock(hand_);
        if (!from_spool_) stats.waiting += batch_.size();
    }
    const std::lock_guard lock(error_);
    stats.last_error = last_error_;
    return stats;
}

std::uint64_t Runner::losses() const {
    const ChannelStats now = stats();
    const LineQueue::Backlog backlog = queue_->backlog(reader_);
    std::uint64_t quiet = quiet_losses_.load() - backlog.lost_news;
    for (const std::uint64_t lost : backlog.lost) quiet += lost;
    const std::uint64_t all = now.refused + now.all_dropped();
    return all > quiet ? all - quiet : 0;
}

}  // namespace sensor::output
