// SPDX-License-Identifier: Apache-2.0
// Any bytes as events of any version in a sound file, so that all of them reach the converter: each
// one is read, stored, dropped or counted, none damages the file, and every record is valid.
// An event of the input: u16 code, u8 thread, u8 (1: first layout, 2: 32-bit lengths), u8 count of
// parameters, a length of u8 each, then their bytes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "capture/scap/scap_source.hpp"
#include "event/event.hpp"
#include "tests/support/scap_writer.hpp"

using namespace sensor;
using namespace sensor::testing;

namespace {

class Input {
public:
    Input(const std::uint8_t* data, std::size_t size)
        : text_(reinterpret_cast<const char*>(data), size) {}

    bool empty() const { return text_.empty(); }
    std::string take(std::size_t count) {
        const std::string out = text_.substr(0, count);
        text_.erase(0, count);
        return out;
    }
    std::uint8_t byte() {
        const std::string out = take(1);
        return out.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(out[0]);
    }

private:
    std::string text_;
};

ScapEventSpec next_event(Input& input) {
    ScapEventSpec spec;
    spec.code = static_cast<std::uint16_t>(input.byte() | (input.byte() & 1) << 8);
    spec.tid = input.byte();
    const std::uint8_t form = input.byte();
    spec.version = (form & 1) != 0 ? 1 : 2;
    spec.wide = (form & 2) != 0;
    std::string lengths = input.take(std::min<std::size_t>(input.byte(), 36));
    for (const char length : lengths)
        spec.params.push_back(input.take(static_cast<unsigned char>(length)));
    return spec;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ScapWriter file;
    file.section();
    std::size_t written = 0;
    for (Input input(data, size); !input.empty(); ++written) file.event(next_event(input));
    auto opened = capture::ScapSource::read(capture::scap::memory_bytes(file.bytes()), "input");
    if (written == 0) return opened ? (std::abort(), 0) : 0;
    if (!opened) std::abort();
    capture::ScapSource& source = **opened;
    const auto on_record = [](std::span<const std::byte> record) {
        if (!Event::view(record).valid()) std::abort();
    };
    while (!source.ended()) {
        if (!source.poll(on_record, 0)) std::abort();
    }
    if (source.scap_stats().events != written) std::abort();
    return 0;
}
