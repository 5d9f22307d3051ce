// SPDX-License-Identifier: Apache-2.0
// Resources from a folder that stands for the host's root, and from this process.
#include "metrics/resources.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/catch.hpp"

namespace {

using namespace sensor::metrics;
namespace fs = std::filesystem;

class FakeRoot {
public:
    FakeRoot() {
        std::string name = (fs::temp_directory_path() / "metrics-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~FakeRoot() { fs::remove_all(path_); }
    FakeRoot(const FakeRoot&) = delete;
    FakeRoot& operator=(const FakeRoot&) = delete;

    void put(const std::string& file, const std::string& text) const {
        fs::create_directories(fs::path(path_ + file).parent_path());
        std::ofstream(path_ + file) << text;
    }
    ResourceOptions options() const { return {path_, path_ + "/proc/self", ""}; }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

void put_process(const FakeRoot& root) {
    root.put("/proc/self/status",
             "Name:\tx\nVmPeak:\t  999 kB\nVmSize:\t  120000 kB\nVmRSS:\t   30000 kB\n");
    root.put("/proc/self/smaps_rollup",
             "55d0-7ffd ---p 00000000 00:00 0 [rollup]\nRss: 30000 kB\nPss:   25000 kB\n"
             "Pss_Dirty: 1 kB\n");
    const long hz = ::sysconf(_SC_CLK_TCK);
    // A life of 100 s with 20 s and 5 s of processor time.
    root.put("/proc/self/stat", "77 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 " + std::to_string(20 * hz) +
                                    " " + std::to_string(5 * hz) + " 0 0 20 0 1 0 " +
                                    std::to_string(900 * hz) + " 4096 100\n");
    root.put("/proc/uptime", "1000.00 5000.00\n");
}

void put_host(const FakeRoot& root) {
    root.put("/proc/stat",
             "cpu  100 10 50 600 40 5 5 190 7 7\ncpu0 50 5 25 300 20 0 0 0 0 0\n"
             "cpu1 50 5 25 300 20 5 5 190 7 7\nintr 5 0\nctxt 9\nbtime 1690000000\n"
             "processes 4\nprocs_running 3\nprocs_blocked 0\n");
    root.put("/proc/meminfo",
             "MemTotal: 8000000 kB\nMemFree: 1000000 kB\nMemAvailable: 5000000 kB\n"
             "Buffers: 200000 kB\nCached: 2704000 kB\nSwapCached: 9 kB\n");
    root.put("/proc/sys/fs/file-nr", "2176\t0\t9223372036854775807\n");
    root.put("/proc/sys/kernel/osrelease", "6.1.0-13-amd64\n");
}

TEST_CASE("figures of a process and its host") {
    const FakeRoot root;
    put_process(root);
    put_host(root);
    root.put("/sys/fs/cgroup/memory/memory.usage_in_bytes", "52428800\n");
    const Resources own = read_resources(root.options());
    CHECK(own.memory_vsz_kb == 120000U);
    CHECK(own.memory_rss_kb == 30000U);
    CHECK(own.memory_pss_kb == 25000U);
    REQUIRE(own.cpu_usage_perc);
    CHECK(*own.cpu_usage_perc == Approx(25.0));
    CHECK(own.container_memory_used_bytes == 52428800U);
    REQUIRE(own.host_cpu_usage_perc);
    CHECK(*own.host_cpu_usage_perc == Approx(36.0));  // all but 640 of 1,000 ticks
    CHECK(own.host_memory_used_kb == 4096000U);
    CHECK(own.host_procs_running == 3U);
    CHECK(own.host_open_fds == 2176U);
    HostFacts host;
    read_host(root.options(), host);
    CHECK(host.num_cpus == 2);
    CHECK(host.host_boot_ts_ns == 1'690'000'000'000'000'000);
    CHECK(host.kernel_release == "6.1.0-13-amd64");
}

TEST_CASE("what is not there has no value") {
    const FakeRoot root;
    const Resources own = read_resources(root.options());
    CHECK_FALSE(own.memory_rss_kb);
    CHECK_FALSE(own.memory_pss_kb);
    CHECK_FALSE(own.cpu_usage_perc);
    CHECK_FALSE(own.container_memory_used_bytes);
    CHECK_FALSE(own.host_cpu_usage_perc);
    CHECK_FALSE(own.host_memory_used_kb);
    CHECK_FALSE(own.host_procs_running);
    CHECK_FALSE(own.host_open_fds);
    HostFacts host;
    read_host(root.options(), host);
    CHECK(host.num_cpus == 0);
    CHECK(host.kernel_release.empty());
}

TEST_CASE("texts that make no sense have no value") {
    const FakeRoot root;
    root.put("/proc/self/status", "VmRSS:\nVmSize: many kB\nVmRSSx: 5 kB\n");
    root.put("/proc/self/stat", "77 (name S 1 2\n");
    root.put("/proc/stat", "cpu  x y\nprocs_running \n");
    root.put("/proc/meminfo", "MemTotal: 99999999999999999999999 kB\nMemFree: 1 kB\n");
    root.put("/proc/sys/fs/file-nr", "\n");
    root.put("/proc/uptime", "never");
    const Resources own = read_resources(root.options());
    CHECK_FALSE(own.memory_rss_kb);
    CHECK_FALSE(own.memory_vsz_kb);
    CHECK_FALSE(own.cpu_usage_perc);
    CHECK_FALSE(own.host_cpu_usage_perc);
    CHECK_FALSE(own.host_memory_used_kb);
    CHECK_FALSE(own.host_procs_running);
    CHECK_FALSE(own.host_open_fds);
}

TEST_CASE("memory of the container: of version 2, or where the environment says") {
    const FakeRoot root;
    root.put("/sys/fs/cgroup/memory.current", "4096\n");
    CHECK(read_resources(root.options()).container_memory_used_bytes == 4096U);
    root.put("/elsewhere", "8192\n");
    auto options = resource_options(root.path(), "/elsewhere");
    REQUIRE(options);
    CHECK(read_resources(*options).container_memory_used_bytes == 8192U);
    CHECK(resource_options("", nullptr)->container_memory.empty());
    CHECK_FALSE(resource_options("", ""));
    const auto refused = resource_options("", "/sys/../etc/shadow");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text.find("..") != std::string::npos);
}

TEST_CASE("this process has figures") {
    const Resources own = read_resources({});
    REQUIRE(own.memory_rss_kb);
    CHECK(*own.memory_rss_kb > 100);
    REQUIRE(own.memory_vsz_kb);
    CHECK(*own.memory_vsz_kb >= *own.memory_rss_kb);
    CHECK(own.cpu_usage_perc.has_value());
}

TEST_CASE("interfaces can be listed, loopback left out") {
    const auto all = read_interfaces();
    REQUIRE(all);
    for (const Interface& one : *all) {
        CHECK(one.name != "lo");
        CHECK_FALSE((one.ipv4.empty() && one.ipv6.empty()));
    }
}

}  // namespace
