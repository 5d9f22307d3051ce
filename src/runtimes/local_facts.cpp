// SPDX-License-Identifier: Apache-2.0
#include "runtimes/local_facts.hpp"

#include "base/log.hpp"
#include "containers/short_id.hpp"
#include "runtimes/bundle.hpp"
#include "runtimes/oci_spec.hpp"
#include "runtimes/proc_view.hpp"
#include "runtimes/stored_names.hpp"

namespace sensor::runtimes {
namespace {

using namespace containers;

constexpr std::uint32_t kHostInit = 1;

/// A runtime's own program, on its way to become the container's: what it may do says nothing.
bool is_runtime(std::string_view name) noexcept {
    return name.starts_with("runc") || name.starts_with("crun") || name.starts_with("conmon") ||
           name == "youki" || name == "exe";
}

void read_spaces(const ProcView& proc, std::uint32_t first, ContainerRecord& to) {
    const auto shared = [&](const char* kind) {
        return proc.same_space(first, kHostInit, kind).value_or(false);
    };
    to.host_pid = to.host_pid || shared("pid");
    to.host_network = to.host_network || shared("net");
    to.host_ipc = to.host_ipc || shared("ipc");
}

bool from_kernel(const ProcView& proc, std::uint32_t first, ContainerRecord& to) {
    const auto status = proc.status(first);
    if (!status || is_runtime(status->name)) return false;
    read_spaces(proc, first, to);
    to.privileged = has_all_capabilities(status->effective) && !status->seccomp;
    to.user = format("{}", status->uid);
    to.mounts = proc.bound_mounts(first);
    return true;
}

/// A namespace that was joined may be the host's: the process knows.
bool from_bundle(const ProcView& proc, const Bundle& bundle, std::uint32_t first,
                 ContainerRecord& to) {
    if (bundle.spec.empty() || !read_oci_spec(bundle.spec, to)) return false;
    const auto status = proc.status(first);
    if (status && !is_runtime(status->name)) read_spaces(proc, first, to);
    return true;
}

}  // namespace

std::optional<ContainerRecord> local_facts(const std::string& host_root, std::string_view full_id,
                                           std::string_view type, std::uint32_t pid,
                                           std::size_t label_max_len, PodmanFiles* files) {
    const ProcView proc(host_root);
    if (pid == 0 || !proc.in_container(pid, full_id)) return std::nullopt;
    const std::uint32_t first = proc.first_in(full_id, pid);
    ContainerRecord record;
    record.full_id = full_id;
    record.id = containers::short_id(record.full_id);
    record.type = type;
    record.known = Known::Local;
    const Bundle bundle = find_bundle(proc, host_root, full_id, first);
    record.name = bundle.name;
    if (files != nullptr) files->learn(host_root, bundle.root, bundle.events);
    if (!from_bundle(proc, bundle, first, record) && !from_kernel(proc, first, record))
        return std::nullopt;
    add_stored_names(host_root, bundle, label_max_len, record);
    return record;
}

}  // namespace sensor::runtimes
