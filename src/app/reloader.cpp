// SPDX-License-Identifier: Apache-2.0
#include "app/reloader.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "base/log.hpp"
#include "base/start_memory.hpp"

namespace sensor::app {
namespace {

constexpr int kLookMs = 500;     // between two looks at the files
constexpr int kQuietMs = 100;    // files are written in several steps
constexpr int kMostRounds = 50;  // of what does not become quiet

}  // namespace

Reloader::Reloader(Prepare prepare, Told failed, const std::vector<std::string>& paths)
    : prepare_(std::move(prepare)),
      failed_(std::move(failed)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!paths.empty()) files_.emplace(paths);
    thread_ = std::thread([this] { run(); });
}

Reloader::~Reloader() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    changed_.notify_all();
    wake();
    thread_.join();
}

void Reloader::wake() const {
    const std::uint64_t one = 1;
    if (::write(wake_.get(), &one, sizeof one) < 0) log::debug("reload: the wake-up is full");
}

void Reloader::request(Done done) {
    {
        const std::lock_guard lock(mutex_);
        is_asked_ = true;
        if (done) asked_.push_back(std::move(done));
    }
    wake();
}

std::optional<Prepared> Reloader::take() {
    if (!has_ready_.load(std::memory_order_acquire)) return std::nullopt;
    const std::lock_guard lock(mutex_);
    has_ready_.store(false, std::memory_order_relaxed);
    return std::exchange(ready_, std::nullopt);
}

void Reloader::adopted(Result<> how, std::unique_ptr<Generation> old,
                       std::vector<std::string> paths) {
    {
        const std::lock_guard lock(mutex_);
        how_ = std::move(how);
        old_ = std::move(old);
        paths_ = std::move(paths);
        in_use_ = true;
    }
    changed_.notify_all();
}

void Reloader::run() {
    while (wait_for_cause()) reload();
}

// out: false: the sensor ends
bool Reloader::wait_for_cause() {
    bool touched = false;
    for (int rounds = 0;;) {
        if (is_closing()) return false;
        const bool waits = touched || is_asked_;
        pollfd on{wake_.get(), POLLIN, 0};
        const int count = ::poll(&on, 1, waits ? kQuietMs : files_ ? kLookMs : -1);
        std::uint64_t ignored = 0;
        if (count > 0 && ::read(wake_.get(), &ignored, sizeof ignored) < 0) continue;
        const bool differs = count == 0 && files_ && files_->changed();
        touched = touched || differs;
        if (waits && ((count == 0 && !differs) || ++rounds > kMostRounds)) return true;
    }
}

bool Reloader::is_closing() const {
    const std::lock_guard lock(mutex_);
    return closing_;
}

void Reloader::reload() {
    std::vector<Done> asked;
    {
        const std::lock_guard lock(mutex_);
        asked.swap(asked_);
        is_asked_ = false;
    }
    const auto answer = [&](const Result<>& what) {
        for (const Done& done : asked) done(what);
    };
    if (files_) files_->changed();  // what it is from here on is what is read
    Result<Prepared> made = prepare_();
    if (!made) {
        failed_(made.error().text);
        return answer(made.error());
    }
    std::unique_lock lock(mutex_);
    ready_ = *std::move(made);
    has_ready_.store(true, std::memory_order_release);
    changed_.wait(lock, [this] { return closing_ || in_use_; });
    const bool in_use = std::exchange(in_use_, false);
    const std::unique_ptr<Generation> old = std::move(old_);
    const std::vector<std::string> paths = std::move(paths_);
    const Result<> how = in_use ? how_ : Error("the sensor ends");
    lock.unlock();
    if (files_ && !paths.empty()) files_->watch(paths);
    if (in_use && !how) failed_(how.error().text);
    answer(how);
    release_start_memory();
}

}  // namespace sensor::app
