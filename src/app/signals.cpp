// SPDX-License-Identifier: Apache-2.0
#include "app/signals.hpp"

#include <csignal>
#include <initializer_list>

namespace sensor::app {
namespace {

// The one thing a signal handler may touch.
volatile std::sig_atomic_t g_stop = 0, g_reload = 0, g_reopen = 0;
volatile std::sig_atomic_t g_stop_sender = 0, g_stop_user = 0;  // of the first that stops

void note(int signal, siginfo_t* info, void*) {
    if (signal == SIGHUP) {
        g_reload = 1;
    } else if (signal == SIGUSR1) {
        g_reopen = 1;
    } else if (g_stop == 0) {
        g_stop_sender = info->si_code <= 0 ? static_cast<std::sig_atomic_t>(info->si_pid) : 0;
        g_stop_user = static_cast<std::sig_atomic_t>(info->si_uid);
        g_stop = signal;
    }
}

void note_each(std::initializer_list<int> signals) {
    struct sigaction action{};
    action.sa_sigaction = note;
    action.sa_flags = SA_SIGINFO;
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
std::optional<StopSignal> stop_signal() noexcept {
    if (g_stop == 0) return std::nullopt;
    return StopSignal{g_stop, g_stop_sender, static_cast<uid_t>(g_stop_user)};
}
bool take_reload_request() noexcept { return take(g_reload); }
bool take_reopen_request() noexcept { return take(g_reopen); }

}  // namespace sensor::app
