// SPDX-License-Identifier: Apache-2.0
#include "capture/scap/writer_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "base/fd.hpp"

namespace sensor::capture::scap {

struct WriterFile::Shared {
    std::string path;
    Fd file;
    std::mutex mutex;
    std::condition_variable to_write, has_room;
    std::deque<std::string> chunks;
    bool closing = false;
    Error error;  // code 0: none
    std::thread thread;

    bool failed() const { return error.code != 0; }

    void run() {
        std::unique_lock lock(mutex);
        for (;;) {
            to_write.wait(lock, [&] { return closing || !chunks.empty(); });
            if (chunks.empty()) return;
            const std::string chunk = std::move(chunks.front());
            chunks.pop_front();
            lock.unlock();
            const int problem = write_all(chunk);
            lock.lock();
            if (problem != 0 && !failed()) error = errno_error("cannot write " + path, problem);
            if (failed()) chunks.clear();
            has_room.notify_all();
        }
    }

    /// out: errno, 0: done
    int write_all(std::string_view left) const {
        while (!left.empty()) {
            const ssize_t wrote = ::write(file.get(), left.data(), left.size());
            if (wrote < 0 && errno == EINTR) continue;
            if (wrote < 0) return errno;
            if (wrote == 0) return ENOSPC;
            left.remove_prefix(static_cast<std::size_t>(wrote));
        }
        return 0;
    }

    /// Takes a chunk over. out: false, and the chunk kept, where there is no room
    bool take(std::string& chunk, bool wait) {
        std::unique_lock lock(mutex);
        if (wait) has_room.wait(lock, [&] { return failed() || chunks.size() < kMaxChunks; });
        if (failed()) {
            chunk.clear();
            return false;
        }
        if (chunks.size() >= kMaxChunks) return false;
        chunks.push_back(std::exchange(chunk, {}));
        lock.unlock();
        to_write.notify_one();
        return true;
    }
};

Result<WriterFile> WriterFile::create(const std::string& path, bool exclusive) {
    const int how = exclusive ? O_EXCL | O_NOFOLLOW : O_TRUNC;
    auto shared = std::make_unique<Shared>();
    shared->path = path;
    shared->file = Fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | how, 0600));
    if (!shared->file) return errno_error("cannot create the capture file " + path, errno);
    try {
        shared->thread = std::thread([all = shared.get()] { all->run(); });
    } catch (const std::system_error& error) {
        return Error("no thread to write " + path + ": " + error.what(), error.code().value());
    }
    return WriterFile(std::move(shared));
}

WriterFile::WriterFile(std::unique_ptr<Shared> shared) : shared_(std::move(shared)) {
    chunk_.reserve(kChunkBytes);
}

WriterFile::WriterFile(WriterFile&&) noexcept = default;

WriterFile::~WriterFile() {
    if (shared_ != nullptr) static_cast<void>(close().has_value());
}

WriterFile::Taken WriterFile::append(std::string_view bytes, bool wait) {
    if (chunk_.size() + bytes.size() > kChunkBytes && !chunk_.empty()) {
        if (!shared_->take(chunk_, wait)) {
            const std::lock_guard lock(shared_->mutex);
            return shared_->failed() ? Taken::Failed : Taken::NoRoom;
        }
        chunk_.reserve(kChunkBytes);
    }
    chunk_.append(bytes);
    return Taken::Yes;
}

void WriterFile::flush() {
    if (!chunk_.empty()) static_cast<void>(shared_->take(chunk_, false));
}

Result<> WriterFile::close() {
    if (shared_->thread.joinable()) {
        if (!chunk_.empty()) static_cast<void>(shared_->take(chunk_, true));
        {
            const std::lock_guard lock(shared_->mutex);
            shared_->closing = true;
        }
        shared_->to_write.notify_one();
        shared_->thread.join();
        if (::close(shared_->file.release()) != 0 && !shared_->failed())
            shared_->error = errno_error("cannot write " + shared_->path, errno);
    }
    if (shared_->failed()) return shared_->error;
    return Ok{};
}

std::string WriterFile::problem() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->error.text;
}

}  // namespace sensor::capture::scap
