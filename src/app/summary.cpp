// SPDX-License-Identifier: Apache-2.0
#include "app/summary.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <ctime>

#include "base/log.hpp"

namespace sensor::app {
namespace {

constexpr std::size_t kPriorities = 8;

std::string severity_name(rules::Priority priority) {
    if (priority == rules::Priority::Informational) return "INFO";
    std::string name(rules::to_text(priority));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return name;
}

/// Alerts that did not arrive, by channel and reason; nothing if all did.
std::string output_summary(const output::DispatchStats& outputs) {
    std::string text;
    if (outputs.dropped + outputs.failed != 0)
        text += format("Alerts dropped: {}, refused by a channel: {}\n", outputs.dropped,
                       outputs.failed);
    if (outputs.dropped_inbox != 0)
        text += format("   - all channels, inbox_full: {}\n", outputs.dropped_inbox);
    for (const output::ChannelStats& channel : outputs.channels) {
        for (std::size_t k = 0; k < output::kDropReasons.size(); ++k)
            if (channel.dropped[k] != 0)
                text += format("   - {}, {}: {}\n", channel.name, output::kDropReasons[k],
                               channel.dropped[k]);
        if (channel.refused != 0)
            text += format("   - {}, refused: {}\n", channel.name, channel.refused);
        if (channel.spool_waiting != 0)
            text += format("Alerts that wait in the spool of {}: {}\n", channel.name,
                           channel.spool_waiting);
    }
    if (outputs.rate_limited != 0)
        text += format("Alerts skipped by outputs.rate: {}\n", outputs.rate_limited);
    return text;
}

}  // namespace

std::string rule_summary(const std::vector<RuleHits>& hits) {
    std::array<std::uint64_t, kPriorities> by_severity{};
    std::uint64_t total = 0;
    std::string by_rule;
    for (const RuleHits& rule : hits) {
        by_severity[static_cast<std::size_t>(rule.priority)] += rule.count;
        total += rule.count;
        by_rule += format("   {}: {}\n", rule.rule, rule.count);
    }
    std::string text = format("Events detected: {}\nRule counts by severity:\n", total);
    for (std::size_t k = 0; k < kPriorities; ++k) {
        if (by_severity[k] != 0)
            text += format("   {}: {}\n", severity_name(static_cast<rules::Priority>(k)),
                           by_severity[k]);
    }
    return text + "Triggered rules by rule name:\n" + by_rule;
}

std::string event_summary(const std::array<std::uint64_t, REC_MAX_EVENTS>& judged,
                          const std::vector<capture::Unwanted>& unwanted) {
    struct Row {
        std::string_view event;
        std::uint64_t judged = 0, by_interest = 0, by_filter = 0;
        std::uint64_t all() const { return judged + by_interest + by_filter; }
    };
    std::vector<Row> rows;
    for (const EventInfo& event : all_events()) {
        Row row{event.name, judged[static_cast<std::size_t>(event.type)]};
        for (const capture::Unwanted& of : unwanted) {
            if (of.event != event.type) continue;
            row.by_interest = of.by_interest;
            row.by_filter = of.by_filter;
        }
        if (row.all() != 0) rows.push_back(row);
    }
    std::sort(rows.begin(), rows.end(),
              [](const Row& a, const Row& b) { return a.all() > b.all(); });
    std::string text = format("{:<20} {:>12} {:>12} {:>12} {:>12}\n", "Events", "happened",
                              "judged", "no interest", "no rule");
    for (const Row& row : rows)
        text += format("{:<20} {:>12} {:>12} {:>12} {:>12}\n", row.event, row.all(), row.judged,
                       row.by_interest, row.by_filter);
    return text;
}

std::string loss_summary(const capture::SourceStats& source, const DropMonitor& drops,
                         const output::DispatchStats& outputs) {
    std::string reasons;
    for (unsigned reason = 0; reason < REC_LOSS_COUNT; ++reason) {
        if (const std::uint64_t count = source.lost.of(static_cast<rec_loss>(reason)); count != 0)
            reasons += format("   - {}: {}\n", loss_text(reason), count);
    }
    std::string text = "Syscall event drop monitoring:\n";
    text += format("   - event drop detected: {} occurrences\n", drops.occurrences());
    text += format("   - num times actions taken: {}\n", drops.actions());
    text += format("Events delivered: {}, lost: {}, gaps in the sequence: {}\n{}", source.delivered,
                   source.lost.events(), source.gaps, reasons);
    if (source.skipped != 0)
        text += format("Not shown to the preempted probe, wanted or not: {}\n", source.skipped);
    if (source.unwanted != 0)
        text += format("Events no rule wants, dropped in the kernel: {}\n", source.unwanted);
    return text + output_summary(outputs);
}

std::string deferral_summary(const judge::DeferralStats& of) {
    if (of.waited == 0 && of.incomplete == 0) return {};
    const auto ms = [](std::uint64_t ns) { return static_cast<double>(ns) / 1e6; };
    const double mean = of.waited == 0 ? 0 : ms(of.waited_ns) / static_cast<double>(of.waited);
    return format(
        "Events that waited for the names of their container: {}, {:.1f} ms on average, {:.1f} ms "
        "at most; without room: {}; alerts without names: {}\n",
        of.waited, mean, ms(of.longest_ns), of.evicted, of.incomplete);
}

// Processor time, not time by the clock: as the peer has it.
std::string progress_summary(std::string_view source, std::uint64_t events) {
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    const double seconds =
        static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
    return format("{}Elapsed time: {:.3f}, Captured Events: {}, {:.2f} eps\n", source, seconds,
                  events, seconds > 0 ? static_cast<double>(events) / seconds : 0.0);
}

std::string live_progress(const capture::SourceStats& stats, std::uint64_t events) {
    return format("Driver Events:{}\nDriver Drops:{}\n", stats.attempted, stats.lost.events()) +
           progress_summary("(syscall) ", events);
}

void print_progress(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

}  // namespace sensor::app
