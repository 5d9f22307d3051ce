// SPDX-License-Identifier: Apache-2.0
#include "metrics/resources.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

#include "base/fd.hpp"
#include "metrics/proc_text.hpp"

namespace sensor::metrics {
namespace {

constexpr std::size_t kMostBytes =
    std::size_t{256} * 1024;  // /proc/stat of a host with many processors
// Version 1 of control groups, which is the documented default, then version 2.
constexpr std::array<std::string_view, 2> kContainerMemory = {
    "/sys/fs/cgroup/memory/memory.usage_in_bytes", "/sys/fs/cgroup/memory.current"};

/// Empty if it cannot be read.
std::string text_of(const std::string& path) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    std::array<char, 8192> part{};
    while (file && text.size() < kMostBytes) {
        const ssize_t n = ::read(file.get(), part.data(), part.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        text.append(part.data(), static_cast<std::size_t>(n));
    }
    return text;
}

std::optional<std::uint64_t> host_memory_used(const std::string& meminfo) {
    const auto total = number_after(meminfo, "MemTotal:");
    const auto unused = number_after(meminfo, "MemFree:");
    if (!total || !unused) return {};
    const std::uint64_t idle = *unused + number_after(meminfo, "Buffers:").value_or(0) +
                               number_after(meminfo, "Cached:").value_or(0);
    return *total - std::min(*total, idle);
}

/// Processor time of the process over its life, in percent of one processor.
std::optional<double> own_cpu(const ResourceOptions& options) {
    const std::optional<ProcessTimes> times = process_times(text_of(options.self + "/stat"));
    const std::string uptime = text_of(options.host_root + "/proc/uptime");
    double up = 0;
    const auto read = std::from_chars(uptime.data(), uptime.data() + uptime.size(), up);
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    if (!times || read.ec != std::errc{} || ticks <= 0) return {};
    const double life = up - static_cast<double>(times->start) / ticks;
    if (life <= 0) return 0.0;
    return 100 * static_cast<double>(times->user + times->system) / ticks / life;
}

std::optional<std::uint64_t> container_memory(const ResourceOptions& options) {
    if (!options.container_memory.empty())
        return first_number(text_of(options.host_root + options.container_memory));
    for (const std::string_view path : kContainerMemory) {
        const auto found = first_number(text_of(options.host_root + std::string(path)));
        if (found) return found;
    }
    return {};
}

std::uint64_t count_processors(const std::string& stat) {
    std::uint64_t count = 0;
    for_each_line(stat, [&](std::string_view line) {
        const bool one =
            line.size() > 3 && line.starts_with("cpu") && line[3] >= '0' && line[3] <= '9';
        count += one ? 1 : 0;
    });
    return count;
}

}  // namespace

Result<ResourceOptions> resource_options(const std::string& host_root,
                                         const char* cgroup_mem_path) {
    ResourceOptions options;
    options.host_root = host_root;
    if (cgroup_mem_path == nullptr) return options;
    const std::string path = cgroup_mem_path;
    if (path.empty()) return Error("FALCO_CGROUP_MEM_PATH is empty: unset it, or name a file");
    if (path.find("..") != std::string::npos)
        return Error("FALCO_CGROUP_MEM_PATH '" + path + "' must not hold '..'");
    options.container_memory = path;
    return options;
}

Resources read_resources(const ResourceOptions& options) {
    Resources out;
    const std::string status = text_of(options.self + "/status");
    out.memory_rss_kb = number_after(status, "VmRSS:");
    out.memory_vsz_kb = number_after(status, "VmSize:");
    out.memory_pss_kb = number_after(text_of(options.self + "/smaps_rollup"), "Pss:");
    out.cpu_usage_perc = own_cpu(options);
    out.container_memory_used_bytes = container_memory(options);
    const std::string stat = text_of(options.host_root + "/proc/stat");
    out.host_cpu_usage_perc = busy_percent(stat);
    out.host_procs_running = number_after(stat, "procs_running");
    out.host_memory_used_kb = host_memory_used(text_of(options.host_root + "/proc/meminfo"));
    out.host_open_fds = first_number(text_of(options.host_root + "/proc/sys/fs/file-nr"));
    return out;
}

void read_host(const ResourceOptions& options, HostFacts& host) {
    const std::string stat = text_of(options.host_root + "/proc/stat");
    host.num_cpus = count_processors(stat);
    host.host_boot_ts_ns = number_after(stat, "btime").value_or(0) * 1'000'000'000;
    std::string release = text_of(options.host_root + "/proc/sys/kernel/osrelease");
    release.erase(std::find(release.begin(), release.end(), '\n'), release.end());
    host.kernel_release = std::move(release);
}

}  // namespace sensor::metrics
