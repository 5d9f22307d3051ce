// SPDX-License-Identifier: Apache-2.0
#include "capture/scap/writer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "capture/scap/blocks.hpp"
#include "capture/scap/codes.hpp"
#include "capture/scap/pairs.hpp"
#include "capture/scap/truth.hpp"

namespace sensor::capture::scap {
namespace {

constexpr std::size_t kMaxBlock = 65536 + 8;  // of events with lengths of 16 bits
constexpr std::uint32_t kFlaggedBlock = 0x217, kWideBlock = 0x221, kFlaggedWideBlock = 0x222;

template <typename T>
void put(std::string& out, T value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
template <typename T>
void put_at(std::string& out, std::size_t at, T value) {
    std::memcpy(out.data() + at, &value, sizeof value);
}

/// One event block, written from front to back; the lengths are filled in as they are known.
class EventBlock {
public:
    EventBlock(std::string& out, const rec_head& head, std::uint64_t tid, std::uint16_t number,
               std::size_t count, std::uint32_t flags)
        : out_(out), begin_(out.size()), wide_(Codes::get()[number].wide_lengths) {
        const std::uint32_t plain = wide_ ? kWideBlock : kEventBlock;
        const std::uint32_t flagged = wide_ ? kFlaggedWideBlock : kFlaggedBlock;
        put(out_, flags == 0 ? plain : flagged);
        put(out_, std::uint32_t{0});
        put(out_, head.cpu);
        if (flags != 0) put(out_, flags);
        event_ = out_.size();
        put(out_, head.ts);
        put(out_, tid);
        put(out_, std::uint32_t{0});
        put(out_, number);
        put(out_, static_cast<std::uint32_t>(count));
        lens_ = out_.size();
        out_.append(count * (wide_ ? 4 : 2), '\0');
    }

    void number(const ParamForm& form, std::uint64_t value) {
        out_.append(reinterpret_cast<const char*>(&value), form.size);
        length(form.size);
    }
    void bytes(std::string_view bytes, bool with_nul) {
        out_.append(bytes);
        if (with_nul) out_ += '\0';
        length(bytes.size() + (with_nul ? 1 : 0));
    }
    void absent() { length(0); }

    /// out: false: too large for its block
    bool finish() {
        put_at(out_, event_ + 16, static_cast<std::uint32_t>(out_.size() - event_));
        out_.append((4 - (out_.size() - begin_) % 4) % 4, '\0');
        const auto whole = static_cast<std::uint32_t>(out_.size() - begin_ + kBlockTail);
        put(out_, whole);
        put_at(out_, begin_ + 4, whole);
        return !overflow_ && (wide_ || whole <= kMaxBlock);
    }

private:
    void length(std::size_t size) {
        if (wide_) {
            put_at(out_, lens_ + 4 * next_, static_cast<std::uint32_t>(size));
        } else {
            overflow_ = overflow_ || size > 0xffff;
            put_at(out_, lens_ + 2 * next_, static_cast<std::uint16_t>(size));
        }
        ++next_;
    }

    std::string& out_;
    std::size_t begin_, event_ = 0, lens_ = 0, next_ = 0;
    bool wide_, overflow_ = false;
};

// The last call that readers of 2022 have a name for; they look further ones up behind their table.
constexpr std::uint16_t kLastOldCall = 328;

/// The call of a generic event that must not be named to old readers, 0: none.
std::uint16_t hidden_call(const Event& event, bool for_old) {
    const bool generic = event.type() == EventType::generic && event.has(0);
    return for_old && generic && event.u64(0) > kLastOldCall
               ? static_cast<std::uint16_t>(event.u64(0))
               : std::uint16_t{0};
}

/// Parameter k of an event in the form of another code, which is that of the event itself mostly.
void put_param(EventBlock& block, const ParamForm& form, const Event& event, std::size_t k,
               bool for_old) {
    if (k == 0 && hidden_call(event, for_old) != 0) {
        block.number(form, 0);
    } else if (!event.has(k)) {
        block.absent();
    } else if (form.size != 0) {
        block.number(form, event.u64(k));
    } else {
        block.bytes(event.text(k), form.is_text);
    }
}

/// What an enter event has where nothing is known.
void put_nothing(EventBlock& block, const ParamForm& form) {
    const bool id = form.type == ParamType::UID || form.type == ParamType::GID;
    if (form.size != 0) {
        block.number(form, id ? ~std::uint64_t{0} : 0);
    } else {
        block.absent();
    }
}

std::uint64_t thread_of(const rec_head& head, const Code& code) {
    return code.by_iterator ? std::uint64_t{head.tgid} << 32 | head.tid : head.tid;
}

}  // namespace

Result<std::unique_ptr<Writer>> Writer::create(const std::string& path,
                                               const WriterOptions& options, bool exclusive) {
    SENSOR_TRY(WriterFile file, WriterFile::create(path, exclusive));
    return std::unique_ptr<Writer>(new Writer(std::move(file), options));
}

void Writer::begin(const CaptureTables& tables) noexcept {
    const std::string head = encode_tables(tables, options_.pairs);
    static_cast<void>(file_.append(head, true));
    file_.flush();
    stats_.bytes += head.size();
}

Writer::~Writer() = default;

void Writer::add_enter(const Event& event) {
    const auto code = static_cast<std::uint16_t>(event.type());
    const Pair& pair = Pairs::get().of(code);
    if (pair.count == 0) return;
    const Code& enter = Codes::get()[pair.code];
    const std::size_t before = blocks_.size();
    EventBlock block(blocks_, event.head(), event.head().tid, pair.code, pair.count, 0);
    for (std::size_t k = 0; k < pair.count; ++k) {
        const std::int8_t from = pair.from[k];
        if (from == Pair::kNone || !event.has(static_cast<std::size_t>(from)))
            put_nothing(block, enter.params[k]);
        else
            put_param(block, enter.params[k], event, static_cast<std::size_t>(from), true);
    }
    if (!block.finish()) blocks_.resize(before);
}

void Writer::add_truth(const Event& event) {
    truth_.clear();
    encode_truth(event, hidden_call(event, options_.pairs), truth_);
    if (truth_.empty()) return;
    const Code& code = Codes::get()[kTruthCode];
    const Code& about = Codes::get()[static_cast<std::uint16_t>(event.type())];
    EventBlock block(blocks_, event.head(), thread_of(event.head(), about), kTruthCode, 3, 0);
    block.number(code.params[0], 0);
    block.bytes(kTruthName, true);
    block.bytes(truth_, false);
    block.finish();
}

void Writer::add_event(const Event& event, bool state_only) {
    const auto number = static_cast<std::uint16_t>(event.type());
    const Code& code = Codes::get()[number];
    // As many as the record has, unless readers would take fewer for an older layout.
    const std::size_t count = code.rule_count != 0
                                  ? event.param_count()
                                  : std::min<std::size_t>(event.head().nslots, event.param_count());
    EventBlock block(blocks_, event.head(), thread_of(event.head(), code), number, count,
                     state_only ? kStateOnly : 0);
    for (std::size_t k = 0; k < count; ++k)
        put_param(block, code.params[k], event, k, options_.pairs);
    if (!block.finish()) blocks_.clear();
}

bool Writer::write(const Event& event, bool state_only) noexcept {
    blocks_.clear();
    if (options_.truth) add_truth(event);
    if (options_.pairs && !state_only) add_enter(event);
    add_event(event, state_only);
    if (blocks_.empty()) {
        ++stats_.too_large;
        return false;
    }
    switch (file_.append(blocks_, options_.patient)) {
        case WriterFile::Taken::Yes: break;
        case WriterFile::Taken::NoRoom: ++stats_.no_room; return false;
        case WriterFile::Taken::Failed: ++stats_.failed; return false;
    }
    ++stats_.events;
    stats_.bytes += blocks_.size();
    return true;
}

void Writer::flush(std::uint64_t now_ns) noexcept {
    constexpr std::uint64_t kEveryNs = 1'000'000'000;
    if (now_ns - flushed_ns_ < kEveryNs && now_ns >= flushed_ns_) return;
    flushed_ns_ = now_ns;
    file_.flush();
}

Result<> Writer::close() { return file_.close(); }

}  // namespace sensor::capture::scap
