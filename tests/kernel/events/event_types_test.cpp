// SPDX-License-Identifier: Apache-2.0
// Runs every case under one probe and compares each parameter of each event with what its case
// said.
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <new>
#include <set>
#include <span>

#include "event_case.hpp"
#include "tests/kernel/watch.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;

namespace kernel_test {

/// A case, where it says what it expects, and the process it ran in.
class CaseRun {
public:
    explicit CaseRun(const EventCase& what) : case_(what) {
        void* const memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        REQUIRE(memory != MAP_FAILED);
        shared_ = new (memory) Shared;
    }
    CaseRun(CaseRun&& other) noexcept : case_(other.case_), shared_(other.shared_) {
        other.shared_ = nullptr;
    }
    CaseRun& operator=(CaseRun&&) = delete;
    ~CaseRun() {
        if (shared_ != nullptr) ::munmap(shared_, sizeof(Shared));
    }

    /// In the watched process: runs the case in a child and waits for it.
    void run() {
        const pid_t child = ::fork();
        if (child == 0) {
            ::alarm(10);
            if (shared_->expect.tid_ == 0) shared_->expect.tid_ = ::getpid();
            case_.body(shared_->expect);
            ::_exit(0);
        }
        ::waitpid(child, &shared_->status, 0);
    }

    void compare(const Run& run) const {
        const EventInfo& info = event_info(case_.type);
        INFO("event " << info.name << " (" << static_cast<int>(case_.type) << ")");
        const Expect& expect = shared_->expect;
        if (expect.unavailable_[0] != '\0') {
            std::printf("%s: not tried: %s\n", std::string(info.name).c_str(), expect.unavailable_);
            return;
        }
        Event last;
        for (const Event& event : run.records.of(case_.type)) {
            if (event.head().ns_tid == static_cast<std::uint32_t>(expect.tid_) &&
                is_meant(event, expect))
                last = event;
        }
        INFO("wait status " << shared_->status);
        if (!last.valid() && run.stats.skipped > 0) {
            std::printf("%s: maybe not shown to the preempted probe\n",
                        std::string(info.name).c_str());
            return;
        }
        CHECK(last.valid());
        if (!last.valid()) return;
        for (std::size_t k = 0; k < info.params.size(); ++k) compare(last, k, expect);
    }

private:
    struct Shared {
        Expect expect;
        int status = -1;
    };

    /// What the case says of a parameter; nullptr: nothing.
    static const Expect::Row* row_of(const Expect& expect, const ParamInfo& param) {
        const std::span<const Expect::Row> rows(expect.row_, expect.rows_);
        const auto row = std::find_if(rows.begin(), rows.end(),
                                      [&](const Expect::Row& r) { return param.name == r.param; });
        return row == rows.end() ? nullptr : &*row;
    }

    static bool is_meant(const Event& event, const Expect& expect) {
        for (std::size_t k = 0; k < event.param_count(); ++k) {
            const Expect::Row* const row = row_of(expect, event.info().params[k]);
            if (row != nullptr && row->selects && event.i64(k) != row->least) return false;
        }
        return true;
    }

    static void compare(const Event& event, std::size_t k, const Expect& expect) {
        const ParamInfo& info = event.info().params[k];
        INFO("parameter " << info.name);
        const Expect::Row* const row = row_of(expect, info);
        CHECK(row != nullptr);
        if (row == nullptr) return;
        CHECK(event.has(k) == (row->kind != Expect::Kind::Absent));
        switch (row->kind) {
            case Expect::Kind::Number:
                CHECK_FALSE(is_variable(info.type));
                CHECK(event.i64(k) >= row->least);
                CHECK(event.i64(k) <= row->most);
                break;
            case Expect::Kind::Text:
                CHECK(is_variable(info.type));
                CHECK(event.text(k) == std::string_view(row->text, row->bytes));
                break;
            case Expect::Kind::Some:
                if (is_variable(info.type)) CHECK_FALSE(event.text(k).empty());
                break;
            case Expect::Kind::Absent: break;
        }
    }

    const EventCase& case_;
    Shared* shared_;
};

}  // namespace kernel_test

using namespace kernel_test;

TEST_CASE("every parameter of every event type is as its case says") {
    SKIP_WITHOUT_KERNEL();
    std::vector<CaseRun> runs;
    runs.reserve(event_cases().size());
    for (const EventCase& each : event_cases()) runs.emplace_back(each);
    const Run run = watch([&] {
        for (CaseRun& each : runs) each.run();
    });
    REQUIRE(run.error.empty());
    for (const CaseRun& each : runs) each.compare(run);
}

TEST_CASE("every event type that happens live has a case") {
    std::set<EventType> tried;
    for (const EventCase& each : event_cases()) {
        INFO("two cases for " << event_info(each.type).name);
        CHECK(tried.insert(each.type).second);
    }
    for (const SyscallInfo& call : all_syscalls()) {
        INFO("no case for " << event_info(call.event).name << ", which reports " << call.name);
        CHECK(tried.count(call.event) == 1);
    }
}
