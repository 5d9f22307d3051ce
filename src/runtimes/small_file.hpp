// SPDX-License-Identifier: Apache-2.0
// Files that others write, of bounded size: of /proc, of runtimes, of containers. Nothing but a
// regular file is ever opened for reading: with a device, opening alone may do something.
#pragma once

#include <cstddef>
#include <string>

#include "base/fd.hpp"

namespace sensor::runtimes {

/// A folder that stands for "/" (O_PATH): of a process, of the host. out: not open: there is none
/// path: empty: the sensor's own
Fd open_root(const std::string& path);
/// A regular file below it, for reading; no link leads out of it. out: not open: it is none
Fd open_below(int root, const std::string& path);

/// out: the whole content; empty if it is larger than `most`, no regular file, or cannot be read
/// path: one whose folders only root can change
std::string small_file(const std::string& path, std::size_t most);
/// The same of a path below a root, which others chose.
std::string small_file(const Fd& root, const std::string& path, std::size_t most);
/// out: the last `most` bytes of a file that may be larger; the first line may be cut
std::string end_of_file(const Fd& root, const std::string& path, std::size_t most);

}  // namespace sensor::runtimes
