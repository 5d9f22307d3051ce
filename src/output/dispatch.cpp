// SPDX-License-Identifier: Apache-2.0
#include "output/dispatch.hpp"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <tuple>

#include "base/clock.hpp"
#include "base/log.hpp"

namespace sensor::output {
namespace {

using namespace std::chrono_literals;

constexpr auto kTick = 100ms;     // how often channels are looked after
constexpr auto kTellEvery = 30s;  // alerts about dropped alerts
constexpr std::size_t kInboxAlerts = 65536;

/// Of the memory for all that waits, a quarter is for what is not formatted yet.
std::size_t inbox_part(const OutputOptions& options) {
    return std::size_t{std::max(options.queue_mb, 1U)} << 18;
}

LineQueue::Limits queue_limits(const OutputOptions& options) {
    return {options.queue_alerts, inbox_part(options) * 3};
}

/// A thread that leaves signals to the main one.
template <typename Body>
std::thread quiet_thread(const char* name, Body body) {
    sigset_t all{}, before{};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread thread(std::move(body));
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_setname_np(thread.native_handle(), name);
    return thread;
}

/// A replay waits for its channels, and leaves the spools to the sensor that runs.
std::unique_ptr<Spool> open_spool(const OutputOptions& options, const Channel& channel,
                                  WhenFull when_full) {
    if (options.spool.folder.empty() || options.spool.most_mb == 0) return nullptr;
    if (when_full == WhenFull::Wait || !channel.traits().spools) return nullptr;
    Result<std::unique_ptr<Spool>> spool =
        Spool::open(options.spool, channel.name(), channel.traits().form);
    if (spool) return std::move(*spool);
    log::warning("{} goes without a spool: {}", channel.name(), spool.error().text);
    return nullptr;
}

}  // namespace

Dispatcher::Dispatcher(const OutputOptions& options, WhenFull when_full)
    : Dispatcher(options, make_channels(options), when_full) {}

Dispatcher::Dispatcher(const OutputOptions& options, std::vector<ChannelPtr> channels,
                       WhenFull when_full)
    : format_(options.format),
      when_full_(when_full),
      inbox_lines_(options.queue_alerts == 0 ? kInboxAlerts : options.queue_alerts),
      inbox_bytes_(inbox_part(options)),
      queue_(std::make_shared<LineQueue>(queue_limits(options), channels.size())),
      aggregator_(options.aggregation),
      bucket_(options.rate, options.max_burst),
      limited_(options.rate > 0) {
    start(options, std::move(channels));
}

Dispatcher::~Dispatcher() { close(); }

void Dispatcher::start(const OutputOptions& options, std::vector<ChannelPtr> channels) {
    for (ChannelPtr& channel : channels) {
        records_ = records_ || channel->traits().form == Form::Record;
        std::unique_ptr<Spool> spool = open_spool(options, *channel, when_full_);
        runners_.push_back(std::make_shared<Runner>(std::move(channel), std::move(spool), queue_,
                                                    runners_.size(),
                                                    Runner::Ms(options.timeout_ms)));
    }
    for (const auto& runner : runners_) runner->start();
    spooler_ = quiet_thread("out-spool", [this] { spool_all(); });
    formatter_ = quiet_thread("out-format", [this] { format_all(); });
}

void Dispatcher::post(Alert alert) {
    const std::size_t bytes = size_of(alert);
    ++posted_;
    bool first = false;
    {
        std::unique_lock lock(mutex_);
        const auto fits = [&] {
            if (inbox_.empty()) return true;
            return inbox_.size() < inbox_lines_ && inbox_size_ + bytes <= inbox_bytes_;
        };
        if (when_full_ == WhenFull::Wait) room_.wait(lock, [&] { return closing_ || fits(); });
        if (closing_ || !fits()) {
            ++dropped_;
            return;
        }
        first = inbox_.empty();
        inbox_size_ += bytes;
        inbox_.push_back(std::move(alert));
    }
    if (first) wake_.notify_one();
}

void Dispatcher::call_behind(std::function<void()> what) {
    {
        const std::lock_guard lock(mutex_);
        calls_.push_back(std::move(what));
    }
    wake_.notify_one();
}

/// Waits for alerts or the next thing to do. out: false at the end, when nothing is posted any more
bool Dispatcher::next_batch(std::vector<Alert>& batch, std::vector<std::function<void()>>& calls) {
    batch.clear();  // which frees much, so not under the lock
    std::unique_lock lock(mutex_);
    const auto ready = [this] { return closing_ || !inbox_.empty() || !calls_.empty(); };
    const auto window = aggregator_.next();
    const auto tick = Clock::now() + kTick;
    wake_.wait_until(lock, window ? std::min(*window, tick) : tick, ready);
    batch.swap(inbox_);
    calls.clear();
    calls.swap(calls_);
    inbox_size_ = 0;
    const bool over = closing_ && batch.empty();
    lock.unlock();
    room_.notify_all();
    return !over;
}

void Dispatcher::format_all() {
    const auto emit_one = [this](const Alert& alert) { emit(alert); };
    std::vector<Alert> batch;
    std::vector<std::function<void()>> calls;
    while (next_batch(batch, calls)) {
        for (Alert& alert : batch) {
            const auto now = Clock::now();
            aggregator_.add(std::move(alert), now, emit_one);
            if (now - looked_ >= kTick) look_after(now);
        }
        for (const auto& call : calls) call();
        const auto now = Clock::now();
        aggregator_.expire(now, false, emit_one);
        aggregated_ = aggregator_.merged();
        if (now - looked_ >= kTick) look_after(now);
    }
    aggregator_.expire(Clock::now(), true, emit_one);
}

void Dispatcher::look_after(Clock::time_point now) {
    looked_ = now;
    for (const auto& runner : runners_) runner->watch(now);
    tell_losses(now);
}

void Dispatcher::emit(const Alert& alert) {
    const std::uint64_t now_ns = epoch_ns();
    if (limited_ && alert.source != "internal" && !bucket_.claim(now_ns)) {
        ++rate_limited_;
        log::debug("Skipping rate-limited notification for rule {}", alert.rule);
        return;
    }
    append(make_line(alert, format_, records_, now_ns));
}

void Dispatcher::append(LinePtr line) {
    // A replay waits for slow channels, but not for those that are away.
    const auto wait_for = [this](Clock::time_point now) {
        return std::none_of(runners_.begin(), runners_.end(),
                            [&](const auto& runner) { return runner->is_away(now); });
    };
    while (when_full_ == WhenFull::Wait && !queue_->has_room() && wait_for(Clock::now())) {
        queue_->wait_for_room(Clock::now() + kTick);
        look_after(Clock::now());
    }
    queue_->append(std::move(line));
}

/// What channels lost since the last time, as an alert to those that work.
void Dispatcher::tell_losses(Clock::time_point now) {
    if (told_ != Clock::time_point{} && now - told_ < kTellEvery) return;
    std::uint64_t losses = dropped_.load();
    for (const auto& runner : runners_) losses += runner->losses();
    if (losses <= losses_told_) return;
    losses_told_ = losses;
    told_ = now;
    const Alert alert = loss_alert();
    log::error("{}", alert.message);
    auto line = std::make_shared<Line>(*make_line(alert, format_, records_, epoch_ns()));
    line->about_loss = true;
    queue_->append(std::move(line));
}

Alert Dispatcher::loss_alert() const {
    const DispatchStats now = stats();
    Alert alert = internal_alert(epoch_ns(), rules::Priority::Critical,
                                 "Falco internal: outputs dropped", {});
    std::string parts;
    const auto add = [&](const std::string& key, std::uint64_t count) {
        if (count == 0) return;
        alert.fields[key] = count;
        parts += format("{}{} {}", parts.empty() ? "" : ", ", key, count);
    };
    add("inbox_full", now.dropped_inbox);
    for (const ChannelStats& channel : now.channels) {
        add(channel.name + ".refused", channel.refused);
        for (std::size_t k = 0; k < kDropReasons.size(); ++k)
            add(format("{}.{}", channel.name, kDropReasons[k]), channel.dropped[k]);
    }
    alert.message = alert.rule + ". Alerts not delivered since the start: " + parts + ".";
    return alert;
}

void Dispatcher::spool_all() {
    while (spooling_.load()) {
        queue_->wait_crowded(Clock::now() + 1s);
        bool stored = false;
        for (const auto& runner : runners_) stored = runner->spill() || stored;
        if (!stored) std::this_thread::sleep_for(10ms);  // it lags, and nothing can be done
    }
}

void Dispatcher::reopen() {
    for (const auto& runner : runners_) runner->reopen();
}

/// Has each channel got everything, or is it away?
bool Dispatcher::is_drained() const {
    const auto now = Clock::now();
    return std::all_of(runners_.begin(), runners_.end(), [&](const auto& runner) {
        return runner->is_idle() || runner->is_away(now);
    });
}

void Dispatcher::close() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    wake_.notify_all();
    room_.notify_all();
    if (!formatter_.joinable()) return;  // a second time
    formatter_.join();
    spooling_ = false;
    queue_->poke_spooler();
    spooler_.join();
    while (when_full_ == WhenFull::Wait && !is_drained()) std::this_thread::sleep_for(5ms);
    for (const auto& runner : runners_) runner->begin_close();
    for (const auto& runner : runners_) runner->finish_close();
}

DispatchStats Dispatcher::stats() const {
    DispatchStats stats;
    stats.posted = posted_.load();
    stats.dropped = stats.dropped_inbox = dropped_.load();
    stats.rate_limited = rate_limited_.load();
    stats.aggregated = aggregated_.load();
    for (const auto& runner : runners_) {
        stats.channels.push_back(runner->stats());
        const ChannelStats& channel = stats.channels.back();
        stats.sent += channel.delivered;
        stats.failed += channel.refused;
        stats.dropped += channel.all_dropped();
    }
    std::tie(stats.queue_lines, stats.queue_bytes) = queue_->size();
    const std::lock_guard lock(mutex_);
    stats.inbox = inbox_.size();
    return stats;
}

}  // namespace sensor::output
