// SPDX-License-Identifier: Apache-2.0
#include "state/procfs.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "base/fd.hpp"
#include "state/path.hpp"

namespace sensor::state {
namespace {

constexpr std::size_t kMaxBlock = 4096;  // of arguments and of environment, as the probe cuts
constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

std::string read_text(const std::string& path, std::size_t limit) {
    std::string text;
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return text;
    text.resize(limit);
    std::size_t used = 0;
    while (used < limit) {
        const ssize_t got = ::read(fd.get(), text.data() + used, limit - used);
        if (got <= 0) break;
        used += static_cast<std::size_t>(got);
    }
    text.resize(used);
    return text;
}

std::string read_link(const std::string& path) {
    char target[4096];
    const ssize_t size = ::readlink(path.c_str(), target, sizeof(target));
    return size > 0 ? std::string(target, static_cast<std::size_t>(size)) : std::string();
}

template <typename T>
T number(std::string_view text, int base = 10) {
    const std::size_t start = text.find_first_not_of(" \t");
    if (start == std::string_view::npos) return T{};
    text.remove_prefix(start);
    T value{};
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
}

std::string_view column(std::string_view line, std::size_t index) {
    for (;; --index) {
        const std::size_t start = line.find_first_not_of(" \t");
        if (start == std::string_view::npos) return {};
        line.remove_prefix(start);
        const std::size_t end = line.find_first_of(" \t");
        if (index == 0) return line.substr(0, end);
        if (end == std::string_view::npos) return {};
        line.remove_prefix(end);
    }
}

std::string_view last_column(std::string_view line) {
    const std::size_t end = line.find_last_not_of(" \t");
    if (end == std::string_view::npos) return {};
    line = line.substr(0, end + 1);
    return line.substr(line.find_last_of(" \t") + 1);
}

template <typename F>
void each_line(std::string_view text, F&& visit) {
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        visit(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
}

void parse_status(std::string_view text, ProcInfo& out) {
    each_line(text, [&](std::string_view line) {
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) return;
        const std::string_view key = line.substr(0, colon);
        const std::string_view value = line.substr(colon + 1);
        if (key == "State")
            out.ended = value.find('Z') != value.npos || value.find('X') != value.npos;
        else if (key == "Tgid")
            out.tgid = number<std::uint32_t>(value);
        else if (key == "PPid")
            out.ppid = number<std::uint32_t>(value);
        else if (key == "Uid")
            out.uid = number<std::uint32_t>(column(value, 1));
        else if (key == "Gid")
            out.gid = number<std::uint32_t>(column(value, 1));
        else if (key == "CapInh")
            out.cap_inheritable = number<std::uint64_t>(value, 16);
        else if (key == "CapPrm")
            out.cap_permitted = number<std::uint64_t>(value, 16);
        else if (key == "CapEff")
            out.cap_effective = number<std::uint64_t>(value, 16);
        else if (key == "VmSize")
            out.vm_size_kb = number<std::uint32_t>(value);
        else if (key == "VmRSS")
            out.vm_rss_kb = number<std::uint32_t>(value);
        else if (key == "VmSwap")
            out.vm_swap_kb = number<std::uint32_t>(value);
        else if (key == "NSpid") {
            out.vtid = number<std::int64_t>(last_column(value));
            out.in_pidns = !column(value, 1).empty();
        } else if (key == "NStgid")
            out.vpid = number<std::int64_t>(last_column(value));
        else if (key == "NSpgid")
            out.vpgid = number<std::int64_t>(last_column(value));
    });
}

// pid (comm) state ppid pgrp session tty tpgid flags minflt cminflt majflt ... starttime(22nd)
void parse_stat(std::string_view text, ProcInfo& out) {
    const std::size_t close = text.rfind(')');
    if (close == std::string_view::npos) return;
    const std::string_view rest = text.substr(close + 1);  // column 0 is the state
    out.pgid = number<std::int64_t>(column(rest, 2));
    out.sid = number<std::int64_t>(column(rest, 3));
    out.tty = number<std::uint32_t>(column(rest, 4));
    out.faults_minor = number<std::uint64_t>(column(rest, 7));
    out.faults_major = number<std::uint64_t>(column(rest, 9));
    const auto ticks = number<std::uint64_t>(column(rest, 19));
    static const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    out.start_ns = ticks * (kNsPerSecond / std::max<std::uint64_t>(per_second, 1));
}

std::int64_t parse_nofile(std::string_view text) {
    std::int64_t limit = -1;
    each_line(text, [&](std::string_view line) {
        constexpr std::string_view kKey = "Max open files";
        if (!line.starts_with(kKey)) return;
        const std::string_view soft = column(line.substr(kKey.size()), 0);
        if (soft != "unlimited") limit = number<std::int64_t>(soft);
    });
    return limit;
}

/// Those of the probe.
constexpr std::string_view kControllers[] = {"cpuset", "cpu", "cpuacct", "io", "memory"};

// "12:cpu,cpuacct:/a" gives cpu=/a and cpuacct=/a; the v2 line "0::/a", the last one, gives the
// controllers of the probe's own list or, where those are of v1, unified=/a: as the probe has it.
std::string parse_cgroups(std::string_view text) {
    std::string block;
    bool has_v1 = false;
    const auto add = [&](std::string_view name, std::string_view path) {
        block.append(name).append(1, '=').append(path).append(1, '\0');
    };
    each_line(text, [&](std::string_view line) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (first == std::string_view::npos || second == std::string_view::npos) return;
        std::string_view names = line.substr(first + 1, second - first - 1);
        const std::string_view path = line.substr(second + 1);
        if (names.empty() && has_v1) {
            if (path != "/") add("unified", path);
            return;
        }
        if (names.empty()) {
            for (std::string_view name : kControllers) add(name, path);
            return;
        }
        while (!names.empty()) {
            const std::size_t comma = names.find(',');
            std::string_view name = names.substr(0, comma);
            if (name == "blkio") name = "io";
            if (!name.starts_with("name=")) add(name, path);
            has_v1 = has_v1 || std::find(std::begin(kControllers), std::end(kControllers), name) !=
                                   std::end(kControllers);
            if (comma == std::string_view::npos) break;
            names.remove_prefix(comma + 1);
        }
    });
    return block;
}

// link: "/a/path", "/memfd:name (deleted)", "socket:[123]", "anon_inode:[eventfd]", ...
ProcFile parse_file(std::uint32_t fd, const struct stat& info, std::string_view link) {
    struct Anonymous {
        std::string_view name;
        rec_anon kind;
    };
    static constexpr Anonymous kAnonymous[] = {
        {"[eventfd", REC_ANON_EVENTFD},
        {"[eventpoll", REC_ANON_EVENTPOLL},
        {"inotify", REC_ANON_INOTIFY},
        {"[signalfd", REC_ANON_SIGNALFD},
        {"[timerfd", REC_ANON_TIMERFD},
        {"[io_uring", REC_ANON_IO_URING},
        {"[userfaultfd", REC_ANON_USERFAULTFD},
        {"[pidfd", REC_ANON_PIDFD},
        {"bpf", REC_ANON_BPF},
        {"[perf", REC_ANON_PERF},
    };
    constexpr std::string_view kPrefix = "anon_inode:";
    ProcFile file;
    file.object.fd = fd;
    file.object.ino = info.st_ino;
    file.object.dev = static_cast<std::uint32_t>(info.st_dev);
    file.object.kind = info.st_mode & S_IFMT;
    if (link.starts_with('/')) {
        if (link.starts_with("/memfd:")) file.object.kind = REC_ANON_MEMFD;
        file.text = without_deleted(link);
    } else if (link.starts_with(kPrefix)) {
        link.remove_prefix(kPrefix.size());
        file.object.kind = REC_ANON_UNKNOWN;
        for (const Anonymous& row : kAnonymous) {
            if (link.starts_with(row.name)) file.object.kind = row.kind;
        }
    }
    return file;
}

class RealProcReader final : public ProcReader {
public:
    explicit RealProcReader(const std::string& host_root) : proc_(host_root + "/proc/") {}

    bool read(std::uint32_t tgid, ProcInfo& out) override {
        const std::string dir = dir_of(tgid);
        const std::string status = read_text(dir + "status", 16384);
        if (status.empty()) return false;
        parse_status(status, out);
        parse_stat(read_text(dir + "stat", 4096), out);
        read_program(dir, out);
        out.env = cut(read_text(dir + "environ", kMaxBlock));
        out.cwd = read_link(dir + "cwd");
        out.root = read_link(dir + "root");
        out.cgroups = parse_cgroups(read_text(dir + "cgroup", 16384));
        out.fd_limit = parse_nofile(read_text(dir + "limits", 8192));
        const std::string loginuid = read_text(dir + "loginuid", 32);
        if (!loginuid.empty()) out.loginuid = number<std::uint32_t>(loginuid);
        return true;
    }

    std::string read_cwd(std::uint32_t tgid) override { return read_link(dir_of(tgid) + "cwd"); }

    bool read_ids(std::uint32_t tgid, std::uint32_t& uid, std::uint32_t& gid) override {
        const std::string status = read_text(dir_of(tgid) + "status", 16384);
        if (status.empty()) return false;
        ProcInfo info;
        parse_status(status, info);
        uid = info.uid;
        gid = info.gid;
        return true;
    }

    std::string read_fd_link(std::uint32_t tgid, std::int64_t fd) override {
        return read_link(dir_of(tgid) + "fd/" + std::to_string(fd));
    }

    std::vector<ProcFile> files(std::uint32_t tgid, std::int64_t last_fd) override {
        const std::string folder = dir_of(tgid) + "fd/";
        std::vector<std::uint32_t> numbers{0, 1, 2};
        if (last_fd > kLastStandardFile) numbers = numbers_in(folder);
        std::vector<ProcFile> found;
        for (const std::uint32_t fd : numbers) {
            if (fd > last_fd) continue;
            const std::string path = folder + std::to_string(fd);
            struct stat info{};
            if (::stat(path.c_str(), &info) != 0) continue;
            found.push_back(parse_file(fd, info, read_link(path)));
        }
        return found;
    }

    std::vector<std::uint32_t> processes() override { return numbers_in(proc_); }
    std::vector<std::uint32_t> threads(std::uint32_t tgid) override {
        return numbers_in(dir_of(tgid) + "task/");
    }

    std::string read_thread_comm(std::uint32_t tgid, std::uint32_t tid) override {
        return line(read_text(dir_of(tgid) + "task/" + std::to_string(tid) + "/comm", 64));
    }

private:
    std::string dir_of(std::uint32_t tgid) const { return proc_ + std::to_string(tgid) + "/"; }

    static std::string line(std::string text) {
        if (text.ends_with('\n')) text.pop_back();
        return text;
    }

    // A block cut in the middle of a text keeps its form: the last byte becomes the NUL.
    static std::string cut(std::string block) {
        if (block.empty() || block.back() == '\0') return block;
        if (block.size() == kMaxBlock)
            block.back() = '\0';
        else
            block.push_back('\0');
        return block;
    }

    static void read_program(const std::string& dir, ProcInfo& out) {
        out.comm = line(read_text(dir + "comm", 64));
        const std::string cmdline = cut(read_text(dir + "cmdline", kMaxBlock));
        const std::size_t nul = cmdline.find('\0');
        if (nul != std::string::npos) {
            out.exe = cmdline.substr(0, nul);
            out.args = cmdline.substr(nul + 1);
        }
        out.exepath = read_link(dir + "exe");
        out.kernel_thread = cmdline.empty() && out.exepath.empty();
        out.exepath.resize(without_deleted(out.exepath).size());
        out.exe_memfd = out.exepath.starts_with("/memfd:");
        if (out.exe_memfd) out.exepath.erase(0, 1);
        struct stat info{};
        if (::stat((dir + "exe").c_str(), &info) != 0) return;
        const auto to_ns = [](const timespec& t) {
            return static_cast<std::uint64_t>(t.tv_sec) * kNsPerSecond +
                   static_cast<std::uint64_t>(t.tv_nsec);
        };
        out.exe_ino = info.st_ino;
        out.exe_ctime_ns = to_ns(info.st_ctim);
        out.exe_mtime_ns = to_ns(info.st_mtim);
        // By owner and mode only: capabilities of the process are judged as the kernel side does.
        const bool owner = info.st_uid == out.uid;
        const bool group = info.st_gid == out.gid && (info.st_mode & S_IWGRP) != 0;
        constexpr std::uint64_t kDacOverride = std::uint64_t{1} << 1;
        out.exe_writable = owner || group || (info.st_mode & S_IWOTH) != 0 ||
                           (out.cap_effective & kDacOverride) != 0;
    }

    static std::vector<std::uint32_t> numbers_in(const std::string& path) {
        std::vector<std::uint32_t> found;
        DIR* dir = ::opendir(path.c_str());
        if (dir == nullptr) return found;
        while (const dirent* entry = ::readdir(dir)) {
            const std::string_view name(entry->d_name);
            if (name.find_first_not_of("0123456789") == std::string_view::npos)
                found.push_back(number<std::uint32_t>(name));
        }
        ::closedir(dir);
        std::sort(found.begin(), found.end());
        return found;
    }

    std::string proc_;
};

}  // namespace

std::unique_ptr<ProcReader> make_proc_reader(const std::string& host_root) {
    return std::make_unique<RealProcReader>(host_root);
}

}  // namespace sensor::state
