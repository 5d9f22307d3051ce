// SPDX-License-Identifier: Apache-2.0
#include "guard/self_watch.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <string_view>
#include <utility>

#include "base/log.hpp"

namespace sensor::guard {
namespace {

constexpr std::uint64_t kLookNs = 1'000'000'000;
// The loop turns every 100 ms. Shorter holes are those of a busy machine.
constexpr std::uint64_t kHoleNs = 3'000'000'000;

Fd open_own(const char* name) {
    return Fd(::open((std::string("/proc/self/") + name).c_str(), O_RDONLY | O_CLOEXEC));
}

/// All of a small file, as it is now; "" if it cannot be read.
std::string read_again(const Fd& file) {
    std::array<char, 4096> text{};
    const ssize_t n = file ? ::pread(file.get(), text.data(), text.size(), 0) : -1;
    return n <= 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(n));
}

/// The number behind a name, 0 if there is none.
template <typename T>
T number_after(std::string_view text, std::string_view name) {
    const std::size_t at = text.find(name);
    if (at == std::string_view::npos) return 0;
    text.remove_prefix(at + name.size());
    while (!text.empty() && (text[0] == '\t' || text[0] == ' ')) text.remove_prefix(1);
    T value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string seconds(std::uint64_t ns) { return format("{:.1f}", static_cast<double>(ns) / 1e9); }

std::string limit_text(const rlimit& limit) {
    const auto text = [](rlim_t value) {
        return value == RLIM_INFINITY ? std::string("unlimited") : std::to_string(value);
    };
    return text(limit.rlim_cur) + ":" + text(limit.rlim_max);
}

constexpr const char* kLimitNames[RLIM_NLIMITS] = {
    "cpu",     "fsize", "data",  "stack",      "core",     "rss",  "nproc",  "nofile",
    "memlock", "as",    "locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime"};

}  // namespace

SelfWatch::SelfWatch(SelfWatchOptions options)
    : status_(open_own("status")),
      oom_(open_own("oom_score_adj")),
      cgroups_(open_own("cgroup")),
      times_(open_own("schedstat")),
      tracer_(number_after<pid_t>(read_again(status_), "TracerPid:")),
      limits_(limits_now()),
      oom_score_(read_again(oom_)),
      cgroup_(read_again(cgroups_)),
      priority_(priority_now()) {
    for (const std::string& path : options.programs) programs_.push_back(state_of(path));
    watch_outputs(options.outputs);
}

void SelfWatch::watch_outputs(const std::vector<std::string>& paths) {
    std::vector<File> now;
    for (const std::string& path : paths) {
        const auto known = std::find_if(outputs_.begin(), outputs_.end(),
                                        [&](const File& file) { return file.path == path; });
        now.push_back(known == outputs_.end() ? state_of(path) : *known);
    }
    outputs_ = std::move(now);
}

SelfWatch::File SelfWatch::state_of(const std::string& path) {
    File file{path};
    struct stat is{};
    if (::stat(path.c_str(), &is) != 0) return file;
    file.device = is.st_dev;
    file.inode = is.st_ino;
    file.size = is.st_size;
    file.changed = is.st_ctim;
    return file;
}

SelfWatch::Limits SelfWatch::limits_now() {
    Limits now{};
    for (std::size_t k = 0; k < now.size(); ++k)
        ::getrlimit(static_cast<decltype(RLIMIT_AS)>(k), &now[k]);
    return now;
}

std::string SelfWatch::priority_now() {
    return format("nice {}, policy {}", ::getpriority(PRIO_PROCESS, 0), ::sched_getscheduler(0));
}

SelfWatch::Times SelfWatch::times_now() {
    const std::string text = read_again(times_);
    Times now;
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, now.ran_ns);
    if (first.ec == std::errc() && first.ptr != end)
        std::from_chars(first.ptr + 1, end, now.waited_ns);
    return now;
}

std::vector<Finding> SelfWatch::look(std::uint64_t now_ns) {
    std::vector<Finding> found;
    const bool is_late = last_ns_ != 0 && now_ns - last_ns_ >= kHoleNs;
    if (!is_late && now_ns - last_look_ns_ < kLookNs) {
        last_ns_ = now_ns;
        return found;
    }
    look_at_signals(found);
    look_at_time(now_ns, found);
    look_at_tracer(found);
    look_at_limits(found);
    look_at_files(found);
    last_ns_ = last_look_ns_ = now_ns;
    return found;
}

// Of the time since the last turn a process that was stopped neither ran nor waited for a
// processor.
void SelfWatch::look_at_time(std::uint64_t now_ns, std::vector<Finding>& found) {
    const Times now = times_now(), before = std::exchange(last_times_, now);
    const std::uint64_t hole = last_ns_ == 0 ? 0 : now_ns - last_ns_;
    const NotedSignal by = std::exchange(continued_, {});
    if (hole < kHoleNs) return;
    const std::uint64_t waited = now.waited_ns - before.waited_ns;
    const std::uint64_t ran = now.ran_ns - before.ran_ns;
    Finding finding{"stopped", "", {{"tamper.seconds", seconds(hole)}}};
    if (waited >= hole / 2) {
        finding.kind = "starved";
        finding.text = format(
            "the sensor got no processor for {} of {} s: others, a control group or its "
            "priority keep it from one",
            seconds(waited), seconds(hole));
    } else if (ran >= hole / 2) {
        return;  // it was busy itself
    } else {
        finding.text = format(
            "the sensor stood still for {} s: it was stopped or frozen, or waited for a file, or "
            "the machine stood still",
            seconds(hole));
        if (by.number == SIGCONT) {
            finding.text += "; " + sender_text(by.sender, by.user) + " let it go on";
            finding.fields.emplace_back("tamper.pid", std::to_string(by.sender));
        }
    }
    found.push_back(std::move(finding));
}

void SelfWatch::look_at_signals(std::vector<Finding>& found) {
    for (const NotedSignal& each : take_foreign_signals()) {
        if (each.number == SIGCONT) {
            continued_ = each;
            continue;
        }
        const std::string name = signal_name(each.number);
        found.push_back({"signal",
                         format("{} of {}, which would have ended the sensor, was ignored", name,
                                sender_text(each.sender, each.user)),
                         {{"tamper.signal", name},
                          {"tamper.pid", std::to_string(each.sender)},
                          {"tamper.uid", std::to_string(each.user)}}});
    }
}

void SelfWatch::look_at_tracer(std::vector<Finding>& found) {
    const auto now = number_after<pid_t>(read_again(status_), "TracerPid:");
    if (now == std::exchange(tracer_, now) || now == 0) return;
    found.push_back({"traced",
                     format("process {} ({}) traces the sensor: it reads and changes all of it",
                            now, name_of_process(now)),
                     {{"tamper.pid", std::to_string(now)}, {"tamper.name", name_of_process(now)}}});
}

void SelfWatch::look_at_limits(std::vector<Finding>& found) {
    const auto note = [&](const char* what, const std::string& before, const std::string& now) {
        found.push_back({"limits",
                         format("{} of the sensor was changed by another process, from {} to {}",
                                what, before, now),
                         {{"tamper.what", what}, {"tamper.before", before}, {"tamper.now", now}}});
    };
    const Limits now = limits_now();
    for (std::size_t k = 0; k < now.size(); ++k) {
        const std::string before = limit_text(limits_[k]), is = limit_text(now[k]);
        if (before != is) note(format("the limit {}", kLimitNames[k]).c_str(), before, is);
    }
    limits_ = now;
    const auto compare = [&](const char* what, std::string& before, std::string is) {
        const auto whole = [](std::string text) {
            while (!text.empty() && text.back() == '\n') text.pop_back();
            return text;
        };
        if (before != is && !is.empty()) note(what, whole(before), whole(is));
        if (!is.empty()) before = std::move(is);
    };
    compare("oom_score_adj", oom_score_, read_again(oom_));
    compare("the control group", cgroup_, read_again(cgroups_));
    compare("the priority", priority_, priority_now());
}

void SelfWatch::look_at_files(std::vector<Finding>& found) {
    const auto note = [&](const char* kind, const std::string& path, const std::string& text) {
        found.push_back({kind, text, {{"tamper.file", path}}});
    };
    for (File& before : programs_) {
        File now = state_of(before.path);
        const bool same = now.inode == before.inode && now.device == before.device &&
                          now.changed.tv_sec == before.changed.tv_sec &&
                          now.changed.tv_nsec == before.changed.tv_nsec;
        if (!same) {
            note("program", before.path,
                 format("the program {} was {}; where no package was installed, somebody did it",
                        before.path, now.inode == 0 ? "removed" : "replaced or changed"));
        }
        before = std::move(now);
    }
    for (File& before : outputs_) {
        File now = state_of(before.path);
        const bool same_file = now.inode == before.inode && now.device == before.device;
        if (before.inode != 0 && now.inode == 0) {
            note("output", before.path, format("the output {} was removed", before.path));
        } else if (same_file && now.size < before.size) {
            note("output", before.path,
                 format("the output {} was cut from {} to {} bytes: alerts in it are gone",
                        before.path, before.size, now.size));
        }
        before = std::move(now);
    }
}

}  // namespace sensor::guard
