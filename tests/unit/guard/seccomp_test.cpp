// SPDX-License-Identifier: Apache-2.0
#include "guard/seccomp.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netdb.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "guard/process.hpp"
#include "in_child.hpp"

using namespace sensor;
using namespace guard_test;
using guard::Profile;

namespace {

int restrain(Profile profile) { return guard::refuse_other_calls(profile) ? 0 : 100; }

/// 0 if the call fails with EPERM.
int refused(long result) { return result == -1 && errno == EPERM ? 0 : 1; }

constexpr std::size_t kPage = 4096;

int executable_memory() {
    constexpr int kPrivate = MAP_PRIVATE | MAP_ANONYMOUS;
    if (::mmap(nullptr, kPage, PROT_READ | PROT_EXEC, kPrivate, -1, 0) != MAP_FAILED) return 1;
    if (::mmap(nullptr, kPage, PROT_READ | PROT_WRITE | PROT_EXEC, kPrivate, -1, 0) != MAP_FAILED)
        return 2;
    void* const data = ::mmap(nullptr, kPage, PROT_READ | PROT_WRITE, kPrivate, -1, 0);
    if (data == MAP_FAILED) return 3;
    if (::mprotect(data, kPage, PROT_READ | PROT_EXEC) == 0) return 4;
    if (::mprotect(data, kPage, PROT_READ) != 0) return 5;
    // Code that the compiler made comes from a file.
    const int file = ::memfd_create("code", 0);
    if (file < 0 || ::ftruncate(file, kPage) != 0) return 6;
    if (::mmap(nullptr, kPage, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0) == MAP_FAILED) return 7;
    const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
    return ::mmap(nullptr, kPage, all, MAP_PRIVATE, file, 0) == MAP_FAILED ? 0 : 8;
}

int ordinary_work() {
    std::atomic<bool> ran = false;
    std::thread([&] { ran = true; }).join();
    if (!ran) return 1;
    addrinfo* found = nullptr;
    const int how = ::getaddrinfo("localhost", "80", nullptr, &found);
    if (how != 0 && how != EAI_NONAME && how != EAI_AGAIN) return 2;
    if (::system("exit 7") != 7 << 8) return 3;
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return socket >= 0 ? 0 : 4;
}

int other_calls() {
    if (refused(::socket(AF_PACKET, SOCK_RAW, 0)) != 0) return 1;
    if (refused(::socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)) != 0) return 2;
    if (refused(::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)) != 0) return 3;
    if (refused(::prctl(PR_SET_DUMPABLE, 1)) != 0) return 4;
    if (refused(::syscall(SYS_perf_event_open, nullptr, 0, 0, 0, 0)) != 0) return 5;
    if (refused(::syscall(SYS_bpf, BPF_MAP_GET_FD_BY_ID, nullptr, 0)) != 0) return 6;
    if (::syscall(SYS_bpf, BPF_BTF_GET_NEXT_ID, nullptr, 0) == 0 || errno != ENOENT) return 9;
    rlimit limit{};
    if (refused(::prlimit(::getppid(), RLIMIT_NOFILE, nullptr, &limit)) != 0) return 7;
    return ::prlimit(0, RLIMIT_NOFILE, nullptr, &limit) == 0 ? 0 : 8;
}

}  // namespace

TEST_CASE("what the sensor does works behind the filter") {
    if (guard::kSanitized) return;
    CHECK(exit_of([] { return restrain(Profile::Live) + ordinary_work(); }) == 0);
    CHECK(exit_of([] { return restrain(Profile::Replay) + ordinary_work(); }) == 0);
}

TEST_CASE("no page becomes executable but those of files, and none is writable too") {
    if (guard::kSanitized) return;
    CHECK(exit_of([] { return restrain(Profile::Live) + executable_memory(); }) == 0);
}

TEST_CASE("other calls are refused") {
    if (guard::kSanitized) return;
    CHECK(exit_of([] { return restrain(Profile::Live) + other_calls(); }) == 0);
    // Loading programs is for who watches this machine only.
    const auto make_map = [](Profile profile) {
        return exit_of([=] {
            bpf_attr attr{};
            return restrain(profile) + refused(::syscall(SYS_bpf, BPF_MAP_CREATE, &attr, 0));
        });
    };
    CHECK(make_map(Profile::Replay) == 0);
    CHECK(exit_of([] {
              bpf_attr attr{};  // of no type: another error than that of the filter
              const int done = restrain(Profile::Live);
              return done + (::syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr) < 0 &&
                                     (errno == EINVAL || ::geteuid() != 0)
                                 ? 0
                                 : 1);
          }) == 0);
}

TEST_CASE("what only an intruder does ends the process") {
    if (guard::kSanitized) return;
    const auto dies = [](const std::function<void()>& body) {
        const int status = status_of([&] {
            if (restrain(Profile::Live) != 0) return 100;
            body();
            return 0;
        });
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
    };
    CHECK(dies([] { ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }));
    CHECK(dies([] { ::unshare(CLONE_NEWNS); }));
    CHECK(dies([] { ::syscall(SYS_init_module, nullptr, 0, ""); }));
    CHECK(dies([] { ::syscall(SYS_process_vm_readv, ::getppid(), nullptr, 0, nullptr, 0, 0); }));
}

TEST_CASE("threads that are there already are behind the filter too") {
    if (guard::kSanitized) return;
    CHECK(exit_of([] {
              std::atomic<int> step = 0;
              int result = 1;
              std::thread other([&] {
                  while (step == 0) std::this_thread::yield();
                  result = refused(::syscall(SYS_perf_event_open, nullptr, 0, 0, 0, 0));
              });
              const int done = restrain(Profile::Live);
              step = 1;
              other.join();
              return done + result;
          }) == 0);
}

TEST_CASE("the compiler opens nothing, reaches nobody and starts nothing") {
    if (guard::kSanitized) return;
    CHECK(exit_of([] {
              if (restrain(Profile::Compiler) != 0) return 100;
              if (::open("/etc/passwd", O_RDONLY) >= 0) return 1;
              if (refused(::socket(AF_INET, SOCK_STREAM, 0)) != 0) return 2;
              if (refused(::execl("/bin/true", "true", nullptr)) != 0) return 3;
              if (refused(::syscall(SYS_kill, ::getppid(), 0)) != 0) return 4;
              if (refused(::fork()) != 0) return 5;
              void* const more = ::malloc(16U << 20);
              ::free(more);
              utsname name{};
              return more != nullptr && ::uname(&name) == 0 ? 0 : 6;
          }) == 0);
}

TEST_CASE("for tests a refused call is named and ends the process") {
    if (guard::kSanitized) return;
    CHECK(exit_of([] {
              ::setenv("FALCO_EBPF_SECCOMP", "fatal", 1);
              int out[2];
              if (::pipe(out) != 0 || ::dup2(out[1], 2) < 0) return 1;
              const pid_t child = ::fork();
              if (child == 0) {
                  if (restrain(Profile::Live) != 0) ::_exit(100);
                  ::syscall(SYS_perf_event_open, nullptr, 0, 0, 0, 0);
                  ::_exit(0);
              }
              int status = 0;
              ::waitpid(child, &status, 0);
              char text[200] = {};
              if (::read(out[0], text, sizeof text - 1) <= 0) return 2;
              if (!WIFEXITED(status) || WEXITSTATUS(status) != 159) return 3;
              return std::string(text).find("perf_event_open") != std::string::npos ? 0 : 4;
          }) == 0);
}
