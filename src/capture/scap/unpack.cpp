// SPDX-License-Identifier: Apache-2.0
// Unpacking of whole files: which packer by the first bytes, then a stream that unpacks as it is
// read. The only file that knows zlib and libzstd.
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "capture/scap/byte_stream.hpp"

namespace sensor::capture::scap {
namespace {

constexpr std::size_t kInputBytes = 128U << 10;
constexpr int kZstdMaxWindowLog = 27;  // 128 MiB: what its own tool accepts without being asked
constexpr std::string_view kGzip = "\x1f\x8b";
constexpr std::string_view kZstd = "\x28\xb5\x2f\xfd";

// Stored bytes waiting to be unpacked.
class Input {
public:
    explicit Input(std::unique_ptr<ByteStream> bytes)
        : bytes_(std::move(bytes)), buffer_(kInputBytes) {}

    /// Has at least `count` (small) bytes, or all there are. false: not yet
    Result<bool> want(std::size_t count, int wait_ms) {
        while (size() < count && !ended_) {
            if (begin_ > 0) {
                std::memmove(buffer_.data(), buffer_.data() + begin_, size());
                end_ -= begin_;
                begin_ = 0;
            }
            SENSOR_TRY(const ByteStream::Got got,
                       bytes_->read(std::span(buffer_).subspan(end_), wait_ms));
            end_ += got.bytes;
            ended_ = got.end;
            if (got.bytes == 0 && !got.end) return false;
        }
        return true;
    }
    const std::byte* data() const { return buffer_.data() + begin_; }
    std::size_t size() const { return end_ - begin_; }
    void consume(std::size_t count) { begin_ += count; }
    bool ended() const { return ended_; }
    bool starts_with(std::string_view magic) const {
        return size() >= magic.size() && std::memcmp(data(), magic.data(), magic.size()) == 0;
    }
    ByteStream& bytes() { return *bytes_; }
    const ByteStream& bytes() const { return *bytes_; }

private:
    std::unique_ptr<ByteStream> bytes_;
    std::vector<std::byte> buffer_;
    std::size_t begin_ = 0, end_ = 0;
    bool ended_ = false;
};

// What was looked at, then the stream itself.
class Plain final : public ByteStream {
public:
    explicit Plain(Input input) : input_(std::move(input)) {}

    Result<Got> read(std::span<std::byte> out, int wait_ms) override {
        if (input_.size() == 0)
            return input_.ended() ? Got{0, true} : input_.bytes().read(out, wait_ms);
        const std::size_t count = std::min(out.size(), input_.size());
        std::memcpy(out.data(), input_.data(), count);
        input_.consume(count);
        return Got{count, false};
    }
    Progress progress() const override { return input_.bytes().progress(); }

private:
    Input input_;
};

// One packed stream of members; `Format` knows one call of a library.
template <typename Format>
class Packed final : public ByteStream {
public:
    explicit Packed(Input input) : input_(std::move(input)) {}

    Result<Got> read(std::span<std::byte> out, int wait_ms) override {
        if (failure_) return *failure_;
        for (;;) {
            SENSOR_TRY(const bool ready, input_.want(between_ ? Format::kMagicBytes : 1, wait_ms));
            if (!ready) return Got{};
            if (between_ && !Format::starts(input_)) return Got{0, true};
            if (!between_ && input_.size() == 0)
                return Error(std::string("the file ends inside its ") + Format::kName + " stream");
            between_ = false;
            std::size_t made = 0;
            const std::size_t before = input_.size();
            if (!format_.step(input_, out, made, between_)) {
                failure_ = Error(std::string("the ") + Format::kName +
                                 " stream is damaged: " + format_.what());
                if (made == 0) return *failure_;
            }
            if (made == 0 && !between_ && input_.size() == before)
                return Error(std::string("the ") + Format::kName + " stream makes no progress");
            if (made > 0) return Got{made, false};
        }
    }
    Progress progress() const override { return input_.bytes().progress(); }

private:
    Input input_;
    Format format_;
    bool between_ = true;  // at the start of a member, or behind the last one
    std::optional<Error> failure_;
};

class Gzip {
public:
    static constexpr const char* kName = "gzip";
    static constexpr std::size_t kMagicBytes = 2;
    static bool starts(const Input& input) { return input.starts_with(kGzip); }

    Gzip() { ok_ = ::inflateInit2(&z_, 16 + MAX_WBITS) == Z_OK; }
    ~Gzip() { ::inflateEnd(&z_); }
    Gzip(const Gzip&) = delete;
    Gzip& operator=(const Gzip&) = delete;

    bool step(Input& input, std::span<std::byte> out, std::size_t& made, bool& member_ended) {
        if (!ok_) return false;
        if (fresh_) ::inflateReset(&z_);
        fresh_ = false;
        z_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(input.data()));
        z_.avail_in = static_cast<uInt>(input.size());
        z_.next_out = reinterpret_cast<Bytef*>(out.data());
        z_.avail_out = static_cast<uInt>(std::min<std::size_t>(out.size(), 1U << 30));
        const uInt room = z_.avail_out;
        const int rc = ::inflate(&z_, Z_NO_FLUSH);
        input.consume(input.size() - z_.avail_in);
        made = room - z_.avail_out;
        member_ended = fresh_ = rc == Z_STREAM_END;
        return rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR;
    }
    std::string what() const { return z_.msg != nullptr ? z_.msg : "unpacking failed"; }

private:
    z_stream z_{};
    bool ok_ = false, fresh_ = false;
};

class Zstd {
public:
    static constexpr const char* kName = "zstd";
    static constexpr std::size_t kMagicBytes = 4;
    static bool starts(const Input& input) {
        if (input.starts_with(kZstd)) return true;
        if (input.size() < kMagicBytes) return false;
        std::uint32_t magic = 0;  // or a frame that says to be skipped
        std::memcpy(&magic, input.data(), sizeof magic);
        return (magic & ~15U) == ZSTD_MAGIC_SKIPPABLE_START;
    }

    Zstd() : stream_(::ZSTD_createDCtx()) {
        if (stream_ != nullptr)
            ::ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, kZstdMaxWindowLog);
    }
    ~Zstd() { ::ZSTD_freeDCtx(stream_); }
    Zstd(const Zstd&) = delete;
    Zstd& operator=(const Zstd&) = delete;

    bool step(Input& input, std::span<std::byte> out, std::size_t& made, bool& member_ended) {
        if (stream_ == nullptr) return false;
        ZSTD_inBuffer from{input.data(), input.size(), 0};
        ZSTD_outBuffer to{out.data(), out.size(), 0};
        rc_ = ::ZSTD_decompressStream(stream_, &to, &from);
        input.consume(from.pos);
        made = to.pos;
        member_ended = rc_ == 0;
        return ::ZSTD_isError(rc_) == 0;
    }
    std::string what() const { return stream_ == nullptr ? "no memory" : ::ZSTD_getErrorName(rc_); }

private:
    ZSTD_DCtx* stream_;
    std::size_t rc_ = 0;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> unpacked(std::unique_ptr<ByteStream> bytes) {
    Input input(std::move(bytes));
    SENSOR_TRY(const bool ready, input.want(kZstd.size(), -1));
    if (!ready) return Error("interrupted while waiting for the first bytes");
    std::unique_ptr<ByteStream> out;
    if (Gzip::starts(input))
        out = std::make_unique<Packed<Gzip>>(std::move(input));
    else if (Zstd::starts(input))
        out = std::make_unique<Packed<Zstd>>(std::move(input));
    else
        out = std::make_unique<Plain>(std::move(input));
    return out;
}

Result<std::string> read_unpacked(const std::string& path) {
    SENSOR_TRY(std::unique_ptr<ByteStream> packed, open_bytes(path));
    SENSOR_TRY(std::unique_ptr<ByteStream> bytes, unpacked(std::move(packed)));
    std::string all, piece(std::size_t{1} << 20, '\0');
    for (;;) {
        SENSOR_TRY(const ByteStream::Got got,
                   bytes->read(std::as_writable_bytes(std::span(piece)), -1));
        all.append(piece, 0, got.bytes);
        if (got.end) return all;
    }
}

}  // namespace sensor::capture::scap
