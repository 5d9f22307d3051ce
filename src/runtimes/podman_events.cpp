// SPDX-License-Identifier: Apache-2.0
#include "runtimes/podman_events.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "base/log.hpp"
#include "containers/json_read.hpp"
#include "runtimes/docker_record.hpp"
#include "runtimes/small_file.hpp"

namespace sensor::runtimes {
namespace {

using namespace containers;

constexpr std::size_t kMostFiles = 8;
constexpr std::size_t kMostRead = 2 << 20;  // podman keeps one megabyte, if not told otherwise

std::string_view line_around(std::string_view all, std::size_t place) {
    const std::size_t before = all.rfind('\n', place);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    return all.substr(begin, all.find('\n', place) - begin);
}

}  // namespace

std::optional<ContainerRecord> created_by_podman(const std::string& root, const std::string& path,
                                                 std::string_view full_id,
                                                 std::size_t label_max_len) {
    if (path.empty()) return std::nullopt;
    const std::string all = end_of_file(open_root(root), path, kMostRead);
    const std::string member = format("\"ID\":\"{}\"", full_id);
    for (std::size_t place = 0; (place = all.find(member, place)) != std::string::npos; ++place) {
        auto event = podman_file_event(line_around(all, place), label_max_len);
        if (!event || event->action != "create" || event->id != full_id) continue;
        if (event->sketch.known != Known::Named) break;
        return std::move(event->sketch);
    }
    return std::nullopt;
}

void PodmanFiles::learn(const std::string& host_root, const std::string& root,
                        const std::string& path) {
    if (path.empty() || files_.size() >= kMostFiles) return;
    const std::string host = host_root.empty() ? "/" : host_root;
    const std::pair<std::string, std::string> file(host, path);
    if (std::find(files_.begin(), files_.end(), file) != files_.end()) return;
    struct stat own{}, other{}, log{};
    const bool same_root = ::stat(host.c_str(), &own) == 0 && ::stat(root.c_str(), &other) == 0 &&
                           own.st_dev == other.st_dev && own.st_ino == other.st_ino;
    if (!same_root || ::stat((host + path).c_str(), &log) != 0 || log.st_uid != 0) return;
    files_.push_back(file);
}

std::optional<ContainerRecord> PodmanFiles::created(std::string_view full_id,
                                                    std::size_t label_max_len) const {
    for (const auto& [root, path] : files_)
        if (auto found = created_by_podman(root, path, full_id, label_max_len)) return found;
    return std::nullopt;
}

}  // namespace sensor::runtimes
