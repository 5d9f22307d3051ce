// SPDX-License-Identifier: Apache-2.0
#include "bench/machine.hpp"

#include <sched.h>
#include <sys/utsname.h>
#include <time.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/log.hpp"

namespace sensor::bench {
namespace {

constexpr double kStolenLimit = 0.01;
constexpr double kLoadLimit = 0.5;  // runnable tasks per processor before we start

std::string cpu_model() {
    std::ifstream in("/proc/cpuinfo");
    for (std::string line; std::getline(in, line);) {
        const std::size_t colon = line.find(": ");
        if (colon != std::string::npos && line.starts_with("model name")) {
            return line.substr(colon + 2);
        }
    }
    return "unknown";
}

}  // namespace

std::uint64_t now_ns() noexcept {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC_RAW, &t);
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(t.tv_nsec);
}

void sleep_ms(unsigned ms) {
    timespec left{static_cast<time_t>(ms / 1000), static_cast<long>(ms % 1000) * 1'000'000L};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

std::string utc_now() {
    const time_t now = time(nullptr);
    tm parts{};
    gmtime_r(&now, &parts);
    char text[32];
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

std::vector<int> allowed_cpus() {
    std::vector<int> cpus;
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) cpus.push_back(cpu);
    }
    return cpus;
}

Result<> pin_to(const std::vector<int>& cpus) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : cpus) {
        if (cpu < 0 || cpu >= CPU_SETSIZE)
            return Error(format("processor {} is out of range", cpu));
        CPU_SET(static_cast<std::size_t>(cpu), &set);
    }
    if (sched_setaffinity(0, sizeof set, &set) != 0)
        return errno_error("bind to a processor", errno);
    return Ok{};
}

std::vector<std::pair<std::string, std::string>> machine_facts() {
    utsname names{};
    uname(&names);
    return {{"kernel", names.release},
            {"architecture", names.machine},
            {"processor", cpu_model()},
            {"processors", std::to_string(allowed_cpus().size())}};
}

CpuTimes cpu_times(int cpu) {
    // cpuN user nice system idle iowait irq softirq steal guest guest_nice; guest is within user
    CpuTimes times;
    std::ifstream in("/proc/stat");
    const std::string wanted = format("cpu{}", cpu);
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        std::string name;
        words >> name;
        if (name != wanted) continue;
        std::uint64_t value = 0;
        for (int column = 0; column < 8 && words >> value; ++column) {
            times.total += value;
            if (column == 7) times.stolen = value;
        }
        break;
    }
    return times;
}

std::vector<std::string> load_warnings() {
    double load = 0;
    if (getloadavg(&load, 1) != 1) return {};
    const auto cpus = static_cast<double>(allowed_cpus().size());
    if (load <= kLoadLimit * cpus) return {};
    return {
        format("busy machine: {:.1f} tasks were runnable on average in the minute before", load)};
}

std::vector<std::string> steal_warnings(int cpu, const CpuTimes& before) {
    const CpuTimes after = cpu_times(cpu);
    if (after.total <= before.total || after.stolen < before.stolen) return {};
    const double share = static_cast<double>(after.stolen - before.stolen) /
                         static_cast<double>(after.total - before.total);
    if (share <= kStolenLimit) return {};
    return {format("shared machine: {:.1f} % of the measured processor was taken by other guests",
                   share * 100)};
}

}  // namespace sensor::bench
