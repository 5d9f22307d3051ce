// SPDX-License-Identifier: Apache-2.0
#include "output/queue.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace sensor::output {

LineQueue::LineQueue(Limits limits, std::size_t readers) : limits_(limits) {
    for (std::size_t k = 0; k < readers; ++k) readers_.push_back(std::make_unique<Reader>());
}

std::uint64_t LineQueue::bytes_at(std::uint64_t number) const {
    const std::uint64_t at = number - first_;
    return at < slots_.size() ? slots_[at].bytes_before : total_bytes_;
}

bool LineQueue::fits(std::size_t more_bytes) const {
    if (slots_.empty()) return true;
    if (limits_.lines != 0 && slots_.size() >= limits_.lines) return false;
    return total_bytes_ - bytes_at(first_) + more_bytes <= limits_.bytes;
}

bool LineQueue::lags(const Reader& reader) const {
    if (reader.spilling) return false;
    const std::uint64_t lines = first_ + slots_.size() - reader.next;
    if (limits_.lines != 0 && lines * 2 > limits_.lines) return true;
    return (total_bytes_ - bytes_at(reader.next)) * 2 > limits_.bytes;
}

void LineQueue::append(LinePtr line) {
    const std::size_t bytes = size_of(*line);
    bool crowded = false;
    {
        const std::lock_guard lock(mutex_);
        while (!fits(bytes)) drop_oldest();
        slots_.push_back({std::move(line), total_bytes_});
        total_bytes_ += bytes;
        if (readers_.empty()) trim();
        for (const auto& reader : readers_) {
            crowded = crowded || lags(*reader);
            if (reader->waits) reader->wake.notify_one();
        }
    }
    if (crowded) crowd_.notify_one();
}

void LineQueue::drop_oldest() {
    const bool news = !slots_.front().line->about_loss;
    for (const auto& reader : readers_) {
        if (reader->next != first_) continue;
        ++reader->next;
        ++reader->lost[static_cast<std::size_t>(reader->reason)];
        reader->lost_news += news ? 1 : 0;
    }
    trim();
}

/// Frees what every reader has passed.
void LineQueue::trim() {
    std::uint64_t least = first_ + slots_.size();
    for (const auto& reader : readers_) least = std::min(least, reader->next);
    const bool freed = least > first_;
    for (; first_ < least; ++first_) slots_.pop_front();
    if (freed && room_waits_) room_.notify_one();
}

bool LineQueue::has_room() const {
    const std::lock_guard lock(mutex_);
    return fits(0);
}

void LineQueue::wait_for_room(Time until) {
    std::unique_lock lock(mutex_);
    room_waits_ = true;
    room_.wait_until(lock, until, [this] { return fits(0); });
    room_waits_ = false;
}

std::vector<LinePtr> LineQueue::pull(Reader& reader, std::size_t lines, std::size_t bytes) {
    std::vector<LinePtr> taken;
    SENSOR_CHECK(reader.next >= first_);
    std::size_t sum = 0;
    while (taken.size() < lines && reader.next < first_ + slots_.size()) {
        const LinePtr& line = slots_[reader.next - first_].line;
        sum += size_of(*line);
        if (sum > bytes && !taken.empty()) break;
        taken.push_back(line);
        ++reader.next;
    }
    trim();
    return taken;
}

std::vector<LinePtr> LineQueue::take(std::size_t reader, std::size_t lines, std::size_t bytes,
                                     const std::function<bool()>& older_wait) {
    const std::lock_guard lock(mutex_);
    Reader& of = *readers_.at(reader);
    if (of.spilling || (older_wait && older_wait())) return {};
    return pull(of, lines, bytes);
}

void LineQueue::wait(std::size_t reader, std::optional<Time> until, bool for_lines) {
    std::unique_lock lock(mutex_);
    Reader& of = *readers_.at(reader);
    const auto ready = [&] {
        if (of.poked) return true;
        return for_lines && !of.spilling && of.next < first_ + slots_.size();
    };
    of.waits = true;
    if (until) {
        of.wake.wait_until(lock, *until, ready);
    } else {
        of.wake.wait(lock, ready);
    }
    of.waits = of.poked = false;
}

void LineQueue::poke(std::size_t reader) {
    const std::lock_guard lock(mutex_);
    readers_.at(reader)->poked = true;
    readers_.at(reader)->wake.notify_one();
}

void LineQueue::wait_crowded(Time until) {
    std::unique_lock lock(mutex_);
    crowd_.wait_until(lock, until, [this] {
        return spooler_poked_ || std::any_of(readers_.begin(), readers_.end(),
                                             [&](const auto& r) { return lags(*r); });
    });
    spooler_poked_ = false;
}

void LineQueue::poke_spooler() {
    {
        const std::lock_guard lock(mutex_);
        spooler_poked_ = true;
    }
    crowd_.notify_one();
}

bool LineQueue::is_crowded(std::size_t reader) const {
    const std::lock_guard lock(mutex_);
    return lags(*readers_.at(reader));
}

std::vector<LinePtr> LineQueue::begin_spill(std::size_t reader, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    Reader& of = *readers_.at(reader);
    of.spilling = true;
    return pull(of, SIZE_MAX, bytes);
}

void LineQueue::end_spill(std::size_t reader) {
    const std::lock_guard lock(mutex_);
    Reader& of = *readers_.at(reader);
    of.spilling = false;
    of.poked = true;
    of.wake.notify_one();
}

void LineQueue::set_reason(std::size_t reader, DropReason reason) {
    const std::lock_guard lock(mutex_);
    readers_.at(reader)->reason = reason;
}

LineQueue::Backlog LineQueue::backlog(std::size_t reader) const {
    const std::lock_guard lock(mutex_);
    const Reader& of = *readers_.at(reader);
    return {first_ + slots_.size() - of.next, total_bytes_ - bytes_at(of.next), of.lost,
            of.lost_news};
}

std::pair<std::size_t, std::size_t> LineQueue::size() const {
    const std::lock_guard lock(mutex_);
    return {slots_.size(), total_bytes_ - bytes_at(first_)};
}

}  // namespace sensor::output
