// SPDX-License-Identifier: Apache-2.0
// SHA-256 of what was loaded, for the metrics that tell which rules and configuration run.
#pragma once

#include <string>
#include <string_view>

#include "metrics/snapshot.hpp"

namespace sensor::metrics {

/// 64 lower-case hexadecimal digits. cost: about 2 ms a megabyte
std::string sha256(std::string_view bytes);
/// Of a file by its path: base name, and the hash of the content that was loaded.
FileHash file_hash(std::string_view path, std::string_view content);

}  // namespace sensor::metrics
