// SPDX-License-Identifier: Apache-2.0
#include "guard/signal_watch.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <fstream>

#include "base/log.hpp"

namespace sensor::guard {
namespace {

constexpr int kMost = 32;  // numbers below are the named ones
// These do nothing here, whoever sends them: SIGCONT has gone on already, and a file that may not
// grow is an error of its write.
constexpr int kHarmless[] = {SIGCONT, SIGXFSZ};
// These end the process if the kernel or itself sends them: a fault, a key of the terminal, a
// limit.
constexpr int kDeadly[] = {SIGSEGV, SIGBUS,    SIGILL,  SIGFPE,    SIGABRT, SIGQUIT,
                           SIGTRAP, SIGSYS,    SIGALRM, SIGVTALRM, SIGPROF, SIGIO,
                           SIGPWR,  SIGSTKFLT, SIGUSR2, SIGXCPU};

// What handlers may touch: sender and user of the last one of each number, and whether there is
// one.
std::array<std::atomic<std::uint64_t>, kMost> g_senders{};
std::array<std::atomic<bool>, kMost> g_noted{};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
std::array<struct sigaction, kMost> g_before{};  // of kDeadly

bool is_from_other(const siginfo_t& info) {
    const bool by_process =
        info.si_code == SI_USER || info.si_code == SI_QUEUE || info.si_code == SI_TKILL;
    return by_process && info.si_pid != ::getpid();
}

void note(int signal, siginfo_t* info, void*) {
    if (!is_from_other(*info)) return;
    const auto number = static_cast<std::size_t>(signal);
    g_senders[number] =
        static_cast<std::uint64_t>(static_cast<std::uint32_t>(info->si_pid)) << 32 | info->si_uid;
    g_noted[number] = true;
}

/// Not of another process: what was to happen happens, when the same instruction is tried again;
/// where the signal was sent, when it is sent again.
void note_deadly(int signal, siginfo_t* info, void* context) {
    if (is_from_other(*info)) return note(signal, info, context);
    const bool is_fault = info->si_code > 0 && info->si_code != SI_KERNEL;
    ::sigaction(signal, &g_before[static_cast<std::size_t>(signal)], nullptr);
    if (!is_fault) ::raise(signal);
}

}  // namespace

void catch_foreign_signals() {
    struct sigaction action{};
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    action.sa_sigaction = note;
    for (const int signal : kHarmless) ::sigaction(signal, &action, nullptr);
    action.sa_sigaction = note_deadly;
    action.sa_flags |= SA_ONSTACK;
    for (const int signal : kDeadly) {
        struct sigaction& before = g_before[static_cast<std::size_t>(signal)];
        ::sigaction(signal, nullptr, &before);
        // Tests catch SIGSYS for the filter of system calls.
        if (signal != SIGSYS || before.sa_handler == SIG_DFL) ::sigaction(signal, &action, nullptr);
    }
}

std::vector<NotedSignal> take_foreign_signals() {
    std::vector<NotedSignal> taken;
    for (std::size_t number = 0; number < kMost; ++number) {
        if (!g_noted[number].load(std::memory_order_relaxed) || !g_noted[number].exchange(false))
            continue;
        const std::uint64_t sender = g_senders[number];
        taken.push_back({static_cast<int>(number), static_cast<pid_t>(sender >> 32),
                         static_cast<uid_t>(sender)});
    }
    return taken;
}

std::string name_of_process(pid_t tgid) {
    std::ifstream file(format("/proc/{}/comm", tgid));
    std::string name;
    std::getline(file, name);
    return name;
}

std::string sender_text(pid_t sender, uid_t user) {
    if (sender == 0) return "the kernel or another PID namespace";
    const std::string name = name_of_process(sender);
    return format("process {}{} of user {}", sender, name.empty() ? "" : " (" + name + ")", user);
}

std::string signal_name(int number) {
    struct Name {
        int number;
        const char* name;
    };
    static constexpr Name kNames[] = {
        {SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},       {SIGQUIT, "SIGQUIT"}, {SIGILL, "SIGILL"},
        {SIGTRAP, "SIGTRAP"}, {SIGABRT, "SIGABRT"},     {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
        {SIGUSR1, "SIGUSR1"}, {SIGSEGV, "SIGSEGV"},     {SIGUSR2, "SIGUSR2"}, {SIGALRM, "SIGALRM"},
        {SIGTERM, "SIGTERM"}, {SIGSTKFLT, "SIGSTKFLT"}, {SIGCONT, "SIGCONT"}, {SIGXCPU, "SIGXCPU"},
        {SIGXFSZ, "SIGXFSZ"}, {SIGVTALRM, "SIGVTALRM"}, {SIGPROF, "SIGPROF"}, {SIGIO, "SIGIO"},
        {SIGPWR, "SIGPWR"},   {SIGSYS, "SIGSYS"},
    };
    for (const Name& each : kNames) {
        if (each.number == number) return each.name;
    }
    return format("signal {}", number);
}

}  // namespace sensor::guard
