// SPDX-License-Identifier: Apache-2.0
// The counts printed at exit; scripts read them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "app/drop_monitor.hpp"
#include "app/pipeline.hpp"
#include "capture/source.hpp"
#include "output/dispatch.hpp"
#include "rules/ruleset.hpp"

namespace sensor::app {

/// "Events detected: N" and the two lists, for standard output.
std::string rule_summary(const std::vector<RuleHits>& hits);
/// What came and what the kernel dropped as unwanted, by event, the most frequent first; a table.
/// judged: by event code
std::string event_summary(const std::array<std::uint64_t, REC_MAX_EVENTS>& judged,
                          const std::vector<capture::Unwanted>& unwanted);
/// Loss by reason, for standard error; always says whether anything was lost.
std::string loss_summary(const capture::SourceStats& source, const DropMonitor& drops,
                         const output::DispatchStats& outputs);

/// Events that waited for the names of their containers; "" if none did.
std::string deferral_summary(const judge::DeferralStats& of);

/// -v: how long the process has worked and how many events it judged. source: "(syscall) " or none
std::string progress_summary(std::string_view source, std::uint64_t events);
/// The same of the kernel, with what the probe saw and lost.
std::string live_progress(const capture::SourceStats& stats, std::uint64_t events);
/// On standard error, behind everything else.
void print_progress(const std::string& text);

}  // namespace sensor::app
