// SPDX-License-Identifier: Apache-2.0
// The launcher is a real process, forked before its asker restrains itself.
#include "guard/launcher.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <thread>

#include "base/log.hpp"
#include "guard/capabilities.hpp"
#include "guard/process.hpp"
#include "guard/seccomp.hpp"
#include "in_child.hpp"

using namespace sensor;
using namespace guard_test;

namespace {

struct Ends {
    Fd out, in;  // read, written
};
Ends make_pipe() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    return {Fd(ends[0]), Fd(ends[1])};
}

/// How a program ended; -1: that is not known.
int status_after(const StartedProgram& program) {
    int status = -1;
    return ::read(program.end.get(), &status, sizeof status) == sizeof status ? status : -1;
}

std::string all_of(const Fd& from) {
    std::string text;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(from.get(), buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(n));
    return text;
}

std::string run(guard::Launcher& launcher, const std::string& command, std::string input = "") {
    char name[] = "/tmp/launcher_test_XXXXXX";
    const Fd file(::mkstemp(name));
    REQUIRE(file);
    Ends pipe = make_pipe();
    const auto program = launcher.start("{ " + command + "; } > " + name, pipe.out.get());
    INFO((program ? "" : program.error().text));
    REQUIRE(program.has_value());
    pipe.out.reset();
    REQUIRE(::write(pipe.in.get(), input.data(), input.size()) ==
            static_cast<ssize_t>(input.size()));
    pipe.in.reset();
    CHECK(status_after(*program) == 0);
    ::unlink(name);
    return all_of(file);
}

std::unique_ptr<guard::Launcher> make(std::vector<std::string> trusted = {}) {
    auto made = guard::Launcher::create({std::move(trusted), {}});
    REQUIRE(made.has_value());
    return *std::move(made);
}

}  // namespace

TEST_CASE("a program reads what it is given, and its end is told") {
    const auto launcher = make();
    CHECK(run(*launcher, "tr a-z A-Z", "alert") == "ALERT");
    Ends pipe = make_pipe();
    const auto fails = launcher->start("exit 3", pipe.out.get());
    REQUIRE(fails.has_value());
    const int status = status_after(*fails);
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 3));
    const auto hangs = launcher->start("sleep 1000", pipe.out.get());
    REQUIRE(hangs.has_value());
    pollfd end{hangs->end.get(), POLLIN, 0};
    CHECK(::poll(&end, 1, 0) == 0);
    REQUIRE(::kill(-hangs->tgid, SIGKILL) == 0);
    const int killed = status_after(*hangs);
    CHECK((WIFSIGNALED(killed) && WTERMSIG(killed) == SIGKILL));
}

TEST_CASE("a program is as at a login: default signals, three descriptors, a group of its own") {
    ::signal(SIGPIPE, SIG_IGN);
    const auto launcher = make();
    const int other = ::open("/dev/null", O_RDONLY);
    CHECK(run(*launcher, "ls /proc/self/fd | wc -l") == "4\n");  // and that of the folder
    // Signals 32 and 33 are the thread library's, which lets nobody set them: inherited.
    const std::string ignored = run(*launcher, "sed -n 's/SigIgn:.//p' /proc/self/status");
    CHECK((std::stoull(ignored, nullptr, 16) & ~(std::uint64_t{3} << 31)) == 0);
    CHECK(run(*launcher, "grep SigBlk /proc/self/status") == "SigBlk:\t0000000000000000\n");
    CHECK(run(*launcher, "[ $(cut -d' ' -f5 /proc/$$/stat) = $$ ] && echo own") == "own\n");
    ::close(other);
}

TEST_CASE("behind filter and without capabilities, trusted programs run as if nothing was") {
    if (::geteuid() != 0) return;  // there are no rights to be lost
    CHECK(exit_of([] {
              const std::string trusted =
                  "grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status > $(cat)";
              char first[] = "/tmp/launcher_test_XXXXXX", second[] = "/tmp/launcher_test_XXXXXX";
              ::close(::mkstemp(first));
              ::close(::mkstemp(second));
              auto made = guard::Launcher::create({{trusted}, {}});
              if (!made) return 1;
              guard::Launcher& launcher = **made;
              if (!guard::keep_capabilities({})) return 2;
              guard::settle_process(true);
              if (!guard::refuse_other_calls(guard::Profile::Live)) return 3;
              const auto text_of = [&](const std::string& command, const std::string& file) {
                  Ends pipe = make_pipe();
                  const auto program = launcher.start(command, pipe.out.get());
                  if (!program) return std::string("not started");
                  if (::write(pipe.in.get(), file.data(), file.size()) < 0) return std::string();
                  pipe.in.reset();
                  status_after(*program);
                  std::ifstream in(file);
                  return std::string(std::istreambuf_iterator<char>(in), {});
              };
              const std::string rights = text_of(trusted, first);
              const std::string none = text_of(trusted + " ", second);
              ::unlink(first);
              ::unlink(second);
              const auto has = [](const std::string& in, const char* text) {
                  return in.find(text) != std::string::npos;
              };
              if (!has(rights, "Seccomp:\t0") || !has(rights, "NoNewPrivs:\t0")) return 4;
              if (has(rights, "CapEff:\t0000000000000000")) return 5;
              if (!has(none, "CapEff:\t0000000000000000")) return 6;
              return has(none, "NoNewPrivs:\t1") && has(none, "Seccomp:\t0") ? 0 : 7;
          }) == 0);
}

TEST_CASE("many threads ask at once") {
    const auto launcher = make();
    std::vector<std::thread> threads;
    std::array<int, 8> failures{};
    for (int& failed : failures) {
        threads.emplace_back([&] {
            for (int n = 0; n < 10; ++n) {
                const Fd null(::open("/dev/null", O_RDONLY));
                const auto program = launcher->start(format("exit {}", n), null.get());
                if (!program || status_after(*program) != n << 8) ++failed;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (const int failed : failures) CHECK(failed == 0);
}

TEST_CASE("the launcher ends with its asker, and one that is gone is an error") {
    auto launcher = make();
    const pid_t tgid = launcher->tgid();
    CHECK_FALSE(launcher->start(std::string(100'000, 'x'), 0).has_value());
    launcher.reset();
    int status = -1;
    REQUIRE(::waitpid(tgid, &status, 0) == tgid);
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));

    launcher = make();
    REQUIRE(::kill(launcher->tgid(), SIGKILL) == 0);
    REQUIRE(::waitpid(launcher->tgid(), &status, 0) == launcher->tgid());
    const auto program = launcher->start("true", 0);
    REQUIRE_FALSE(program.has_value());
    // Ctrl-C and the service manager's SIGTERM are for the sensor.
    launcher = make();
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        REQUIRE(::kill(launcher->tgid(), signal) == 0);
    CHECK(run(*launcher, "echo still") == "still\n");
}

TEST_CASE("it opens sockets that its asker may not, and only those it was told of") {
    if (::geteuid() != 0) return;  // there are no rights to be lost
    CHECK(exit_of([] {
              char folder[] = "/tmp/launcher_test_XXXXXX";
              if (::mkdtemp(folder) == nullptr) return 1;
              const std::string path = std::string(folder) + "/s", other = path + "2";
              sockaddr_un address{};
              address.sun_family = AF_UNIX;
              path.copy(address.sun_path, path.size());
              const auto* const to = reinterpret_cast<const sockaddr*>(&address);
              const Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
              if (::bind(listener.get(), to, sizeof address) != 0) return 2;
              if (::listen(listener.get(), 4) != 0 || ::chown(folder, 4711, 4711) != 0) return 3;
              guard::LauncherTasks tasks;
              tasks.connect = [&](const std::string& asked) -> Result<Fd> {
                  if (asked != path) return Error("not that one", EPERM);
                  Fd made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
                  if (::connect(made.get(), to, sizeof address) != 0) return Error("none", errno);
                  return made;
              };
              auto made = guard::Launcher::create(std::move(tasks));
              if (!made || !guard::keep_capabilities({})) return 4;
              const Fd direct(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
              if (::connect(direct.get(), to, sizeof address) == 0 || errno != EACCES) return 5;
              const auto opened = (*made)->open_socket(path);
              if (!opened || ::write(opened->get(), "x", 1) != 1) return 6;
              const Fd accepted(::accept(listener.get(), nullptr, nullptr));
              char got = 0;
              if (::read(accepted.get(), &got, 1) != 1 || got != 'x') return 7;
              const auto refused = (*made)->open_socket(other);
              if (refused || refused.error().code != EPERM) return 8;
              if (refused.error().text != "not that one") return 9;
              return 0;
          }) == 0);
}
