// SPDX-License-Identifier: Apache-2.0
#include "runtimes/stored_names.hpp"

#include "base/log.hpp"
#include "containers/json_read.hpp"
#include "runtimes/docker_record.hpp"
#include "runtimes/image_name.hpp"
#include "runtimes/podman_events.hpp"
#include "runtimes/small_file.hpp"

namespace sensor::runtimes {
namespace {

using namespace containers;

constexpr std::size_t kMostList = 1 << 20;

/// docker binds a file of the container's own folder over this one.
constexpr std::string_view kBoundFile = "/etc/hostname";

/// docker's folder of data: what stands before "/containers/ID/hostname"; empty: not docker's
std::string docker_root(const ContainerRecord& record) {
    const std::string end = format("/containers/{}/hostname", record.full_id);
    for (const Mount& mount : record.mounts) {
        if (mount.dest == kBoundFile && mount.source.ends_with(end))
            return mount.source.substr(0, mount.source.size() - end.size());
    }
    return {};
}

void from_docker(const std::string& host_root, std::size_t label_max_len, ContainerRecord& record) {
    const std::string root = docker_root(record);
    if (root.empty()) return;
    auto found = inspected_folder(host_root, root, record.full_id, label_max_len);
    if (!found) return;
    const bool host_ipc = record.host_ipc;
    record = std::move(found->record);
    record.known = Known::Local;  // its image's digest is not there
    record.host_ipc = record.host_ipc || host_ipc;
}

/// [{"id": ..., "names": [...], "metadata": "{\"image-name\": ...}"}]
void from_storage(const Json& list, ContainerRecord& record) {
    if (!list.is_array()) return;
    for (const Json& one : list) {
        if (text(one, "id") != record.full_id) continue;
        const Json details = parse_json(text(one, "metadata"));
        if (record.name.empty()) record.name = text(details, "name");
        if (record.image.empty()) record.image = text(details, "image-name");
        if (record.image_id.empty()) record.image_id = text(one, "image");
        fill_image(record, {}, {});
    }
}

}  // namespace

void take_names(const ContainerRecord& sketch, ContainerRecord& record) {
    const bool for_good = sketch.known == Known::Named;
    const auto take = [&](auto... members) {
        const bool all_missing = ((record.*members).empty() && ...);
        if (for_good || all_missing) ((record.*members = sketch.*members), ...);
    };
    using R = ContainerRecord;
    if (for_good) record.known = Known::Named;
    take(&R::name);
    take(&R::image, &R::image_repository, &R::image_tag);
    take(&R::labels);
    take(&R::pod_name, &R::pod_namespace, &R::pod_uid);
}

void add_stored_names(const std::string& host_root, const Bundle& bundle, std::size_t label_max_len,
                      ContainerRecord& record) {
    if (record.image.empty()) from_docker(host_root, label_max_len, record);
    if (const auto sketch =
            created_by_podman(bundle.root, bundle.events, record.full_id, label_max_len))
        take_names(*sketch, record);
    const std::string end = format("/{}/userdata", record.full_id);
    if (!record.image_id.empty() || !bundle.folder.ends_with(end)) return;
    const std::string folder = bundle.folder.substr(0, bundle.folder.size() - end.size());
    const Fd root = open_root(bundle.root);
    from_storage(parse_json(small_file(root, folder + "/containers.json", kMostList)), record);
}

}  // namespace sensor::runtimes
