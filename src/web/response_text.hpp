// SPDX-License-Identifier: Apache-2.0
// The head of an answer as bytes.
#pragma once

#include <cstdint>
#include <string>

#include "web/http.hpp"

namespace sensor::web {

/// Status line and headers up to the empty line. Line ends in texts become blanks, so that no
/// header can be made out of another's value. now_s: seconds since the epoch, for Date
std::string response_head(const Response& response, bool keep_alive, std::int64_t now_s);

}  // namespace sensor::web
