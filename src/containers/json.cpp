// SPDX-License-Identifier: Apache-2.0
#include "containers/json.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "containers/json_read.hpp"
#include "containers/pod.hpp"
#include "containers/short_id.hpp"
#include "containers/types.hpp"

namespace sensor::containers {
namespace {

void read_names(const Json& from, ContainerRecord& to) {
    const Json& type = member(from, "type");
    to.type = type.is_string() ? text_of(type) : type_name(small<std::uint32_t>(from, "type"));
    to.name = text(from, "name");
    to.image = text(from, "image");
    to.image_id = text(from, "imageid");
    to.image_repository = text(from, "imagerepo");
    to.image_tag = text(from, "imagetag");
    to.image_digest = text(from, "imagedigest");
    to.ip = text(from, "ip");
    to.user = text(from, "User");
    to.cni_json = text(from, "cni_json");
    to.env = texts_of(member(from, "env"));
    to.labels = labels_of(member(from, "labels"));
}

void read_flags(const Json& from, ContainerRecord& to) {
    to.privileged = flag(from, "privileged");
    to.host_pid = flag(from, "host_pid");
    to.host_network = flag(from, "host_network");
    to.host_ipc = flag(from, "host_ipc");
    to.is_pod_sandbox = flag(from, "is_pod_sandbox");
}

void read_limits(const Json& from, ContainerRecord& to) {
    to.created_s = integer(from, "created_time", to.created_s);
    to.size = integer(from, "size", to.size);
    to.memory_limit = integer(from, "memory_limit", to.memory_limit);
    to.swap_limit = integer(from, "swap_limit", to.swap_limit);
    to.cpu_shares = integer(from, "cpu_shares", to.cpu_shares);
    to.cpu_quota = integer(from, "cpu_quota", to.cpu_quota);
    to.cpu_period = integer(from, "cpu_period", to.cpu_period);
    to.cpuset_cpu_count = integer(from, "cpuset_cpu_count", to.cpuset_cpu_count);
}

void read_ports(const Json& array, ContainerRecord& to) {
    if (!array.is_array()) return;
    for (const Json& one : array) {
        if (to.ports.size() == kMostEntries) break;
        to.ports.push_back({small<std::uint32_t>(one, "HostIp"),
                            small<std::uint16_t>(one, "HostPort"),
                            small<std::uint16_t>(one, "ContainerPort")});
    }
}

void read_pod(const Json& from, ContainerRecord& to) {
    to.pod_sandbox_id = text(from, "pod_sandbox_id");
    to.pod_labels = labels_of(member(from, "pod_sandbox_labels"));
    take_pod_from_labels(to);
    if (to.pod_name.empty() && to.pod_sandbox_id.empty()) return;
    to.pod_ip = to.ip;
    to.pod_cni_json = to.cni_json;
}

Json mounts_json(const std::vector<Mount>& mounts) {
    Json array = Json::array();
    for (const Mount& mount : mounts)
        array.push_back({{"Source", mount.source},
                         {"Destination", mount.dest},
                         {"Mode", mount.mode},
                         {"RW", mount.rdwr},
                         {"Propagation", mount.propagation}});
    return array;
}

Json ports_json(const std::vector<PortMapping>& ports) {
    Json array = Json::array();
    for (const PortMapping& port : ports)
        array.push_back({{"HostIp", port.host_ip},
                         {"HostPort", port.host_port},
                         {"ContainerPort", port.container_port}});
    return array;
}

Json labels_json(const Labels& labels) {
    Json object = Json::object();
    for (const auto& [key, value] : labels) object[key] = value;
    return object;
}

/// Labels are how readers of it learn of the pod.
Json all_labels_json(const ContainerRecord& record) {
    Json object = labels_json(record.labels);
    for (const PodLabel& label : kPodLabels) {
        const std::string& value = record.*label.member;
        if (!value.empty() && !object.contains(label.key)) object[label.key] = value;
    }
    return object;
}

}  // namespace

Result<ContainerRecord> parse_record(std::string_view json) {
    while (!json.empty() && json.back() == '\0') json.remove_suffix(1);
    if (json.size() > kMostRecordText)
        return Error(format("a container's JSON of {} bytes is too long", json.size()));
    const Json whole = parse_json(json);
    if (whole.is_discarded()) return Error("a container's JSON is none, or nested too deep");
    const Json& from = member(whole, "container");
    if (!from.is_object()) return Error("a container's JSON has no object 'container'");

    ContainerRecord record;
    record.id = text(from, "id");
    record.full_id = text(from, "full_id");
    if (record.full_id.empty()) record.full_id = record.id;
    if (record.id.empty()) record.id = short_id(record.full_id);
    if (record.id.empty()) return Error("a container's JSON has no id");
    read_names(from, record);
    read_flags(from, record);
    read_limits(from, record);
    record.mounts = mounts_of(member(from, "Mounts"));
    read_ports(member(from, "port_mappings"), record);
    read_pod(from, record);
    record.known = record.name.empty() && record.image.empty() ? Known::Id : Known::Complete;
    return record;
}

std::string record_json(const ContainerRecord& record) {
    const Json object = {{"type", type_number(record.type)},
                         {"id", record.id},
                         {"full_id", record.full_id},
                         {"name", record.name},
                         {"image", record.image},
                         {"imageid", record.image_id},
                         {"imagerepo", record.image_repository},
                         {"imagetag", record.image_tag},
                         {"imagedigest", record.image_digest},
                         {"User", record.user},
                         {"cni_json", record.cni_json},
                         {"cpu_period", record.cpu_period},
                         {"cpu_quota", record.cpu_quota},
                         {"cpu_shares", record.cpu_shares},
                         {"cpuset_cpu_count", record.cpuset_cpu_count},
                         {"created_time", record.created_s},
                         {"env", record.env},
                         {"host_ipc", record.host_ipc},
                         {"host_network", record.host_network},
                         {"host_pid", record.host_pid},
                         {"ip", record.ip},
                         {"is_pod_sandbox", record.is_pod_sandbox},
                         {"labels", all_labels_json(record)},
                         {"Mounts", mounts_json(record.mounts)},
                         {"memory_limit", record.memory_limit},
                         {"swap_limit", record.swap_limit},
                         {"pod_sandbox_id", record.pod_sandbox_id},
                         {"pod_sandbox_labels", labels_json(record.pod_labels)},
                         {"port_mappings", ports_json(record.ports)},
                         {"privileged", record.privileged},
                         {"size", record.size}};
    return json_text(Json{{"container", object}});
}

}  // namespace sensor::containers
