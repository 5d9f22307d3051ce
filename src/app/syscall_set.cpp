// SPDX-License-Identifier: Apache-2.0
#include "app/syscall_set.hpp"

#include <algorithm>

#include "event/schema.hpp"
#include "lang/event_set.hpp"

namespace sensor::app {
namespace {

// What keeps live state true (who runs, as whom, where). Descriptors need none of it: their truth
// comes with each event.
constexpr std::string_view kStateCalls[] = {
    "clone",
    "clone3",
    "fork",
    "vfork",
    "execve",
    "execveat",
    "sched_process_exit",
    "chdir",
    "fchdir",
    "chroot",
    "setuid",
    "setuid32",
    "setgid",
    "setgid32",
    "setreuid",
    "setregid",
    "setresuid",
    "setresuid32",
    "setresgid",
    "setresgid32",
    "setsid",
    "capset",
    "setns",
    "unshare",
    "prctl",
};
// Roles of sockets (who is the server) are known from how they came to be.
constexpr std::string_view kNetworkCalls[] = {"socket", "bind",    "connect",
                                              "accept", "accept4", "listen"};

// What changes descriptors 0, 1 and 2 of a running program; what it was started with comes with its
// exec.
constexpr std::string_view kStandardFileCalls[] = {"dup", "dup2", "dup3"};

bool is_standard_file(const lang::Term& term) {
    if (term.kind != lang::Term::Kind::Field) return false;
    switch (term.field.id) {
        case FieldId::proc_stdin_type:
        case FieldId::proc_stdin_name:
        case FieldId::proc_stdout_type:
        case FieldId::proc_stdout_name:
        case FieldId::proc_stderr_type:
        case FieldId::proc_stderr_name: return true;
        default: return false;
    }
}

bool is_network(const lang::Term& term) {
    if (term.kind != lang::Term::Kind::Field) return false;
    switch (term.field.id) {
        case FieldId::fd_ip:
        case FieldId::fd_cip:
        case FieldId::fd_sip:
        case FieldId::fd_lip:
        case FieldId::fd_rip:
        case FieldId::fd_port:
        case FieldId::fd_cport:
        case FieldId::fd_sport:
        case FieldId::fd_lport:
        case FieldId::fd_rport:
        case FieldId::fd_net:
        case FieldId::fd_cnet:
        case FieldId::fd_snet:
        case FieldId::fd_lnet:
        case FieldId::fd_rnet:
        case FieldId::fd_l4proto:
        case FieldId::fd_is_server:
        case FieldId::fd_proto:
        case FieldId::fd_cproto:
        case FieldId::fd_sproto:
        case FieldId::fd_lproto:
        case FieldId::fd_rproto:
        case FieldId::fd_connected:
        case FieldId::fd_sockfamily:
        case FieldId::fd_name_changed:
        case FieldId::fd_cip_name:
        case FieldId::fd_sip_name:
        case FieldId::fd_lip_name:
        case FieldId::fd_rip_name: return true;
        default: return false;
    }
}

void add_named(std::bitset<REC_MAX_SC>& calls, std::span<const std::string_view> names) {
    for (const std::string_view name : names) {
        if (const SyscallInfo* info = syscall_info(name)) calls.set(info->sc);
    }
}

void add_rule_calls(std::bitset<REC_MAX_SC>& calls, const lang::Program& program, bool all) {
    for (const lang::Condition& condition : program.conditions) {
        const bool named = all || !lang::is_wide(condition.events);
        for (const SyscallInfo& call : all_syscalls()) {
            if (!named && (call.flags & sc_flag::SC_NOISY) != 0) continue;
            const bool wanted =
                call.event == EventType::generic
                    ? condition.events.generic.test(call.sc)
                    : condition.events.events.test(static_cast<std::size_t>(call.event));
            if (wanted) calls.set(call.sc);
        }
    }
}

void add_state_calls(std::bitset<REC_MAX_SC>& calls) {
    for (const SyscallInfo& call : all_syscalls()) {
        if ((call.flags & sc_flag::SC_STATE) != 0) calls.set(call.sc);
    }
}

/// The least that keeps true what these conditions ask of processes and sockets.
void add_state(std::bitset<REC_MAX_SC>& calls, const std::vector<lang::Term>& terms,
               bool standard_files) {
    add_named(calls, kStateCalls);
    if (std::any_of(terms.begin(), terms.end(), is_network)) add_named(calls, kNetworkCalls);
    if (standard_files) add_named(calls, kStandardFileCalls);
}

void add_trace_calls(std::bitset<REC_MAX_SC>& calls, bool all) {
    constexpr auto kLeftOut = sc_flag::SC_HIGH_VOLUME_IO | sc_flag::SC_NOISY;
    for (const SyscallInfo& call : all_syscalls()) {
        if (all || (call.flags & kLeftOut) == 0) calls.set(call.sc);
    }
}

}  // namespace

SyscallSet wanted_syscalls(const lang::Program& program, const SyscallOptions& options) {
    SyscallSet set;
    add_rule_calls(set.calls, program, options.all);
    std::bitset<REC_MAX_SC> base;
    std::bitset<REC_MAX_SC> removed;
    bool custom = false;
    for (const std::string& entry : options.custom) {
        const bool negated = entry.starts_with('!');
        const SyscallInfo* info = syscall_info(std::string_view(entry).substr(negated ? 1 : 0));
        if (info == nullptr) {
            set.unknown.push_back(entry);
        } else if (negated) {
            removed.set(info->sc);
        } else {
            custom = true;
            base.set(info->sc);
        }
    }
    const auto& terms = program.terms;
    set.standard_files = std::any_of(terms.begin(), terms.end(), is_standard_file);
    if (!custom) add_state(base, terms, set.standard_files);
    if (!options.all) {
        for (const SyscallInfo& call : all_syscalls()) {
            if ((call.flags & sc_flag::SC_HIGH_VOLUME_IO) == 0 || !set.calls.test(call.sc))
                continue;
            set.calls.reset(call.sc);
            set.left_out.emplace_back(call.name);
        }
    }
    if (options.trace) add_trace_calls(set.calls, options.all);
    if (options.record) add_state_calls(set.calls);
    set.calls |= base;
    set.calls &= ~removed;
    set.state = base & ~removed;
    if (options.repair) add_state(set.state, terms, set.standard_files);
    set.state.set(syscall_info("sched_process_exit")->sc);
    set.calls |= set.state;
    return set;
}

}  // namespace sensor::app
