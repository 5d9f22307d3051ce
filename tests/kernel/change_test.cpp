// SPDX-License-Identifier: Apache-2.0
// Other options while the probe runs: what is wanted changes, and no event is missed.
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <future>
#include <set>

#include "tests/support/catch.hpp"
#include "watch.hpp"

using namespace sensor;
using namespace kernel_test;

namespace {

/// Is told when the child may do its next round; the child says when it is done.
class Rounds {
public:
    Rounds() {
        REQUIRE(::pipe(orders_) == 0);
        REQUIRE(::pipe(answers_) == 0);
    }
    /// In the child: so many rounds.
    void run(int count, const std::function<void()>& body) {
        char order = 0;
        for (int n = 0; n < count && ::read(orders_[0], &order, 1) == 1; ++n) {
            body();
            if (::write(answers_[1], "d", 1) != 1) return;
        }
    }
    /// One round. out: the types of the events it caused
    std::set<EventType> next(capture::KernelSource& source) {
        REQUIRE(::write(orders_[1], "g", 1) == 1);
        char answer = 0;
        REQUIRE(::read(answers_[0], &answer, 1) == 1);
        std::set<EventType> seen;
        for (int quiet = 0; quiet < 3;) {
            const auto count = source.poll(
                [&](std::span<const std::byte> record) { seen.insert(Event::view(record).type()); },
                20);
            REQUIRE(count.has_value());
            quiet = *count == 0 ? quiet + 1 : 0;
        }
        return seen;
    }

private:
    int orders_[2]{}, answers_[2]{};
};

capture::KernelOptions wanting(std::initializer_list<const char*> names) {
    capture::KernelOptions options;
    options.syscalls = calls(names);
    return options;
}

using Prepared = Result<std::unique_ptr<capture::LoadedChange>>;

void change_to(capture::KernelSource& source, Prepared& prepared) {
    INFO((prepared ? "" : prepared.error().text));
    REQUIRE(prepared.has_value());
    std::unique_ptr<capture::LoadedChange> change = *std::move(prepared);
    REQUIRE(source.change(std::move(change)).has_value());
}
void change_to(capture::KernelSource& source, const capture::KernelOptions& options) {
    Prepared prepared = source.prepare(options);
    change_to(source, prepared);
}

void mixed_calls() {
    ::close(::open("/dev/null", O_RDONLY));
    ::mkdir("/nonexistent/folder", 0700);
    ::setsid();
    ::usleep(1000);  // leaves the processor
}

}  // namespace

TEST_CASE("a change reports what the old and the new options want, then only the new") {
    SKIP_WITHOUT_KERNEL();
    Rounds rounds;
    capture::KernelSource* live = nullptr;
    Setup setup;
    setup.calls = calls({"openat", "setsid"});
    setup.while_open = [&](capture::KernelSource& source) { live = &source; };
    using Types = std::set<EventType>;
    setup.before_reading = [&] {
        CHECK(rounds.next(*live) == Types{EventType::openat, EventType::setsid});
        change_to(*live, wanting({"mkdir", "setsid", "sched_switch"}));
        CHECK(rounds.next(*live) == Types{EventType::openat, EventType::mkdir, EventType::setsid,
                                          EventType::sched_switch});
        REQUIRE(live->settle().has_value());
        CHECK(rounds.next(*live) ==
              Types{EventType::mkdir, EventType::setsid, EventType::sched_switch});
        change_to(*live, wanting({"openat", "close"}));
        REQUIRE(live->settle().has_value());
        CHECK(rounds.next(*live) == Types{EventType::openat, EventType::close});
    };
    const Run run = watch(setup, [&] { rounds.run(4, mixed_calls); });
    CHECK(run.stats.lost.events() == 0);
    CHECK(run.stats.gaps == 0);
}

TEST_CASE("a change brings other bytes of data, standard files and a budget") {
    SKIP_WITHOUT_KERNEL();
    Rounds rounds;
    capture::KernelSource* live = nullptr;
    Setup setup;
    setup.calls = calls({"write", "sched_process_exit", "execve"});
    setup.while_open = [&](capture::KernelSource& source) { live = &source; };
    std::size_t bytes = 0, opened = 0;
    const auto look = [&] {
        bytes = opened = 0;
        for (int quiet = 0; quiet < 3;) {
            const auto count = live->poll(
                [&](std::span<const std::byte> record) {
                    const Event event = Event::view(record);
                    if (event.type() == EventType::write && present(event, "data"))
                        bytes = text(event, "data").size();
                    opened += (event.head().flags & REC_F_STATE) != 0;
                },
                20);
            REQUIRE(count.has_value());
            quiet = *count == 0 ? quiet + 1 : 0;
        }
    };
    int go[2];
    REQUIRE(::pipe(go) == 0);
    setup.before_reading = [&] {
        REQUIRE(::write(go[1], "g", 1) == 1);
        look();
        CHECK(bytes == 80);
        CHECK(opened == 0);
        capture::KernelOptions options = wanting({"write", "sched_process_exit", "execve"});
        options.snaplen = 200;
        options.standard_files = true;
        options.cgroup_budget = 1'000'000;
        change_to(*live, options);
        REQUIRE(live->settle().has_value());
        CHECK(live->over_budget().empty());
        REQUIRE(::write(go[1], "g", 1) == 1);
        look();
        CHECK(bytes == 200);
        CHECK(opened == 3);
    };
    watch(setup, [&] {
        const int null = ::open("/dev/null", O_WRONLY);
        const std::string data(1000, 'x');
        for (int n = 0; n < 2; ++n) {
            char order = 0;
            if (::read(go[0], &order, 1) != 1) return;
            if (::fork() == 0) {
                ::execl("/bin/true", "true", nullptr);
                ::_exit(1);
            }
            if (::write(null, data.data(), data.size()) < 0) return;
        }
    });
}

TEST_CASE("no open is missed or told twice while what is wanted changes 50 times") {
    SKIP_WITHOUT_KERNEL();
    capture::KernelSource* live = nullptr;
    Setup setup;
    setup.calls = calls({"openat"});
    setup.while_open = [&](capture::KernelSource& source) { live = &source; };
    std::uint64_t opens = 0;
    int done[2];
    REQUIRE(::pipe2(done, O_NONBLOCK) == 0);
    constexpr std::uint64_t kOpens = 400'000;
    setup.before_reading = [&] {
        const auto read = [&] {
            const auto count = live->poll(
                [&](std::span<const std::byte> record) {
                    opens += Event::view(record).type() == EventType::openat;
                },
                10);
            REQUIRE(count.has_value());
            return *count;
        };
        for (int n = 0; n < 50; ++n) {
            auto next = std::async(std::launch::async, [&] {
                return live->prepare(n % 2 == 0 ? wanting({"openat", "mkdir", "close"})
                                                : wanting({"openat"}));
            });
            while (next.wait_for(std::chrono::seconds(0)) != std::future_status::ready) read();
            Prepared prepared = next.get();
            change_to(*live, prepared);
            read();
            REQUIRE(live->settle().has_value());
            read();
        }
        char word = 0;
        while (::read(done[0], &word, 1) != 1) read();
        while (read() != 0) continue;
    };
    const Run run = watch(setup, [&] {
        for (std::uint64_t n = 0; n < kOpens; ++n) ::close(::open("/dev/null", O_RDONLY));
        if (::write(done[1], "d", 1) != 1) return;
    });
    // A machine that is slower than its ring is large loses some, and counts them.
    const std::uint64_t lost = run.stats.lost.events(REC_CLASS_open);
    CHECK(opens + run.records.of(EventType::openat).size() + lost == kOpens);
}
