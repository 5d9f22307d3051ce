// SPDX-License-Identifier: Apache-2.0
// Files the sensor acts on: can somebody else change them? Asked before they are read.
#pragma once

#include <optional>
#include <string>

namespace sensor::guard {

/// A file or folder and every folder and link on the way to it must belong to root or to this user
/// and be closed to others' writing. A folder that is sticky may be open, as what is in it is not;
/// one on a file system that is mounted read-only, too.
/// out:  what is wrong, with owner, mode and what to do; nothing if it is safe, or not there
/// cost: a system call for each part of the path
std::optional<std::string> check_file(const std::string& path);

}  // namespace sensor::guard
