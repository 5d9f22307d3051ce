// SPDX-License-Identifier: Apache-2.0
// Pipeline: one event's way, in code. Borrows everything; owns only what one event needs.
//
//   record -> checked view -> state -> compiled rules -> alert -> state again
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/engine.hpp"
#include "fields/context.hpp"
#include "output/dispatch.hpp"
#include "output/render.hpp"
#include "rules/ruleset.hpp"
#include "state/state.hpp"

namespace sensor::app {

struct PipelineStats {
    std::uint64_t events = 0;  ///< judged
    std::uint64_t bad_records = 0;
    std::vector<std::uint64_t> rule_hits;  ///< by rule
};

class Pipeline {
public:
    Pipeline(const rules::RuleSet& ruleset, engine::Engine& engine, state::State& state,
             output::Dispatcher& dispatcher, bool match_all, bool buffers_base64);

    /// One record, start to end. cost: no allocation unless a rule fires
    void handle(std::span<const std::byte> record);
    const PipelineStats& stats() const { return stats_; }
    std::uint64_t first_ts_ns() const { return first_ts_ns_; }
    std::uint64_t last_ts_ns() const { return last_ts_ns_; }

private:
    void judge(const fields::Context& context);
    void alert(const rules::Rule& rule, const fields::Context& context);

    const rules::RuleSet& ruleset_;
    engine::Engine& engine_;
    state::State& state_;
    output::Dispatcher& dispatcher_;
    const bool match_all_;
    const bool buffers_base64_;
    fields::Arena arena_;
    std::vector<std::uint32_t> matches_;
    PipelineStats stats_;
    std::uint64_t first_ts_ns_ = 0;
    std::uint64_t last_ts_ns_ = 0;
};

}  // namespace sensor::app
