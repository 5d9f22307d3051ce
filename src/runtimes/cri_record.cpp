// SPDX-License-Identifier: Apache-2.0
#include "runtimes/cri_record.hpp"

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "containers/json_read.hpp"
#include "containers/pod.hpp"
#include "containers/short_id.hpp"
#include "runtimes/docker_record.hpp"
#include "runtimes/image_name.hpp"
#include "runtimes/wire.hpp"
#include "runtimes/wire_maps.hpp"

namespace sensor::runtimes {
namespace {

using namespace containers;

// Numbers of members, by message.
namespace status {  // ContainerStatusResponse, PodSandboxStatusResponse
constexpr std::uint32_t kStatus = 1, kInfo = 2;
}
namespace container {  // ContainerStatus
constexpr std::uint32_t kId = 1, kMetadata = 2, kCreated = 4, kImage = 8, kImageRef = 9,
                        kLabels = 12, kAnnotations = 13, kMounts = 14, kResources = 16,
                        kImageId = 17;
}
namespace pod {  // PodSandboxStatus
constexpr std::uint32_t kId = 1, kMetadata = 2, kCreated = 4, kNetwork = 5, kLinux = 6, kLabels = 7,
                        kAnnotations = 8;
}
namespace metadata {  // of both
constexpr std::uint32_t kName = 1, kUid = 2, kSpace = 3;
}
namespace listed {  // Container
constexpr std::uint32_t kId = 1, kPod = 2;
}
namespace mount {
constexpr std::uint32_t kInside = 1, kHost = 2, kReadonly = 3, kPropagation = 5;
}
namespace limits {  // LinuxContainerResources
constexpr std::uint32_t kPeriod = 1, kQuota = 2, kShares = 3, kMemory = 4, kCpus = 6, kSwap = 10;
}
namespace spaces {  // NamespaceOption
constexpr std::uint32_t kNetwork = 1, kPid = 2, kIpc = 3;
constexpr std::uint64_t kNode = 2;
}  // namespace spaces

constexpr std::size_t kMostCni = 4096;
constexpr std::int64_t kNano = 1'000'000'000;
constexpr const char* kCniAnnotation = "io.kubernetes.cri-o.CNIResult";

Mount read_mount(std::string_view message) {
    constexpr std::array<const char*, 3> kPropagation = {"private", "rslave", "rshared"};
    Mount to;
    std::uint64_t propagation = 0;
    each_field(message, [&](const WireField& field) {
        switch (field.number) {
            case mount::kInside: to.dest = field.text(); break;
            case mount::kHost: to.source = field.text(); break;
            case mount::kReadonly: to.rdwr = field.value == 0; break;
            case mount::kPropagation: propagation = field.value; break;
            default: break;
        }
    });
    to.propagation = propagation < kPropagation.size() ? kPropagation[propagation] : "unknown";
    return to;
}

void read_limits(std::string_view message, ContainerRecord& to) {
    each_field(message, [&](const WireField& field) {
        switch (field.number) {
            case limits::kPeriod: to.cpu_period = field.integer(); break;
            case limits::kQuota: to.cpu_quota = field.integer(); break;
            case limits::kShares: to.cpu_shares = field.integer(); break;
            case limits::kMemory: to.memory_limit = field.integer(); break;
            case limits::kSwap: to.swap_limit = field.integer(); break;
            case limits::kCpus: to.cpuset_cpu_count = cpu_count(field.bytes); break;
            default: break;
        }
    });
}

void read_labels(Labels labels, std::size_t longest, Labels& to) {
    std::erase_if(labels, [&](const auto& one) { return one.second.size() > longest; });
    to = std::move(labels);
}

/// The name of the image: what was pulled, what was asked for, or what annotations have.
void read_image(std::string_view asked, std::string_view reference, const Json& annotations,
                ContainerRecord& to) {
    const ImageName pulled = split_image(reference);
    to.image_digest = pulled.digest;
    const ImageName wanted = split_image(is_image_id(asked) ? std::string_view() : asked);
    std::string name(pulled.repository.empty() ? wanted.repository : pulled.repository);
    std::string tag(pulled.tag.empty() ? wanted.tag : pulled.tag);
    for (const char* key : {"io.kubernetes.cri.image-name", "io.kubernetes.cri-o.Image",
                            "io.kubernetes.cri-o.ImageName"}) {
        if (!name.empty()) break;
        const std::string other = text(annotations, key);
        if (is_image_id(other)) continue;
        name = split_image(other).repository;
        tag = split_image(other).tag;
    }
    to.image_repository = name;
    to.image_tag = tag;
    to.image = tag.empty() ? name : format("{}:{}", name, tag);
}

/// What only the verbose answer has; its members differ between runtimes.
void read_info(const Json& info, CriContainer& to) {
    ContainerRecord& record = to.record;
    const Json& config = member(info, "config");
    const Json& spec = member(info, "runtimeSpec");
    to.sandbox_id = text(info, "sandboxID");
    for (const Json* place : {&spec, &config}) {
        const Json& flag_there = member(*place, "linux", "security_context", "privileged");
        if (flag_there.is_boolean()) {
            record.privileged = flag_of(flag_there);
            break;
        }
        if (place == &config) record.privileged = flag(info, "privileged");
    }
    if (const Json& envs = member(config, "envs"); envs.is_array()) {
        for (const Json& one : envs) {
            if (record.env.size() == kMostEntries) break;
            record.env.push_back(text(one, "key") + "=" + text(one, "value"));
        }
    } else {
        record.env = texts_of(member(spec, "process", "env"));
    }
    const Json& uid = member(spec, "process", "user", "uid");
    if (uid.is_number()) record.user = format("{}", integer_of(uid));
    const std::string image = text(member(config, "image"), "image");
    if (is_image_id(image)) record.image_id = bare_id(image);
}

/// The interfaces of a pod that are its own, as JSON.
std::string cni_of(const Json& info, const Json& annotations) {
    const Json& interfaces = member(info, "cniResult", "Interfaces");
    std::string found;
    if (interfaces.is_object()) {
        Json own = Json::object();
        for (const auto& [name, one] : interfaces.items())
            if (name != "lo" && !name.starts_with("veth")) own[name] = one;
        found = json_text(own);
    } else {
        found = text(annotations, kCniAnnotation);
        if (found.empty()) found = text(member(info, "runtimeSpec", "annotations"), kCniAnnotation);
    }
    return found.size() <= kMostCni ? found : std::string();
}

Json info_of(std::string_view response) {
    for (const auto& [key, value] : map_of(response, status::kInfo))
        if (key == "info") return parse_json(value);
    return {};
}

void read_spaces(std::string_view linux_part, CriPod& to) {
    const std::string_view options = bytes_of(bytes_of(linux_part, 1), 2);
    to.host_network = number_of(options, spaces::kNetwork) == spaces::kNode;
    to.host_pid = number_of(options, spaces::kPid) == spaces::kNode;
    to.host_ipc = number_of(options, spaces::kIpc) == spaces::kNode;
}

}  // namespace

std::string cri_list_request(std::string_view id) {
    std::string filter, request;
    if (id.empty()) return request;
    put_bytes(filter, 1, id);
    put_bytes(request, 1, filter);
    return request;
}

std::string cri_status_request(std::string_view id) {
    std::string request;
    put_bytes(request, 1, id);
    put_number(request, 2, 1);
    return request;
}

std::string cri_stats_request(std::string_view id) {
    std::string request;
    put_bytes(request, 1, id);
    return request;
}

std::string cri_type(std::string_view version_response) {
    const std::string_view name = bytes_of(version_response, 2);
    for (const std::string_view known : {"containerd", "cri-o", "docker"})
        if (name == known) return std::string(known);
    return "cri";
}

Result<std::vector<CriListed>> cri_listed(std::string_view list_response) {
    std::vector<CriListed> list;
    const bool whole = each_field(list_response, [&](const WireField& field) {
        if (field.number != 1) return;
        CriListed one{std::string(bytes_of(field.bytes, listed::kId)),
                      std::string(bytes_of(field.bytes, listed::kPod))};
        if (!one.id.empty()) list.push_back(std::move(one));
    });
    if (!whole) return Error("its list of containers is damaged");
    return list;
}

Result<CriPod> cri_pod(std::string_view status_response) {
    CriPod to;
    const Json info = info_of(status_response);
    Json annotations = Json::object();
    const bool whole =
        each_field(bytes_of(status_response, status::kStatus), [&](const WireField& field) {
            switch (field.number) {
                case pod::kId: to.id = field.text(); break;
                case pod::kMetadata:
                    to.name = bytes_of(field.bytes, metadata::kName);
                    to.uid = bytes_of(field.bytes, metadata::kUid);
                    to.space = bytes_of(field.bytes, metadata::kSpace);
                    break;
                case pod::kCreated: to.created_s = field.integer() / kNano; break;
                case pod::kNetwork: to.ip = bytes_of(field.bytes, 1); break;
                case pod::kLinux: read_spaces(field.bytes, to); break;
                case pod::kLabels: add_entry(to.labels, field.bytes); break;
                case pod::kAnnotations: add_entry(annotations, field.bytes); break;
                default: break;
            }
        });
    if (!whole || to.id.empty()) return Error("its answer on a pod is damaged");
    to.cni_json = cni_of(info, annotations);
    return to;
}

Result<CriContainer> cri_container(std::string_view status_response, std::size_t label_max_len) {
    CriContainer to;
    ContainerRecord& record = to.record;
    std::string_view image, reference;
    Json annotations = Json::object();
    Labels labels;
    const bool whole =
        each_field(bytes_of(status_response, status::kStatus), [&](const WireField& field) {
            switch (field.number) {
                case container::kId: record.full_id = field.text(); break;
                case container::kMetadata: record.name = bytes_of(field.bytes, 1); break;
                case container::kCreated: record.created_s = field.integer() / kNano; break;
                case container::kImage: image = bytes_of(field.bytes, 1); break;
                case container::kImageRef: reference = field.bytes; break;
                case container::kImageId: record.image_id = bare_id(field.bytes); break;
                case container::kLabels: add_entry(labels, field.bytes); break;
                case container::kAnnotations: add_entry(annotations, field.bytes); break;
                case container::kMounts:
                    if (record.mounts.size() < kMostEntries)
                        record.mounts.push_back(read_mount(field.bytes));
                    break;
                case container::kResources: read_limits(bytes_of(field.bytes, 1), record); break;
                default: break;
            }
        });
    if (!whole || record.full_id.empty()) return Error("its answer on a container is damaged");
    record.id = containers::short_id(record.full_id);
    record.known = Known::Complete;
    read_image(image, reference, annotations, record);
    read_info(info_of(status_response), to);
    if (record.image_id.empty() && is_image_id(reference)) record.image_id = bare_id(reference);
    record.labels = std::move(labels);
    take_pod_from_labels(record);
    read_labels(std::move(record.labels), label_max_len, record.labels);
    return to;
}

void add_pod(ContainerRecord& record, const CriPod& pod, std::size_t label_max_len) {
    record.pod_sandbox_id = pod.id;
    record.pod_name = pod.name;
    record.pod_namespace = pod.space;
    record.pod_uid = pod.uid;
    record.ip = record.pod_ip = pod.ip;
    record.cni_json = record.pod_cni_json = pod.cni_json;
    record.host_pid = pod.host_pid;
    record.host_network = pod.host_network;
    record.host_ipc = pod.host_ipc;
    read_labels(pod.labels, label_max_len, record.pod_labels);
    for (const PodLabel& label : kPodLabels)
        if (label_of(record.labels, label.key).empty())
            record.labels.emplace_back(label.key, record.*label.member);
}

ContainerRecord pod_record(const CriPod& pod, std::size_t label_max_len) {
    ContainerRecord record;
    record.full_id = pod.id;
    record.id = containers::short_id(pod.id);
    record.name = pod.name;
    record.known = Known::Complete;
    record.is_pod_sandbox = true;
    record.created_s = pod.created_s;
    read_labels(pod.labels, label_max_len, record.labels);
    add_pod(record, pod, label_max_len);
    return record;
}

std::int64_t cri_size(std::string_view stats_response) {
    const std::string_view layer = bytes_of(bytes_of(stats_response, 1), 4);
    const std::string_view used = bytes_of(layer, 3);
    return used.empty() ? -1 : static_cast<std::int64_t>(number_of(used, 1));
}

std::optional<CriEvent> cri_event(std::string_view message) {
    CriEvent event;
    const std::uint64_t kind = number_of(message, 2);
    event.id = bytes_of(message, 1);
    if (event.id.empty() || kind > 3) return std::nullopt;
    event.kind = static_cast<CriEvent::Kind>(kind);
    return event;
}

}  // namespace sensor::runtimes
