// SPDX-License-Identifier: Apache-2.0
#include "bench/workloads.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <filesystem>
#include <memory>
#include <system_error>

#include "bench/machine.hpp"

namespace sensor::bench {
namespace {

/// A file with a name, removed at the end.
class TempFile {
public:
    static Result<std::shared_ptr<TempFile>> create() {
        std::error_code error;
        std::filesystem::path folder = std::filesystem::temp_directory_path(error);
        if (error) folder = "/tmp";
        std::string path = (folder / "falco-bench-XXXXXX").string();
        const Fd fd(mkostemp(path.data(), O_CLOEXEC));
        if (!fd) return errno_error("create a file in " + folder.string(), errno);
        return std::make_shared<TempFile>(std::move(path));
    }
    explicit TempFile(std::string path) : path_(std::move(path)) {}
    ~TempFile() { unlink(path_.c_str()); }
    TempFile(const TempFile&) = delete;
    TempFile& operator=(const TempFile&) = delete;

    const char* path() const { return path_.c_str(); }

private:
    std::string path_;
};

Result<> call_getppid(std::size_t operations) {
    for (std::size_t i = 0; i < operations; ++i) syscall(SYS_getppid);
    return Ok{};
}

Result<> write_bytes(int fd, std::size_t operations) {
    for (std::size_t i = 0; i < operations; ++i) {
        if (syscall(SYS_write, fd, "x", 1) != 1) return errno_error("write to /dev/null", errno);
    }
    return Ok{};
}

Result<> open_and_close(const char* path, std::size_t operations) {
    for (std::size_t i = 0; i < operations; ++i) {
        const long fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
        if (fd < 0) return errno_error("open a file of our own", errno);
        syscall(SYS_close, fd);
    }
    return Ok{};
}

Result<> spawn_true(std::size_t operations) {
    for (std::size_t i = 0; i < operations; ++i) {
        const pid_t pid = fork();
        if (pid < 0) return errno_error("fork", errno);
        if (pid == 0) {
            execl("/bin/true", "true", nullptr);
            _exit(127);
        }
        int status = 0;
        if (waitpid(pid, &status, 0) != pid || status != 0) return Error("/bin/true failed");
    }
    return Ok{};
}

std::size_t scaled(std::size_t batches, double scale) {
    return static_cast<std::size_t>(
        std::max(1.0, std::round(static_cast<double>(batches) * scale)));
}

}  // namespace

Result<std::vector<Workload>> kernel_workloads(double scale) {
    auto null = std::make_shared<Fd>(open("/dev/null", O_WRONLY | O_CLOEXEC));
    if (!*null) return errno_error("open /dev/null", errno);
    SENSOR_TRY(const std::shared_ptr<TempFile> file, TempFile::create());

    std::vector<Workload> all;
    all.push_back({"getppid", 10'000, scaled(100, scale), call_getppid});
    all.push_back({"write /dev/null", 10'000, scaled(60, scale),
                   [null](std::size_t n) { return write_bytes(null->get(), n); }});
    all.push_back({"open+close", 1'000, scaled(100, scale),
                   [file](std::size_t n) { return open_and_close(file->path(), n); }});
    all.push_back({"fork+exec+wait", 1, scaled(100, scale), spawn_true});
    return all;
}

Result<std::vector<double>> sample(const Workload& workload) {
    for (std::size_t i = 0; i < workload.batches / 10 + 1; ++i) {
        SENSOR_TRY_OK(workload.perform(workload.operations));
    }
    std::vector<double> samples;
    samples.reserve(workload.batches);
    for (std::size_t i = 0; i < workload.batches; ++i) {
        const std::uint64_t begin = now_ns();
        SENSOR_TRY_OK(workload.perform(workload.operations));
        const std::uint64_t end = now_ns();
        samples.push_back(static_cast<double>(end - begin) /
                          static_cast<double>(workload.operations));
    }
    return samples;
}

}  // namespace sensor::bench
