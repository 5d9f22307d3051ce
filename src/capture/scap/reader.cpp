// SPDX-License-Identifier: Apache-2.0
// Events: from block to record. Tables, frames and errors: reader_section.cpp.
#include "capture/scap/reader.hpp"

#include <utility>

namespace sensor::capture::scap {
namespace {

constexpr std::size_t kMaxEventBlock = 32U << 20;  // drivers stop at 64 KiB, plugins may not
constexpr std::size_t kEventHead1 = 22, kEventHead2 = 26;
constexpr std::uint64_t kTimeUnset = ~std::uint64_t{0};
constexpr int kForever = -1;

// Codes whose length in the first event layout counts three bytes that are not there.
constexpr std::uint16_t kNotification = 280, kInfra = 286;
constexpr std::size_t kMiscounted = 3;

}  // namespace

Reader::Reader(std::unique_ptr<ByteStream> bytes, std::string name)
    : name_(std::move(name)),
      window_(std::move(bytes)),
      converter_(stats_),
      builder_(stats_),
      codes_(Codes::get()) {}

inline Reader::Step Reader::event_block(const Block& block) {
    if (block.length > kMaxEventBlock) [[unlikely]]
        return oversized(block);
    const std::size_t needed = block.length < kBlockHead ? kBlockHead : block.length;
    const Window::Fill fill = window_.ensure(needed);
    if (fill == Window::Fill::Later) return Step::Later;
    if (fill != Window::Fill::Ready) {
        stopped(block, fill);
        return Step::Failed;
    }
    Stored event;
    Step step = parse(block, event);
    if (step == Step::Show) step = emit(event);
    const bool framed = trailer_matches(block);
    if (step == Step::Malformed) {
        if (!framed) {
            damaged(block, "its parameters do not fit its length " + std::to_string(block.length),
                    "Bytes were overwritten or lost here.");
            return Step::Failed;
        }
        ++stats_.malformed_events;
        step = Step::Skip;
    } else if (!framed) [[unlikely]] {
        ++stats_.wrong_trailers;
    }
    ++stats_.blocks;
    ++stats_.events;
    window_.consume(block.length);
    return step;
}

// No event is that large: read over it, if its frame holds.
Reader::Step Reader::oversized(const Block& block) {
    window_.set_wait(kForever);
    ++stats_.oversized_blocks;
    if (!finish_block(block)) return Step::Failed;
    ++stats_.blocks;
    ++stats_.events;
    return Step::Skip;
}

inline bool Reader::trailer_matches(const Block& block) const {
    if (block.length < kBlockHead + kBlockTail) return false;
    return load<std::uint32_t>(window_.data() + block.length - kBlockTail) == block.length;
}

// The head of an event and where its parameters are.
inline Reader::Step Reader::parse(const Block& block, Stored& event) {
    const bool counted = block.type.version > 1;
    const std::size_t before = sizeof(std::uint16_t) + (block.type.has_flags ? 4 : 0);
    const std::size_t header = counted ? kEventHead2 : kEventHead1;
    if (block.length < kBlockHead + before + header + kBlockTail) return Step::Malformed;
    const std::byte* const body = window_.data() + kBlockHead;
    event.cpu = load<std::uint16_t>(body);
    event_.offset = block.offset;
    event_.cpu = event.cpu;
    event_.flags = block.type.has_flags ? load<std::uint32_t>(body + 2) : 0;
    const std::byte* const at = body + before;
    event.ts = load<std::uint64_t>(at);
    event.tid = load<std::uint64_t>(at + 8);
    std::size_t length = load<std::uint32_t>(at + 16);
    event.code = load<std::uint16_t>(at + 20);
    if (length < header || length > block.length - kBlockHead - kBlockTail - before)
        return Step::Malformed;
    const Code& code = codes_[event.code];
    if (code.status == CodeStatus::Unknown) [[unlikely]] {
        ++stats_.unknown_events;
        return Step::Skip;
    }
    event.lens = at + header;
    if (!counted) {
        if (event.code == kNotification || event.code == kInfra) length -= kMiscounted;
        if (length < header || !count_params(code, event, length - header)) return Step::Malformed;
    } else {
        event.count = load<std::uint32_t>(at + kEventHead1);
    }
    const std::uint64_t lens = std::uint64_t{event.count} * (code.wide_lengths ? 4 : 2);
    if (lens > length - header) return Step::Malformed;
    event.data = event.lens + lens;
    event.data_bytes = length - header - static_cast<std::size_t>(lens);
    return Step::Show;
}

// The first layout does not say how many parameters there are: as many as fill the event exactly.
bool Reader::count_params(const Code& code, Stored& event, std::size_t bytes) {
    const std::size_t width = code.wide_lengths ? 4 : 2;
    for (std::size_t count = code.count + std::size_t{1}; count-- > 0;) {
        if (count * width > bytes) continue;
        std::size_t sum = count * width;
        for (std::size_t k = 0; k < count; ++k) {
            const std::byte* const at = event.lens + k * width;
            sum += width == 4 ? load<std::uint32_t>(at) : load<std::uint16_t>(at);
        }
        if (sum != bytes) continue;
        event.count = static_cast<std::uint32_t>(count);
        return true;
    }
    return false;
}

inline Reader::Step Reader::emit(Stored& event) {
    const Code& code = codes_[event.code];
    if (event.ts == kTimeUnset)
        event.ts = last_ts_;
    else
        last_ts_ = event.ts;
    if (event.count > code.count) [[unlikely]] {
        ++stats_.surplus_params;
        // The lengths end earlier, the data does not: those of the surplus come last.
        event.count = code.count;
    }
    if (event.count < code.complete_from) return convert(event);
    if (event.code == kTruthCode && is_truth(event)) [[unlikely]] {
        ++number_;
        ++stats_.counted_only;
        return Step::Skip;
    }
    if (!builder_.build(code, event, number_ + 1)) return Step::Malformed;
    return shown(event);
}

Reader::Step Reader::convert(Stored& event) {
    const Code& code = codes_[event.code];
    Params params;
    params.code = event.code;
    params.count = static_cast<std::uint8_t>(event.count);
    std::size_t at = 0;
    for (std::size_t k = 0; k < params.count; ++k) {
        const std::size_t size = code.wide_lengths ? load<std::uint32_t>(event.lens + 4 * k)
                                                   : load<std::uint16_t>(event.lens + 2 * k);
        if (size > event.data_bytes - at) return Step::Malformed;
        params.at[k] = {reinterpret_cast<const char*>(event.data + at), size};
        at += size;
    }
    if (!converter_.convert(event.tid, params)) return Step::Skip;
    const Code& made = codes_[params.code];
    if (made.status != CodeStatus::Current) {  // the enter events of exec
        ++number_;
        ++stats_.counted_only;
        return Step::Skip;
    }
    return builder_.build(made, event, params, number_ + 1) ? shown(event) : Step::Malformed;
}

// Ours: an asyncevent of that name with the pieces; other ones are events like any other.
bool Reader::is_truth(const Stored& event) {
    constexpr std::size_t kName = kTruthName.size() + 1, kParams = 3;
    if (event.count != kParams || load<std::uint32_t>(event.lens) != sizeof(std::uint32_t) ||
        load<std::uint32_t>(event.lens + 4) != kName)
        return false;
    const std::size_t size = load<std::uint32_t>(event.lens + 8);
    const std::size_t before = sizeof(std::uint32_t) + kName;
    const auto* const data = reinterpret_cast<const char*>(event.data);
    if (event.data_bytes < before || size > event.data_bytes - before ||
        std::string_view(data + sizeof(std::uint32_t), kTruthName.size()) != kTruthName)
        return false;
    truth_ = Truth{};
    truth_bytes_.assign(data + before, size);
    truth_tid_ = event.tid;
    if (decode_truth(truth_bytes_, truth_)) return true;
    truth_.code = 0;
    return false;
}

void Reader::apply_truth(const Stored& event) {
    const auto& head = *reinterpret_cast<const rec_head*>(builder_.record().data());
    if (head.type != truth_.code || event.tid != truth_tid_) return;
    builder_.extend(truth_);
    truth_.code = 0;
}

inline Reader::Step Reader::shown(const Stored& event) {
    if (truth_.code != 0) [[unlikely]]
        apply_truth(event);
    event_.number = ++number_;
    event_.state_only = (event_.flags & kStateOnly) != 0;
    ++stats_.delivered;
    return Step::Show;
}

Reader::Next Reader::next(int wait_ms) {
    while (!failed_) {
        window_.set_wait(wait_ms);
        Block block;
        const Window::Fill fill = head(block);
        if (fill == Window::Fill::Later) return Next::Later;
        if (fill == Window::Fill::End && window_.available() == 0) return Next::End;
        if (fill != Window::Fill::Ready) {
            stopped(block, fill);
        } else if (block.type.kind == BlockKind::Event) {
            const Step step = event_block(block);
            if (step == Step::Show) return Next::Record;
            if (step == Step::Later) return Next::Later;
        } else {
            window_.set_wait(kForever);
            if (block.type.kind == BlockKind::Section) {
                if (read_section()) return Next::Section;
            } else {
                ++stats_.unknown_blocks;
                if (block.length < kBlockHead + kBlockTail)
                    damaged(block, "its length " + std::to_string(block.length) + " is too small",
                            "What follows cannot be found.");
                else if (finish_block(block))
                    ++stats_.blocks;
            }
        }
    }
    return Next::Failed;
}

}  // namespace sensor::capture::scap
