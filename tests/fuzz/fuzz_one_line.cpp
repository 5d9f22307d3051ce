// SPDX-License-Identifier: Apache-2.0
// Any text as a rules file (of the format of 2016), alone or before another one.
#include "tests/fuzz/load_files.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sensor::rules::load_files(data, size, ".conf");
    return 0;
}
