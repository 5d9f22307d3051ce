// SPDX-License-Identifier: Apache-2.0
// FileWatch: notices that files or folders, or what their names lead to, have changed: written in
// place, replaced, renamed, behind links that are swapped (as Kubernetes does). For Reloader.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace sensor::app {

/// Looks when asked. Not inotify: with one watch each open and each close in the whole file system,
/// by any program, takes the kernel's long way, 55 ns for both.
class FileWatch {
public:
    explicit FileWatch(const std::vector<std::string>& paths) { watch(paths); }

    /// What is watched from now on; a path need not exist. Folders with all directly in them. What
    /// was watched before still counts as `changed` if it is.
    void watch(const std::vector<std::string>& paths);
    /// Is what is watched another thing than at the last call of `changed`, or when it was first
    /// watched? By identity, size and times of every file. cost: a stat each, folders are listed
    bool changed();

private:
    std::map<std::string, std::string> last_;  // what each path was
};

}  // namespace sensor::app
