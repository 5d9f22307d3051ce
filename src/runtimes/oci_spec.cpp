// SPDX-License-Identifier: Apache-2.0
#include "runtimes/oci_spec.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "containers/json_read.hpp"
#include "runtimes/docker_record.hpp"
#include "runtimes/image_name.hpp"

namespace sensor::runtimes {
namespace {

using namespace containers;

/// docker has a container join the host's network by this name.
constexpr std::string_view kHostNetwork = "/netns/default";

bool has_namespace(const Json& linux_part, std::string_view type) {
    const Json& all = member(linux_part, "namespaces");
    return all.is_array() && std::any_of(all.begin(), all.end(), [&](const Json& one) {
               return text(one, "type") == type && !text(one, "path").ends_with(kHostNetwork);
           });
}

std::string_view propagation_of(const std::vector<std::string>& options, std::string_view rootfs) {
    for (const std::string& option : options)
        for (const std::string_view known :
             {"rprivate", "private", "rslave", "slave", "rshared", "shared"})
            if (option == known) return known;
    return rootfs;
}

void read_mounts(const Json& spec, ContainerRecord& to) {
    const Json& mounts = member(spec, "mounts");
    if (!mounts.is_array()) return;
    const std::string rootfs = text(member(spec, "linux"), "rootfsPropagation");
    for (const Json& one : mounts) {
        if (to.mounts.size() == kMostEntries) break;
        const std::vector<std::string> options = texts_of(member(one, "options"));
        const auto has = [&](std::string_view word) {
            return std::find(options.begin(), options.end(), word) != options.end();
        };
        // The rest is the container's own: proc, tmpfs and the like.
        if (text(one, "type") != "bind" && !has("bind") && !has("rbind")) continue;
        Mount mount;
        mount.source = text(one, "source");
        mount.dest = text(one, "destination");
        for (const std::string& option : options)
            if (option.starts_with("mode=")) mount.mode = option.substr(5);
        mount.rdwr = !has("ro");
        mount.propagation = propagation_of(options, rootfs);
        to.mounts.push_back(std::move(mount));
    }
}

bool mounted_read_only(const Json& spec, std::string_view type) {
    const Json& mounts = member(spec, "mounts");
    if (!mounts.is_array()) return false;
    for (const Json& one : mounts) {
        if (text(one, "type") != type) continue;
        const std::vector<std::string> options = texts_of(member(one, "options"));
        if (std::find(options.begin(), options.end(), "ro") != options.end()) return true;
    }
    return false;
}

/// There is no such flag in a specification: it is one that keeps nothing back.
bool is_privileged(const Json& spec) {
    const Json& linux_part = member(spec, "linux");
    const Json& process = member(spec, "process");
    const auto none = [](const Json& list) { return !list.is_array() || list.empty(); };
    const std::string profile = text(process, "apparmorProfile");
    return none(member(linux_part, "maskedPaths")) && none(member(linux_part, "readonlyPaths")) &&
           !member(linux_part, "seccomp").is_object() && text(process, "selinuxLabel").empty() &&
           (profile.empty() || profile == "unconfined") && !mounted_read_only(spec, "sysfs") &&
           !mounted_read_only(spec, "cgroup") &&
           member(process, "capabilities", "bounding").size() >= 30;
}

void read_limits(const Json& resources, ContainerRecord& to) {
    const Json& memory = member(resources, "memory");
    const Json& cpu = member(resources, "cpu");
    to.memory_limit = std::max<std::int64_t>(integer(memory, "limit"), 0);
    to.swap_limit = std::max<std::int64_t>(integer(memory, "swap"), 0);
    if (const std::int64_t shares = integer(cpu, "shares"); shares > 0) to.cpu_shares = shares;
    to.cpu_quota = integer(cpu, "quota");
    if (const std::int64_t period = integer(cpu, "period"); period > 0) to.cpu_period = period;
    to.cpuset_cpu_count = cpu_count(text(cpu, "cpus"));
}

/// Annotations by which runtimes tell what a container is; the first that is there counts.
struct Annotation {
    const char* key;
    std::string ContainerRecord::* member;
};
constexpr Annotation kAnnotations[] = {
    {"io.kubernetes.cri.sandbox-name", &ContainerRecord::pod_name},
    {"io.kubernetes.cri.sandbox-namespace", &ContainerRecord::pod_namespace},
    {"io.kubernetes.cri.sandbox-uid", &ContainerRecord::pod_uid},
    {"io.kubernetes.cri.sandbox-id", &ContainerRecord::pod_sandbox_id},
    {"io.kubernetes.cri.container-name", &ContainerRecord::name},
    {"io.kubernetes.cri.image-name", &ContainerRecord::image},
    {"io.kubernetes.pod.name", &ContainerRecord::pod_name},
    {"io.kubernetes.pod.namespace", &ContainerRecord::pod_namespace},
    {"io.kubernetes.pod.uid", &ContainerRecord::pod_uid},
    {"io.kubernetes.container.name", &ContainerRecord::name},
    {"io.kubernetes.cri-o.SandboxID", &ContainerRecord::pod_sandbox_id},
    {"io.kubernetes.cri-o.KubeName", &ContainerRecord::pod_name},
    {"io.kubernetes.cri-o.Namespace", &ContainerRecord::pod_namespace},
    {"io.kubernetes.cri-o.ContainerName", &ContainerRecord::name},
    {"io.kubernetes.cri-o.UserRequestedImage", &ContainerRecord::image},
    {"io.kubernetes.cri-o.ImageName", &ContainerRecord::image},
    {"io.kubernetes.cri-o.CNIResult", &ContainerRecord::cni_json},
    {"io.kubernetes.cri-o.IP.0", &ContainerRecord::ip},
};

void read_annotations(const Json& annotations, ContainerRecord& to) {
    for (const Annotation& known : kAnnotations)
        if ((to.*known.member).empty()) to.*known.member = text(annotations, known.key);
    if (text(annotations, "io.kubernetes.cri.container-type") == "sandbox" ||
        text(annotations, "io.kubernetes.cri-o.ContainerType") == "sandbox")
        to.is_pod_sandbox = true;
    if (to.pod_name.empty() && to.pod_sandbox_id.empty()) return;
    if (to.pod_ip.empty()) to.pod_ip = to.ip;
    if (to.pod_cni_json.empty()) to.pod_cni_json = to.cni_json;
}

}  // namespace

Result<> read_oci_spec(std::string_view json, ContainerRecord& record) {
    const Json spec = parse_json(json);
    const Json& linux_part = member(spec, "linux");
    if (!linux_part.is_object()) return Error("this is no specification of a container");
    record.host_pid = !has_namespace(linux_part, "pid");
    record.host_network = !has_namespace(linux_part, "network");
    record.host_ipc = !has_namespace(linux_part, "ipc");
    record.privileged = is_privileged(spec);
    const Json& process = member(spec, "process");
    if (record.env.empty()) record.env = texts_of(member(process, "env"));
    if (record.user.empty())
        record.user = format("{}", small<std::uint32_t>(member(process, "user"), "uid"));
    record.mounts.clear();
    read_mounts(spec, record);
    read_limits(member(linux_part, "resources"), record);
    read_annotations(member(spec, "annotations"), record);
    fill_image(record, {}, {});
    return Ok{};
}

}  // namespace sensor::runtimes
