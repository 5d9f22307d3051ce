// SPDX-License-Identifier: Apache-2.0
#include "app/dump.hpp"

#include <algorithm>
#include <cstdio>
#include <unordered_map>
#include <vector>

#include "app/container_watch.hpp"
#include "app/live.hpp"
#include "app/query.hpp"
#include "app/replay.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "judge/deferral.hpp"
#include "judge/judge.hpp"
#include "output/render.hpp"

namespace sensor::app {
namespace {

constexpr const char* kDefaultFormat =
    "%evt.num %evt.time %evt.cpu %proc.name (%thread.tid) %evt.type %evt.args";

constexpr int kPollMs = 100, kPollForNamesMs = 3;

/// Judges events by the one condition there is and prints or counts those it picks. Where it asks
/// for names of a container that are not known yet, they wait for them as alerts do.
class Dumper {
public:
    Dumper(const DumpOptions& options, const config::Config& config,
           const rules::RunningRules& query, engine::Engine& engine, state::State& state)
        : options_(options),
          config_(config),
          query_(query),
          state_(state),
          judge_(engine, state, 1, false),
          deferral_(
              state,
              [this](const judge::LateAlert& late, output::TermSource& values) {
                  show(late.ts_ns, values);
              },
              [](const state::Container&, std::uint64_t) {}) {
        deferral_.use(engine, query, false, 0);
    }

    void handle(std::span<const std::byte> record, std::uint64_t number, bool wanted) {
        if (full()) return;
        settle();
        judge_.handle(
            record, number, wanted,
            [this](const fields::Context& context, std::span<const std::uint32_t>) {
                judge::EngineTerms terms(judge_.engine());
                show(context.event.ts_ns(), terms);
            },
            [](const fields::Context&) {},
            [this](const fields::Context& context) {
                if (context.pending) deferral_.judge(context, epoch_ns());
                return context.pending;
            });
    }
    /// What waited and waits no longer. cost: loads if nothing waits
    void settle() {
        if (state_.containers().pending() == 0 && !deferral_.has_news()) return;
        state_.expire_containers(epoch_ns());
        deferral_.settle(epoch_ns());
    }

    bool full() const { return options_.at_most != 0 && shown_ >= options_.at_most; }
    std::uint64_t events() const { return judge_.events(); }
    std::uint64_t elapsed_ns() const { return judge_.last_ts_ns() - judge_.first_ts_ns(); }

    void finish() {
        deferral_.settle_all(epoch_ns());
        if (options_.count) std::printf("%llu\n", static_cast<unsigned long long>(shown_));
        if (!options_.top.empty()) print_top();
        std::fflush(stdout);
    }

private:
    void show(std::uint64_t ts_ns, output::TermSource& terms) {
        if (full()) return;
        ++shown_;
        if (options_.count) return;
        const output::RenderOptions how{config_.buffer_base64, ts_ns};
        const lang::OutputFormat& line_format = query_.rules[0].format;
        if (!options_.top.empty()) {
            ++values_[output::render_message(line_format, *query_.program, terms, how)];
            return;
        }
        std::string line =
            options_.json
                ? output::json_line(output::render_fields(line_format, *query_.program, terms, how))
                : output::render_message(line_format, *query_.program, terms, how);
        line += '\n';
        std::fwrite(line.data(), 1, line.size(), stdout);
    }

    void print_top() const {
        std::vector<std::pair<std::uint64_t, std::string_view>> sorted;
        sorted.reserve(values_.size());
        for (const auto& [value, count] : values_) sorted.emplace_back(count, value);
        std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first > b.first : a.second < b.second;
        });
        for (const auto& [count, value] : sorted) {
            if (options_.json) {
                const nlohmann::json line = {{options_.top, value}, {"count", count}};
                std::puts(output::json_line(line).c_str());
            } else {
                std::printf("%10llu  %.*s\n", static_cast<unsigned long long>(count),
                            static_cast<int>(value.size()), value.data());
            }
        }
    }

    const DumpOptions& options_;
    const config::Config& config_;
    const rules::RunningRules& query_;
    state::State& state_;
    judge::Judge judge_;
    judge::Deferral deferral_;
    std::unordered_map<std::string, std::uint64_t> values_;  // --top
    std::uint64_t shown_ = 0;
};

std::unique_ptr<engine::Engine> make_engine(const rules::RunningRules& query,
                                            const Options& options, const config::Config& config) {
    engine::EngineOptions how;
    // Without a condition there is nothing to compile.
    how.native = config.engine_native && !options.dump.condition.empty();
    how.compiler = options.compiler;
    return engine::Engine::create(query.program, how);
}

Result<> dump_live(const Options& options, const config::Config& config,
                   const rules::RunningRules& query, engine::Engine& engine) {
    SENSOR_TRY(const OpenedKernel opened, open_kernel(*query.program, config, options));
    capture::KernelSource* const source = opened.source.get();
    ContainerWatch containers(state::default_host_root());
    state::Options how = watched_state(containers);
    how.containers = container_options(config.containers, true);
    state::State state(std::move(how));
    scan_host(*source, state);
    if (const Result<> asked = containers.apply(config.containers, state); !asked)
        log::warning("container runtimes are not asked: {}", asked.error().text);
    Dumper dumper(options.dump, config, query, engine, state);
    const auto handle = [&](std::span<const std::byte> record) {
        dumper.handle(record, dumper.events() + 1, true);
    };
    say_ready(options.ready_fd);
    const Result<> ended = read_live(
        *source, options.duration_s,
        [&](std::span<const std::byte> record) {
            handle(record);
            containers.look(state, handle);
        },
        [&] {
            containers.look(state, handle);
            dumper.settle();
            std::fflush(stdout);
            return dumper.full();
        },
        [&] { return state.containers().pending() != 0 ? kPollForNamesMs : kPollMs; });
    dumper.finish();
    return ended;
}

Result<> dump_capture(const Options& options, const config::Config& config,
                      const rules::RunningRules& query, engine::Engine& engine) {
    SENSOR_TRY(const std::unique_ptr<capture::ScapSource> source,
               capture::ScapSource::open(config.capture_file));
    state::State state(judge::replay_state());
    Dumper dumper(options.dump, config, query, engine, state);
    const auto limit_ns = static_cast<std::uint64_t>(options.duration_s * 1e9);
    const Result<> ended = read_capture(
        *source, state,
        [&](std::span<const std::byte> record, std::uint64_t number, bool judge) {
            dumper.handle(record, number, judge);
        },
        [&] { return dumper.full() || (limit_ns != 0 && dumper.elapsed_ns() >= limit_ns); });
    dumper.finish();
    return ended;
}

}  // namespace

Result<> dump(const Options& options, const config::Config& config) {
    const DumpOptions& what = options.dump;
    std::string text = what.format.empty() ? kDefaultFormat : what.format;
    if (!what.top.empty()) text = "%" + what.top;
    SENSOR_TRY(const rules::RunningRules query,
               make_query(what.condition, text, config.static_fields));
    const std::unique_ptr<engine::Engine> engine = make_engine(query, options, config);
    return config.capture_file.empty() ? dump_live(options, config, query, *engine)
                                       : dump_capture(options, config, query, *engine);
}

}  // namespace sensor::app
