// SPDX-License-Identifier: Apache-2.0
// Somebody lays hands on the watching process, for real: another process traces, stops and limits
// it, removes its program and cuts its outputs.
#include "guard/self_watch.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/log.hpp"
#include "in_child.hpp"

using namespace sensor;
using namespace guard_test;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

/// A watch whose clock the test turns on by a second a look.
class Watching {
public:
    explicit Watching(guard::SelfWatchOptions options = {}) : watch_(std::move(options)) {
        watch_.look(now_);
    }
    std::vector<guard::Finding> look(std::uint64_t after_ns = kSecond) {
        return watch_.look(now_ += after_ns);
    }
    guard::SelfWatch& watch() { return watch_; }

private:
    guard::SelfWatch watch_;
    std::uint64_t now_ = 100 * kSecond;
};

bool tells(const std::vector<guard::Finding>& found, const std::string& kind,
           const std::string& part) {
    for (const guard::Finding& each : found) {
        UNSCOPED_INFO(each.kind << ": " << each.text);
        if (each.kind == kind && each.text.find(part) != std::string::npos) return true;
    }
    return false;
}

struct TempFile {
    TempFile() {
        char name[] = "/tmp/self_watch_test_XXXXXX";
        ::close(::mkstemp(name));
        path = name;
    }
    ~TempFile() { fs::remove(path); }
    TempFile(const TempFile&) = delete;
    TempFile& operator=(const TempFile&) = delete;
    void write(const std::string& text) const { std::ofstream(path, std::ios::app) << text; }
    std::string path;
};

}  // namespace

TEST_CASE("nothing is told where nothing happens") {
    const TempFile program, output;
    Watching watching({{program.path}, {output.path}});
    for (int n = 0; n < 3; ++n) {
        output.write("alert\n");
        CHECK(watching.look().empty());
    }
}

TEST_CASE("a program that is removed, replaced or changed is told once") {
    const TempFile removed, replaced, changed;
    Watching watching({{removed.path, replaced.path, changed.path}, {}});
    fs::remove(removed.path);
    fs::copy_file(replaced.path, replaced.path + ".new");
    fs::rename(replaced.path + ".new", replaced.path);
    changed.write("more");
    const auto found = watching.look();
    CHECK(tells(found, "program", removed.path + " was removed"));
    CHECK(tells(found, "program", replaced.path + " was replaced or changed"));
    CHECK(tells(found, "program", changed.path + " was replaced or changed"));
    CHECK(watching.look().empty());
}

TEST_CASE("an output that is cut or removed is told, one that is rotated is not") {
    const TempFile cut, removed, rotated;
    for (const TempFile* file : {&cut, &removed, &rotated}) file->write("alert\nalert\n");
    Watching watching({{}, {cut.path, removed.path, rotated.path}});
    REQUIRE(::truncate(cut.path.c_str(), 6) == 0);
    fs::remove(removed.path);
    fs::rename(rotated.path, rotated.path + ".1");
    rotated.write("alert\n");
    const auto found = watching.look();
    CHECK(tells(found, "output", cut.path + " was cut from 12 to 6 bytes"));
    CHECK(tells(found, "output", removed.path + " was removed"));
    CHECK(found.size() == 2);
    fs::remove(rotated.path + ".1");
    watching.watch().watch_outputs({rotated.path});
    CHECK(watching.look().empty());
    REQUIRE(::truncate(rotated.path.c_str(), 0) == 0);
    CHECK(tells(watching.look(), "output", "was cut from 6 to 0"));
}

TEST_CASE("limits, priority and oom score that another process changes are told") {
    CHECK(exit_of([] {
              Watching watching;
              const pid_t me = ::getpid();
              const pid_t other = ::fork();
              if (other == 0) {
                  rlimit limit{100, 200};
                  ::prlimit(me, RLIMIT_NOFILE, &limit, nullptr);
                  ::setpriority(PRIO_PROCESS, static_cast<id_t>(me), 19);
                  std::ofstream(format("/proc/{}/oom_score_adj", me)) << 777;
                  ::_exit(0);
              }
              ::waitpid(other, nullptr, 0);
              const auto found = watching.look();
              if (!tells(found, "limits", "nofile") || !tells(found, "limits", "to 100:200"))
                  return 1;
              if (!tells(found, "limits", "nice 19") || !tells(found, "limits", "to 777")) return 2;
              return watching.look().empty() ? 0 : 3;
          }) == 0);
}

TEST_CASE("who traces the process is told") {
    int go[2], done[2];
    REQUIRE(::pipe(go) == 0);
    REQUIRE(::pipe(done) == 0);
    const pid_t traced = ::fork();
    REQUIRE(traced >= 0);
    if (traced == 0) {
        Watching watching;
        char word = 0;
        if (::write(done[1], "w", 1) != 1 || ::read(go[0], &word, 1) != 1) ::_exit(1);
        const bool told = tells(watching.look(), "traced", format("process {} (", ::getppid()));
        ::_exit(told && watching.look().empty() ? 0 : 2);
    }
    char word = 0;
    REQUIRE(::read(done[0], &word, 1) == 1);
    REQUIRE(::ptrace(PTRACE_SEIZE, traced, nullptr, nullptr) == 0);
    REQUIRE(::write(go[1], "g", 1) == 1);
    int status = 0;
    REQUIRE(::waitpid(traced, &status, 0) == traced);
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

TEST_CASE("time in which the process stood still is told, with who let it go on") {
    CHECK(exit_of([] {
              guard::catch_foreign_signals();
              Watching watching;
              const pid_t me = ::getpid();
              const pid_t other = ::fork();
              if (other == 0) {
                  ::kill(me, SIGSTOP);
                  ::kill(me, SIGCONT);
                  ::_exit(0);
              }
              ::waitpid(other, nullptr, 0);
              const auto found = watching.look(10 * kSecond);
              if (!tells(found, "stopped", "stood still for 10.0 s")) return 1;
              if (!tells(found, "stopped", format("process {}", other))) return 2;
              return watching.look().empty() && watching.look(kSecond / 10).empty() ? 0 : 3;
          }) == 0);
}

TEST_CASE("time in which others had the processor is told as such") {
    CHECK(exit_of([] {
              cpu_set_t all, one;
              CPU_ZERO(&one);
              if (::sched_getaffinity(0, sizeof all, &all) != 0) return 100;
              for (std::size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu)
                  if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &one);
              if (::sched_setaffinity(0, sizeof one, &one) != 0) return 100;
              std::array<pid_t, 6> others{};
              for (pid_t& other : others) {
                  other = ::fork();
                  if (other != 0) continue;
                  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
                  for (std::atomic<int> n = 0;; ++n) continue;
              }
              Watching watching;
              const auto waited_ns = [] {
                  std::uint64_t ran = 0, waited = 0;
                  std::ifstream("/proc/self/schedstat") >> ran >> waited;
                  return waited;
              };
              for (const std::uint64_t begin = waited_ns(); waited_ns() - begin < 2 * kSecond;)
                  continue;
              const auto found = watching.look(3 * kSecond);
              for (const pid_t other : others) ::kill(other, SIGKILL);
              return tells(found, "starved", "got no processor for 2.") ? 0 : 1;
          }) == 0);
}

TEST_CASE("signals of others that end a process are survived and told") {
    CHECK(exit_of([] {
              guard::catch_foreign_signals();
              Watching watching;
              const pid_t me = ::getpid();
              for (const int signal : {SIGQUIT, SIGSEGV, SIGABRT, SIGALRM, SIGUSR2}) {
                  const pid_t other = ::fork();
                  if (other == 0) {
                      ::kill(me, signal);
                      ::_exit(0);
                  }
                  ::waitpid(other, nullptr, 0);
                  const std::string who = guard::signal_name(signal) + " of process";
                  if (!tells(watching.look(), "signal", who)) return signal;
              }
              return watching.look().empty() ? 0 : 100;
          }) == 0);
}

TEST_CASE("a fault of our own still ends the process") {
    // Tests and sanitizers have handlers of their own.
    const auto as_started = [] {
        ::signal(SIGSEGV, SIG_DFL);
        ::signal(SIGABRT, SIG_DFL);
        guard::catch_foreign_signals();
    };
    const int raised = status_of([&] {
        as_started();
        ::raise(SIGSEGV);
        return 0;
    });
    CHECK((WIFSIGNALED(raised) && WTERMSIG(raised) == SIGSEGV));
    const int fault = status_of([&] {
        as_started();
        void* const page = ::mmap(nullptr, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return static_cast<int>(*static_cast<volatile char*>(page));
    });
    CHECK((WIFSIGNALED(fault) && WTERMSIG(fault) == SIGSEGV));
    const int abort = status_of([&]() -> int {
        as_started();
        std::abort();
    });
    CHECK((WIFSIGNALED(abort) && WTERMSIG(abort) == SIGABRT));
}

TEST_CASE("of a kind one finding a minute passes, and the next says how many did not") {
    guard::FindingLimit limit;
    CHECK(limit.pass({"traced", "a", {}}, 5));
    CHECK_FALSE(limit.pass({"traced", "b", {}}, 6));
    CHECK(limit.pass({"stopped", "c", {}}, 7));
    CHECK_FALSE(limit.pass({"traced", "d", {}}, 59 * kSecond));
    const auto later = limit.pass({"traced", "e", {}}, 61 * kSecond);
    REQUIRE(later);
    REQUIRE(later->fields.size() == 1);
    CHECK(later->fields[0].second == "2");
}
