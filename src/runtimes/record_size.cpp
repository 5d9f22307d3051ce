// SPDX-License-Identifier: Apache-2.0
#include "runtimes/record_size.hpp"

#include <algorithm>
#include <string>

namespace sensor::runtimes {
namespace {

using containers::ContainerRecord;

constexpr std::size_t kMostText = 4096;  // a name of an image may be long, none is longer

constexpr std::string ContainerRecord::* kTexts[] = {
    &ContainerRecord::id,
    &ContainerRecord::full_id,
    &ContainerRecord::type,
    &ContainerRecord::name,
    &ContainerRecord::image,
    &ContainerRecord::image_id,
    &ContainerRecord::image_repository,
    &ContainerRecord::image_tag,
    &ContainerRecord::image_digest,
    &ContainerRecord::ip,
    &ContainerRecord::user,
    &ContainerRecord::cni_json,
    &ContainerRecord::pod_name,
    &ContainerRecord::pod_namespace,
    &ContainerRecord::pod_uid,
    &ContainerRecord::pod_sandbox_id,
    &ContainerRecord::pod_ip,
    &ContainerRecord::pod_cni_json,
};

std::size_t size_of(const std::string& text) noexcept { return sizeof text + text.size(); }
std::size_t size_of(const std::pair<std::string, std::string>& label) noexcept {
    return size_of(label.first) + size_of(label.second);
}
std::size_t size_of(const containers::Mount& mount) noexcept {
    return size_of(mount.source) + size_of(mount.dest) + size_of(mount.mode) +
           size_of(mount.propagation);
}
std::size_t size_of(const containers::PortMapping& port) noexcept { return sizeof port; }

template <typename T>
std::size_t size_of_all(const std::vector<T>& list) noexcept {
    std::size_t bytes = 0;
    for (const T& one : list) bytes += size_of(one);
    return bytes;
}

/// Keeps what fits, in its order. left: bytes, less by what stays
template <typename T>
bool keep(std::vector<T>& list, std::size_t& left) {
    return std::erase_if(list, [&](const T& one) {
               const std::size_t bytes = size_of(one);
               const bool fits = bytes <= left;
               left -= fits ? bytes : 0;
               return !fits;
           }) != 0;
}

}  // namespace

std::size_t size_of(const ContainerRecord& record) noexcept {
    std::size_t bytes = sizeof record;
    for (const auto text : kTexts) bytes += (record.*text).size();
    return bytes + size_of_all(record.mounts) + size_of_all(record.ports) +
           size_of_all(record.labels) + size_of_all(record.pod_labels) + size_of_all(record.env);
}

bool cut(ContainerRecord& record) {
    bool less = false;
    if (size_of(record) <= kMostRecord) return less;
    std::size_t left = kMostRecord - sizeof record;
    for (const auto member : kTexts) {
        std::string& text = record.*member;
        if (text.size() > kMostText) {
            less = true;
            text.resize(kMostText);
        }
        left -= text.size();
    }
    less = keep(record.mounts, left) || less;
    less = keep(record.ports, left) || less;
    less = keep(record.labels, left) || less;
    less = keep(record.pod_labels, left) || less;
    less = keep(record.env, left) || less;
    return less;
}

}  // namespace sensor::runtimes
