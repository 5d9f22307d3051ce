// SPDX-License-Identifier: Apache-2.0
// Files that others write, of bounded size: of /proc, of runtimes.
#pragma once

#include <cstddef>
#include <string>

namespace sensor::runtimes {

/// out: the whole content; empty if it is larger than `most`, no regular file, or cannot be read
std::string small_file(const std::string& path, std::size_t most);
/// out: the last `most` bytes of a file that may be larger; the first line may be cut
std::string end_of_file(const std::string& path, std::size_t most);

}  // namespace sensor::runtimes
