// SPDX-License-Identifier: Apache-2.0
#include "guard/process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "base/result.hpp"

namespace sensor::guard {
namespace {

constexpr int kOomScore = -900;  // above what the machine cannot do without (-1000)
constexpr mode_t kClosed = 027;
constexpr const char* kOomFile = "/proc/self/oom_score_adj";

void close_between(unsigned first, unsigned last) {
    if (first > last || ::syscall(SYS_close_range, first, last, 0U) == 0) return;
    const auto most = static_cast<unsigned>(::sysconf(_SC_OPEN_MAX));
    for (unsigned fd = first; fd <= std::min(last, most); ++fd) ::close(static_cast<int>(fd));
}

}  // namespace

std::vector<std::string> settle_process(bool no_new_privs) {
    std::vector<std::string> refused;
    const auto note = [&](bool good, const char* what) {
        if (!good) refused.push_back(errno_error(what, errno).text);
    };
    if (!kSanitized) note(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, "PR_SET_DUMPABLE");
    const rlimit none{0, 0};
    note(::setrlimit(RLIMIT_CORE, &none) == 0, "no core files");
    ::umask(::umask(kClosed) | kClosed);
    if (no_new_privs) note(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
    return refused;
}

void lower_oom_score() {
    int now = 0;
    if (!(std::ifstream(kOomFile) >> now) || now <= kOomScore) return;
    std::ofstream(kOomFile) << kOomScore;
}

void close_inherited(std::vector<int> keep) {
    std::sort(keep.begin(), keep.end());
    unsigned from = STDERR_FILENO + 1;
    for (const int each : keep) {
        const auto fd = static_cast<unsigned>(each);
        if (each < 0 || fd < from) continue;
        close_between(from, fd - 1);
        from = fd + 1;
    }
    close_between(from, ~0U);
}

int descriptor_of(const std::string& path) {
    for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
        if (!path.starts_with(folder)) continue;
        int fd = -1;
        const char* const end = path.data() + path.size();
        const auto read = std::from_chars(path.data() + folder.size(), end, fd);
        return read.ec == std::errc() && read.ptr == end ? fd : -1;
    }
    return -1;
}

void reset_oom_score() noexcept {
    const int fd = ::open(kOomFile, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    if (::write(fd, "0", 1) != 1) {
        // It was higher before, and stays there.
    }
    ::close(fd);
}

std::string foreign_code() {
    for (const char* const name : {"LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH"}) {
        const char* const value = std::getenv(name);
        if (value != nullptr && *value != '\0') return std::string(name) + "=" + value;
    }
    return {};
}

}  // namespace sensor::guard
