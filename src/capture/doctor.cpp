// SPDX-License-Identifier: Apache-2.0
// What the kernel is, what this process may, and what no sensor of its kind sees here.
#include "capture/doctor.hpp"

#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "base/log.hpp"
#include "capture/kernel.hpp"

namespace sensor::capture {
namespace {

using State = Finding::State;

constexpr int kLeastMajor = 5, kLeastMinor = 12;  // atomic operations in programs
constexpr const char* kTypes = "/sys/kernel/btf/vmlinux";

std::uint64_t effective_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> data{};
    if (::syscall(SYS_capget, &header, data.data()) != 0) return 0;
    return data[0].effective | static_cast<std::uint64_t>(data[1].effective) << 32;
}

/// First line of a file, "" if it cannot be read.
std::string first_line(const char* path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

/// The word in brackets of "none [integrity] confidentiality".
std::string chosen(const std::string& line) {
    const std::size_t open = line.find('['), close = line.find(']');
    if (open == std::string::npos || close == std::string::npos) return {};
    return line.substr(open + 1, close - open - 1);
}

Finding release() {
    utsname name{};
    ::uname(&name);
    Finding finding{"kernel", "release", State::Good, format("{} {}", name.release, name.machine),
                    "",       ""};
    int major = 0, minor = 0;
    if (std::sscanf(name.release, "%d.%d", &major, &minor) != 2) return finding;
    if (major > kLeastMajor || (major == kLeastMajor && minor >= kLeastMinor)) return finding;
    finding.state = State::Missing;
    finding.effect = "the probe needs atomic operations and storage of tasks";
    finding.remedy = format("boot {}.{} or newer", kLeastMajor, kLeastMinor);
    return finding;
}

Finding types() {
    Finding finding{"kernel", "type information (BTF)", State::Good, kTypes, "", ""};
    if (::access(kTypes, R_OK) == 0) return finding;
    finding.state = State::Missing;
    finding.found = format("no {}", kTypes);
    finding.effect = "the probe cannot find its way in this kernel's memory";
    finding.remedy = "mount sysfs on /sys, or boot a kernel built with CONFIG_DEBUG_INFO_BTF=y";
    return finding;
}

Finding lockdown() {
    const std::string mode = chosen(first_line("/sys/kernel/security/lockdown"));
    Finding finding{"kernel", "lockdown", State::Good, mode.empty() ? "not there" : mode, "", ""};
    if (mode != "confidentiality") return finding;
    finding.state = State::Missing;
    finding.effect = "programs that read memory are forbidden";
    finding.remedy = "boot with lockdown=integrity or without";
    return finding;
}

Finding compiler_of_kernel() {
    const std::string mode = first_line("/proc/sys/net/core/bpf_jit_enable");
    Finding finding{"kernel", "machine code of programs", State::Good, "on", "", ""};
    if (mode != "0") return finding;
    finding.state = State::Blind;
    finding.found = "off";
    finding.effect = "each system call costs several times as much; floods are lost sooner";
    finding.remedy = "sysctl net.core.bpf_jit_enable=1";
    return finding;
}

struct Right {
    int number;
    const char* name;
    State without;
    const char* effect;
};
constexpr Right kRights[] = {
    {CAP_BPF, "CAP_BPF", State::Missing, "programs and maps cannot be loaded"},
    {CAP_PERFMON, "CAP_PERFMON", State::Missing, "programs cannot read memory of the kernel"},
    {CAP_SYS_PTRACE, "CAP_SYS_PTRACE", State::Blind,
     "programs, folders and open files of processes of others that ran before are not known"},
    {CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH", State::Blind,
     "environments of processes of others that ran before are not known; rules and configuration "
     "that are closed to this user cannot be read"},
};

Finding right(const Right& wanted, std::uint64_t capabilities) {
    const bool own = ((capabilities >> wanted.number) & 1) != 0;
    const bool by_admin = wanted.number == CAP_BPF || wanted.number == CAP_PERFMON;
    const bool admin = by_admin && ((capabilities >> CAP_SYS_ADMIN) & 1) != 0;
    if (own || admin)
        return {"rights", wanted.name, State::Good, own ? "held" : "CAP_SYS_ADMIN is held", "", ""};
    return {"rights",
            wanted.name,
            wanted.without,
            "not held",
            wanted.effect,
            "run as root, or setcap cap_bpf,cap_perfmon,cap_sys_ptrace+ep on the program; in a "
            "container --cap-add BPF --cap-add PERFMON --cap-add SYS_PTRACE"};
}

Finding locked_memory() {
    rlimit limit{};
    ::getrlimit(RLIMIT_MEMLOCK, &limit);
    const std::string found =
        limit.rlim_cur == RLIM_INFINITY ? "no limit" : format("{} KiB", limit.rlim_cur / 1024);
    return {"rights",
            "locked memory",
            State::Unused,
            found,
            "only kernels before 5.11 charge maps to it",
            ""};
}

Finding tracing_files() {
    struct stat info{};
    const bool there = ::stat("/sys/kernel/tracing/events", &info) == 0 ||
                       ::stat("/sys/kernel/debug/tracing/events", &info) == 0;
    return {"rights",
            "tracefs",
            State::Unused,
            there ? "mounted" : "not mounted",
            "only tracepoints of single calls need it; the probe has one for all",
            ""};
}

Finding rings_of_calls() {
    const std::string mode = first_line("/proc/sys/kernel/io_uring_disabled");
    Finding finding{"blind spots", "io_uring", State::Good, "", "", ""};
    finding.found = mode == "2"   ? "disabled"
                    : mode == "1" ? "for a group of processes only"
                    : mode == "0" ? "enabled for all"
                                  : "this kernel cannot disable it";
    if (mode == "2") return finding;
    finding.state = State::Blind;
    finding.effect =
        "what is opened, read, sent or connected through a ring is no system call: rules see the "
        "io_uring calls, not what they do";
    finding.remedy = "sysctl kernel.io_uring_disabled=2, where nothing needs it";
    return finding;
}

Finding own_namespace() {
    struct stat own{}, first{};
    const bool known =
        ::stat("/proc/self/ns/pid", &own) == 0 && ::stat("/proc/1/ns/pid", &first) == 0;
    // The first namespace of the machine has a fixed number.
    constexpr ino_t kInitial = 0xEFFFFFFC;
    Finding finding{"blind spots", "PID namespace", State::Good, "that of the machine", "", ""};
    if (!known || own.st_ino == kInitial) return finding;
    finding.state = State::Blind;
    finding.found = "one of its own";
    finding.effect =
        "processes outside of it have no number here; those that ran before are told by the "
        "kernel only, without programs' arguments";
    finding.remedy = "run it with the host's: docker run --pid=host, hostPID: true";
    return finding;
}

void examine_kernel(std::vector<Finding>& findings) {
    findings.push_back(release());
    findings.push_back(types());
    findings.push_back(lockdown());
    findings.push_back(compiler_of_kernel());
}

void examine_rights(std::vector<Finding>& findings) {
    const std::uint64_t capabilities = effective_capabilities();
    for (const Right& each : kRights) findings.push_back(right(each, capabilities));
    findings.push_back(locked_memory());
    findings.push_back(tracing_files());
}

void examine_blind_spots(std::vector<Finding>& findings) {
    findings.push_back(rings_of_calls());
    findings.push_back(own_namespace());
}

/// A line for each thing that is missing, one for all rights.
std::vector<std::string> missing_lines(const std::vector<Finding>& findings) {
    std::vector<std::string> lines;
    std::string rights, remedy;
    for (const Finding& f : findings) {
        if (f.state != State::Missing) continue;
        if (f.area == "rights") {
            rights += (rights.empty() ? "no " : " and ") + f.name;
            remedy = f.remedy;
        } else {
            lines.push_back(format("{}: {}; {}", f.name, f.found, f.remedy));
        }
    }
    if (!rights.empty()) lines.push_back(rights + ": " + remedy);
    return lines;
}

}  // namespace

std::vector<Finding> examine() {
    std::vector<Finding> findings;
    examine_kernel(findings);
    examine_rights(findings);
    examine_loads(findings);
    examine_blind_spots(findings);
    return findings;
}

std::vector<std::string> missing_requirements() {
    std::vector<Finding> findings;
    examine_kernel(findings);
    examine_rights(findings);
    if (auto lines = missing_lines(findings); !lines.empty()) return lines;
    examine_loads(findings);  // else they fail for what is said already
    return missing_lines(findings);
}

}  // namespace sensor::capture
