// SPDX-License-Identifier: Apache-2.0
// UserFiles: reads /etc/passwd and /etc/group of containers, in threads of its own: a container
// decides what its files are, and so may keep who reads them waiting, for ever. One that is stuck
// keeps the others' waiting for a second, then another thread goes on.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "containers/users.hpp"

namespace sensor::runtimes {

/// The files below a folder that stands for "/", whatever links they are; empty where they are not
/// regular files, or large.
/// root: a descriptor of the folder (O_PATH will do). cost: may wait for the file system
containers::ContainerUsers read_users(int root);

struct UserFilesStats {
    std::uint64_t stuck = 0;    ///< readings that took a second or longer
    std::uint64_t refused = 0;  ///< questions for which there was no room, or no thread
};

class UserFiles {
public:
    using Read = std::function<containers::ContainerUsers(int root)>;

    /// read: what is done in a thread
    explicit UserFiles(Read read = read_users);
    /// Threads that wait for a container's file system are left to themselves.
    ~UserFiles();
    UserFiles(const UserFiles&) = delete;
    UserFiles& operator=(const UserFiles&) = delete;

    /// Never waits. root: of a process in the container
    /// out: false: too many are asked for already, or every thread is stuck
    bool ask(std::string full_id, Fd root);
    /// cost: a load
    bool has_news() const noexcept { return has_news_->load(std::memory_order_acquire); }
    std::vector<containers::ContainerUsers> take();
    UserFilesStats stats() const;

private:
    struct Shared;
    static void begin(const std::shared_ptr<Shared>& shared);
    static void work(const std::shared_ptr<Shared>& shared);

    std::shared_ptr<Shared> shared_;
    std::shared_ptr<std::atomic<bool>> has_news_;
};

}  // namespace sensor::runtimes
