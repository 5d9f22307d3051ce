// SPDX-License-Identifier: Apache-2.0
// Any bytes as a spool file between two good ones: what is read lies inside the bytes, comes in the
// order of its numbers, and with what counts as lost adds up; the good lines around come whatever
// stands between.
//
// input: flags u8 | the file. flags: 1 put a file's head in front, 2 a good frame in front
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "output/line.hpp"
#include "output/spool_frame.hpp"

namespace {

using namespace sensor::output;

/// Goes through all frames; each must lie inside, in order of place.
std::size_t walk(const std::string& bytes) {
    FrameReader reader(bytes);
    std::size_t payload = 0, count = 0, before = 0;
    while (const auto frame = reader.next()) {
        const char* const begin = bytes.data();
        const bool inside = frame->payload.data() >= begin + before &&
                            frame->payload.data() + frame->payload.size() <= begin + bytes.size();
        if (!inside || reader.position() <= before) std::abort();
        before = reader.position();
        payload += frame->payload.size() + kFrameHead;
        ++count;
        for (const Form form : {Form::Text, Form::Record}) {
            const LinePtr line = line_of(frame->payload, form);
            if (line && line_of(to_bytes(*line, form), form) == nullptr) std::abort();
        }
    }
    const std::size_t head = bytes.starts_with(kSegmentHead) ? kSegmentHead.size() : 0;
    if (payload + reader.damaged_bytes() + head != bytes.size()) std::abort();
    return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string file(reinterpret_cast<const char*>(data) + 1, size - 1);
    std::string bytes;
    if ((data[0] & 1) != 0) bytes += kSegmentHead;
    if ((data[0] & 2) != 0) put_frame(bytes, 1, "good");
    bytes += file;
    const std::size_t found = walk(bytes);
    if ((data[0] & 2) != 0 && found == 0) std::abort();
    return 0;
}
