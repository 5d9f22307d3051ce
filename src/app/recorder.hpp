// SPDX-License-Identifier: Apache-2.0
// Recorder: events into capture files: all of them (-w), and those after an alert (capture.*).
// Pipeline asks it around every event; it costs nothing where there is none, and a branch while no
// file is open. What goes wrong with a file is logged and counted and never ends detection.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "capture/scap/writer.hpp"
#include "config/options.hpp"
#include "output/alert.hpp"
#include "rules/ruleset.hpp"

namespace sensor::app {

struct RecordStats {
    std::uint64_t files = 0;        ///< begun
    std::uint64_t events = 0;       ///< written to all files
    std::uint64_t lost_events = 0;  ///< left out: disk too slow or refusing, or too large
    std::uint64_t failures = 0;     ///< files that could not be created or written to their end
    std::uint64_t size_limits = 0;  ///< files ended by most_mb
};

class Recorder {
public:
    using Tables = std::function<CaptureTables()>;
    using Post = std::function<void(output::Alert)>;

    /// patient: a replay, which waits for a slow disk and loses nothing; tables: of the present
    /// state, called when a file begins; post: takes the alert of a file that reached its limit
    Recorder(const config::CaptureOptions& options, bool patient, Tables tables, Post post);
    ~Recorder();

    /// Other settings from now on; a file that is open goes on for as long as it was to.
    void use(const config::CaptureOptions& options);
    /// A file is open or may be: the kernel is to report what no rule wants, too.
    bool wants_all() const noexcept { return options_.enabled || trace_.writer != nullptr; }

    /// -w: every event from now on. fails: the file cannot be created
    Result<> trace(const std::string& path);

    /// Before the event is judged: -w. judged: false: only the state learns of it
    void before(std::span<const std::byte> record, bool judged) noexcept {
        if (trace_.writer != nullptr) write_trace(record, judged);
    }
    /// A rule has fired, before the event's after-effects on the state.
    /// ts_ns, number: of the event
    void matched(const rules::RunningRule& rule, std::uint64_t ts_ns,
                 std::uint64_t number) noexcept {
        if (options_.enabled && (options_.all_rules || rule.capture)) begin(rule, ts_ns, number);
    }
    /// After the event was judged.
    void after(std::span<const std::byte> record, bool judged) noexcept {
        if (file_.writer != nullptr) write_file(record, judged);
    }

    /// A file around an alert is open: what the kernel drops is missed there.
    bool is_recording() const noexcept { return file_.writer != nullptr; }
    /// Now and then, between events: ends what is over though no event came, gives what was written
    /// to the disk. now_ns: since the epoch
    void keep_house(std::uint64_t now_ns);
    /// Ends all files; the log says what was lost.
    void finish();

    /// out: events of open files included
    RecordStats stats() const;

private:
    struct Target {
        std::unique_ptr<capture::scap::Writer> writer;
        std::string path;
        bool begun = false;  // the tables are written
    };

    void write_trace(std::span<const std::byte> record, bool judged) noexcept;
    void write_file(std::span<const std::byte> record, bool judged) noexcept;
    void begin(const rules::RunningRule& rule, std::uint64_t ts_ns, std::uint64_t number) noexcept;
    bool open(Target& target, std::string path, std::uint64_t ts_ns);
    void write_tables(capture::scap::Writer& writer, std::uint64_t ts_ns);
    void end(Target& target);
    void tell_limit(std::uint64_t ts_ns);

    config::CaptureOptions options_;
    const bool patient_;
    const Tables tables_;
    const Post post_;
    Target trace_, file_;
    std::uint64_t deadline_ns_ = 0;  // of file_
    std::uint64_t retry_ns_ = 0;     // no file before: the last one could not be created
    RecordStats stats_;
};

/// PREFIX_<time, 20 digits>_<number, 20 digits>.scap
std::string capture_path(const std::string& prefix, std::uint64_t ts_ns, std::uint64_t number);

}  // namespace sensor::app
