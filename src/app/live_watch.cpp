// SPDX-License-Identifier: Apache-2.0
#include "app/live_watch.hpp"

#include <chrono>

#include "app/signals.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/start_memory.hpp"

namespace sensor::app {
namespace {

constexpr double kFilterPatienceS = 1;
constexpr int kPollMs = 100;
constexpr int kPollForNamesMs = 3;  // while alerts wait for what a runtime says
// If nothing happens for so long after the change, no event from before it can come any more.
constexpr std::uint64_t kCalmNs = 200'000'000;

/// What is read again when it changes.
std::vector<std::string> watched_paths(const Options& options, const Generation& generation) {
    const config::Config& config = generation.config;
    if (!config.watch_config_files) return {};
    std::vector<std::string> paths = config.rules_files;
    for (const config::LoadedFile& file : config.files) paths.push_back(file.path);
    paths.insert(paths.end(), config.folders.begin(), config.folders.end());
    if (!generation.fallback.empty())
        paths.push_back(options.config_file.empty() ? config::kDefaultFile : options.config_file);
    return paths;
}

/// What a probe that runs cannot change.
void note_fixed(const config::Config& old, const config::Config& now) {
    if (old.rings.preset != now.rings.preset || old.memory_mb != now.memory_mb)
        log::warning("the size of the ring buffers changes when the sensor starts again");
    if (old.guard != now.guard)
        log::warning("settings of guard change when the sensor starts again");
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
      containers_(state::default_host_root(), guard.opener()),
      session_(std::move(generation), watched_state(containers_), guard.starter()) {
    session_.watches_containers(containers_);
    if (options.event_stats) session_.print_event_stats();
}

Result<> LiveWatch::run() {
    if (!session_.has_output()) return Error("none of the enabled outputs can work");
    const config::ContainerOptions& of = session_.generation().config.containers;
    if (const Result<> asked = containers_.apply(of, session_.state()); !asked)
        log::error("container runtimes are not asked: {}", asked.error().text);
    scan_host(*source_, session_.state());
    SENSOR_TRY_OK(session_.record(options_.write_file));
    start_filter();
    const auto on_record = [this](std::span<const std::byte> record) { handle(record); };
    const auto keeps_house = [this] { return keep_house(); };
    // Who waits for this sensor finds it with its filter, if that does not take too long.
    Result<> ended = read_live(
        *source_, kFilterPatienceS, on_record, [&] { return keep_house() || !is_filter_loading(); },
        [this] { return wait_ms(); });
    reloader_.emplace([this] { return prepare(); },
                      [this](const std::string& why) { reload_failed(why); },
                      watched_paths(options_, session_.generation()));
    service_.emplace(session_, *source_,
                     [this](Service::Done done) { reloader_->request(std::move(done)); });
    SENSOR_TRY_OK(service_->apply());
    if (!options_.stats_file.empty()) {
        service_->keep_statistics(options_.stats_file,
                                  std::chrono::milliseconds(options_.stats_interval_ms));
    }
    say_ready();
    if (ended)
        ended = read_live(*source_, options_.duration_s, on_record, keeps_house,
                          [this] { return wait_ms(); });
    if (stop_requested()) log::info("SIGINT received, exiting...");
    service_.reset();
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
    if (!now.fallback.empty())
        alert("Falco internal: start with the last good rules", now.fallback);
    release_start_memory();
    app::say_ready(options_.ready_fd);
}

void LiveWatch::handle(std::span<const std::byte> record) {
    const rec_head& head = *reinterpret_cast<const rec_head*>(record.data());
    if (head.ts >= swap_ns_) [[unlikely]]
        swap();
    if ((head.flags & REC_F_CANARY) != 0) [[unlikely]]
        return session_.rehearse(record, [this] { service_->canary_came_back(); });
    session_.handle(*source_, record, session_.pipeline().events() + 1, true);
    look_at_containers();
}

void LiveWatch::look_at_containers() {
    containers_.look(session_.state(), [this](std::span<const std::byte> record) {
        session_.handle(*source_, record, session_.pipeline().events() + 1, true);
    });
}

int LiveWatch::wait_ms() const {
    return session_.state().containers().pending() != 0 ? kPollForNamesMs : kPollMs;
}

// out: true: the sensor must end
bool LiveWatch::keep_house() {
    look_at_containers();
    session_.keep_house();
    guard_.look(*source_, [this](output::Alert alert) { session_.post(std::move(alert)); });
    if (filtering_) filtering_->look();
    if (take_reopen_request()) {
        log::info("SIGUSR1 received, reopening outputs...");
        session_.reopen_outputs();
    }
    if (!service_) return session_.must_exit();
    service_->look();
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
    const auto begun = std::chrono::steady_clock::now();
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
    made.begun = begun;
    SENSOR_TRY(made.change, source_->prepare(wanted.options));
    return made;
}

void LiveWatch::reload_failed(const std::string& why) {
    log::error("The rules and the configuration stay as they were: {}", why);
    guard_.reload_failed(why);
    service_->reload_failed();
    alert("Falco internal: hot restart failure", why);
}

void LiveWatch::alert(const char* rule, const std::string& text) {
    session_.post(output::internal_alert(epoch_ns(), rules::Priority::Critical, rule,
                                         format("{}: {}", rule, text)));
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
    if (const Result<> applied = service_->apply(); !applied)
        log::error("the web server is off: {}", applied.error().text);
    service_->reloaded(std::chrono::steady_clock::now() - next_->begun);
    next_.reset();
    start_filter();
    const Generation& now = session_.generation();
    if (const Result<> asked = containers_.apply(now.config.containers, session_.state()); !asked)
        log::error("container runtimes are not asked: {}", asked.error().text);
    log::info("{} rules judge from now on, {} before", now.running.rules.size(),
              replaced_->running.rules.size());
    guard_.ready(now.config, now.running.rules.size());
    reloader_->adopted(Ok{}, std::move(replaced_), watched_paths(options_, now));
}

}  // namespace sensor::app
