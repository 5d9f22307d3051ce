// SPDX-License-Identifier: Apache-2.0
// UserFiles: reads /etc/passwd and /etc/group of containers, in a thread of its own: a container
// decides what its files are, and so may keep who reads them waiting.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.hpp"
#include "containers/users.hpp"

namespace sensor::runtimes {

/// The files below a folder that stands for "/", whatever links they are; empty where they are not
/// regular files, or large.
/// root: a descriptor of the folder (O_PATH will do). cost: may wait for the file system
containers::ContainerUsers read_users(int root);

class UserFiles {
public:
    UserFiles();
    /// A thread that waits for a container's file system is left to itself.
    ~UserFiles();
    UserFiles(const UserFiles&) = delete;
    UserFiles& operator=(const UserFiles&) = delete;

    /// Never waits. root: of a process in the container
    /// out: false: too many are asked for already
    bool ask(std::string full_id, Fd root);
    bool has_news() const noexcept { return shared_->has_news.load(std::memory_order_acquire); }
    std::vector<containers::ContainerUsers> take();

private:
    struct Question {
        std::string full_id;
        Fd root;
    };
    /// Outlives this object where the thread does.
    struct Shared {
        std::mutex mutex;
        std::condition_variable changed;
        std::deque<Question> questions;                // guarded
        std::vector<containers::ContainerUsers> news;  // guarded
        bool ends = false;                             // guarded
        std::atomic<bool> has_news{false};
    };
    static void work(Shared& shared);

    std::shared_ptr<Shared> shared_;
};

}  // namespace sensor::runtimes
