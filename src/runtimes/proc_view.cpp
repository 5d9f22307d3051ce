// SPDX-License-Identifier: Apache-2.0
#include "runtimes/proc_view.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>

#include "base/log.hpp"
#include "runtimes/small_file.hpp"

namespace sensor::runtimes {
namespace {

constexpr std::size_t kMostText = 64 << 10, kMostMountInfo = 1 << 20, kMostMounts = 4096;

template <typename T>
T number(std::string_view text, int base = 10) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    T value{};
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
}

template <typename F>
void each_part(std::string_view text, char separator, F&& take) {
    while (!text.empty()) {
        const std::size_t end = text.find(separator);
        take(text.substr(0, end));
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

/// "\040" and the like.
std::string unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t k = 0; k < text.size(); ++k) {
        if (text[k] == '\\' && k + 3 < text.size()) {
            plain.push_back(static_cast<char>(number<unsigned>(text.substr(k + 1, 3), 8)));
            k += 3;
        } else {
            plain.push_back(text[k]);
        }
    }
    return plain;
}

/// File systems that are made for a container, not bound into it.
bool is_own(std::string_view type) noexcept {
    for (const std::string_view own :
         {"proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup", "cgroup2", "overlay", "devtmpfs"})
        if (type == own) return true;
    return false;
}

/// A line: id parent dev root dest options [optional...] - type source options
std::optional<containers::Mount> mount_of(std::string_view line) {
    std::array<std::string_view, 6> head{};
    std::size_t count = 0;
    std::string_view propagation = "private", type;
    bool behind = false;
    each_part(line, ' ', [&](std::string_view part) {
        if (count < head.size()) {
            head[count++] = part;
        } else if (part == "-") {
            behind = true;
        } else if (behind) {
            if (type.empty()) type = part;
        } else if (part.starts_with("shared:")) {
            propagation = "rshared";
        } else if (part.starts_with("master:") && propagation == "private") {
            propagation = "rslave";
        }
    });
    if (count < head.size() || type.empty() || head[4] == "/" || is_own(type)) return std::nullopt;
    containers::Mount mount;
    mount.source = unescaped(head[3]);
    mount.dest = unescaped(head[4]);
    mount.rdwr = !(head[5] == "ro" || head[5].starts_with("ro,"));
    mount.propagation = propagation;
    return mount;
}

}  // namespace

bool has_all_capabilities(std::uint64_t effective) noexcept {
    // The 38 that every kernel since 3.16 has; later ones may be kept from everybody.
    constexpr std::uint64_t kAll = (std::uint64_t{1} << 38) - 1;
    constexpr std::uint64_t kResource = std::uint64_t{1} << 24;  // hosts themselves may lack it
    return ((effective | kResource) & kAll) == kAll;
}

std::string ProcView::path_of(std::uint32_t pid, std::string_view rest) const {
    return format("{}{}/{}", root_, pid, rest);
}

std::optional<ProcView::Status> ProcView::status(std::uint32_t pid) const {
    const std::string all = small_file(path_of(pid, "status"), kMostText);
    if (all.empty()) return std::nullopt;
    Status status;
    each_part(all, '\n', [&](std::string_view line) {
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) return;
        const std::string_view key = line.substr(0, colon), value = line.substr(colon + 1);
        if (key == "Name") status.name = value.substr(std::min<std::size_t>(1, value.size()));
        if (key == "PPid") status.parent = number<std::uint32_t>(value);
        if (key == "Uid") status.uid = number<std::uint32_t>(value);
        if (key == "CapEff") status.effective = number<std::uint64_t>(value, 16);
        if (key == "Seccomp") status.seccomp = number<int>(value) != 0;
    });
    return status;
}

std::vector<std::string> ProcView::arguments(std::uint32_t pid) const {
    std::vector<std::string> found;
    each_part(small_file(path_of(pid, "cmdline"), kMostText), '\0',
              [&](std::string_view part) { found.emplace_back(part); });
    return found;
}

std::optional<bool> ProcView::same_space(std::uint32_t pid, std::uint32_t other,
                                         const char* kind) const {
    struct stat one{}, two{};
    const std::string name = std::string("ns/") + kind;
    if (::stat(path_of(pid, name).c_str(), &one) != 0) return std::nullopt;
    if (::stat(path_of(other, name).c_str(), &two) != 0) return std::nullopt;
    return one.st_ino == two.st_ino && one.st_dev == two.st_dev;
}

bool ProcView::in_container(std::uint32_t pid, std::string_view full_id) const {
    constexpr std::string_view kMonitor = "conmon-";  // has the id in its own group's name
    const std::string paths = cgroups(pid);
    for (std::size_t at = paths.find(full_id); at != std::string::npos;
         at = paths.find(full_id, at + 1)) {
        if (!std::string_view(paths).substr(0, at).ends_with(kMonitor)) return true;
    }
    return false;
}

std::string ProcView::cgroups(std::uint32_t pid) const {
    return small_file(path_of(pid, "cgroup"), kMostText);
}

std::uint32_t ProcView::first_in(std::string_view full_id, std::uint32_t pid) const {
    constexpr int kMostSteps = 64;
    for (int k = 0; k < kMostSteps; ++k) {
        const auto found = status(pid);
        if (!found || found->parent <= 1 || !in_container(found->parent, full_id)) break;
        pid = found->parent;
    }
    return pid;
}

std::vector<containers::Mount> ProcView::bound_mounts(std::uint32_t pid) const {
    std::vector<containers::Mount> found;
    each_part(small_file(path_of(pid, "mountinfo"), kMostMountInfo), '\n',
              [&](std::string_view line) {
                  if (found.size() == kMostMounts) return;
                  if (auto mount = mount_of(line)) found.push_back(*std::move(mount));
              });
    return found;
}

}  // namespace sensor::runtimes
