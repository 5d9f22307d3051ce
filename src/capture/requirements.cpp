// SPDX-License-Identifier: Apache-2.0
// missing_requirements(): what keeps the probe from running here, found by trying.
#include <bpf/bpf.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "base/fd.hpp"
#include "base/log.hpp"
#include "capture/floor.hpp"
#include "capture/kernel.hpp"

namespace sensor::capture {
namespace {

constexpr int kLeastMajor = 5, kLeastMinor = 12;  // atomic operations in programs

std::uint64_t effective_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> data{};
    if (::syscall(SYS_capget, &header, data.data()) != 0) return 0;
    return data[0].effective | static_cast<std::uint64_t>(data[1].effective) << 32;
}

bool has(std::uint64_t capabilities, int number) { return ((capabilities >> number) & 1) != 0; }

std::string locked_down() {
    std::ifstream file("/sys/kernel/security/lockdown");
    std::string text;
    std::getline(file, text);
    const std::size_t open = text.find('['), close = text.find(']');
    if (open == std::string::npos || close == std::string::npos) return {};
    return text.substr(open + 1, close - open - 1);
}

int try_ring() {
    const Fd fd(bpf_map_create(BPF_MAP_TYPE_RINGBUF, "try", 0, 0,
                               static_cast<__u32>(::sysconf(_SC_PAGESIZE)), nullptr));
    return fd ? 0 : errno;
}

void check_kernel(std::vector<std::string>& missing) {
    utsname name{};
    ::uname(&name);
    int major = 0, minor = 0;
    if (std::sscanf(name.release, "%d.%d", &major, &minor) != 2) return;
    if (major > kLeastMajor || (major == kLeastMajor && minor >= kLeastMinor)) return;
    missing.push_back(format("kernel {} is too old: boot {}.{} or newer", name.release, kLeastMajor,
                             kLeastMinor));
}

void check_rights(std::vector<std::string>& missing) {
    const std::uint64_t caps = effective_capabilities();
    if (has(caps, CAP_SYS_ADMIN)) return;
    std::string names;
    if (!has(caps, CAP_BPF)) names += "CAP_BPF";
    if (!has(caps, CAP_PERFMON)) names += names.empty() ? "CAP_PERFMON" : " and CAP_PERFMON";
    if (names.empty()) return;
    missing.push_back(format(
        "no {}: run as root, or setcap cap_bpf,cap_perfmon,cap_sys_ptrace+ep on the program; in a "
        "container --cap-add BPF --cap-add PERFMON",
        names));
}

void check_loads(std::vector<std::string>& missing) {
    if (const int err = try_ring(); err != 0) {
        missing.push_back(format(
            "the kernel refuses a ring buffer map ({}): in a container allow the bpf system call "
            "(--security-opt seccomp=unconfined); else a kernel with CONFIG_BPF_SYSCALL=y",
            std::strerror(err)));
    }
    if (const Result<EmptyProbe> nothing = EmptyProbe::load(); !nothing.has_value()) {
        missing.push_back(format(
            "cannot {}: allow the bpf system call, or boot a kernel with CONFIG_BPF_EVENTS=y and "
            "CONFIG_DEBUG_INFO_BTF=y",
            nothing.error().text));
    }
}

}  // namespace

std::vector<std::string> missing_requirements() {
    std::vector<std::string> missing;
    check_kernel(missing);
    if (::access("/sys/kernel/btf/vmlinux", R_OK) != 0) {
        missing.emplace_back(
            "no BTF (/sys/kernel/btf/vmlinux): mount sysfs on /sys, or boot a kernel built with "
            "CONFIG_DEBUG_INFO_BTF=y");
    }
    check_rights(missing);
    if (locked_down() == "confidentiality") {
        missing.emplace_back(
            "kernel lockdown is \"confidentiality\", which forbids programs that read memory: boot "
            "with lockdown=integrity or without");
    }
    if (missing.empty()) check_loads(missing);  // else they fail for what is said already
    return missing;
}

}  // namespace sensor::capture
