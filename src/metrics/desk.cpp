// SPDX-License-Identifier: Apache-2.0
#include "metrics/desk.hpp"

#include <utility>

namespace sensor::metrics {
namespace {

constexpr std::size_t kMostWaiting = 64;

}  // namespace

bool Desk::ask(Taker taker) {
    const std::lock_guard lock(mutex_);
    if (takers_.size() >= kMostWaiting) return false;
    takers_.push_back(std::move(taker));
    asked_.store(true, std::memory_order_release);
    return true;
}

void Desk::serve(const std::function<void(Snapshot&)>& fill) {
    std::vector<Taker> takers;
    {
        const std::lock_guard lock(mutex_);
        takers.swap(takers_);
        asked_.store(false, std::memory_order_release);
    }
    if (takers.empty()) return;
    const auto snapshot = std::make_shared<Snapshot>();
    fill(*snapshot);
    for (const Taker& taker : takers) taker(snapshot);
}

}  // namespace sensor::metrics
