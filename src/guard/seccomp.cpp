// SPDX-License-Identifier: Apache-2.0
#include "guard/seccomp.hpp"

#include <linux/bpf.h>
#include <seccomp.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>

#include "guard/call_table.hpp"
#include "guard/process.hpp"

namespace sensor::guard {
namespace {

constexpr int kRefusedExit = 159;           // as a shell tells of SIGSYS
constexpr std::uint64_t kTokenCreate = 36;  // BPF_TOKEN_CREATE, from 6.9

using Filter = std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, decltype(&seccomp_release)>;

bool is_fatal() {
    const char* const mode = ::secure_getenv("FALCO_EBPF_SECCOMP");
    return mode != nullptr && std::string_view(mode) == "fatal";
}

/// Names the call and ends the process. Only for tests: it allocates.
void tell_refused(int, siginfo_t* info, void*) {
    char* const name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, info->si_syscall);
    const char* const words[] = {"guard: refused system call ", name == nullptr ? "?" : name, "\n"};
    for (const char* const word : words) {
        if (::write(STDERR_FILENO, word, std::strlen(word)) < 0) break;
    }
    ::_exit(kRefusedExit);
}

void catch_refused() {
    struct sigaction action{};
    action.sa_sigaction = tell_refused;
    action.sa_flags = SA_SIGINFO;
    ::sigaction(SIGSYS, &action, nullptr);
}

/// A rule for one call, if this machine has it.
class Adder {
public:
    explicit Adder(const Filter& filter) : filter_(filter.get()) {}

    void add(std::uint32_t action, const char* name, std::initializer_list<scmp_arg_cmp> when) {
        const int number = seccomp_syscall_resolve_name(name);
        if (number == __NR_SCMP_ERROR) return;
        const int err = seccomp_rule_add_array(filter_, action, number,
                                               static_cast<unsigned>(when.size()), when.begin());
        // EACCES: the same action as without a rule
        if (err != 0 && err != -EACCES && first_ == 0) first_ = err;
    }
    void add(const ArgumentRow& row) {
        if (row.mask == 0) return add(SCMP_ACT_ALLOW, row.name, {});
        const scmp_arg_cmp one{row.argument, SCMP_CMP_MASKED_EQ, row.mask, row.value};
        if (row.mask2 == 0) return add(SCMP_ACT_ALLOW, row.name, {one});
        const scmp_arg_cmp two{row.argument2, SCMP_CMP_MASKED_EQ, row.mask2, row.value2};
        add(SCMP_ACT_ALLOW, row.name, {one, two});
    }
    /// Of the first rule that was not taken; 0: all were
    int first_error() const { return -first_; }

private:
    scmp_filter_ctx filter_;
    int first_ = 0;
};

Result<Filter> make_filter(Profile profile, bool no_new_privs, bool fatal) {
    Filter filter(seccomp_init(fatal ? SCMP_ACT_TRAP : SCMP_ACT_ERRNO(EPERM)), seccomp_release);
    if (!filter) return Error("no memory for the filter of system calls");
    seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_NNP, no_new_privs ? 1 : 0);
    seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
    seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_LOG, 1);
    seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);  // a tree, not a list
    Adder adder(filter);
    const unsigned bit = static_cast<unsigned>(profile);
    for (const CallRow& row : plain_calls()) {
        for (const char* const name : row.names) {
            if ((row.profiles & bit) != 0) adder.add(SCMP_ACT_ALLOW, name, {});
        }
    }
    for (const ArgumentRow& row : limited_calls()) {
        if ((row.profiles & bit) != 0) adder.add(row);
    }
    // C libraries take clone then, whose flags can be seen.
    adder.add(SCMP_ACT_ERRNO(ENOSYS), "clone3", {});
    // Where the kernel lacks a function that the probe can do without (bpf_rdonly_cast,
    // before 6.2), libbpf looks for it in modules, whose list takes CAP_SYS_ADMIN, and gives up
    // without: so that list is empty.
    if (profile == Profile::Live) {
        adder.add(SCMP_ACT_ERRNO(ENOENT), "bpf",
                  {{0, SCMP_CMP_MASKED_EQ, 0xffffffff, BPF_BTF_GET_NEXT_ID}});
        // libbpf asks for a token from 1.5 on, which only user namespaces need, and does without.
        adder.add(SCMP_ACT_ERRNO(EPERM), "bpf",
                  {{0, SCMP_CMP_MASKED_EQ, 0xffffffff, kTokenCreate}});
    }
    // LLVM looks whether there is a file of the name its texts bear, and does without.
    if (profile == Profile::Compiler) adder.add(SCMP_ACT_ERRNO(EACCES), "openat", {});
    for (const char* const name : deadly_calls()) adder.add(SCMP_ACT_KILL_PROCESS, name, {});
    if (const int err = adder.first_error(); err != 0)
        return errno_error("cannot make the filter of system calls", err);
    return filter;
}

}  // namespace

Result<> refuse_other_calls(Profile profile, bool no_new_privs) {
    if (kSanitized) return Ok{};
    const bool fatal = is_fatal();
    if (fatal) catch_refused();
    SENSOR_TRY(const Filter filter, make_filter(profile, no_new_privs, fatal));
    if (const int err = seccomp_load(filter.get()); err != 0)
        return errno_error("the kernel takes no filter of system calls", -err);
    return Ok{};
}

}  // namespace sensor::guard
