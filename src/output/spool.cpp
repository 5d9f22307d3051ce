// SPDX-License-Identifier: Apache-2.0
#include "output/spool.hpp"

#include <algorithm>
#include <cerrno>

#include "base/log.hpp"
#include "output/spool_frame.hpp"

namespace sensor::output {
namespace {

constexpr std::uint64_t kFirstNumber = std::uint64_t{1} << 40;  // put_front() counts downwards
constexpr std::uint64_t kFileBytes = 1 << 20;
constexpr auto kPause = std::chrono::seconds(1);  // after the disk refused

}  // namespace

Spool::Spool(const SpoolOptions& options, std::string_view channel, Form form)
    : options_(options),
      channel_(channel),
      form_(form),
      most_bytes_(options.most_mb << 20),
      file_bytes_(std::min(kFileBytes, most_bytes_ / 4)),
      next_write_(kFirstNumber),
      next_read_(kFirstNumber),
      done_(kFirstNumber) {}

Spool::~Spool() { release(); }

Result<std::unique_ptr<Spool>> Spool::open(const SpoolOptions& options, std::string_view channel,
                                           Form form) {
    std::unique_ptr<Spool> spool(new Spool(options, channel, form));
    const Result<> opened = spool->open_folder(false);
    if (opened || opened.error().code == ENOENT) return spool;
    if (opened.error().code != EWOULDBLOCK) return opened.error();
    spool->held_ = true;
    log::info("spool of {}: {}", channel, opened.error().text);
    return spool;
}

bool Spool::look_again() {
    const std::lock_guard lock(mutex_);
    if (!held_ || Clock::now() - failed_ < kPause) return false;
    failed_ = Clock::now();
    const Result<> opened = open_folder(false);
    held_ = !opened && opened.error().code == EWOULDBLOCK;
    if (opened) failed_ = {};
    return opened && has_more();
}

Result<> Spool::open_folder(bool make) {
    SENSOR_TRY(SpoolFolder folder, SpoolFolder::open(options_.folder, channel_, make));
    folder_ = std::make_unique<SpoolFolder>(std::move(folder));
    const Result<> taken = take_over();
    if (!taken) folder_.reset();
    return taken;
}

/// Where did an earlier run end? Its last file may do so in the middle of a line, which then counts
/// as lost; nothing is added to it.
void Spool::look_at_last() {
    const std::uint64_t first = files_.back().first;
    next_write_ = first;
    std::size_t end = kSegmentHead.size();
    const Result<std::string> bytes = folder_->read(first);
    if (bytes) {
        FrameReader reader(*bytes);
        while (const auto frame = reader.next()) {
            next_write_ = frame->number + 1;
            end = reader.position();
        }
    }
    if (!bytes || bytes->size() > end) ++next_write_;
    if (next_write_ != first) return;
    folder_->remove(first);  // it was only begun
    files_.pop_back();
}

Result<> Spool::take_over() {
    SENSOR_TRY(const auto found, folder_->list());
    files_.assign(found.begin(), found.end());
    if (!files_.empty()) look_at_last();
    const auto position = folder_->position();
    const std::uint64_t start = files_.empty() ? next_write_ : files_.front().first;
    done_ = next_read_ = std::max(position.value_or(start), files_.empty() ? 0 : start);
    next_write_ = std::max(next_write_, done_);
    publish();
    if (waiting_ != 0)
        log::info("{}: {} alerts of an earlier run wait in {}", channel_, waiting_.load(),
                  folder_->path());
    return Ok{};
}

void Spool::publish() {
    std::uint64_t sum = folder_ ? folder_->aside_bytes() : 0;
    for (const SpoolFolder::File& file : files_) sum += file.bytes;
    bytes_ = sum;
    waiting_ = next_write_ - done_;
    unread_ = next_write_ - next_read_;
}

void Spool::fail(const Error& error) {
    if (reason_.exchange(DropReason::SpoolError) != DropReason::SpoolError)
        log::error("spool of {}: {}", channel_, error.text);
    failed_ = Clock::now();
}

bool Spool::has_room(std::size_t bytes) const {
    std::uint64_t sum = folder_ ? folder_->aside_bytes() : 0;
    for (const SpoolFolder::File& file : files_) sum += file.bytes;
    return sum + bytes <= most_bytes_;
}

bool Spool::is_usable() {
    const std::lock_guard lock(mutex_);
    if (failed_ != Clock::time_point{} && Clock::now() - failed_ < kPause) return false;
    if (has_room(file_bytes_)) return true;
    reason_ = DropReason::SpoolFull;
    return false;
}

Result<> Spool::begin_file(std::uint64_t first) {
    SENSOR_TRY(tail_, folder_->create(first));
    files_.push_back({first, 0});
    const Result<> begun = write_tail(std::string(kSegmentHead));
    if (begun) return begun;
    tail_.reset();
    files_.pop_back();
    folder_->remove(first);
    return begun;
}

/// Whole, or as if nothing had been written.
Result<> Spool::write_tail(const std::string& bytes) {
    const auto at = static_cast<off_t>(files_.back().bytes);
    std::size_t written = 0;
    while (written < bytes.size()) {
        const ssize_t count = ::pwrite(tail_.get(), bytes.data() + written, bytes.size() - written,
                                       at + static_cast<off_t>(written));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            const int why = count < 0 ? errno : ENOSPC;
            if (::ftruncate(tail_.get(), at) != 0) tail_.reset();  // its end is read as damage
            return errno_error("cannot write into " + folder_->path(), why);
        }
        written += static_cast<std::size_t>(count);
    }
    files_.back().bytes += bytes.size();
    return Ok{};
}

std::size_t Spool::append(std::span<const LinePtr> lines) {
    const std::lock_guard lock(mutex_);
    if (!folder_) {
        if (const Result<> opened = open_folder(true); !opened) {
            fail(opened.error());
            return 0;
        }
        held_ = false;
    }
    std::size_t stored = 0;
    while (stored < lines.size()) {
        const std::size_t count = append_some(lines.subspan(stored));
        if (count == 0) break;
        stored += count;
    }
    if (stored == lines.size()) reason_ = DropReason::QueueFull, failed_ = {};
    stored_ += stored;
    publish();
    return stored;
}

/// As many as one file takes. A line that is too long for any file is left out and counted.
std::size_t Spool::append_some(std::span<const LinePtr> lines) {
    if (tail_ && files_.back().bytes >= file_bytes_) tail_.reset();
    std::string bytes;
    std::uint64_t number = next_write_;
    std::size_t count = 0;
    const std::uint64_t begun = tail_ ? files_.back().bytes : 0;
    for (; count < lines.size() && begun + bytes.size() < file_bytes_; ++count) {
        const std::string payload = to_bytes(*lines[count], form_);
        if (payload.size() <= kMostPayload) put_frame(bytes, number, payload);
        ++number;  // without a frame a gap, which counts as lost
    }
    if (!has_room(bytes.size())) {
        reason_ = DropReason::SpoolFull;
        return 0;
    }
    if (!tail_) {
        if (const Result<> begun_file = begin_file(next_write_); !begun_file) {
            fail(begun_file.error());
            return 0;
        }
    }
    if (const Result<> written = write_tail(bytes); !written) {
        fail(written.error());
        return 0;
    }
    next_write_ = number;
    return count;
}

std::size_t Spool::put_front(std::span<const LinePtr> lines) {
    if (lines.empty()) return 0;
    if (is_empty()) return append(lines);
    const std::lock_guard lock(mutex_);
    tail_.reset();
    std::string bytes(kSegmentHead);
    const std::uint64_t first = done_ - lines.size();
    for (std::size_t k = 0; k < lines.size(); ++k)
        put_frame(bytes, first + k, to_bytes(*lines[k], form_));
    if (!has_room(bytes.size())) {
        reason_ = DropReason::SpoolFull;
        return 0;
    }
    // The file that was begun to be read starts, from now on, with what is left of it.
    if (!files_.empty() && files_.front().first < done_) {
        if (const Result<> renamed = folder_->rename(files_.front().first, done_); !renamed) {
            fail(renamed.error());
            return 0;
        }
        files_.front().first = done_;
    }
    Result<Fd> created = folder_->create(first);
    if (!created || ::pwrite(created->get(), bytes.data(), bytes.size(), 0) !=
                        static_cast<ssize_t>(bytes.size())) {
        fail(created ? errno_error("cannot write into " + folder_->path(), errno)
                     : created.error());
        if (created) folder_->remove(first);
        return 0;
    }
    files_.push_front({first, bytes.size()});
    done_ = next_read_ = first;
    if (const Result<> set = folder_->set_position(done_); !set) fail(set.error());
    stored_ += lines.size();
    publish();
    return lines.size();
}

void Spool::note_lost(std::uint64_t count) {
    if (count == 0) return;
    damaged_ += count;
    next_read_ += count;
    log::warning("spool of {}: {} alerts are lost in a damaged file", channel_, count);
}

bool Spool::front_ended() const {
    return front_at_ >= front_.size() && front_.size() >= files_[passed_].bytes;
}

/// The content of the first file that is not read to its end. One that is still growing is read
/// again.
bool Spool::load_front() {
    while (passed_ < files_.size()) {
        if (front_loaded_ && front_at_ < front_.size()) return true;
        Result<std::string> bytes = folder_->read(files_[passed_].first);
        if (!bytes) log::error("spool of {}: {}", channel_, bytes.error().text);
        front_ = bytes ? std::move(*bytes) : std::string();
        if (!front_loaded_) front_at_ = 0;
        front_loaded_ = true;
        if (front_at_ < front_.size()) return true;
        front_bad_ = front_bad_ || files_[passed_].bytes != 0;  // shorter than it was
        end_front();
    }
    return false;
}

void Spool::collect(std::vector<LinePtr>& lines, std::size_t most, std::size_t most_bytes) {
    std::size_t sum = 0;
    FrameReader reader(std::string_view(front_).substr(front_at_));
    const std::size_t begin = front_at_;
    while (lines.size() < most && sum < most_bytes) {
        const auto frame = reader.next();
        front_at_ = begin + reader.position();
        if (!frame) break;
        // One that is done already, or a number that was never given.
        if (frame->number < next_read_ || frame->number >= next_write_) continue;
        note_lost(frame->number - next_read_);
        ++next_read_;
        if (LinePtr line = line_of(frame->payload, form_)) {
            sum += size_of(*line);
            lines.push_back(std::move(line));
        } else {
            ++damaged_;  // whole, but no line
        }
    }
    if (reader.damaged_bytes() != 0) front_bad_ = true;
}

/// The front file is read to its end, which is where the next one begins.
void Spool::end_front() {
    const bool last = passed_ + 1 == files_.size();
    const std::uint64_t end = last ? next_write_ : files_[passed_ + 1].first;
    if (end > next_read_) note_lost(end - next_read_);
    if (front_bad_) bad_.push_back(files_[passed_].first);
    if (last) tail_.reset();
    ++passed_;
    front_.clear();
    front_.shrink_to_fit();
    front_loaded_ = front_bad_ = false;
}

std::vector<LinePtr> Spool::read(std::size_t lines, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    std::vector<LinePtr> found;
    while (found.empty() && load_front()) {
        collect(found, lines, bytes);
        if (front_ended()) end_front();
    }
    if (found.empty()) next_read_ = next_write_;  // all that was left is damaged
    publish();
    return found;
}

void Spool::done() {
    const std::lock_guard lock(mutex_);
    if (!folder_) return;
    done_ = next_read_;
    if (const Result<> set = folder_->set_position(done_); !set) fail(set.error());
    for (; passed_ > 0; --passed_) {
        const std::uint64_t first = files_.front().first;
        const auto bad = std::find(bad_.begin(), bad_.end(), first);
        if (bad == bad_.end()) {
            folder_->remove(first);
        } else {
            bad_.erase(bad);
            log::warning("spool of {}: a damaged file is kept in {}", channel_, folder_->path());
            folder_->set_aside(first);
        }
        files_.pop_front();
    }
    publish();
}

Spool::Counts Spool::counts() const noexcept {
    return {stored_.load(), waiting_.load(), bytes_.load(), damaged_.load()};
}

void Spool::release() {
    const std::lock_guard lock(mutex_);
    if (tail_) ::fdatasync(tail_.get());
    tail_.reset();
    folder_.reset();
}

}  // namespace sensor::output
