// SPDX-License-Identifier: Apache-2.0
// What the kernel's verifier makes of the probe, against bpf/VERIFIED.md.
#include <sys/utsname.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>

#include "tests/support/catch.hpp"
#include "watch.hpp"

using namespace sensor;
using namespace kernel_test;

namespace {

/// Is this the kernel whose counts bpf/VERIFIED.md holds?
bool is_kernel_of_table() {
    utsname name{};
    ::uname(&name);
    return std::string_view(name.release).starts_with("6.18.") &&
           std::string_view(name.machine) == "x86_64";
}

/// Verified instructions by program, from the table.
std::map<std::string, std::uint32_t> verified_counts() {
    std::map<std::string, std::uint32_t> counts;
    std::ifstream file(BPF_FOLDER "/VERIFIED.md");
    for (std::string line; std::getline(file, line);) {
        std::array<char, 64> program{};
        unsigned count = 0;
        if (std::sscanf(line.c_str(), "| %63s | %u |", program.data(), &count) == 2)
            counts[program.data()] = count;
    }
    return counts;
}

}  // namespace

TEST_CASE("the probe loads without typed reads, as on kernels before 6.2") {
    SKIP_WITHOUT_KERNEL();
    Setup setup;
    setup.adjust = [](capture::KernelOptions& o) {
        o.typed_reads = false;
        o.cgroup_budget = 1'000'000;
        o.standard_files = true;
    };
    const Run run = watch(setup, [] { std::ifstream("/etc/hostname").peek(); });
    REQUIRE(run.error.empty());
    const auto opened = run.records.with_text(EventType::openat, "name", "/etc/hostname");
    REQUIRE(opened.size() == 1);
    CHECK(opened.front().extra(REC_X_REAL) == "/etc/hostname");
}

TEST_CASE("programs stay far below what the verifier allows") {
    SKIP_WITHOUT_KERNEL();
    std::vector<capture::ProgramCost> costs;
    Setup setup;
    setup.adjust = [](capture::KernelOptions& o) {
        o.cgroup_budget = 1'000'000;
        o.standard_files = true;
    };
    setup.while_open = [&](capture::KernelSource& source) { costs = source.program_costs(); };
    REQUIRE(watch(setup, [] {}).error.empty());
    REQUIRE(costs.size() > 10);
    std::string table = "| program | verified | translated |\n|---|--:|--:|\n";
    for (const capture::ProgramCost& cost : costs) {
        CHECK(cost.verified_instructions < 200'000);
        table += "| " + cost.name + " | " + std::to_string(cost.verified_instructions) + " | " +
                 std::to_string(cost.translated_instructions) + " |\n";
    }
    SUCCEED(table);  // -s prints it: the table of bpf/VERIFIED.md
    if (!is_kernel_of_table()) {
        std::printf("counts not compared: those in bpf/VERIFIED.md are another kernel's\n");
        return;
    }
    std::map<std::string, std::uint32_t> known = verified_counts();
    for (const capture::ProgramCost& cost : costs) {
        INFO(cost.name << ": " << cost.verified_instructions << "; bpf/VERIFIED.md needs its row");
        REQUIRE(known.count(cost.name) == 1);
        const double written = known[cost.name], found = cost.verified_instructions;
        CHECK(std::abs(found - written) <= 0.1 * written + 20);
    }
}
