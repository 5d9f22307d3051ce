// SPDX-License-Identifier: Apache-2.0
#include "app/replay.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "app/daemon.hpp"
#include "app/session.hpp"
#include "app/signals.hpp"
#include "base/log.hpp"

namespace sensor::app {
namespace {

/// One line of progress, rewritten in place; nothing where nobody looks.
class ProgressLine {
public:
    explicit ProgressLine(const capture::ScapSource& source)
        : source_(source), shown_(isatty(STDERR_FILENO) == 1) {}
    ~ProgressLine() {
        if (drawn_) std::fputs("\x1b[K", stderr);
    }

    void update() {
        if (!shown_) return;
        const auto now = std::chrono::steady_clock::now();
        if (now - last_ < std::chrono::milliseconds(drawn_ ? 200 : 1000)) return;
        last_ = now;
        drawn_ = true;
        const auto [read, total] = source_.progress();
        const double seconds = std::chrono::duration<double>(now - begin_).count();
        const auto events = static_cast<double>(source_.scap_stats().delivered);
        const std::string share = total == 0
                                      ? format("{} MiB", read >> 20)
                                      : format("{:3.0f} %", 100.0 * static_cast<double>(read) /
                                                                static_cast<double>(total));
        const std::string text = format("{}  {:.0f} events, {:.2f} million a second\x1b[K\r", share,
                                        events, events / seconds / 1e6);
        std::fwrite(text.data(), 1, text.size(), stderr);
    }

private:
    const capture::ScapSource& source_;
    const bool shown_;
    bool drawn_ = false;
    const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point last_ = begin_;
};

void log_problems(const capture::ScapStats& stats) {
    for (const auto& [text, count] : stats.problems()) log::warning("capture: {}: {}", text, count);
}

}  // namespace

Result<> read_capture(capture::ScapSource& source, state::State& state,
                      const judge::ReplayFn& on_record, const std::function<bool()>& stop) {
    ProgressLine progress(source);
    const Result<> ended = judge::replay_capture(source, state, on_record, [&] {
        progress.update();
        return stop_requested() || stop();
    });
    log_problems(source.scap_stats());
    return ended;
}

Result<> replay(const Options& options, std::unique_ptr<Generation> generation) {
    const std::string& file = generation->config.capture_file;
    log::info("Replaying events from the capture file: {}", file);
    SENSOR_TRY(const std::unique_ptr<capture::ScapSource> source, capture::ScapSource::open(file));
    SENSOR_TRY_OK(leave_terminal(options));
    Session session(std::move(generation), judge::replay_state());
    if (!session.has_output()) return Error("none of the enabled outputs can work");
    if (options.event_stats) session.print_event_stats();
    SENSOR_TRY_OK(session.record(options.write_file));
    Pipeline& pipeline = session.pipeline();
    const auto limit_ns = static_cast<std::uint64_t>(options.duration_s * 1e9);
    bool over = false;  // of events the time that was asked for has passed
    const auto is_over = [&](std::span<const std::byte> record) {
        const std::uint64_t ts = reinterpret_cast<const rec_head*>(record.data())->ts;
        const std::uint64_t first = pipeline.first_ts_ns();
        return limit_ns != 0 && first != 0 && ts > first && ts - first >= limit_ns;
    };
    const Result<> ended = read_capture(
        *source, session.state(),
        [&](std::span<const std::byte> record, std::uint64_t number, bool judge) {
            over = over || is_over(record);
            if (!over) session.handle(*source, record, number, judge);
        },
        [&] {
            session.keep_house();
            return session.must_exit() || over;
        });
    const Result<> finished = session.finish(*source);
    if (options.verbose) print_progress(progress_summary("", pipeline.events()));
    return ended ? finished : ended;
}

}  // namespace sensor::app
