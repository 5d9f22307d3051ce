// SPDX-License-Identifier: Apache-2.0
#include "runtimes/sockets.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>

namespace sensor::runtimes {
namespace {

constexpr std::size_t kMostUsers = 64;

struct Place {
    RuntimeKind kind;
    const char* path;
};
constexpr Place kPlaces[] = {
    {RuntimeKind::Docker, "/var/run/docker.sock"},
    {RuntimeKind::Podman, "/run/podman/podman.sock"},
    {RuntimeKind::Cri, "/run/containerd/containerd.sock"},
    {RuntimeKind::Cri, "/run/crio/crio.sock"},
    {RuntimeKind::Cri, "/run/k3s/containerd/containerd.sock"},
    {RuntimeKind::Cri, "/run/host-containerd/containerd.sock"},
    {RuntimeKind::Containerd, "/run/containerd/containerd.sock"},
    {RuntimeKind::Containerd, "/run/host-containerd/containerd.sock"},
};
/// In each user's folder below /run/user.
constexpr Place kPlacesOfUsers[] = {
    {RuntimeKind::Docker, "/docker.sock"},
    {RuntimeKind::Podman, "/podman/podman.sock"},
};
constexpr std::string_view kVarRun = "/var/run/";

/// /var/run is a link to /run mostly, which under another root would lead out of it.
std::string below(const std::string& root, std::string_view path) {
    struct stat info{};
    if (!root.empty() && path.starts_with(kVarRun) &&
        ::lstat((root + "/var/run").c_str(), &info) == 0 && S_ISLNK(info.st_mode))
        return root + "/run/" + std::string(path.substr(kVarRun.size()));
    return root + std::string(path);
}

std::vector<std::string> users(const std::string& folder) {
    std::vector<std::string> found;
    struct Close {
        void operator()(DIR* open) const { ::closedir(open); }
    };
    const std::unique_ptr<DIR, Close> open(::opendir(folder.c_str()));
    if (!open) return found;
    while (const dirent* one = ::readdir(open.get())) {
        const std::string_view name = one->d_name;
        if (name.find_first_not_of("0123456789") == std::string_view::npos &&
            found.size() < kMostUsers)
            found.push_back(folder + "/" + std::string(name));
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

const RuntimeOptions& options_of(RuntimeKind kind, const WatcherOptions& options) noexcept {
    switch (kind) {
        case RuntimeKind::Docker: return options.docker;
        case RuntimeKind::Podman: return options.podman;
        case RuntimeKind::Cri: return options.cri;
        case RuntimeKind::Containerd: break;
    }
    return options.containerd;
}

std::vector<std::string> socket_paths(RuntimeKind kind, const WatcherOptions& options) {
    const RuntimeOptions& own = options_of(kind, options);
    std::vector<std::string> paths;
    if (!own.enabled) return paths;
    for (const std::string& path : own.sockets) paths.push_back(below(options.host_root, path));
    if (!paths.empty()) return paths;
    for (const Place& place : kPlaces)
        if (place.kind == kind) paths.push_back(below(options.host_root, place.path));
    for (const Place& place : kPlacesOfUsers) {
        if (place.kind != kind) continue;
        for (const std::string& user : users(options.host_root + "/run/user")) {
            struct stat info{};
            std::string path = user + place.path;
            if (::stat(path.c_str(), &info) == 0) paths.push_back(std::move(path));
        }
    }
    return paths;
}

}  // namespace sensor::runtimes
