// SPDX-License-Identifier: Apache-2.0
#include "runtimes/sockets.hpp"

#include <dirent.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/log.hpp"
#include "runtimes/owner.hpp"

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

/// Those that are configured, else the usual ones of root.
std::vector<std::string> fixed_paths(RuntimeKind kind, const WatcherOptions& options) {
    std::vector<std::string> paths;
    for (const std::string& path : options_of(kind, options).sockets)
        paths.push_back(below(options.host_root, path));
    if (!paths.empty()) return paths;
    for (const Place& place : kPlaces)
        if (place.kind == kind) paths.push_back(below(options.host_root, place.path));
    return paths;
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
    if (!own.enabled) return {};
    std::vector<std::string> paths = fixed_paths(kind, options);
    if (!own.sockets.empty()) return paths;
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

bool is_socket_of(const std::string& path, const WatcherOptions& options) {
    const auto user = user_of_place(options.host_root, path);
    for (const RuntimeKind kind : kRuntimeKinds) {
        const RuntimeOptions& own = options_of(kind, options);
        if (!own.enabled) continue;
        const std::vector<std::string> fixed = fixed_paths(kind, options);
        if (std::find(fixed.begin(), fixed.end(), path) != fixed.end()) return true;
        if (!user || !own.sockets.empty()) continue;
        const std::string folder = options.host_root + "/run/user/" + std::to_string(*user);
        for (const Place& place : kPlacesOfUsers)
            if (place.kind == kind && path == folder + place.path) return true;
    }
    return false;
}

Result<Fd> connect_to(const std::string& path, const std::string& host_root) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return Error(format("{} is too long for a socket", path), ENAMETOOLONG);
    path.copy(address.sun_path, path.size());
    Fd made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!made) return errno_error("cannot make a socket", errno);
    if (::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return errno_error("cannot connect", errno);
    const auto user = user_of_place(host_root, path);
    if (!user) return made;
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(made.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return errno_error("cannot tell who is there", errno);
    if (peer.uid != *user)
        return Error(format("user {} is there, in a folder of user {}", peer.uid, *user), EPERM);
    return made;
}

}  // namespace sensor::runtimes
