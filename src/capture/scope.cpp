// SPDX-License-Identifier: Apache-2.0
#include "capture/scope.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <sstream>

#include "base/log.hpp"

namespace sensor::capture {
namespace {

constexpr long kCgroup2Magic = 0x63677270;
constexpr long kCgroup1Magic = 0x27e0eb;

// Columns of one line of /proc/self/mountinfo that matter here.
struct Mount {
    std::string device;  // "major:minor"
    std::string folder;
    std::string type;
    std::string options;  // of the superblock
};

std::vector<Mount> cgroup_mounts() {
    std::vector<Mount> mounts;
    std::ifstream file("/proc/self/mountinfo");
    for (std::string line; std::getline(file, line);) {
        const std::size_t dash = line.find(" - ");
        if (dash == std::string::npos) continue;
        Mount m;
        std::string skip;
        std::istringstream head(line.substr(0, dash)), tail(line.substr(dash + 3));
        head >> skip >> skip >> m.device >> skip >> m.folder;
        tail >> m.type >> skip >> m.options;
        if (m.type.rfind("cgroup", 0) == 0) mounts.push_back(std::move(m));
    }
    return mounts;
}

bool has_word(std::string_view list, std::string_view word) {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        if (list.substr(0, comma) == word) return true;
        if (comma == std::string_view::npos) return false;
        list.remove_prefix(comma + 1);
    }
    return false;
}

// Number of the v1 hierarchy on a device: /proc/self/cgroup has "number:controllers:path".
Result<std::uint32_t> hierarchy_on(const struct stat& st, const std::string& path) {
    const std::string device = format("{}:{}", major(st.st_dev), minor(st.st_dev));
    std::string options;
    for (const Mount& m : cgroup_mounts()) {
        if (m.device == device) options = m.options;
    }
    std::ifstream file("/proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
        const std::size_t first = line.find(':'), second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const std::string one = controllers.substr(0, controllers.find(','));
        if (one.empty() || one.rfind("name=", 0) == 0 || !has_word(options, one)) continue;
        return static_cast<std::uint32_t>(std::strtoul(line.c_str(), nullptr, 10));
    }
    return Error(format(
        "--scope cgroup={}: this v1 hierarchy has no controller, so the kernel cannot "
        "look it up by process; use a folder of another one (memory, pids, cpu) or of cgroup2",
        path));
}

std::string v2_root() {
    for (const Mount& m : cgroup_mounts()) {
        if (m.type == "cgroup2") return m.folder;
    }
    return {};
}

bool is_cgroup(const std::string& path) {
    struct statfs fs{};
    return ::statfs(path.c_str(), &fs) == 0 &&
           (fs.f_type == kCgroup2Magic || fs.f_type == kCgroup1Magic);
}

}  // namespace

Result<CgroupKey> find_cgroup(const std::string& path) {
    std::string folder = path;
    if (!is_cgroup(folder)) folder = v2_root() + "/" + path;
    struct stat st{};
    struct statfs fs{};
    if (!is_cgroup(folder) || ::stat(folder.c_str(), &st) != 0 ||
        ::statfs(folder.c_str(), &fs) != 0 || !S_ISDIR(st.st_mode)) {
        return Error(
            format(
                "--scope cgroup={}: not a control group; give the folder of one, such as {}/NAME",
                path, v2_root().empty() ? "/sys/fs/cgroup" : v2_root()),
            ENOENT);
    }
    CgroupKey key;
    key.id = st.st_ino;
    if (fs.f_type == kCgroup1Magic) {
        SENSOR_TRY(key.hierarchy, hierarchy_on(st, path));
    }
    return key;
}

Result<std::uint32_t> first_mount_namespace() {
    struct stat st{};
    if (::stat("/proc/1/ns/mnt", &st) != 0)
        return errno_error("--scope container: cannot look at /proc/1/ns/mnt", errno);
    return static_cast<std::uint32_t>(st.st_ino);
}

Result<Scope> parse_scope(std::string_view text) {
    if (text == "pidns") return Scope{ScopePidns{}};
    if (text == "container") return Scope{ScopeContainer{}};
    const std::size_t equal = text.find('=');
    const std::string_view kind = text.substr(0, equal);
    const std::string_view value =
        equal == std::string_view::npos ? std::string_view{} : text.substr(equal + 1);
    if (kind == "cgroup" && !value.empty()) return Scope{ScopeCgroup{std::string(value)}};
    if (kind == "tree") {
        std::uint32_t tgid = 0;
        const auto [end, err] = std::from_chars(value.data(), value.data() + value.size(), tgid);
        if (err == std::errc{} && end == value.data() + value.size() && tgid > 0)
            return Scope{ScopeTree{tgid}};
        return Error(format("--scope tree={}: expected the number of a process", value));
    }
    return Error(format("--scope {}: expected cgroup=PATH, tree=PID, pidns or container", text));
}

}  // namespace sensor::capture
