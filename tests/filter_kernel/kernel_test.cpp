// SPDX-License-Identifier: Apache-2.0
// The generated filter in the kernel gives, for every event, the answer that user space gives.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "capture/kernel.hpp"
#include "filter/keeps.hpp"
#include "tests/filter/filter_rules.hpp"
#include "tests/filter_kernel/case.h"
#include "tests/support/catch.hpp"
#include "tests/support/program_of.hpp"

namespace sensor::testing {
namespace {

constexpr std::size_t kRounds = 60;
constexpr std::size_t kEvents = 4000;

struct Folder {
    Folder() {
        char name[] = "/tmp/filter_kernel_XXXXXX";
        path = ::mkdtemp(name);
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string file(const char* name) const { return path + "/" + name; }
    std::string path;
};

std::string rules_text(const std::vector<std::string>& conditions) {
    std::string text;
    for (std::size_t k = 0; k < conditions.size(); ++k)
        text += "- rule: R" + std::to_string(k) + "\n  desc: d\n  condition: " + conditions[k] +
                "\n  output: x\n  priority: INFO\n";
    return text;
}

/// The harness with the filter of the rules, loaded.
class KernelFilter {
public:
    explicit KernelFilter(const std::vector<std::string>& conditions) {
        std::ofstream(folder_.file("rules.yaml")) << rules_text(conditions);
        const std::string command = std::string(SENSOR_RULEC) + " compile --emit bpf -o " +
                                    folder_.file("filter.o") + " " + folder_.file("rules.yaml") +
                                    " >" + folder_.file("said") + " 2>&1";
        REQUIRE(std::system(command.c_str()) == 0);
        link();
        load();
    }
    ~KernelFilter() {
        if (case_ != nullptr) ::munmap(case_, size());
        ::bpf_object__close(object_);
    }

    bool keeps(const Event& event, std::span<const std::byte> record, int name_param,
               std::uint64_t interest = ~std::uint64_t{0}) {
        std::memset(case_, 0, sizeof *case_);
        REQUIRE(record.size() <= FILTER_CASE_BYTES);
        std::memcpy(case_->record, record.data(), record.size());
        case_->type = event.head().type;
        case_->work.interest = interest;
        if (name_param >= 0) {
            std::array<char, 2 * filter::kLongestName + 2> joined{};
            put(filter::judged_name(event, static_cast<std::size_t>(name_param), joined),
                case_->given, case_->work.name);
        }
        put(event.extra(REC_X_REAL), case_->real, case_->work.real);
        case_->work.real.plain |= event.extra(REC_X_REAL).empty();
        case_->keep = 77;
        bpf_test_run_opts options{};
        options.sz = sizeof options;
        REQUIRE(::bpf_prog_test_run_opts(program_, &options) == 0);
        return case_->keep != 0;
    }

private:
    /// As the probe prepares a name.
    static void put(std::string_view text, filter_name& name, judged_name& about) {
        std::memset(name.before, '/', sizeof name.before);
        about.plain = filter::is_plain_name(text);
        about.slashes[0] = FILTER_NO_SLASH;
        if (!about.plain) return;
        std::memcpy(name.text, text.data(), text.size());
        about.len = static_cast<rec_u32>(text.size());
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (text[at] != '/') continue;
            about.last_slash = static_cast<rec_u16>(at);
            about.slashes[about.count++] = static_cast<rec_u16>(at);
        }
        if (about.count < FILTER_SLASHES_MAX) about.slashes[about.count] = FILTER_NO_SLASH;
    }

    static std::size_t size() { return (sizeof(filter_case) + 4095) / 4096 * 4096; }

    void link() {
        bpf_linker* linker = ::bpf_linker__new(folder_.file("linked.o").c_str(), nullptr);
        REQUIRE(linker != nullptr);
        const bool added =
            ::bpf_linker__add_file(linker, HARNESS_OBJECT, nullptr) == 0 &&
            ::bpf_linker__add_file(linker, folder_.file("filter.o").c_str(), nullptr) == 0 &&
            ::bpf_linker__finalize(linker) == 0;
        ::bpf_linker__free(linker);
        REQUIRE(added);
    }
    void load() {
        object_ = ::bpf_object__open_file(folder_.file("linked.o").c_str(), nullptr);
        REQUIRE(object_ != nullptr);
        REQUIRE(::bpf_object__load(object_) == 0);
        program_ = ::bpf_program__fd(::bpf_object__find_program_by_name(object_, "ask"));
        const int map = ::bpf_object__find_map_fd_by_name(object_, "cases");
        void* memory = ::mmap(nullptr, size(), PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
        REQUIRE(memory != MAP_FAILED);
        case_ = static_cast<filter_case*>(memory);
    }

    Folder folder_;
    bpf_object* object_ = nullptr;
    int program_ = -1;
    filter_case* case_ = nullptr;
};

int name_param_of(const filter::EventPart& part) {
    for (const filter::NameTest& test : part.names) {
        if (test.param != filter::NameTest::kReal) return test.param;
    }
    return -1;
}

void compare_round(std::uint64_t seed, std::size_t& dropped) {
    FilterRules random(seed);
    std::vector<std::string> conditions;
    for (std::size_t k = 0; k < 1 + seed % 5; ++k) conditions.push_back(random.condition());
    const auto parts = filter::make_kernel_part(program_of(conditions));
    KernelFilter kernel(conditions);
    for (std::size_t k = 0; k < kEvents; ++k) {
        const TestEvent event = random.event();
        for (const filter::EventPart& part : parts) {
            if (part.event != event.event().type()) continue;
            const std::uint64_t interest = random.interest() | filter::kAnyInterest;
            // The first look, at what the whole event is wanted for, is the probe's.
            if ((part.interests & interest) == 0) continue;
            const bool expected = filter::keeps(part, event.event(), interest);
            INFO("seed " << seed << ", event " << k << "\n"
                         << rules_text(conditions) << filter::to_text(part));
            REQUIRE(kernel.keeps(event.event(), event.record(), name_param_of(part), interest) ==
                    expected);
            dropped += !expected;
        }
    }
}

/// Says so where the kernel takes no programs.
bool skipped() {
    const std::vector<std::string> missing = capture::missing_requirements();
    for (const std::string& line : missing) std::printf("kernel tests skipped: %s\n", line.c_str());
    return !missing.empty();
}

}  // namespace

TEST_CASE("the filter in the kernel decides as user space does") {
    if (skipped()) return;
    std::size_t dropped = 0;
    for (std::uint64_t seed = 0; seed < kRounds; ++seed) compare_round(seed, dropped);
    CHECK(dropped > kRounds * kEvents / 20);
}

TEST_CASE("names too many for the kernel are compared by their beginnings") {
    if (skipped()) return;
    std::vector<std::string> conditions;
    std::string digits;
    for (std::size_t k = 0; k < 4000; ++k) {
        digits = std::to_string(1000000007 * (k + 1) * (k + 3));
        conditions.push_back("evt.type = openat and fd.name = /data/" + digits + "/folder" +
                             digits.substr(3) + "/file" + digits.substr(1) + "/end");
    }
    const auto parts = filter::make_kernel_part(program_of(conditions));
    KernelFilter kernel(conditions);
    const auto kept = [&](const std::string& name) {
        const TestEvent event = make_event(EventType::openat, {{"fd", 3}, {"name", name}}, {});
        return kernel.keeps(event.event(), event.record(), name_param_of(parts.front()));
    };
    CHECK(kept("/data/" + digits + "/folder" + digits.substr(3) + "/file" + digits.substr(1) +
               "/end"));
    CHECK(kept("relative"));
    CHECK_FALSE(kept("/data"));
    CHECK_FALSE(kept("/etc/passwd"));
}

TEST_CASE("the kernel takes the names of thousands of rules") {
    if (skipped()) return;
    std::vector<std::string> conditions;
    for (std::size_t k = 0; k < 2500; ++k) {
        const std::string path = "/srv/app" + std::to_string(k * 7919 % 100000);
        conditions.push_back("evt.type in (open, openat) and (fd.name = " + path +
                             "/app.conf or fd.name startswith " + path + "/secret/)");
    }
    const auto parts = filter::make_kernel_part(program_of(conditions));
    KernelFilter kernel(conditions);
    const auto kept = [&](const std::string& name) {
        const TestEvent event = make_event(EventType::openat, {{"fd", 3}, {"name", name}}, {});
        return kernel.keeps(event.event(), event.record(), name_param_of(parts.front()) + 1);
    };
    CHECK(kept("/srv/app7919/app.conf"));
    CHECK(kept("/srv/app7919/secret/key"));
    CHECK(kept("relative"));
    CHECK_FALSE(kept("/srv/app7919/app.conf2"));
    CHECK_FALSE(kept("/srv/app7919/secret"));
    CHECK_FALSE(kept("/srv/app3/app.conf"));
    CHECK_FALSE(kept("/etc/passwd"));
}

}  // namespace sensor::testing
