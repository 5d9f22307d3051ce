// SPDX-License-Identifier: Apache-2.0
#include "watch.hpp"

#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "tests/support/catch.hpp"

namespace kernel_test {

using namespace sensor;

void Records::add(std::span<const std::byte> record) {
    std::vector<std::uint64_t> copy((record.size() + 7) / 8);
    std::memcpy(copy.data(), record.data(), record.size());
    copies_.push_back(std::move(copy));
}

Event Records::operator[](std::size_t idx) const {
    const std::vector<std::uint64_t>& words = copies_[idx];
    return Event::view(std::as_bytes(std::span(words)));
}

std::vector<Event> Records::of(EventType type) const {
    std::vector<Event> events;
    for (std::size_t idx = 0; idx < size(); ++idx) {
        const Event event = (*this)[idx];
        if (event.valid() && event.type() == type) events.push_back(event);
    }
    return events;
}

std::vector<Event> Records::with_text(EventType type, const char* name,
                                      std::string_view wanted) const {
    std::vector<Event> events;
    for (const Event& event : of(type)) {
        if (text(event, name) == wanted) events.push_back(event);
    }
    return events;
}

std::bitset<REC_MAX_SC> all_calls() {
    std::bitset<REC_MAX_SC> set;
    for (const SyscallInfo& s : all_syscalls()) set.set(s.sc);
    return set;
}

std::bitset<REC_MAX_SC> calls(std::initializer_list<const char*> names) {
    std::bitset<REC_MAX_SC> set;
    for (const char* name : names) {
        const SyscallInfo* info = syscall_info(std::string_view(name));
        REQUIRE(info != nullptr);
        set.set(info->sc);
    }
    return set;
}

namespace {

struct Child {
    pid_t id;
    int go;  ///< write end: one byte lets it run
};

Child fork_waiting(const std::function<void()>& body) {
    int gate[2];
    REQUIRE(::pipe(gate) == 0);
    std::fflush(nullptr);
    const pid_t id = ::fork();
    REQUIRE(id >= 0);
    if (id == 0) {
        ::close(gate[1]);
        char byte = 0;
        if (::read(gate[0], &byte, 1) != 1) ::_exit(99);
        ::close(gate[0]);
        body();
        ::_exit(0);
    }
    ::close(gate[0]);
    return {id, gate[1]};
}

// Reads until the child is gone and nothing came for a while, or others in scope keep talking.
void drain(capture::KernelSource& source, Run& run, int quiet_polls) {
    using clock = std::chrono::steady_clock;
    auto give_up = clock::now() + std::chrono::seconds(60);
    bool gone = false;
    for (int quiet = 0; quiet < quiet_polls && clock::now() < give_up;) {
        const auto count =
            source.poll([&](std::span<const std::byte> r) { run.records.add(r); }, 30);
        REQUIRE(count.has_value());
        if (!gone && ::waitpid(run.child, &run.status, WNOHANG) == run.child) {
            gone = true;
            give_up = std::min(give_up, clock::now() + std::chrono::seconds(2));
        }
        quiet = gone && *count == 0 ? quiet + 1 : 0;
    }
    REQUIRE(gone);
}

}  // namespace

namespace {

Result<std::unique_ptr<capture::KernelSource>> open(const capture::KernelOptions& options,
                                                    bool loaded_first) {
    if (!loaded_first) return capture::KernelSource::open(options);
    capture::KernelOptions before = options;
    before.syscalls.reset();
    SENSOR_TRY(std::unique_ptr<capture::LoadedProbe> probe,
               capture::KernelSource::load_probe(std::move(before)));
    return capture::KernelSource::open(std::move(probe), options);
}

}  // namespace

Run watch(const Setup& setup, const std::function<void()>& body) {
    const Child child = fork_waiting(body);
    capture::KernelOptions options;
    options.syscalls = setup.calls;
    options.scopes = setup.scopes;
    if (options.scopes.empty())
        options.scopes.push_back(capture::ScopeTree{static_cast<std::uint32_t>(child.id)});
    if (setup.adjust) setup.adjust(options);
    Run run;
    run.child = child.id;
    auto source = open(options, setup.loaded_first);
    if (!source.has_value()) {
        run.error = source.error().text;
        ::close(child.go);
        ::waitpid(child.id, &run.status, 0);
        return run;
    }
    if (setup.while_open) setup.while_open(**source);
    REQUIRE(::write(child.go, "g", 1) == 1);
    ::close(child.go);
    if (setup.before_reading) setup.before_reading();
    drain(**source, run, setup.quiet_polls);
    run.stats = (*source)->stats();
    return run;
}

std::size_t param(const Event& event, std::string_view name) {
    const auto params = event.info().params;
    for (std::size_t k = 0; k < params.size(); ++k) {
        if (params[k].name == name) return k;
    }
    FAIL("event " << event.info().name << " has no parameter " << name);
    return 0;
}

std::int64_t number(const Event& event, std::string_view name) {
    return event.i64(param(event, name));
}
std::string_view text(const Event& event, std::string_view name) {
    return event.text(param(event, name));
}
bool present(const Event& event, std::string_view name) { return event.has(param(event, name)); }

TempFolder::TempFolder() {
    char name[] = "/tmp/kernel_test_XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    path_ = name;
}

TempFolder::~TempFolder() { std::filesystem::remove_all(path_); }

bool skipped() {
    static const std::vector<std::string> missing = capture::missing_requirements();
    if (missing.empty()) return false;
    static bool said = false;
    if (!said) {
        for (const std::string& line : missing)
            std::printf("kernel tests skipped: %s\n", line.c_str());
        said = true;
    }
    return true;
}

bool preempts_probe() {
    utsname name{};
    ::uname(&name);
    return std::atoi(name.release) >= 7;
}

}  // namespace kernel_test
