// SPDX-License-Identifier: Apache-2.0
// Every system call the sensor and its compiler need, by what for. Both the new ones and those that
// older and other C libraries make stand here: names a machine does not have are skipped. A row is
// added after `FALCO_EBPF_SECCOMP=fatal` named the call, and with the reason why it is needed.
#include "guard/call_table.hpp"

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "guard/seccomp.hpp"

namespace sensor::guard {
namespace {

constexpr unsigned kLive = static_cast<unsigned>(Profile::Live);
constexpr unsigned kRun = kLive | static_cast<unsigned>(Profile::Replay);
constexpr unsigned kAll = kRun | static_cast<unsigned>(Profile::Compiler);

constexpr CallRow kPlain[] = {
    // memory; what maps executable pages stands below
    {kAll, {"brk", "munmap", "mremap", "madvise"}},
    {kRun, {"mlock", "munlock", "mincore", "membarrier"}},
    // files that are open
    {kAll, {"read", "write", "readv", "writev", "pread64", "pwrite64", "lseek", "_llseek"}},
    {kAll, {"close", "fstat", "fstat64", "newfstatat", "statx", "fcntl", "fcntl64"}},
    {kRun, {"preadv", "pwritev", "preadv2", "pwritev2", "fsync", "fdatasync", "ftruncate"}},
    {kRun, {"fallocate", "fadvise64", "sync_file_range", "flock", "sendfile", "splice", "tee"}},
    {kRun, {"copy_file_range", "dup", "dup2", "dup3", "pipe", "pipe2", "close_range"}},
    {kRun, {"fchmod", "fchown", "fstatfs", "getdents", "getdents64", "memfd_create"}},
    // files by name
    {kRun, {"open", "openat", "openat2", "creat", "stat", "lstat", "stat64", "lstat64"}},
    {kRun, {"fstatat64", "statfs", "access", "faccessat", "faccessat2", "readlink", "readlinkat"}},
    {kRun, {"mkdir", "mkdirat", "rmdir", "rename", "renameat", "renameat2", "unlink", "unlinkat"}},
    {kRun, {"link", "linkat", "symlink", "symlinkat", "truncate", "chmod", "fchmodat", "getcwd"}},
    {kRun, {"chdir", "fchdir", "utimensat", "umask", "name_to_handle_at"}},
    // waiting
    {kAll, {"poll", "ppoll", "futex", "restart_syscall", "nanosleep", "clock_nanosleep"}},
    {kRun, {"select", "_newselect", "pselect6", "epoll_create", "epoll_create1", "epoll_ctl"}},
    {kRun, {"epoll_wait", "epoll_pwait", "epoll_pwait2", "eventfd", "eventfd2"}},
    {kRun, {"timerfd_create", "timerfd_settime", "timerfd_gettime", "signalfd", "signalfd4"}},
    {kRun,
     {"timer_create", "timer_settime", "timer_gettime", "timer_delete", "setitimer", "alarm"}},
    // time, the machine, numbers of oneself
    {kAll, {"clock_gettime", "clock_getres", "gettimeofday", "time", "times", "getrusage"}},
    {kAll, {"uname", "sysinfo", "getcpu", "getrandom", "getpid", "gettid", "getppid", "getpgrp"}},
    {kAll, {"getuid", "geteuid", "getgid", "getegid", "sched_yield", "sched_getaffinity"}},
    {kRun, {"getresuid", "getresgid", "getgroups", "getpgid", "getsid", "getpriority", "capget"}},
    {kRun, {"sched_getscheduler", "sched_getparam", "sched_get_priority_max"}},
    {kRun, {"sched_get_priority_min", "sched_setaffinity", "sched_setscheduler"}},
    // the network; which sockets can be made stands below
    {kRun, {"connect", "bind", "listen", "accept", "accept4", "shutdown", "socketpair"}},
    {kRun, {"sendto", "recvfrom", "sendmsg", "recvmsg", "sendmmsg", "recvmmsg"}},
    {kRun, {"getsockname", "getpeername", "getsockopt", "setsockopt"}},
    // threads and signals
    {kAll, {"exit", "exit_group", "set_robust_list", "get_robust_list", "set_tid_address", "rseq"}},
    {kAll, {"arch_prctl", "set_thread_area", "tgkill", "sigaltstack", "rt_sigaction"}},
    {kAll, {"rt_sigprocmask", "rt_sigreturn", "sigreturn"}},
    {kRun, {"rt_sigtimedwait", "rt_sigpending", "rt_sigsuspend"}},
    // the compiler as a process of its own, and programs where they are started directly
    {kRun, {"fork", "vfork", "execve", "wait4", "waitid", "waitpid", "kill", "pidfd_open"}},
    {kRun, {"pidfd_send_signal", "setpriority", "setpgid", "setsid", "seccomp", "capset"}},
};

/// These bits of an argument must be clear.
constexpr ArgumentRow without(unsigned profiles, const char* name, unsigned argument,
                              std::uint64_t bits) {
    return {profiles, name, argument, bits, 0};
}
// The kernel takes these arguments as int: what stands above is not looked at.
constexpr std::uint64_t kInt = 0xffffffff;
/// The argument must be this.
constexpr ArgumentRow is(unsigned profiles, const char* name, unsigned argument,
                         std::uint64_t value) {
    return {profiles, name, argument, kInt, value & kInt};
}
constexpr ArgumentRow socket_of(int domain, int type) {
    return {kRun,
            "socket",
            0,
            kInt,
            static_cast<std::uint64_t>(domain),
            1,
            0xf,
            static_cast<std::uint64_t>(type)};
}
/// Executable pages only of files, and never writable.
constexpr ArgumentRow executable_file(const char* name) {
    return {kRun, name, 2, PROT_WRITE | PROT_EXEC, PROT_EXEC, 3, MAP_ANONYMOUS, 0};
}

constexpr std::uint64_t kNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                      CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_PTRACE;

constexpr ArgumentRow kLimited[] = {
    without(kAll, "mmap", 2, PROT_EXEC),
    executable_file("mmap"),
    without(kAll, "mmap2", 2, PROT_EXEC),
    executable_file("mmap2"),
    without(kAll, "mprotect", 2, PROT_EXEC),
    // clone3 takes its flags in memory, where no filter looks: see seccomp.cpp.
    without(kRun, "clone", 0, kNamespaces),
    // To ask for one's own limits and set them; of others neither.
    is(kAll, "prlimit64", 0, 0),
    {kRun, "getrlimit", 0, 0, 0},
    {kRun, "ugetrlimit", 0, 0, 0},
    {kRun, "setrlimit", 0, 0, 0},
    is(kAll, "prctl", 0, PR_SET_NAME),
    is(kAll, "prctl", 0, PR_GET_NAME),
    is(kRun, "prctl", 0, PR_SET_PDEATHSIG),
    is(kRun, "prctl", 0, PR_SET_NO_NEW_PRIVS),
    is(kRun, "prctl", 0, PR_GET_NO_NEW_PRIVS),
    is(kRun, "prctl", 0, PR_CAPBSET_READ),
    is(kRun, "prctl", 0, PR_CAPBSET_DROP),
    is(kRun, "prctl", 0, PR_CAP_AMBIENT),
    is(kRun, "prctl", 0, PR_GET_SECUREBITS),
    is(kRun, "prctl", 0, PR_GET_SECCOMP),
    is(kRun, "prctl", 0, PR_GET_DUMPABLE),
    {kRun, "prctl", 0, kInt, PR_SET_DUMPABLE, 1, ~std::uint64_t{0}, 0},
    // Abseil, below RE2, names its memory.
    {kRun, "prctl", 0, kInt, PR_SET_VMA, 1, ~std::uint64_t{0}, PR_SET_VMA_ANON_NAME},
    is(kAll, "ioctl", 1, TCGETS),  // is it a terminal?
    is(kRun, "ioctl", 1, TIOCGWINSZ),
    is(kRun, "ioctl", 1, FIONREAD),
    is(kRun, "ioctl", 1, FIONBIO),
    is(kRun, "ioctl", 1, FIOCLEX),
    is(kRun, "ioctl", 1, SIOCGIFNAME),
    is(kRun, "ioctl", 1, SIOCGIFINDEX),
    is(kRun, "ioctl", 1, SIOCGIFFLAGS),
    socket_of(AF_UNIX, SOCK_STREAM),
    socket_of(AF_UNIX, SOCK_DGRAM),
    socket_of(AF_UNIX, SOCK_SEQPACKET),
    socket_of(AF_INET, SOCK_STREAM),
    socket_of(AF_INET, SOCK_DGRAM),
    socket_of(AF_INET6, SOCK_STREAM),
    socket_of(AF_INET6, SOCK_DGRAM),
    // Addresses of this machine: names are looked up, and metrics tell them.
    {kRun, "socket", 0, kInt, AF_NETLINK, 2, kInt, 0},
    // What loads and feeds the probe, not what reaches programs and maps of others.
    is(kLive, "bpf", 0, BPF_MAP_CREATE),
    is(kLive, "bpf", 0, BPF_MAP_LOOKUP_ELEM),
    is(kLive, "bpf", 0, BPF_MAP_UPDATE_ELEM),
    is(kLive, "bpf", 0, BPF_MAP_DELETE_ELEM),
    is(kLive, "bpf", 0, BPF_MAP_GET_NEXT_KEY),
    is(kLive, "bpf", 0, BPF_MAP_FREEZE),
    is(kLive, "bpf", 0, BPF_PROG_LOAD),
    is(kLive, "bpf", 0, BPF_PROG_BIND_MAP),
    is(kLive, "bpf", 0, BPF_BTF_LOAD),
    is(kLive, "bpf", 0, BPF_LINK_CREATE),
    is(kLive, "bpf", 0, BPF_RAW_TRACEPOINT_OPEN),
    is(kLive, "bpf", 0, BPF_ITER_CREATE),
    is(kLive, "bpf", 0, BPF_OBJ_GET_INFO_BY_FD),
};

constexpr const char* kDeadly[] = {
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "pidfd_getfd",
    "userfaultfd",
    "init_module",
    "finit_module",
    "delete_module",
    "kexec_load",
    "kexec_file_load",
    "reboot",
    "swapon",
    "swapoff",
    "acct",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsmount",
    "mount_setattr",
    "setns",
    "unshare",
    "iopl",
    "ioperm",
    "modify_ldt",
    "uselib",
    "open_by_handle_at",
    "io_uring_setup",
};

}  // namespace

std::span<const CallRow> plain_calls() { return kPlain; }
std::span<const ArgumentRow> limited_calls() { return kLimited; }
std::span<const char* const> deadly_calls() { return kDeadly; }

}  // namespace sensor::guard
