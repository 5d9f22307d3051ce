// SPDX-License-Identifier: Apache-2.0
// --scope: what is outside yields nothing, what starts inside later is inside.
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "groups.hpp"
#include "tests/support/catch.hpp"
#include "watch.hpp"

using namespace sensor;
using namespace kernel_test;

namespace {

// Runs until killed, naming itself in failing chdirs.
pid_t noisy(const char* name) {
    const pid_t id = ::fork();
    if (id != 0) return id;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        [[maybe_unused]] const long ignored = ::syscall(SYS_chdir, name);
        ::usleep(2000);
    }
}

void end(pid_t id) {
    ::kill(id, SIGKILL);
    ::waitpid(id, nullptr, 0);
}

void say(const char* name) { [[maybe_unused]] const long ignored = ::syscall(SYS_chdir, name); }

std::size_t heard(const Run& run, const char* name) {
    return run.records.with_text(EventType::chdir, "path", name).size();
}

/// Who enters the scope is heard from then on, and its children; nobody else.
void check_entered(const capture::Scope& scope, const std::function<bool()>& enter) {
    const pid_t outside = noisy("/outside");
    Setup setup;
    setup.scopes = {scope};
    const Run run = watch(setup, [&] {
        say("/before");
        if (!enter()) ::_exit(50);
        say("/inside");
        if (::fork() == 0) {
            say("/below");
            ::_exit(0);
        }
        ::wait(nullptr);
    });
    end(outside);
    REQUIRE(run.error == "");
    REQUIRE(WEXITSTATUS(run.status) == 0);
    CHECK(heard(run, "/before") == 0);
    CHECK(heard(run, "/outside") == 0);
    CHECK(heard(run, "/inside") == 1);
    CHECK(heard(run, "/below") == 1);
}

void check_group(const std::string& root) {
    const Group group(root);
    if (group.path.empty()) {
        WARN("cannot create a control group below " << root << ": not tested");
        return;
    }
    check_entered(capture::ScopeCgroup{group.path}, [&] { return group.join(); });
}

}  // namespace

TEST_CASE("scope tree: descendants there before and made later, nobody else") {
    SKIP_WITHOUT_KERNEL();
    const pid_t root = ::fork();
    if (root == 0) {
        if (::fork() == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;) {
                if (::fork() == 0) {
                    say("/grandchild");
                    ::_exit(0);
                }
                ::wait(nullptr);
                say("/child");
                ::usleep(2000);
            }
        }
        for (;;) ::pause();
    }
    const pid_t outside = noisy("/outside");
    Setup setup;
    setup.scopes = {capture::ScopeTree{static_cast<std::uint32_t>(root)}};
    const Run run = watch(setup, [] { ::usleep(300'000); });
    end(outside);
    end(root);
    REQUIRE(run.error == "");
    CHECK(heard(run, "/outside") == 0);
    CHECK(heard(run, "/child") > 0);
    CHECK(heard(run, "/grandchild") > 0);
}

TEST_CASE("scope container: who has a root of its own") {
    SKIP_WITHOUT_KERNEL();
    if (::getpid() != 1) {
        WARN("skipped: needs a PID namespace of its own, or it would hear of others' containers");
        return;
    }
    check_entered(capture::ScopeContainer{}, [] { return ::unshare(CLONE_NEWNS) == 0; });
}

TEST_CASE("scope tree: no such process") {
    SKIP_WITHOUT_KERNEL();
    Setup setup;
    setup.scopes = {capture::ScopeTree{4'000'000}};
    const Run run = watch(setup, [] {});
    CHECK(run.error == "--scope tree: there is no such process");
}

TEST_CASE("scope pidns: the sensor's own namespace, not the one around it") {
    SKIP_WITHOUT_KERNEL();
    const pid_t outside = noisy("/outside");
    const pid_t between = ::fork();
    if (between == 0) {
        if (::unshare(CLONE_NEWPID) != 0) ::_exit(10);
        const pid_t sensor = ::fork();
        if (sensor == 0) {
            Setup setup;
            setup.scopes = {capture::ScopePidns{}};
            const Run run = watch(setup, [] {
                ::usleep(50'000);
                say("/inside");
            });
            if (!run.error.empty()) ::_exit(11);
            if (heard(run, "/inside") != 1) ::_exit(12);
            ::_exit(heard(run, "/outside") == 0 ? 0 : 13);
        }
        int status = 0;
        ::waitpid(sensor, &status, 0);
        ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 14);
    }
    int status = 0;
    ::waitpid(between, &status, 0);
    end(outside);
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("scope cgroup: a v2 group") {
    SKIP_WITHOUT_KERNEL();
    const std::string root = mounted("cgroup2", ",");
    if (root.empty()) {
        WARN("no cgroup2 hierarchy is mounted: not tested");
        return;
    }
    check_group(root);
}

TEST_CASE("scope cgroup: a v1 group") {
    SKIP_WITHOUT_KERNEL();
    const std::string root = mounted("cgroup", ",pids,");
    if (root.empty()) {
        WARN("no v1 pids hierarchy is mounted: not tested");
        return;
    }
    check_group(root);
}

TEST_CASE("scope cgroup: a folder that is none") {
    SKIP_WITHOUT_KERNEL();
    Setup setup;
    setup.scopes = {capture::ScopeCgroup{"/nowhere"}};
    const Run run = watch(setup, [] {});
    CHECK(run.error.find("--scope cgroup=/nowhere: not a control group") == 0);
}

TEST_CASE("the set of calls is what is reported, and the sensor never reports itself") {
    SKIP_WITHOUT_KERNEL();
    Setup setup;
    setup.calls = calls({"chdir"});
    setup.scopes = {capture::ScopeTree{static_cast<std::uint32_t>(::getpid())}};
    setup.while_open = [](capture::KernelSource&) { say("/myself"); };
    const Run run = watch(setup, [] {
        say("/wanted");
        [[maybe_unused]] const long ignored = ::syscall(SYS_rmdir, "/not wanted");
    });
    REQUIRE(run.error == "");
    CHECK(heard(run, "/wanted") == 1);
    CHECK(heard(run, "/myself") == 0);
    CHECK(run.records.of(EventType::rmdir).empty());
    CHECK(run.records.of(EventType::procexit).empty());
}

TEST_CASE("of the sensor itself only the thread that it expects is reported") {
    SKIP_WITHOUT_KERNEL();
    capture::KernelSource* live = nullptr;
    Setup setup;
    setup.while_open = [&](capture::KernelSource& source) { live = &source; };
    std::vector<EventType> seen;
    setup.before_reading = [&] {
        std::thread([] { say("/unexpected"); }).join();
        std::thread([&] {
            live->expect_canary(static_cast<std::uint32_t>(::gettid()));
            say("/canary");
        }).join();
        say("/own");
        for (int quiet = 0; quiet < 5;) {
            const auto count = live->poll(
                [&](std::span<const std::byte> record) {
                    const Event event = Event::view(record);
                    const auto type = event.type();
                    if ((event.head().flags & REC_F_CANARY) == 0) return;
                    if (type == EventType::chdir) CHECK(text(event, "path") == "/canary");
                    if (type == EventType::chdir || type == EventType::procexit)
                        seen.push_back(type);
                },
                20);
            REQUIRE(count.has_value());
            quiet = *count == 0 ? quiet + 1 : 0;
        }
    };
    watch(setup, [] { say("/child"); });
    CHECK(seen == std::vector{EventType::chdir, EventType::procexit});
}
