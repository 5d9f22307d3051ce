// SPDX-License-Identifier: Apache-2.0
// Lines appended to a file: snapshots, and the statistics of -s.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sensor::metrics {

/// Appends the line and a newline. The file is made if there is none (0600), and opened anew each
/// time: who moves it away gets a new one. What does not fit the disk is taken back, so that no
/// half line stays. fails: "Could not open|write file PATH: reason"
Result<> append_line(const std::string& path, std::string_view line);

}  // namespace sensor::metrics
