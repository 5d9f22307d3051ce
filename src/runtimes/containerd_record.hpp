// SPDX-License-Identifier: Apache-2.0
// containerd's own messages (containers, namespaces, images, events), as records. Reads only; calls
// are made by ContainerdRuntime.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "containers/record.hpp"

namespace sensor::runtimes {

/// Request of Get, of a container, an image: by id or name.
std::string containerd_get_request(std::string_view id);
/// Request of Subscribe: what happens to containers, in every namespace or in one.
std::string containerd_subscribe_request(std::string_view space);

Result<std::vector<std::string>> containerd_namespaces(std::string_view list_response);
Result<std::vector<std::string>> containerd_listed(std::string_view list_response);
/// Of Get: the container in it.
Result<containers::ContainerRecord> containerd_container(std::string_view get_response,
                                                         std::size_t label_max_len);
/// Digest of an image, out of Get; empty: it says none.
std::string containerd_digest(std::string_view image_response);

struct ContainerdEvent {
    enum class Kind : std::uint8_t { Created, Started, Deleted };
    Kind kind = Kind::Created;
    std::string space, id;
};
/// out: none for events of other kinds
std::optional<ContainerdEvent> containerd_event(std::string_view envelope);

}  // namespace sensor::runtimes
