// SPDX-License-Identifier: Apache-2.0
#include "runtimes/containerd_record.hpp"

#include "base/log.hpp"
#include "containers/pod.hpp"
#include "containers/short_id.hpp"
#include "runtimes/image_name.hpp"
#include "runtimes/oci_spec.hpp"
#include "runtimes/wire.hpp"
#include "runtimes/wire_maps.hpp"

namespace sensor::runtimes {
namespace {

using namespace containers;

namespace container {
constexpr std::uint32_t kId = 1, kLabels = 2, kImage = 3, kSpec = 5, kCreated = 8;
}
namespace envelope {
constexpr std::uint32_t kSpace = 2, kTopic = 3, kEvent = 4;
}
constexpr std::uint32_t kAnyValue = 2, kSeconds = 1;

constexpr struct {
    std::string_view topic;
    ContainerdEvent::Kind kind;
} kTopics[] = {
    {"/containers/create", ContainerdEvent::Kind::Created},
    {"/tasks/start", ContainerdEvent::Kind::Started},
    {"/containers/delete", ContainerdEvent::Kind::Deleted},
};

Result<std::vector<std::string>> first_texts(std::string_view list, const char* what) {
    std::vector<std::string> found;
    const bool whole = each_field(list, [&](const WireField& field) {
        if (field.number == 1) found.emplace_back(bytes_of(field.bytes, 1));
    });
    if (!whole) return Error(format("its list of {} is damaged", what));
    return found;
}

}  // namespace

std::string containerd_get_request(std::string_view id) {
    std::string request;
    put_bytes(request, 1, id);
    return request;
}

std::string containerd_subscribe_request(std::string_view space) {
    std::string request;
    for (const auto& row : kTopics) {
        std::string filter = format("topic==\"{}\"", row.topic);
        if (!space.empty()) filter += format(",namespace==\"{}\"", space);
        put_bytes(request, 1, filter);
    }
    return request;
}

Result<std::vector<std::string>> containerd_namespaces(std::string_view list_response) {
    return first_texts(list_response, "namespaces");
}

Result<std::vector<std::string>> containerd_listed(std::string_view list_response) {
    return first_texts(list_response, "containers");
}

Result<ContainerRecord> containerd_container(std::string_view get_response,
                                             std::size_t label_max_len) {
    ContainerRecord record;
    record.type = "containerd";
    std::string_view spec;
    const bool whole = each_field(bytes_of(get_response, 1), [&](const WireField& field) {
        switch (field.number) {
            case container::kId: record.full_id = field.text(); break;
            case container::kLabels: add_entry(record.labels, field.bytes); break;
            case container::kImage: record.image = field.text(); break;
            case container::kSpec: spec = bytes_of(field.bytes, kAnyValue); break;
            case container::kCreated:
                record.created_s = static_cast<std::int64_t>(number_of(field.bytes, kSeconds));
                break;
            default: break;
        }
    });
    if (!whole || record.full_id.empty()) return Error("its answer on a container is damaged");
    record.id = containers::short_id(record.full_id);
    record.known = Known::Complete;
    take_pod_from_labels(record);
    record.is_pod_sandbox = label_of(record.labels, "io.cri-containerd.kind") == "sandbox";
    std::erase_if(record.labels,
                  [&](const auto& one) { return one.second.size() > label_max_len; });
    if (const auto read = read_oci_spec(spec, record); !read) return read.error();
    // Its client nerdctl gives names; else there is none.
    if (record.name.empty()) record.name = label_of(record.labels, "nerdctl/name");
    if (record.name.empty()) record.name = record.id;
    return record;
}

std::string containerd_digest(std::string_view image_response) {
    constexpr std::uint32_t kTarget = 3, kDigest = 2;
    return std::string(bytes_of(bytes_of(bytes_of(image_response, 1), kTarget), kDigest));
}

std::optional<ContainerdEvent> containerd_event(std::string_view message) {
    const std::string_view topic = bytes_of(message, envelope::kTopic);
    for (const auto& row : kTopics) {
        if (topic != row.topic) continue;
        ContainerdEvent event;
        event.kind = row.kind;
        event.space = bytes_of(message, envelope::kSpace);
        event.id = bytes_of(bytes_of(bytes_of(message, envelope::kEvent), kAnyValue), 1);
        if (!event.id.empty()) return event;
    }
    return std::nullopt;
}

}  // namespace sensor::runtimes
