// SPDX-License-Identifier: Apache-2.0
#include "output/dispatch.hpp"

#include "base/log.hpp"

namespace sensor::output {

Dispatcher::Dispatcher(AlertFormat how, std::vector<std::unique_ptr<Channel>> channels,
                       std::size_t capacity, WhenFull when_full)
    : format_(std::move(how)),
      channels_(std::move(channels)),
      capacity_(capacity == 0 ? 1 : capacity),
      when_full_(when_full),
      thread_([this] { run(); }) {}

Dispatcher::~Dispatcher() { close(); }

void Dispatcher::post(Alert alert) {
    {
        std::unique_lock lock(mutex_);
        if (when_full_ == WhenFull::Wait)
            room_.wait(lock, [this] { return closing_ || queue_.size() < capacity_; });
        if (closing_ || queue_.size() >= capacity_) {
            dropped_.fetch_add(1, std::memory_order_relaxed);
            return;
        }
        queue_.push_back(std::move(alert));
    }
    wake_.notify_one();
}

void Dispatcher::close() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    wake_.notify_one();
    room_.notify_all();
    if (thread_.joinable()) thread_.join();
}

DispatchStats Dispatcher::stats() const {
    return {sent_.load(std::memory_order_relaxed), failed_.load(std::memory_order_relaxed),
            dropped_.load(std::memory_order_relaxed)};
}

void Dispatcher::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
        while (!queue_.empty()) {
            const Alert alert = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            room_.notify_one();
            write(alert);
            lock.lock();
        }
        if (closing_) break;
    }
    lock.unlock();
    for (const auto& channel : channels_) channel->flush();
}

void Dispatcher::write(const Alert& alert) {
    const std::string line = to_line(alert, format_);
    for (const auto& channel : channels_) {
        const Result<> result = channel->send(line, alert.priority);
        if (result.has_value()) {
            sent_.fetch_add(1, std::memory_order_relaxed);
        } else if (failed_.fetch_add(1, std::memory_order_relaxed) == 0) {
            log::error("output {}: {}", channel->name(), result.error().text);
        }
    }
}

}  // namespace sensor::output
