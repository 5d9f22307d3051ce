// SPDX-License-Identifier: Apache-2.0
// Any bytes as what captures, container runtimes and bundles say of a container: an error or a
// record, and a record comes back from its own JSON as it was.
//
// input: which reader u8 | bytes
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "containers/json.hpp"
#include "runtimes/containerd_record.hpp"
#include "runtimes/cri_record.hpp"
#include "runtimes/docker_record.hpp"
#include "runtimes/grpc.hpp"
#include "runtimes/oci_spec.hpp"

namespace {

using namespace sensor;
using namespace sensor::runtimes;
using containers::ContainerRecord;

/// What a record is after one way through JSON it is after two.
void check(const ContainerRecord& record) {
    if (record.id.empty()) return;
    const auto once = containers::parse_record(containers::record_json(record));
    if (!once) return;  // too large
    const auto twice = containers::parse_record(containers::record_json(*once));
    if (!twice || *twice != *once) std::abort();
}

template <typename T>
void check_found(const Result<T>& found) {
    if (!found) return;
    if (found->record.full_id.empty()) std::abort();
    check(found->record);
}
void check_found(const Result<ContainerRecord>& found) {
    if (found) check(*found);
}

void read_stream(std::string_view bytes) {
    GrpcStream stream(1024, [](std::string_view message) {
        if (const auto event = cri_event(message); event && event->id.empty()) std::abort();
        if (const auto event = containerd_event(message); event && event->id.empty()) std::abort();
    });
    while (!bytes.empty() && stream.feed(bytes.substr(0, 7)))
        bytes.remove_prefix(std::min<std::size_t>(7, bytes.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 8) {
        case 0: check_found(containers::parse_record(bytes)); break;
        case 1: check_found(inspected(DockerKind::Docker, bytes, 100)); break;
        case 2: check_found(inspected(DockerKind::Podman, bytes, 100)); break;
        case 3: check_found(cri_container(bytes, 100)); break;
        case 4: check_found(containerd_container(bytes, 100)); break;
        case 5: {
            ContainerRecord record;
            if (const auto pod = cri_pod(bytes)) check(pod_record(*pod, 100));
            if (read_oci_spec(bytes, record)) check(record);
            break;
        }
        case 6:
            (void)listed_ids(bytes).has_value();
            (void)cri_listed(bytes).has_value();
            (void)image_names(bytes).has_value();
            if (const auto event = docker_event(DockerKind::Docker, bytes, 100))
                check(event->sketch);
            break;
        default: read_stream(bytes);
    }
    return 0;
}
