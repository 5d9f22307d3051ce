// SPDX-License-Identifier: Apache-2.0
// What docker and podman answer when asked for a container or an image, as a record. The two differ
// in a few members. Garbage is an error, a missing member its default.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "containers/record.hpp"

namespace sensor::runtimes {

enum class DockerKind : std::uint8_t { Docker, Podman };

/// Names of an image: "repo:tag", "repo@sha256:...".
struct ImageNames {
    std::vector<std::string> tags, digests;
};
Result<ImageNames> image_names(std::string_view json);

struct Inspected {
    containers::ContainerRecord record;  ///< image_repository and the like only by its text
    std::string image_id;                ///< to ask for, as the runtime writes it
    std::string network_of;              ///< container whose network it shares; empty: its own
};
/// The answer of an inspect.
Result<Inspected> inspected(DockerKind kind, std::string_view json, std::size_t label_max_len);

/// docker's own files of a container, config.v2.json and hostconfig.json, as its inspect would be.
/// root: its folder of data, where volumes are
Result<Inspected> inspected_files(std::string_view config, std::string_view host_config,
                                  std::string_view root, std::size_t label_max_len);

/// The same from docker's folder of data.
/// fails: if they are not there, too large, or of another container
Result<Inspected> inspected_folder(const std::string& host_root, const std::string& root,
                                   const std::string& id, std::size_t label_max_len);

/// The ids of a list of containers, running ones first. Any size: only the ids are kept.
Result<std::vector<std::string>> listed_ids(std::string_view json);

/// A line of an event stream.
struct DockerEvent {
    std::string action, id;
    /// Name, image and labels: of podman for good, Known::Named, else Known::Local.
    containers::ContainerRecord sketch;
};
std::optional<DockerEvent> docker_event(DockerKind kind, std::string_view line,
                                        std::size_t label_max_len);
/// A line of the file where podman writes its events; nothing, if it is not about a container.
std::optional<DockerEvent> podman_file_event(std::string_view line, std::size_t label_max_len);

/// Seconds since the epoch of "2026-11-23T12:27:36.41Z"; 0, if it is none.
std::int64_t seconds_of(const std::string& time);

/// How many processors "0-3,8" are; 0, if it is no such list.
std::int64_t cpu_count(std::string_view list) noexcept;

}  // namespace sensor::runtimes
