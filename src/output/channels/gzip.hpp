// SPDX-License-Identifier: Apache-2.0
// Bodies of requests in the gzip format. Used by the channels http and otlp.
#pragma once

#include <string>
#include <string_view>

namespace sensor::output {

/// Empty if it cannot be had; the caller then sends the bytes as they are.
std::string gzip(std::string_view bytes);

}  // namespace sensor::output
