// SPDX-License-Identifier: Apache-2.0
// Params: the parameters of one event on their way through the converter: borrowed bytes, from the
// file, from a remembered enter event, or constants. Nothing is copied until the record is built.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../../../bpf/wire.h"

namespace sensor::capture::scap {

struct Params {
    std::uint16_t code = 0;
    std::uint8_t count = 0;
    std::array<std::string_view, REC_MAX_PARAMS> at;
};

}  // namespace sensor::capture::scap
