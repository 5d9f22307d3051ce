// SPDX-License-Identifier: Apache-2.0
// What is said of a process counts until it changes: every way it can.
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <optional>

#include "filter/kernel_part.hpp"
#include "tests/filter_kernel/loaded_rules.hpp"
#include "tests/kernel/watch.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;
using namespace kernel_test;

namespace {

constexpr const char* kMarker = "/etc/hostname";

void open_marker() {
    const int fd = ::open(kMarker, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) ::close(fd);
}

/// A child that does one thing after the other when it is told to, and opens the marker after each.
class Steps {
public:
    explicit Steps(std::vector<std::function<void()>> steps) : steps_(std::move(steps)) {
        REQUIRE(::pipe(orders_) == 0);
        REQUIRE(::pipe(answers_) == 0);
    }
    /// In the child.
    void run() {
        char order = 0;
        for (const auto& step : steps_) {
            if (::read(orders_[0], &order, 1) != 1) ::_exit(98);
            step();
            open_marker();
            if (::write(answers_[1], "d", 1) != 1) ::_exit(97);
        }
    }
    /// The next step. out: what the kernel reports of the marker
    std::optional<rec_head> next(capture::KernelSource& source) {
        char answer = 0;
        start_last();
        REQUIRE(::read(answers_[0], &answer, 1) == 1);
        std::optional<rec_head> seen;
        for (int quiet = 0; quiet < 3;) {
            const auto count = source.poll(
                [&](std::span<const std::byte> record) {
                    const Event event = Event::view(record);
                    if (event.type() == EventType::openat && text(event, "name") == kMarker)
                        seen = event.head();
                },
                20);
            REQUIRE(count.has_value());
            quiet = *count == 0 ? quiet + 1 : 0;
        }
        return seen;
    }
    /// The same without an answer.
    void start_last() { REQUIRE(::write(orders_[1], "g", 1) == 1); }

private:
    std::vector<std::function<void()>> steps_;
    int orders_[2]{}, answers_[2]{};
};

bool tell(capture::KernelSource& source, const rec_head& head) {
    return source.set_interest(
        {head.ns_tgid, head.start, head.cgroup, head.generation, filter::kAnyInterest});
}

/// Rules that want opens of nobody here.
const std::vector<std::string> kRules{"evt.type in (open, openat) and proc.name = nobody"};

/// With the rules in the kernel. live: becomes the source, once it is open
Setup narrowed(const testing::LoadedRules& rules, capture::KernelSource*& live) {
    Setup setup;
    setup.while_open = [&](capture::KernelSource& source) {
        rules.narrow(source);
        live = &source;
    };
    return setup;
}

void in_namespace_of_its_own() { ::unshare(CLONE_NEWNS); }
void into_the_same_namespace() {
    const int fd = ::open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
    ::setns(fd, CLONE_NEWUTS);
    ::close(fd);
}
void with_fewer_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    ::syscall(SYS_capget, &header, data);
    data[0].inheritable = 0;
    ::syscall(SYS_capset, &header, data);
}

}  // namespace

TEST_CASE("an interest counts until its process changes") {
    SKIP_WITHOUT_KERNEL();
    const testing::LoadedRules rules(kRules);
    const std::vector<std::function<void()>> changes{
        [] { ::setsid(); },
        [] { CHECK(::setuid(0) == 0); },
        [] { CHECK(::setresgid(0, 0, 0) == 0); },
        [] { ::prctl(PR_SET_NAME, "other"); },
        in_namespace_of_its_own,
        into_the_same_namespace,
        with_fewer_capabilities,
        [] { CHECK(::chroot("/") == 0); },
    };
    std::vector<std::function<void()>> steps;
    for (const auto& change : changes) {
        steps.push_back([] {});
        steps.push_back(change);
    }
    Steps child(steps);
    std::optional<rec_head> seen;
    capture::KernelSource* live = nullptr;
    Setup setup = narrowed(rules, live);
    setup.before_reading = [&] {
        for (std::size_t k = 0; k < changes.size(); ++k) {
            INFO("change " << k);
            if (k == 0) {
                seen = child.next(*live);
                REQUIRE(seen);
            } else {
                CHECK_FALSE(child.next(*live));  // what was told after the last change counts
            }
            CHECK(tell(*live, *seen));
            seen = child.next(*live);  // changes
            REQUIRE(seen);
            CHECK(tell(*live, *seen));
        }
    };
    const Run run = watch(setup, [&] { child.run(); });
    REQUIRE(run.error.empty());
    CHECK(run.stats.unwanted >= changes.size() - 1);
}

TEST_CASE("an interest is of one process, in one control group, of one time") {
    SKIP_WITHOUT_KERNEL();
    const testing::LoadedRules rules(kRules);
    const auto in_child = [] {
        const pid_t pid = ::fork();
        if (pid == 0) {
            open_marker();
            ::_exit(0);
        }
        ::waitpid(pid, nullptr, 0);
    };
    Steps child({[] {}, [] {}, [] {}, [] {}, [] {}, in_child});
    capture::KernelSource* live = nullptr;
    Setup setup = narrowed(rules, live);
    setup.before_reading = [&] {
        const auto seen = child.next(*live);
        REQUIRE(seen);
        CHECK(tell(*live, *seen));
        CHECK_FALSE(child.next(*live));
        rec_head other = *seen;
        other.start += 1;  // of the one that had this number before
        CHECK(tell(*live, other));
        CHECK(child.next(*live));
        other = *seen;
        other.cgroup += 1;
        CHECK(tell(*live, other));
        CHECK(child.next(*live));
        CHECK(tell(*live, *seen));
        live->void_interests();
        CHECK(child.next(*live));
        CHECK(tell(*live, *seen));
        const auto of_child = child.next(*live);  // nothing was said of that one
        REQUIRE(of_child);
        CHECK(of_child->tgid != seen->tgid);
    };
    const Run run = watch(setup, [&] { child.run(); });
    REQUIRE(run.error.empty());
}

TEST_CASE("a new program is reported, whatever was said of the old one") {
    SKIP_WITHOUT_KERNEL();
    const testing::LoadedRules rules(kRules);
    const auto run_cat = [] { ::execl("/bin/cat", "cat", kMarker, nullptr); };
    Steps child({[] {}, [] {}, run_cat});
    capture::KernelSource* live = nullptr;
    Setup setup = narrowed(rules, live);
    setup.before_reading = [&] {
        const auto seen = child.next(*live);
        REQUIRE(seen);
        CHECK(tell(*live, *seen));
        CHECK_FALSE(child.next(*live));
        child.start_last();
    };
    const Run run = watch(setup, [&] { child.run(); });
    REQUIRE(run.error.empty());
    CHECK(run.records.with_text(EventType::openat, "name", kMarker).size() == 1);
}

TEST_CASE("filters are swapped without a loss") {
    SKIP_WITHOUT_KERNEL();
    constexpr std::size_t kOpens = 100'000;
    constexpr int kSwaps = 1000;
    const testing::LoadedRules rules(
        {std::string("evt.type in (open, openat) and fd.name = ") + kMarker});
    Setup setup;
    setup.calls = calls({"openat"});
    setup.adjust = [](capture::KernelOptions& o) { o.bulk_ring_bytes = 128U << 20; };
    capture::KernelSource* live = nullptr;
    setup.while_open = [&](capture::KernelSource& source) { live = &source; };
    setup.before_reading = [&] {
        rules.narrow(*live);
        for (int n = 0; n < kSwaps; ++n) {
            REQUIRE(live->widen());
            if (n % 50 == 0) rules.narrow(*live);
        }
    };
    const Run run = watch(setup, [&] {
        for (std::size_t n = 0; n < kOpens; ++n) open_marker();
    });
    REQUIRE(run.error.empty());
    CHECK(run.stats.lost.events() == 0);
    CHECK(run.records.with_text(EventType::openat, "name", kMarker).size() == kOpens);
}
