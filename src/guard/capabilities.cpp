// SPDX-License-Identifier: Apache-2.0
#include "guard/capabilities.hpp"

#include <cap-ng.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/log.hpp"

namespace sensor::guard {
namespace {

enum class Need : std::uint8_t { Events, ModuleTypes, Files, LowPort };

// CAP_SYS_RESOURCE is not among them: since 5.11 the kernel charges maps to the control group, not
// to RLIMIT_MEMLOCK, and the probe needs 5.12.
struct Row {
    int capability;
    Need need;
};
constexpr Row kRows[] = {
    {CAP_BPF, Need::Events},
    {CAP_PERFMON, Need::Events},
    {CAP_SYS_PTRACE, Need::Events},  // whose program, folder and files a process of others has
    {CAP_SYS_ADMIN, Need::ModuleTypes},
    {CAP_DAC_READ_SEARCH, Need::Files},
    {CAP_NET_BIND_SERVICE, Need::LowPort},
};

/// Engines and kernels that do not know the finer ones yet give this one for them.
constexpr int kCoarse = CAP_SYS_ADMIN;

constexpr const char* kUnreadable = "cannot read this process's capabilities";

bool is_needed(Need need, const CapabilityNeeds& needs) {
    switch (need) {
        case Need::Events: return needs.events;
        case Need::ModuleTypes: return needs.module_types;
        case Need::Files: return needs.files;
        case Need::LowPort: return needs.low_port;
    }
    return false;
}

/// Can it be written, or made if it is not there?
bool is_writable(const std::string& path) {
    if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0) return true;
    if (errno != ENOENT) return errno != EACCES;  // a read-only file system needs no capability
    const std::size_t slash = path.find_last_of('/');
    if (slash == std::string::npos) return is_writable(".");
    return slash == 0 ? is_writable("/") : is_writable(path.substr(0, slash));
}

/// The first path that cannot be written with what is set to be kept; "" if all can. The bounding
/// set stays for the moment, and what is permitted: only what is effective counts here.
std::string first_closed(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        if (!path.empty() && !is_writable(path)) return path;
    }
    return {};
}

void choose(const std::vector<int>& kept) {
    capng_clear(CAPNG_SELECT_ALL);
    for (const int capability : kept) {
        const auto number = static_cast<unsigned>(capability);
        capng_update(
            CAPNG_ADD,
            static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET),
            number);
    }
}

/// Only `kept` is effective; more stays permitted.
bool lower_effective(const std::vector<int>& kept) {
    if (capng_get_caps_process() != 0) return false;
    for (int number = 0; number <= CAP_LAST_CAP; ++number)
        capng_update(CAPNG_DROP, CAPNG_EFFECTIVE, static_cast<unsigned>(number));
    for (const int capability : kept)
        capng_update(CAPNG_ADD, CAPNG_EFFECTIVE, static_cast<unsigned>(capability));
    return capng_apply(CAPNG_SELECT_CAPS) == 0;
}

}  // namespace

Result<KeptCapabilities> keep_capabilities(const CapabilityNeeds& needs) {
    if (capng_get_caps_process() != 0) return Error(kUnreadable);
    const auto has = [](int capability) {
        return capng_have_capability(CAPNG_PERMITTED, static_cast<unsigned>(capability)) != 0;
    };
    std::vector<int> kept;
    for (const Row& row : kRows) {
        if (is_needed(row.need, needs) && has(row.capability)) kept.push_back(row.capability);
    }
    const bool is_fine = has(CAP_BPF) && has(CAP_PERFMON);
    if (needs.events && !is_fine && !needs.module_types && has(kCoarse)) kept.push_back(kCoarse);
    const bool may_override = has(CAP_DAC_OVERRIDE);
    const bool may_bound = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) != 0;
    KeptCapabilities result;
    if (may_override && !needs.written.empty() && lower_effective(kept)) {
        const std::string closed = first_closed(needs.written);
        if (!closed.empty()) {
            kept.push_back(CAP_DAC_OVERRIDE);
            result.notes.push_back(format(
                "CAP_DAC_OVERRIDE is kept: without it {} cannot be written; let it and its folder "
                "belong to user {}",
                closed, ::geteuid()));
        }
        if (capng_get_caps_process() != 0) return Error(kUnreadable);
        if (may_bound) {  // the bounding set cannot be changed without
            capng_update(CAPNG_ADD, CAPNG_EFFECTIVE, CAP_SETPCAP);
            if (capng_apply(CAPNG_SELECT_CAPS) != 0) return Error("cannot change capabilities");
        }
    }
    choose(kept);
    // Where it cannot be changed, no_new_privs keeps programs from gaining what is in it.
    if (may_bound && capng_apply(CAPNG_SELECT_BOUNDS) != 0)
        return errno_error("cannot reduce the bounding set of capabilities", errno);
    if (capng_apply(CAPNG_SELECT_CAPS) != 0)
        return errno_error("cannot give up capabilities", errno);
    for (const int capability : kept)
        result.names.emplace_back(capng_capability_to_name(static_cast<unsigned>(capability)));
    return result;
}

}  // namespace sensor::guard
