// SPDX-License-Identifier: Apache-2.0
#include "app/drop_monitor.hpp"

#include <utility>

#include "base/log.hpp"

namespace sensor::app {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr const char* kName = "Falco internal: syscall event drop";

/// Losses by the peer's names of them; what it has no name for counts in n_drops only.
nlohmann::json counters(const capture::SourceStats& delta) {
    const auto sum = [&](std::string_view counter) {
        std::uint64_t count = 0;
        for (unsigned reason = 0; reason < REC_LOSS_COUNT; ++reason) {
            if (loss_counter(reason) == counter)
                count += delta.lost.of(static_cast<rec_loss>(reason));
        }
        return std::to_string(count);
    };
    nlohmann::json all = {{"n_evts", std::to_string(delta.attempted)},
                          {"n_drops", std::to_string(delta.lost.events())},
                          {"n_drops_buffer_total", sum("n_drops_buffer_total")},
                          {"n_drops_scratch_map", sum("n_drops_scratch_map")},
                          {"n_drops_page_faults", sum("n_drops_page_faults")},
                          {"n_drops_bug", sum("n_drops_bug")},
                          {"ebpf_enabled", "1"}};
    for (unsigned k = 0; k < REC_CLASS_COUNT; ++k) {
        all[format("n_drops_buffer_{}_exit", loss_class_text(k))] =
            std::to_string(delta.lost.counts[k][REC_LOSS_ring_full]);
    }
    return all;
}

capture::SourceStats difference(const capture::SourceStats& now, const capture::SourceStats& then) {
    capture::SourceStats delta;
    delta.delivered = now.delivered - then.delivered;
    delta.attempted = now.attempted - then.attempted;
    delta.gaps = now.gaps > then.gaps ? now.gaps - then.gaps : 0;  // a late record closes one
    delta.lost = now.lost;
    delta.lost -= then.lost;
    return delta;
}

// Once a run: how many events that were is not known, so it is no loss with a number.
void tell_skipped(const capture::SourceStats& now, const capture::SourceStats& then) {
    if (now.skipped == 0 || then.skipped != 0) return;
    log::warning(
        "this kernel preempts the probe and meanwhile shows it nothing of that processor: some "
        "events are missed without a trace; the summary says how often (docs/losses.md)");
}

}  // namespace

DropMonitor::DropMonitor(const config::DropOptions& options, Post post)
    : options_(options), post_(std::move(post)), bucket_(options.rate, options.max_burst) {}

void DropMonitor::use(const config::DropOptions& options) {
    options_ = options;
    bucket_ = TokenBucket(options.rate, options.max_burst);
}

void DropMonitor::look(std::uint64_t ts_ns, const capture::SourceStats& totals) {
    const bool first = next_ns_ == 0;
    next_ns_ = ts_ns + kSecond;
    if (first) return;
    capture::SourceStats delta = difference(totals, seen_);
    tell_skipped(totals, seen_);
    seen_ = totals;
    if (options_.simulate) {
        log::info("Simulating syscall event drop");
        ++delta.lost.of(REC_CLASS_other_interest, REC_LOSS_ring_full);
    }
    judge(ts_ns, delta);
}

void DropMonitor::look_last(std::uint64_t ts_ns, const capture::SourceStats& totals) {
    judge(ts_ns, difference(totals, seen_));
    tell_skipped(totals, seen_);
    seen_ = totals;
}

void DropMonitor::judge(std::uint64_t ts_ns, const capture::SourceStats& delta) {
    const std::uint64_t lost = delta.lost.events();
    if (lost == 0) return;
    const double share = static_cast<double>(lost) /
                         static_cast<double>(delta.attempted == 0 ? lost : delta.attempted);
    if (share <= (options_.simulate ? 0.0 : options_.threshold)) return;
    ++occurrences_;
    if (bucket_.claim(ts_ns)) {
        ++actions_;
        act(ts_ns, delta);
    } else {
        log::debug("{}, but the token bucket is empty: no action", kName);
    }
}

void DropMonitor::act(std::uint64_t ts_ns, const capture::SourceStats& delta) {
    const std::string message =
        format("{}. {} system calls dropped in last second.", kName, delta.lost.events());
    if (options_.log) log::warning("{}", message);
    if (options_.alert) {
        output::Alert alert = output::internal_alert(ts_ns, rules::Priority::Debug, kName, message);
        alert.fields = counters(delta);
        post_(std::move(alert));
    }
    if (options_.exit) {
        log::critical("{}", message);
        log::critical("Exiting.");
        must_exit_ = true;
    }
}

}  // namespace sensor::app
