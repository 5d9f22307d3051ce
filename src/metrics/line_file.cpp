// SPDX-License-Identifier: Apache-2.0
#include "metrics/line_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.hpp"
#include "base/memory_file.hpp"

namespace sensor::metrics {

Result<> append_line(const std::string& path, std::string_view line) {
    // A pipe without a reader, or a terminal, must not hold up the caller.
    const Fd file(::open(path.c_str(),
                         O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600));
    if (!file) return errno_error("Could not open file " + path, errno);
    struct stat before = {};
    const bool is_file = ::fstat(file.get(), &before) == 0 && S_ISREG(before.st_mode);
    const Result<> written = write_all(file.get(), std::string(line) + "\n");
    if (written) return Ok{};
    if (is_file && ::ftruncate(file.get(), before.st_size) != 0)
        return errno_error("Could not take back half a line of file " + path, errno);
    return Error("Could not write file " + path + ": " + written.error().text,
                 written.error().code);
}

}  // namespace sensor::metrics
