// SPDX-License-Identifier: Apache-2.0
#include "app/canary.hpp"

#include <unistd.h>

#include <thread>

namespace sensor::app {
namespace {

// A busy sensor judges what is in its rings first.
constexpr std::chrono::seconds kGrace(10);

}  // namespace

Canary::Canary(capture::KernelSource& source, std::chrono::milliseconds every)
    : source_(source), every_(every) {}

void Canary::look() {
    const Clock::time_point now = Clock::now();
    if (now - sent_ < every_) return;
    sent_ = now;
    std::thread([this] { source_.expect_canary(static_cast<std::uint32_t>(::gettid())); }).join();
}

bool Canary::is_healthy() const noexcept {
    return Clock::now() - back_.load(std::memory_order_relaxed) < every_ + kGrace;
}

}  // namespace sensor::app
