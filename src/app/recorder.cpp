// SPDX-License-Identifier: Apache-2.0
#include "app/recorder.hpp"

#include <algorithm>
#include <utility>

#include "app/container_watch.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "capture/scap/writer_machine.hpp"

namespace sensor::app {
namespace {

constexpr std::uint64_t kMs = 1'000'000, kSecond = 1'000'000'000;
constexpr std::uint64_t kRetryNs = 10 * kSecond;
constexpr const char* kLimitName = "Falco internal: capture size limit reached";

}  // namespace

std::string capture_path(const std::string& prefix, std::uint64_t ts_ns, std::uint64_t number) {
    return format("{}_{:020}_{:020}.scap", prefix, ts_ns, number);
}

Recorder::Recorder(const config::CaptureOptions& options, bool patient, Tables tables, Post post)
    : patient_(patient), tables_(std::move(tables)), post_(std::move(post)) {
    use(options);
}

void Recorder::use(const config::CaptureOptions& options) {
    if (options.enabled && (!options_.enabled || options_.all_rules != options.all_rules))
        log::info("Capture is enabled in mode {}", options.all_rules ? "all_rules" : "rules");
    options_ = options;
    retry_ns_ = 0;
}

Recorder::~Recorder() { finish(); }

Result<> Recorder::trace(const std::string& path) {
    capture::scap::WriterOptions how;
    how.patient = patient_;
    SENSOR_TRY(trace_.writer, capture::scap::Writer::create(path, how));
    trace_.path = path;
    ++stats_.files;
    return Ok{};
}

void Recorder::write_trace(std::span<const std::byte> record, bool judged) noexcept {
    const Event event = Event::view(record);
    if (!event.valid() || (event.head().flags & REC_F_STATE) != 0) return;
    if (!std::exchange(trace_.begun, true)) write_tables(*trace_.writer, event.ts_ns());
    trace_.writer->write(event, !judged);
}

void Recorder::begin(const rules::RunningRule& rule, std::uint64_t ts_ns,
                     std::uint64_t number) noexcept {
    const std::uint64_t ms =
        rule.capture_duration_ms != 0 ? rule.capture_duration_ms : options_.duration_ms;
    const std::uint64_t deadline = ts_ns + ms * kMs;
    if (file_.writer != nullptr) {  // goes on for as long as the last alert asks
        deadline_ns_ = std::max(deadline_ns_, deadline);
        return;
    }
    if (ts_ns < retry_ns_) return;
    if (!open(file_, capture_path(options_.path_prefix, ts_ns, number), ts_ns)) {
        retry_ns_ = ts_ns + kRetryNs;
        return;
    }
    deadline_ns_ = deadline;
}

// Containers go behind the tables, as events that no rule is to see again.
void Recorder::write_tables(capture::scap::Writer& writer, std::uint64_t ts_ns) {
    CaptureTables tables = tables_();
    capture::scap::add_machine(tables);
    writer.begin(tables);
    for (const std::string& json : tables.containers) {
        const Result<OwnedRecord> event = container_event(json, false, ts_ns);
        if (event) writer.write(event->event(), true);
    }
}

bool Recorder::open(Target& target, std::string path, std::uint64_t ts_ns) {
    capture::scap::WriterOptions how;
    how.patient = patient_;
    auto made = capture::scap::Writer::create(path, how, true);
    if (!made) {
        ++stats_.failures;
        log::error("{}: no events are recorded", made.error().text);
        return false;
    }
    write_tables(**made, ts_ns);
    target = {*std::move(made), std::move(path), true};
    ++stats_.files;
    log::info("Recording events to {}", target.path);
    return true;
}

void Recorder::write_file(std::span<const std::byte> record, bool judged) noexcept {
    const Event event = Event::view(record);
    if (!event.valid() || (event.head().flags & REC_F_STATE) != 0) return;
    if (event.ts_ns() >= deadline_ns_) return end(file_);
    file_.writer->write(event, !judged);
    const std::uint64_t most = options_.most_mb << 20;
    if (most != 0 && file_.writer->stats().bytes >= most) tell_limit(event.ts_ns());
}

void Recorder::tell_limit(std::uint64_t ts_ns) {
    ++stats_.size_limits;
    const std::uint64_t written = file_.writer->stats().bytes;
    end(file_);
    output::Alert alert = output::internal_alert(
        ts_ns, rules::Priority::Informational, kLimitName,
        format("{}. Configured limit: {} MB.", kLimitName, options_.most_mb));
    alert.fields = {{"max_file_size_mb", options_.most_mb}, {"written_bytes", written}};
    post_(std::move(alert));
}

void Recorder::end(Target& target) {
    if (target.writer == nullptr) return;
    const capture::scap::WriterStats of = target.writer->stats();
    const Result<> closed = target.writer->close();
    const std::uint64_t lost = of.failed + of.no_room + of.too_large;
    if (!closed) {
        ++stats_.failures;
        log::error("{}: {} events are not in the file", closed.error().text, lost);
    } else if (lost != 0) {
        log::warning("{}: {} events are missing, {} since the disk was too slow, {} too large",
                     target.path, lost, of.no_room, of.too_large);
    }
    stats_.events += of.events;
    stats_.lost_events += lost;
    target = Target{};
}

void Recorder::keep_house(std::uint64_t now_ns) {
    if (file_.writer != nullptr && now_ns >= deadline_ns_) end(file_);
    for (Target* target : {&trace_, &file_}) {
        if (target->writer != nullptr) target->writer->flush(now_ns);
    }
}

void Recorder::finish() {
    // A file without events is one as well.
    if (trace_.writer != nullptr && !trace_.begun) write_tables(*trace_.writer, epoch_ns());
    end(file_);
    end(trace_);
}

RecordStats Recorder::stats() const {
    RecordStats all = stats_;
    for (const Target* target : {&trace_, &file_}) {
        if (target->writer == nullptr) continue;
        const capture::scap::WriterStats& of = target->writer->stats();
        all.events += of.events;
        all.lost_events += of.failed + of.no_room + of.too_large;
    }
    return all;
}

}  // namespace sensor::app
