// SPDX-License-Identifier: Apache-2.0
// relocate: applies one relocation of an x86-64 or AArch64 object inside an image.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace sensor::compile {

struct Relocation {
    std::uint32_t type = 0;
    std::uint64_t place = 0;   ///< offset of the patched bytes in the image
    std::uint64_t target = 0;  ///< offset of the symbol
    std::int64_t addend = 0;
};

/// machine: e_machine of the object
/// fails:   Error: type not supported, value out of range, place outside the image
Result<> relocate(std::string& image, std::uint16_t machine, const Relocation& relocation);

}  // namespace sensor::compile
