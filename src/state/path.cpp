// SPDX-License-Identifier: Apache-2.0
#include "state/path.hpp"

#include <cstring>

namespace sensor::state {
namespace {

// True if two slashes, or a slash and a dot, stand side by side: only then may the components be
// less than the text. Without a branch in it, so that compilers look at many bytes at once.
bool may_need_work(std::string_view path) noexcept {
    unsigned found = 0;
    for (std::size_t k = 1; k < path.size(); ++k) {
        const bool slash = path[k - 1] == '/';
        const bool odd = path[k] == '/' || path[k] == '.';
        found |= static_cast<unsigned>(slash) & static_cast<unsigned>(odd);
    }
    return found != 0 || path.starts_with('.');
}

// Appends the components of `path` to the `used` bytes of `out`; ".." takes the last one off again.
std::size_t append_components(std::string_view path, char* out, std::size_t used) noexcept {
    while (path.ends_with('/')) path.remove_suffix(1);
    if (path.empty()) return used;
    if (!may_need_work(path)) {
        if (path.front() != '/') out[used++] = '/';
        std::memcpy(out + used, path.data(), path.size());
        return used + path.size();
    }
    std::size_t at = 0;
    while (at < path.size()) {
        const std::size_t slash = path.find('/', at);
        const std::size_t end = slash == std::string_view::npos ? path.size() : slash;
        const std::string_view part = path.substr(at, end - at);
        at = end + 1;
        if (part.empty() || part == ".") continue;
        if (part == "..") {
            while (used > 0 && out[used - 1] != '/') --used;
            if (used > 0) --used;
            continue;
        }
        out[used++] = '/';
        std::memcpy(out + used, part.data(), part.size());
        used += part.size();
    }
    return used;
}

}  // namespace

std::string_view join_path(std::string_view directory, std::string_view name, char* out) noexcept {
    const bool absolute = name.starts_with('/');
    if ((absolute ? 0 : directory.size() + 1) + name.size() >= kMaxPath) return kTooLong;
    if (!absolute && directory.starts_with(kUnknownDir)) {
        std::memcpy(out, directory.data(), directory.size());
        std::memcpy(out + directory.size(), name.data(), name.size());
        return {out, directory.size() + name.size()};
    }
    std::size_t used = absolute ? 0 : append_components(directory, out, 0);
    used = append_components(name, out, used);
    if (used == 0) out[used++] = '/';
    return {out, used};
}

std::string join_path(std::string_view directory, std::string_view name) {
    char buffer[kPathBuffer];
    return std::string(join_path(directory, name, buffer));
}

std::string_view without_deleted(std::string_view path) noexcept {
    constexpr std::string_view kDeleted = " (deleted)";
    if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
    return path;
}

std::string with_slash(std::string_view path) {
    std::string text(path);
    if (text.empty() || text.back() != '/') text.push_back('/');
    return text;
}

}  // namespace sensor::state
