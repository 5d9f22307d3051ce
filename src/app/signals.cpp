// SPDX-License-Identifier: Apache-2.0
#include "app/signals.hpp"

#include <csignal>
#include <initializer_list>

namespace sensor::app {
namespace {

// The one thing a signal handler may touch.
volatile std::sig_atomic_t g_stop = 0, g_reload = 0, g_reopen = 0;

void note(int signal) {
    if (signal == SIGHUP) {
        g_reload = 1;
    } else if (signal == SIGUSR1) {
        g_reopen = 1;
    } else {
        g_stop = 1;
    }
}

void note_each(std::initializer_list<int> signals) {
    struct sigaction action{};
    action.sa_handler = note;
    for (const int signal : signals) sigaction(signal, &action, nullptr);
}

// Between looking and clearing a second one may come: it is answered by the same act.
bool take(volatile std::sig_atomic_t& flag) noexcept {
    if (flag == 0) return false;
    flag = 0;
    return true;
}

}  // namespace

void catch_stop_signals() { note_each({SIGINT, SIGTERM}); }

void catch_signals() {
    note_each({SIGINT, SIGTERM, SIGHUP, SIGUSR1});
    std::signal(SIGPIPE, SIG_IGN);
}

bool stop_requested() noexcept { return g_stop != 0; }
bool take_reload_request() noexcept { return take(g_reload); }
bool take_reopen_request() noexcept { return take(g_reopen); }

}  // namespace sensor::app
