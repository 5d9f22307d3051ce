// SPDX-License-Identifier: Apache-2.0
// Any bytes as a record from the kernel: what the view accepts must lie within the bytes. Every
// text is read to its end, so that the address sanitizer sees a bound that was not checked.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "event/event.hpp"

using namespace sensor;

namespace {

std::size_t read_all(std::string_view text) {
    std::size_t sum = 0;
    for (const char c : text) sum += static_cast<unsigned char>(c);
    return sum;
}

std::size_t read_event(const Event& event) {
    std::size_t sum = static_cast<std::size_t>(event.result());
    for (std::size_t k = 0; k < event.param_count(); ++k) {
        const bool variable = is_variable(event.info().params[k].type);
        sum += variable ? read_all(event.text(k)) : static_cast<std::size_t>(event.u64(k));
    }
    for (int extra = 0; extra < REC_X_COUNT; ++extra) {
        sum += read_all(event.extra(static_cast<rec_extra>(extra)));
    }
    if (const rec_fd* object = event.fd_object(); object != nullptr) {
        sum += read_all({reinterpret_cast<const char*>(object), sizeof *object});
        sum += read_all(event.fd_object_text());
    }
    return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // A block of exactly this size, aligned as the ring's records are.
    const std::unique_ptr<std::byte[]> record(new std::byte[size]);
    if (size > 0) std::memcpy(record.get(), data, size);
    const Event event = Event::view({record.get(), size});
    volatile std::size_t sum = event.valid() ? read_event(event) : 0;
    static_cast<void>(sum);
    return 0;
}
