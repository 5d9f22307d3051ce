// SPDX-License-Identifier: Apache-2.0
// Any text as an event of `falco-rulec explain --event`: what a rule test says of processes, events
// and parameters.
#include <cstdint>
#include <string>

#include "cases/build.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sensor::cases;
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto file = read_event_text("event", text);
    if (!file) return 0;
    const auto world = build_world(*file, file->cases.front());
    if (world) make_state(*file, *world);
    return 0;
}
