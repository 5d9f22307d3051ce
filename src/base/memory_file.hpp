// SPDX-License-Identifier: Apache-2.0
// Small helpers on files without a name: made, filled, read whole, and sealed against change.
#pragma once

#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sensor {

Result<Fd> make_memory_file(const char* name);
Result<> write_all(int fd, std::string_view bytes);
/// Whole content from the start, at most `limit` bytes.
Result<std::string> read_all(int fd, std::size_t limit);
/// No more writes, no change of size, by anybody, ever.
Result<> seal(int fd);

}  // namespace sensor
