// SPDX-License-Identifier: Apache-2.0
#include "runtimes/user_files.hpp"

#include <unistd.h>

#include <memory>
#include <utility>

#include "runtimes/small_file.hpp"

namespace sensor::runtimes {
namespace {

constexpr std::size_t kMostBytes = 256 << 10;
constexpr std::size_t kMostQuestions = 256;

std::string read_below(int root, const char* path) {
    const Fd file = open_below(root, path);
    if (!file) return {};
    std::string text;
    while (text.size() < kMostBytes) {
        char piece[4096];
        const ssize_t got = ::read(file.get(), piece, sizeof piece);
        if (got <= 0) return text;
        text.append(piece, static_cast<std::size_t>(got));
    }
    return text.substr(0, text.rfind('\n') + 1);
}

}  // namespace

containers::ContainerUsers read_users(int root) {
    containers::ContainerUsers users;
    users.users = containers::parse_users(read_below(root, "etc/passwd"));
    users.groups = containers::parse_groups(read_below(root, "etc/group"));
    return users;
}

UserFiles::UserFiles() : shared_(std::make_shared<Shared>()) {
    std::thread([shared = shared_] { work(*shared); }).detach();
}

UserFiles::~UserFiles() {
    const std::lock_guard lock(shared_->mutex);
    shared_->ends = true;
    shared_->changed.notify_all();
}

bool UserFiles::ask(std::string full_id, Fd root) {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->questions.size() == kMostQuestions) return false;
    shared_->questions.push_back({std::move(full_id), std::move(root)});
    shared_->changed.notify_all();
    return true;
}

std::vector<containers::ContainerUsers> UserFiles::take() {
    const std::lock_guard lock(shared_->mutex);
    shared_->has_news.store(false, std::memory_order_relaxed);
    return std::exchange(shared_->news, {});
}

void UserFiles::work(Shared& shared) {
    std::unique_lock lock(shared.mutex);
    for (;;) {
        shared.changed.wait(lock, [&] { return shared.ends || !shared.questions.empty(); });
        if (shared.ends) return;
        Question next = std::move(shared.questions.front());
        shared.questions.pop_front();
        lock.unlock();
        containers::ContainerUsers users = read_users(next.root.get());
        users.full_id = std::move(next.full_id);
        next.root = Fd();
        lock.lock();
        shared.news.push_back(std::move(users));
        shared.has_news.store(true, std::memory_order_release);
    }
}

}  // namespace sensor::runtimes
