// SPDX-License-Identifier: Apache-2.0
// Lexical joining and normalising of paths, the way rules know fd.name: no symbolic links, "." and
// ".." and repeated slashes collapsed, no trailing slash.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sensor::state {

/// A joined path longer than this becomes kTooLong.
inline constexpr std::size_t kMaxPath = 1024;
inline constexpr std::size_t kPathBuffer = kMaxPath + 8;
inline constexpr std::string_view kTooLong = "/DIR_TOO_LONG/FILENAME_TOO_LONG";
/// Stands before a name whose directory is unknown.
inline constexpr std::string_view kUnknownDir = "<UNKNOWN>";

/// Writes the normalised join of `directory` and `name` (an absolute name ignores the directory).
/// in:   out: at least kPathBuffer bytes
/// out:  the text, in `out` or constant; cost: O(length), no allocation
std::string_view join_path(std::string_view directory, std::string_view name, char* out) noexcept;

std::string join_path(std::string_view directory, std::string_view name);

/// The path of a program whose file is gone, without the kernel's mark of that.
std::string_view without_deleted(std::string_view path) noexcept;

/// `path` with a slash at its end, as working directories are kept.
std::string with_slash(std::string_view path);

}  // namespace sensor::state
