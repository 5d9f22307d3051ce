// SPDX-License-Identifier: Apache-2.0
// Any bytes as a capture file: reading ends, in success or an error with a text, and every record
// it gives is a valid one whose texts lie within it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "capture/scap/scap_source.hpp"
#include "event/event.hpp"

using namespace sensor;

namespace {

// Reads every byte that the record gives out, so that the address sanitizer sees them.
std::size_t read_event(std::span<const std::byte> record) {
    const Event event = Event::view(record);
    if (!event.valid()) std::abort();
    std::size_t sum = event.head().sc;
    for (std::size_t k = 0; k < event.param_count(); ++k) {
        if (is_variable(event.info().params[k].type))
            for (const char c : event.text(k)) sum += static_cast<unsigned char>(c);
        else
            sum += event.u64(k);
    }
    for (const rec_extra extra : {REC_X_FD, REC_X_REAL, REC_X_DIR})
        for (const char c : event.extra(extra)) sum += static_cast<unsigned char>(c);
    if (const rec_fd* object = event.fd_object())
        sum += object->ino + event.fd_object_text().size();
    return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string bytes(reinterpret_cast<const char*>(data), size);
    auto opened = capture::ScapSource::read(capture::scap::memory_bytes(std::move(bytes)), "input");
    if (!opened) return opened.error().text.empty() ? (std::abort(), 0) : 0;
    capture::ScapSource& source = **opened;
    volatile std::size_t sum = 0;
    const auto on_record = [&](std::span<const std::byte> record) { sum = read_event(record); };
    while (!source.ended()) {
        const auto got = source.poll(on_record, 0);
        if (got) continue;
        if (got.error().text.empty()) std::abort();
        break;
    }
    return 0;
}
