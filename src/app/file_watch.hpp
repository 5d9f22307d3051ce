// SPDX-License-Identifier: Apache-2.0
// FileWatch: notices that files or folders, or what their names lead to, have changed: written in
// place, replaced, renamed, behind links that are swapped (as Kubernetes does). For Reloader.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sensor::app {

class FileWatch {
public:
    /// fails: the kernel gives no more watches
    static Result<FileWatch> create();

    /// What is watched from now on; a path need not exist. Folders with all directly in them. What
    /// was watched before still counts as `changed` if it is.
    void watch(const std::vector<std::string>& paths);
    /// Becomes readable when something was touched near what is watched; borrowed.
    int fd() const { return inotify_.get(); }
    /// Takes what has been noticed. out: whether any of it is about a watched name
    bool drain();
    /// Is what is watched another thing than at the last call of `changed`, or when it was first
    /// watched? By identity, size and times of every file. cost: a stat each
    bool changed();

private:
    explicit FileWatch(Fd inotify) : inotify_(std::move(inotify)) {}
    void arm();
    void want_chain(const std::string& path, int depth);

    Fd inotify_;
    struct Folder {
        std::set<std::string> names;  ///< entries that matter
        bool all = false;
    };
    std::map<std::string, std::string> last_;         // what each path was
    std::unordered_map<std::string, Folder> wanted_;  // by path
    std::unordered_map<int, std::string> folders_;    // by watch
};

}  // namespace sensor::app
