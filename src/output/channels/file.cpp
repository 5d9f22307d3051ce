// SPDX-License-Identifier: Apache-2.0
// Alerts appended to a file. A disk that was full in the middle of a line does not spoil the next:
// the line is continued where it ended, or, where that cannot be told, ended by a newline and
// written anew. A pipe by that name works too, and waits for a reader.
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/fd.hpp"
#include "output/channel.hpp"
#include "output/line_writer.hpp"

namespace sensor::output {
namespace {

/// Which file, and how long.
struct Place {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = -1;  ///< -1: no regular file
    bool is_same_file(const Place& other) const {
        return device == other.device && inode == other.inode;
    }
};

Place place_of(int fd) {
    struct stat info{};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return {};
    return {info.st_dev, info.st_ino, info.st_size};
}

class FileChannel final : public Channel {
public:
    explicit FileChannel(const FileOptions& options) : options_(options) {}

    std::string_view name() const override { return "file"; }
    Traits traits() const override { return {256, true, Form::Text}; }
    void reopen() override { fd_.reset(); }

    Sent send(std::span<const LinePtr> lines, const Patience& patience) override {
        if (const Result<> ready = make_ready(); !ready) {
            Sent sent(lines.size());
            sent.problem = ready.error().text;
            return sent;
        }
        LineWriter::Written done = writer_.write(fd_.get(), lines, patience);
        if (done.error != 0) done.sent.problem = options_.filename + ": " + done.sent.problem;
        left_ = place_of(fd_.get());
        // After an error the file may have been moved, or its disk mounted anew.
        if (!options_.keep_alive || done.error != 0) fd_.reset();
        return std::move(done.sent);
    }

private:
    Result<> make_ready() {
        if (fd_) return Ok{};
        // O_NONBLOCK: a pipe without a reader is an error, not a wait.
        constexpr int kHow = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
        fd_ = Fd(::open(options_.filename.c_str(), kHow, 0666));
        if (!fd_) return errno_error("cannot open " + options_.filename, errno);
        const Place now = place_of(fd_.get());
        const bool as_left = now.is_same_file(left_) && now.size == left_.size;
        if (as_left || now.size <= 0) {
            if (!as_left) writer_.forget();
            return Ok{};
        }
        writer_.forget();
        return end_torn_line(now);
    }

    /// The file is not as this channel left it: was its last line written to its end?
    Result<> end_torn_line(const Place& now) {
        const Fd reader(::open(options_.filename.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        char last = '\n';
        if (!reader || !place_of(reader.get()).is_same_file(now)) return Ok{};
        if (::pread(reader.get(), &last, 1, now.size - 1) != 1 || last == '\n') return Ok{};
        if (::write(fd_.get(), "\n", 1) == 1) return Ok{};
        const int why = errno;
        fd_.reset();
        return errno_error(options_.filename + ": cannot write", why);
    }

    const FileOptions options_;
    LineWriter writer_;
    Fd fd_;
    Place left_;
};

}  // namespace

ChannelPtr make_file(const FileOptions& options) { return std::make_unique<FileChannel>(options); }

}  // namespace sensor::output
