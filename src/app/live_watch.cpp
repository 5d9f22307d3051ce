// SPDX-License-Identifier: Apache-2.0
#include "app/live_watch.hpp"

#include <malloc.h>

#include <chrono>

#include "app/signals.hpp"
#include "base/log.hpp"

namespace sensor::app {
namespace {

constexpr double kFilterPatienceS = 1;
// If nothing happens for so long after the change, no event from before it can come any more.
constexpr std::uint64_t kCalmNs = 200'000'000;

std::uint64_t epoch_ns() {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                          std::chrono::system_clock::now().time_since_epoch())
                                          .count());
}

std::vector<std::string> watched_paths(const config::Config& config) {
    if (!config.watch_config_files) return {};
    std::vector<std::string> paths = config.rules_files;
    for (const config::LoadedFile& file : config.files) paths.push_back(file.path);
    paths.insert(paths.end(), config.folders.begin(), config.folders.end());
    return paths;
}

/// What a probe that runs cannot change.
void note_fixed(const config::Config& old, const config::Config& now) {
    if (old.rings.preset != now.rings.preset || old.memory_mb != now.memory_mb)
        log::warning("the size of the ring buffers changes when the sensor starts again");
    if (old.capture_file != now.capture_file)
        log::warning("engine.kind changes when the sensor starts again");
}

}  // namespace

LiveWatch::LiveWatch(const Options& options, OpenedKernel opened,
                     std::unique_ptr<Generation> generation, SelfGuard& guard)
    : options_(options),
      guard_(guard),
      source_(std::move(opened.source)),
      state_calls_(opened.state_calls),
      session_(std::move(generation), state::Options{}) {
    if (options.event_stats) session_.print_event_stats();
}

Result<> LiveWatch::run() {
    scan_host(*source_, session_.state());
    SENSOR_TRY_OK(session_.record(RecordOptions{}, options_.write_file));
    start_filter();
    const auto on_record = [this](std::span<const std::byte> record) { handle(record); };
    const auto keeps_house = [this] { return keep_house(); };
    // Who waits for this sensor finds it with its filter, if that does not take too long.
    Result<> ended = read_live(*source_, kFilterPatienceS, on_record,
                               [&] { return keep_house() || !is_filter_loading(); });
    reloader_.emplace([this] { return prepare(); },
                      [this](const std::string& why) { reload_failed(why); },
                      watched_paths(session_.generation().config));
    say_ready();
    if (ended) ended = read_live(*source_, options_.duration_s, on_record, keeps_house);
    if (stop_requested()) log::info("SIGINT received, exiting...");
    reloader_.reset();
    guard_.stopping([this](output::Alert alert) { session_.post(std::move(alert)); });
    const Result<> finished = session_.finish(*source_);
    if (options_.verbose)
        print_progress(live_progress(source_->stats(), session_.pipeline().events()));
    return ended ? finished : ended;
}

void LiveWatch::say_ready() {
    const Generation& now = session_.generation();
    guard_.ready(now.config, now.running.rules.size());
    app::say_ready(options_.ready_fd);
}

void LiveWatch::handle(std::span<const std::byte> record) {
    if (reinterpret_cast<const rec_head*>(record.data())->ts >= swap_ns_) [[unlikely]]
        swap();
    session_.handle(*source_, record, session_.pipeline().events() + 1, true);
}

// out: true: the sensor must end
bool LiveWatch::keep_house() {
    session_.keep_house();
    guard_.look(*source_, [this](output::Alert alert) { session_.post(std::move(alert)); });
    if (filtering_) filtering_->look();
    if (!reloader_) return session_.must_exit();
    if (take_reload_request()) reloader_->request();
    if (swap_ns_ != kNever && epoch_ns() >= swap_ns_ + kCalmNs) swap();
    if (replaced_) settle();
    // A filter on its way to the kernel is of the programs that are in use.
    if (!next_ && !is_filter_loading()) {
        if (std::optional<Prepared> made = reloader_->take()) begin_change(*std::move(made));
    }
    return session_.must_exit();
}

void LiveWatch::start_filter() {
    if (!session_.generation().config.kernel_filter || session_.wants_all()) return;
    filtering_.emplace(*source_, session_.engine(), session_.state(), state_calls_);
    session_.pipeline().after_each(
        [this](const fields::Context& context) { filtering_->note(context); });
}

Result<Prepared> LiveWatch::prepare() const {
    log::info("Rules and configuration are read anew");
    guard_.reloading();
    SENSOR_TRY(config::Config config, read_settings(options_));
    if (!config.outputs.any_channel()) return Error("no output is enabled");
    SENSOR_TRY_OK(config::check_runnable(config));
    note_fixed(session_.generation().config, config);
    for (const config::Note& note : config.notes) log::warning("{}", note.text);
    for (const std::string& each : SelfGuard::unsafe_files(options_, config))
        log::warning("{}", each);
    Prepared made;
    SENSOR_TRY(made.generation, make_generation(options_, std::move(config)));
    const Generation& next = *made.generation;
    SENSOR_TRY(const WantedKernel wanted,
               wanted_kernel(*next.running.program, next.config, options_));
    made.state_calls = wanted.state_calls;
    SENSOR_TRY(made.change, source_->prepare(wanted.options));
    return made;
}

void LiveWatch::reload_failed(const std::string& why) {
    constexpr const char* kName = "Falco internal: hot restart failure";
    log::error("The rules and the configuration stay as they were: {}", why);
    guard_.reload_failed(why);
    output::Alert alert;
    alert.ts_ns = epoch_ns();
    alert.priority = rules::Priority::Critical;
    alert.rule = kName;
    alert.source = "internal";
    alert.message = format("{}: {}", kName, why);
    alert.fields = nlohmann::json::object();
    session_.post(std::move(alert));
}

void LiveWatch::begin_change(Prepared next) {
    log::info("SIGHUP received, restarting...");
    session_.pipeline().after_each(nullptr);
    filtering_.reset();
    if (Result<> done = source_->change(std::move(next.change)); !done) {
        reloader_->adopted(std::move(done), std::move(next.generation), {});
        return start_filter();
    }
    next_ = std::move(next);
    swap_ns_ = epoch_ns();
}

void LiveWatch::swap() {
    swap_ns_ = kNever;
    state_calls_ = next_->state_calls;
    replaced_ = session_.adopt(std::move(next_->generation));
}

void LiveWatch::settle() {
    if (const Result<> done = source_->settle(); !done)
        log::warning("events that no rule wants any more are still reported: {}",
                     done.error().text);
    next_.reset();
    start_filter();
    const Generation& now = session_.generation();
    log::info("{} rules judge from now on, {} before", now.running.rules.size(),
              replaced_->running.rules.size());
    guard_.ready(now.config, now.running.rules.size());
    reloader_->adopted(Ok{}, std::move(replaced_), watched_paths(now.config));
}

}  // namespace sensor::app
