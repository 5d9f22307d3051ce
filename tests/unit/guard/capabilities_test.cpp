// SPDX-License-Identifier: Apache-2.0
#include "guard/capabilities.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "in_child.hpp"

using namespace sensor;
using namespace guard_test;

namespace {

constexpr std::uint64_t bit(int capability) { return std::uint64_t{1} << capability; }
constexpr std::uint64_t kEvents = bit(CAP_BPF) | bit(CAP_PERFMON) | bit(CAP_SYS_PTRACE);

struct Sets {
    std::uint64_t effective = 0, permitted = 0, inheritable = 0, bounding = 0;
};

Sets sets_now() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    ::syscall(SYS_capget, &header, data);
    const auto whole = [](std::uint32_t low, std::uint32_t high) {
        return std::uint64_t{low} | std::uint64_t{high} << 32;
    };
    Sets sets{whole(data[0].effective, data[1].effective),
              whole(data[0].permitted, data[1].permitted),
              whole(data[0].inheritable, data[1].inheritable)};
    for (int k = 0; k <= CAP_LAST_CAP; ++k)
        if (::prctl(PR_CAPBSET_READ, k) == 1) sets.bounding |= bit(k);
    return sets;
}

/// 0 if exactly these are left.
int keeps(const guard::CapabilityNeeds& needs, std::uint64_t expected) {
    const auto kept = guard::keep_capabilities(needs);
    if (!kept) return 1;
    const Sets now = sets_now();
    if (now.effective != expected || now.permitted != expected) return 2;
    if (now.inheritable != 0) return 3;
    return now.bounding == expected ? 0 : 4;
}

bool has_all() { return ::geteuid() == 0 && (sets_now().effective & kEvents) == kEvents; }

}  // namespace

TEST_CASE("only what is needed is kept, in every set") {
    if (!has_all()) return;  // nothing to give up
    guard::CapabilityNeeds live;
    live.events = live.files = true;
    CHECK(exit_of([&] { return keeps(live, kEvents | bit(CAP_DAC_READ_SEARCH)); }) == 0);
    guard::CapabilityNeeds replay;
    replay.files = true;
    replay.low_port = true;
    const std::uint64_t few = bit(CAP_DAC_READ_SEARCH) | bit(CAP_NET_BIND_SERVICE);
    CHECK(exit_of([&] { return keeps(replay, few); }) == 0);
    CHECK(exit_of([&] { return keeps({}, 0); }) == 0);
}

TEST_CASE("without the fine rights to trace, the coarse one is kept") {
    if (!has_all()) return;
    guard::CapabilityNeeds live;
    live.events = true;
    const auto only_coarse = [&] {
        __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
        __user_cap_data_struct data[2]{};
        const std::uint64_t given = bit(CAP_SYS_ADMIN) | bit(CAP_SYS_PTRACE);
        data[0].effective = data[0].permitted = static_cast<std::uint32_t>(given);
        if (::syscall(SYS_capset, &header, data) != 0) return 10;
        const auto kept = guard::keep_capabilities(live);
        if (!kept) return 11;
        const Sets now = sets_now();
        return now.effective == given && now.permitted == given ? 0 : 12;
    };
    CHECK(exit_of(only_coarse) == 0);
}

TEST_CASE("twice is as once, and what is gone does not come back") {
    if (!has_all()) return;
    guard::CapabilityNeeds live;
    live.events = true;
    CHECK(exit_of([&] {
              if (keeps({}, 0) != 0) return 1;
              return keeps(live, 0);
          }) == 0);
}

TEST_CASE("the right to write everything stays only where a file cannot be written without") {
    if (!has_all()) return;
    char folder[] = "/tmp/capabilities_test_XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    REQUIRE(::chown(folder, 12345, 12345) == 0);
    const std::string file = std::string(folder) + "/new/alerts.log";
    CHECK(exit_of([&] {
              guard::CapabilityNeeds needs;
              needs.written = {"/tmp/alerts.log", file};
              const auto kept = guard::keep_capabilities(needs);
              if (!kept || kept->names.size() != 1 || kept->names[0] != "dac_override") return 1;
              if (kept->notes.size() != 1 || kept->notes[0].find(file) == std::string::npos)
                  return 2;
              return sets_now().effective == bit(CAP_DAC_OVERRIDE) ? 0 : 3;
          }) == 0);
    REQUIRE(::chown(folder, 0, 0) == 0);
    CHECK(exit_of([&] {
              guard::CapabilityNeeds needs;
              needs.written = {file};
              return keeps(needs, 0);
          }) == 0);
    std::remove(folder);
}

TEST_CASE("who has nothing to give up is told no error") {
    if (::geteuid() != 0) return;
    CHECK(exit_of([] {
              if (::setuid(65534) != 0) return 100;
              guard::CapabilityNeeds live;
              live.events = true;
              const auto kept = guard::keep_capabilities(live);
              return kept && kept->names.empty() && sets_now().permitted == 0 ? 0 : 1;
          }) == 0);
}
