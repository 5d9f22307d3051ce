// SPDX-License-Identifier: Apache-2.0
#include "app/stop.hpp"

#include <csignal>

namespace sensor::app {
namespace {

volatile std::sig_atomic_t g_stop = 0;  // the one thing a signal handler may touch

}  // namespace

void catch_stop_signals() {
    struct sigaction action{};
    action.sa_handler = [](int) { g_stop = 1; };
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

bool stop_requested() noexcept { return g_stop != 0; }

}  // namespace sensor::app
