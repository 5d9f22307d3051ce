// SPDX-License-Identifier: Apache-2.0
#include "capture/scap/byte_stream.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/fd.hpp"

namespace sensor::capture::scap {
namespace {

class FileBytes final : public ByteStream {
public:
    FileBytes(Fd fd, std::string path, const struct stat& info)
        : fd_(std::move(fd)), path_(std::move(path)), is_regular_(S_ISREG(info.st_mode)) {
        if (is_regular_) total_ = static_cast<std::uint64_t>(info.st_size);
    }

    Result<Got> read(std::span<std::byte> out, int wait_ms) override {
        if (!is_regular_ && !wait(wait_ms)) return Got{};
        const ssize_t got = ::read(fd_.get(), out.data(), out.size());
        if (got < 0) {
            if (errno == EINTR || errno == EAGAIN) return Got{};
            return errno_error("cannot read " + path_, errno);
        }
        read_ += static_cast<std::uint64_t>(got);
        return Got{static_cast<std::size_t>(got), got == 0};
    }
    Progress progress() const override { return {read_, total_}; }

private:
    bool wait(int wait_ms) const {
        pollfd waited{fd_.get(), POLLIN, 0};
        return ::poll(&waited, 1, wait_ms) > 0;
    }

    Fd fd_;
    std::string path_;
    bool is_regular_;
    std::uint64_t read_ = 0, total_ = 0;
};

class MemoryBytes final : public ByteStream {
public:
    MemoryBytes(std::string bytes, std::size_t piece) : bytes_(std::move(bytes)), piece_(piece) {}

    Result<Got> read(std::span<std::byte> out, int) override {
        std::size_t count = std::min(out.size(), bytes_.size() - at_);
        if (piece_ != 0) count = std::min(count, piece_);
        if (count > 0) std::memcpy(out.data(), bytes_.data() + at_, count);
        at_ += count;
        return Got{count, count == 0};
    }
    Progress progress() const override { return {at_, bytes_.size()}; }

private:
    std::string bytes_;
    std::size_t piece_, at_ = 0;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> open_bytes(const std::string& path) {
    const bool standard = path == "-";
    // A copy, so that closing ours leaves the program's standard input alone.
    Fd fd(standard ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                   : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    const std::string name = standard ? "standard input" : path;
    if (!fd) return errno_error("cannot open " + name, errno);
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0) return errno_error("cannot open " + name, errno);
    if (S_ISDIR(info.st_mode)) return errno_error("cannot read " + name, EISDIR);
    return std::unique_ptr<ByteStream>(std::make_unique<FileBytes>(std::move(fd), name, info));
}

std::unique_ptr<ByteStream> memory_bytes(std::string bytes, std::size_t piece) {
    return std::make_unique<MemoryBytes>(std::move(bytes), piece);
}

}  // namespace sensor::capture::scap
