// SPDX-License-Identifier: Apache-2.0
#include "state/container_id.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace sensor::state {
namespace {

constexpr std::size_t kIdDigits = 64;

/// An id of 64 hexadecimal digits between two texts, of each the last there is; behind `after` the
/// path ends.
struct Pattern {
    std::string_view type, before, after;
};
// The first that fits counts.
constexpr Pattern kPatterns[] = {
    {"podman", "/libpod-payload-", ".scope/container"},
    {"podman", "/libpod-payload-", ".scope"},
    {"podman", "/libpod-payload-", ""},
    {"podman", "/libpod-", ".scope/container"},
    {"podman", "/libpod-", ".scope"},
    {"podman", "/libpod-", ""},
    {"docker", "/docker-", ".scope"},
    {"cri", "/cri-containerd-", ".scope"},
    {"cri", "/crio-", ".scope"},
    {"cri", "/crio-", ""},
    {"cri", ":cri-containerd:", ""},
    {"cri", "/nerdctl-", ".scope"},
    {"docker", "/", ""},
};

bool is_digit(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
bool is_name_byte(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
}
bool is_name(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_name_byte);
}

/// What stands behind the last `before`, up to the last `after`; empty if there is no such thing.
std::string_view between(std::string_view path, std::string_view before,
                         std::string_view after) noexcept {
    const std::size_t at = path.rfind(before);
    if (at == std::string_view::npos) return {};
    const std::size_t begin = at + before.size();
    const std::size_t end = after.empty() ? path.size() : path.rfind(after);
    return end == std::string_view::npos || end < begin ? std::string_view{}
                                                        : path.substr(begin, end - begin);
}

std::string_view long_id(std::string_view path, const Pattern& pattern) noexcept {
    const std::string_view id = between(path, pattern.before, pattern.after);
    return id.size() == kIdDigits && std::all_of(id.begin(), id.end(), is_digit)
               ? id
               : std::string_view{};
}

ContainerId by_long_id(std::string_view path) noexcept {
    for (const Pattern& pattern : kPatterns) {
        const std::string_view id = long_id(path, pattern);
        if (id.empty()) continue;
        // Below these, only a Kubernetes runtime makes bare ids.
        const bool pod = path.find("kubepods") != std::string_view::npos;
        return {id, pod && pattern.before == "/" ? std::string_view("cri") : pattern.type};
    }
    return {};
}

ContainerId by_lxc(std::string_view path) noexcept {
    for (const std::string_view before : {"/lxc.payload.", "/lxc.payload/", "/lxc/"}) {
        const std::size_t at = path.find(before);
        if (at == std::string_view::npos) continue;
        const std::string_view rest = path.substr(at + before.size());
        const std::string_view id = rest.substr(0, rest.find('/'));
        if (!id.empty()) return {id, "lxc"};
    }
    return {};
}

ContainerId by_libvirt(std::string_view path) noexcept {
    constexpr std::string_view kEnd = ".libvirt-lxc", kEscaped = "-lxc\\x2d",
                               kOld = "/libvirt/lxc/";
    if (path.ends_with(kEnd)) {
        const std::string_view id = path.substr(path.rfind('/') + 1);
        if (id.size() > kEnd.size()) return {id.substr(0, id.size() - kEnd.size()), "libvirt-lxc"};
    }
    if (const std::string_view id = between(path, kEscaped, ".scope"); !id.empty())
        return {id, "libvirt-lxc"};
    if (const std::size_t at = path.find(kOld); at != std::string_view::npos) {
        const std::string_view rest = path.substr(at + kOld.size());
        return {rest.substr(0, rest.find('/')), "libvirt-lxc"};
    }
    return {};
}

/// "/machine.slice/machine-NAME.scope", "/machine.slice/systemd-nspawn@NAME.service", as systemd
/// registers them; virtual machines of libvirt are registered so, too.
ContainerId by_nspawn(std::string_view path) noexcept {
    struct Shape {
        std::string_view before, after;
    };
    for (const auto& [before, after] :
         {Shape{"/machine-", ".scope"}, Shape{"/systemd-nspawn@", ".service"}}) {
        const std::size_t at = path.find(before);
        if (at == std::string_view::npos) continue;
        std::string_view name = path.substr(at + before.size());
        name = name.substr(0, name.find('/'));
        if (!name.ends_with(after) || name.starts_with("qemu\\x2d")) continue;
        name.remove_suffix(after.size());
        if (!name.empty()) return {name, "nspawn"};
    }
    return {};
}

ContainerId by_bpm(std::string_view path) noexcept {
    const std::string_view id = between(path, "bpm-", ".scope");
    return is_name(id) ? ContainerId{id, "bpm"} : ContainerId{};
}

/// "/NAMESPACE/ID" of containerd's own client, in the namespaces there usually are: any path of two
/// parts looks like that.
ContainerId by_containerd(std::string_view path) noexcept {
    for (const std::string_view space : {"/default/", "/k8s.io/", "/moby/"}) {
        if (!path.starts_with(space)) continue;
        const std::string_view id = path.substr(space.size());
        if (is_name(id) && id.size() <= kIdDigits) return {id, "containerd"};
    }
    return {};
}

using Matcher = ContainerId (*)(std::string_view) noexcept;
constexpr Matcher kMatchers[] = {by_long_id, by_libvirt, by_lxc, by_nspawn, by_bpm, by_containerd};

}  // namespace

ContainerId container_of_cgroups(std::string_view cgroups) noexcept {
    for (const Matcher matcher : kMatchers) {
        for (std::size_t at = 0; at < cgroups.size();) {
            const std::size_t end = std::min(cgroups.find('\0', at), cgroups.size());
            const std::string_view item = cgroups.substr(at, end - at);
            at = end + 1;
            const std::size_t equals = item.find('=');
            if (equals == std::string_view::npos) continue;
            const ContainerId found = matcher(item.substr(equals + 1));
            if (!found.full_id.empty()) return found;
        }
    }
    return {};
}

}  // namespace sensor::state
