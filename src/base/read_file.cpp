// SPDX-License-Identifier: Apache-2.0
#include "base/read_file.hpp"

#include <cerrno>
#include <fstream>
#include <sstream>

namespace sensor {

Result<std::string> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return Error("Could not open file " + path + " for reading", errno);
    std::ostringstream text;
    if (in.peek() != std::ifstream::traits_type::eof()) text << in.rdbuf();
    if (in.bad() || text.bad()) return errno_error("Could not read file " + path, errno);
    return text.str();
}

}  // namespace sensor
