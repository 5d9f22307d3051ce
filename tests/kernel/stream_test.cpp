// SPDX-License-Identifier: Apache-2.0
// The stream: complete under bursts, ordered, numbered from the right PID namespace.
#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>

#include "tests/support/catch.hpp"
#include "watch.hpp"

using namespace sensor;
using namespace kernel_test;

namespace {

void check_complete(const Run& run) {
    CHECK(run.stats.lost.events() == 0);
    CHECK(run.stats.gaps == 0);
    CHECK(run.stats.delivered == run.stats.attempted);
    CHECK(run.stats.delivered == run.records.size());
    std::map<std::pair<int, int>, std::uint64_t> next;
    std::size_t invalid = 0, holes = 0, backwards = 0;
    std::uint64_t last_ts = 0;
    for (std::size_t idx = 0; idx < run.records.size(); ++idx) {
        const Event e = run.records[idx];
        if (!e.valid()) {
            ++invalid;
            continue;
        }
        std::uint64_t& expected = next[{e.head().cpu, e.head().flags & REC_F_CRITICAL}];
        holes += e.head().seq != expected;
        expected = e.head().seq + 1;
        backwards += e.ts_ns() < last_ts;
        last_ts = e.ts_ns();
    }
    CHECK(invalid == 0);
    if (preempts_probe()) return;  // between number, time and ring another record may pass
    CHECK(holes == 0);
    CHECK(backwards == 0);
}

}  // namespace

TEST_CASE("a burst of 10,000 opens: none lost") {
    SKIP_WITHOUT_KERNEL();
    const Run run = watch([] {
        for (int n = 0; n < 10'000; ++n) ::close(::open("/dev/null", O_RDONLY));
    });
    CHECK(run.records.with_text(EventType::openat, "name", "/dev/null").size() == 10'000);
    CHECK(run.records.of(EventType::close).size() >= 10'000);
    check_complete(run);
}

TEST_CASE("a burst of 1,000 forks and execs: none lost") {
    SKIP_WITHOUT_KERNEL();
    const Run run = watch([] {
        for (int n = 0; n < 1'000; ++n) {
            const pid_t id = ::vfork();
            if (id == 0) {
                char* argv[] = {const_cast<char*>("burst"), nullptr};
                ::execve(KERNEL_HELPER, argv, environ);
                ::_exit(1);
            }
            ::waitpid(id, nullptr, 0);
        }
    });
    const auto execs = run.records.of(EventType::execve);
    std::set<std::uint32_t> tids;
    for (const Event& e : execs) tids.insert(e.head().tid);
    CHECK(tids.size() == execs.size());
    const std::size_t seen = execs.size() + run.records.of(EventType::vfork).size() +
                             run.records.of(EventType::procexit).size();
    CHECK(seen <= 4'001);
    CHECK(seen + run.stats.skipped >= 4'001);
    check_complete(run);
}

TEST_CASE("a ring too small loses by count, never silently") {
    SKIP_WITHOUT_KERNEL();
    Setup setup;
    setup.adjust = [](capture::KernelOptions& o) { o.bulk_ring_bytes = 65536; };
    setup.quiet_polls = 12;  // what is lost last is told after a while
    // The reader sleeps while the child floods.
    setup.before_reading = [] { ::usleep(500'000); };
    const Run run = watch(setup, [] {
        for (int n = 0; n < 200'000; ++n) [[maybe_unused]]
            const long r = ::syscall(SYS_chmod, "/nowhere/at/all", 0);
    });
    CHECK(run.stats.attempted == run.stats.delivered + run.stats.lost.of(REC_LOSS_ring_full));
    CHECK(run.stats.lost.of(REC_LOSS_ring_full) > 0);
    CHECK(run.stats.gaps <= run.stats.lost.of(REC_LOSS_ring_full));
    CHECK(run.stats.lost.events(REC_CLASS_dir_file) >= run.stats.lost.events() / 100 * 99);
    CHECK(run.stats.lost.events(REC_CLASS_execve) == 0);
    std::uint64_t told = 0;
    for (const Event& gap : run.records.of(EventType::asyncevent)) {
        CHECK(text(gap, "name") == "sensor.gap");
        const std::string data(text(gap, "data"));
        INFO(data);
        unsigned long long lost = 0;
        unsigned cpu = 0;
        REQUIRE(std::sscanf(data.c_str(), R"({"cpu": %u, "lane": "bulk", "lost": %llu,)", &cpu,
                            &lost) == 2);
        told += lost;
    }
    CHECK(told == run.stats.lost.of(REC_LOSS_ring_full));
}

TEST_CASE("a control group gets no more events than its budget, but for critical ones") {
    SKIP_WITHOUT_KERNEL();
    constexpr std::uint64_t kCalls = 20'000, kBudget = 100;
    Setup setup;
    setup.adjust = [](capture::KernelOptions& o) { o.cgroup_budget = kBudget; };
    const capture::KernelSource* source = nullptr;
    setup.while_open = [&](capture::KernelSource& open) { source = &open; };
    std::vector<capture::CgroupExcess> over;
    setup.before_reading = [&] {
        ::usleep(500'000);
        over = source->over_budget();
    };
    const Run run = watch(setup, [] {
        for (std::uint64_t n = 0; n < kCalls; ++n) {
            [[maybe_unused]] const long r = ::syscall(SYS_open, "/nowhere/at/all", O_RDONLY);
        }
        for (int n = 0; n < 20; ++n) {
            if (::fork() == 0) ::_exit(0);
            ::wait(nullptr);
        }
    });
    const std::uint64_t dropped = run.stats.lost.of(REC_LOSS_budget);
    const std::uint64_t opened =
        run.records.with_text(EventType::open, "name", "/nowhere/at/all").size();
    CHECK(opened + run.stats.lost.events(REC_CLASS_open) == kCalls);
    CHECK(opened >= kBudget / 2);  // the child does a little else
    CHECK(dropped == run.stats.lost.events());
    CHECK(dropped > kCalls / 2);
    CHECK(run.stats.attempted == run.stats.delivered + dropped);
    CHECK(run.records.of(EventType::procexit).size() == 21);
    REQUIRE(over.size() == 1);
    CHECK(over[0].cgroup == run.records[0].head().cgroup);
    CHECK(over[0].events > 0);
    CHECK(over[0].events <= dropped);
}

TEST_CASE("times are of the epoch and in order") {
    SKIP_WITHOUT_KERNEL();
    timespec before{}, after{};
    ::clock_gettime(CLOCK_REALTIME, &before);
    const Run run = watch([] { ::close(::open("/dev/null", O_RDONLY)); });
    ::clock_gettime(CLOCK_REALTIME, &after);
    REQUIRE(run.records.size() > 0);
    for (std::size_t idx = 0; idx < run.records.size(); ++idx) {
        const auto seconds = static_cast<time_t>(run.records[idx].ts_ns() / 1'000'000'000U);
        CHECK(seconds >= before.tv_sec);
        CHECK(seconds <= after.tv_sec);
    }
}

TEST_CASE("numbers from the sensor's PID namespace, also of processes in a deeper one") {
    SKIP_WITHOUT_KERNEL();
    const Run run = watch([] {
        [[maybe_unused]] const long r = ::syscall(SYS_chdir, "/child");
        if (::unshare(CLONE_NEWPID) != 0) ::_exit(1);
        const pid_t id = ::fork();
        if (id == 0) {
            [[maybe_unused]] const long s = ::syscall(SYS_chdir, "/deeper");
            ::_exit(0);
        }
        char name[32];
        std::snprintf(name, sizeof name, "/made %d", static_cast<int>(id));
        [[maybe_unused]] const long t = ::syscall(SYS_chdir, name);
        ::waitpid(id, nullptr, 0);
    });
    const auto child = run.records.with_text(EventType::chdir, "path", "/child");
    REQUIRE(child.size() == 1);
    CHECK(child[0].head().ns_tgid == static_cast<std::uint32_t>(run.child));
    CHECK(child[0].head().ns_tid == static_cast<std::uint32_t>(run.child));
    const auto deeper = run.records.with_text(EventType::chdir, "path", "/deeper");
    REQUIRE(deeper.size() == 1);
    CHECK(deeper[0].head().ns_tgid != 1);
    const std::string made = "/made " + std::to_string(deeper[0].head().ns_tgid);
    CHECK(run.records.with_text(EventType::chdir, "path", made).size() == 1);
    bool child_side = false;
    for (const EventType type : {EventType::clone, EventType::clone3, EventType::fork}) {
        for (const Event& e : run.records.of(type)) {
            if (e.head().tid != deeper[0].head().tid) continue;
            child_side = true;
            CHECK(number(e, "vtid") == 1);
            CHECK((number(e, "flags") & 0x20000000) != 0);
            CHECK(number(e, "pidns_init_start_ts") > 0);
        }
    }
    CHECK(child_side);
    const auto unshared = run.records.of(EventType::unshare);
    REQUIRE(unshared.size() == 1);
    CHECK(number(unshared[0], "flags") == 0x40);
}
