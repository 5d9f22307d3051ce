// SPDX-License-Identifier: Apache-2.0
#include "runtimes/bundle.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "runtimes/small_file.hpp"

namespace sensor::runtimes {
namespace {

constexpr std::size_t kMostSpec = 2 << 20;
constexpr int kMostParents = 4;

/// Where runtimes keep bundles when nobody says otherwise; {} is the id.
constexpr const char* kUsual[] = {
    "/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby/{}",
    "/run/containerd/io.containerd.runtime.v2.task/moby/{}",
    "/run/containerd/io.containerd.runtime.v2.task/k8s.io/{}",
    "/run/containerd/io.containerd.runtime.v2.task/default/{}",
    "/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/{}",
    "/run/containers/storage/overlay-containers/{}/userdata",
    "/var/lib/containers/storage/overlay-containers/{}/userdata",
};

std::string spec_in(const std::string& root, const std::string& folder) {
    return small_file(open_root(root), folder + "/config.json", kMostSpec);
}

/// The value of the first of these options.
std::string option(const std::vector<std::string>& arguments,
                   std::initializer_list<std::string_view> names) {
    for (std::size_t k = 0; k < arguments.size(); ++k) {
        for (const std::string_view name : names) {
            const std::string& word = arguments[k];
            if (word == name && k + 1 < arguments.size()) return arguments[k + 1];
            if (word.starts_with(name) && word.size() > name.size() && word[name.size()] == '=')
                return word.substr(name.size() + 1);
        }
    }
    return {};
}

/// conmon keeps exit codes in a folder beside that of podman's events.
std::string events_beside(const std::string& exits) {
    constexpr std::string_view kExits = "/exits";
    if (!exits.starts_with('/') || !exits.ends_with(kExits)) return {};
    return exits.substr(0, exits.size() - kExits.size()) + "/events/events.log";
}

std::string base_name(std::string_view path) {
    return std::string(path.substr(path.rfind('/') + 1));
}

void read_conmon(const std::vector<std::string>& arguments, Bundle& to) {
    to.name = option(arguments, {"-n"});
    to.events = events_beside(option(arguments, {"--exit-dir"}));
}

/// Of a process outside, if it was started for this container: conmon, runc, a shim.
Bundle bundle_by(const ProcView& proc, std::uint32_t pid, std::string_view full_id) {
    Bundle bundle;
    bundle.root = proc.path_of(pid, "root");
    const std::vector<std::string> arguments = proc.arguments(pid);
    const bool for_it = std::find(arguments.begin(), arguments.end(), full_id) != arguments.end();
    if (for_it) {
        const std::string folder = option(arguments, {"-b", "--bundle"});
        if (folder.starts_with('/')) {
            bundle.folder = folder;
            bundle.spec = spec_in(bundle.root, folder);
        }
        if (!arguments.empty() && base_name(arguments.front()) == "conmon")
            read_conmon(arguments, bundle);
        if (bundle.spec.empty()) bundle.spec = spec_in(proc.path_of(pid, "cwd"), "");
    }
    // A shim serves a whole pod, from the folder of its first container.
    if (bundle.spec.empty() && !arguments.empty() &&
        base_name(arguments.front()).starts_with("containerd-shim"))
        bundle.spec = spec_in(proc.path_of(pid, "cwd/.."), std::string(full_id));
    return bundle;
}

bool is_plain(std::string_view id) noexcept {
    return !id.empty() && id.front() != '.' && id.find('/') == std::string_view::npos &&
           id.size() <= 255;
}

}  // namespace

Bundle find_bundle(const ProcView& proc, const std::string& host_root, std::string_view full_id,
                   std::uint32_t first) {
    if (!is_plain(full_id)) return {};
    std::uint32_t pid = first;
    Bundle found;
    for (int k = 0; k < kMostParents && found.events.empty(); ++k) {
        const auto status = proc.status(pid);
        if (!status || status->parent <= 1) break;
        pid = status->parent;
        Bundle bundle = bundle_by(proc, pid, full_id);
        // runc, which goes when the container runs, was started by conmon, which stays.
        if (found.spec.empty()) {
            found = std::move(bundle);
        } else if (!bundle.name.empty()) {
            found.root = std::move(bundle.root);
            found.folder = std::move(bundle.folder);
            found.name = std::move(bundle.name);
            found.events = std::move(bundle.events);
        }
    }
    if (!found.spec.empty()) return found;
    for (const char* place : kUsual) {
        std::string path = place;
        path.replace(path.find("{}"), 2, full_id);
        Bundle bundle{spec_in(host_root, path), host_root, path, {}, {}};
        if (!bundle.spec.empty()) return bundle;
    }
    return {};
}

}  // namespace sensor::runtimes
