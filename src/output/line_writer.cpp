// SPDX-License-Identifier: Apache-2.0
#include "output/line_writer.hpp"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace sensor::output {
namespace {

/// out: how much was written; error: why not all
std::size_t write_patiently(int fd, std::string_view bytes, const Patience& patience, int& error) {
    struct stat info{};
    const bool regular = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    std::size_t written = 0;
    while (written < bytes.size()) {
        std::size_t most = bytes.size() - written;
        if (!regular) {
            error = EAGAIN;
            if (!patience.wait_for(fd, POLLOUT)) return written;
            most = std::min<std::size_t>(most, PIPE_BUF);
        }
        const ssize_t count = ::write(fd, bytes.data() + written, most);
        error = count < 0 ? errno : ENOSPC;
        if (count < 0 && (error == EINTR || (error == EAGAIN && !patience.is_over()))) continue;
        if (count <= 0) return written;
        written += static_cast<std::size_t>(count);
        patience.going_on();
    }
    error = 0;
    return written;
}

}  // namespace

void LineWriter::forget() {
    of_.reset();
    begun_ = 0;
}

/// What is to be written; sizes_: of each line.
std::string LineWriter::text_of(std::span<const LinePtr> lines) {
    std::string text;
    if (begun_ != 0 && lines[0] != of_) forget();
    sizes_.clear();
    for (const LinePtr& line : lines) {
        const std::string look = look_(*line);
        const std::size_t skip = sizes_.empty() ? std::min(begun_, look.size()) : 0;
        text.append(look, skip);
        sizes_.push_back(look.size() - skip);
    }
    return text;
}

void LineWriter::count(std::span<const LinePtr> lines, std::size_t written, Sent& sent) {
    std::size_t k = 0;
    for (; k < lines.size() && written >= sizes_[k]; ++k) {
        written -= sizes_[k];
        sent.verdicts[k] = Verdict::Delivered;
    }
    if (k != 0) forget();
    begun_ += written;
    if (begun_ != 0) of_ = lines[k];
}

LineWriter::Written LineWriter::write(int fd, std::span<const LinePtr> lines,
                                      const Patience& patience) {
    Written done{Sent(lines.size()), 0};
    const std::string text = text_of(lines);
    count(lines, write_patiently(fd, text, patience, done.error), done.sent);
    if (done.error == EAGAIN) {
        done.sent.problem = "takes nothing";
        done.sent.after = std::chrono::milliseconds(0);
    } else if (done.error != 0) {
        done.sent.problem = errno_error("cannot write", done.error).text;
    }
    return done;
}

}  // namespace sensor::output
