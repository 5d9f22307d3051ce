// SPDX-License-Identifier: Apache-2.0
#include "app/pipeline.hpp"

#include <algorithm>

namespace sensor::app {
namespace {

class EngineTerms final : public output::TermSource {
public:
    explicit EngineTerms(engine::Engine& engine) : engine_(engine) {}
    Value term(std::uint32_t k) noexcept override { return engine_.term(k); }

private:
    engine::Engine& engine_;
};

}  // namespace

Pipeline::Pipeline(const rules::RuleSet& ruleset, engine::Engine& engine, state::State& state,
                   output::Dispatcher& dispatcher, bool match_all, bool buffers_base64)
    : ruleset_(ruleset),
      engine_(engine),
      state_(state),
      dispatcher_(dispatcher),
      match_all_(match_all),
      buffers_base64_(buffers_base64),
      matches_(std::max<std::size_t>(1, ruleset.rules.size())) {
    stats_.rule_hits.resize(ruleset.rules.size());
}

void Pipeline::handle(std::span<const std::byte> record) {
    const Event event = Event::view(record);
    if (!event.valid()) {
        ++stats_.bad_records;
        return;
    }
    arena_.reset();
    fields::Context context;
    context.event = event;
    context.evt_num = ++stats_.events;
    if (first_ts_ns_ == 0) first_ts_ns_ = event.ts_ns();
    context.first_ts_ns = first_ts_ns_;
    context.previous_ts_ns = last_ts_ns_;
    context.arena = &arena_;
    state_.begin(event, context);
    judge(context);
    state_.end(event);
    last_ts_ns_ = event.ts_ns();
}

void Pipeline::judge(const fields::Context& context) {
    const std::size_t count = engine_.match(context, match_all_, matches_);
    for (std::size_t k = 0; k < count; ++k) alert(ruleset_.rules[matches_[k]], context);
}

void Pipeline::alert(const rules::Rule& rule, const fields::Context& context) {
    ++stats_.rule_hits[rule.condition_idx];
    EngineTerms terms(engine_);
    const output::RenderOptions how{buffers_base64_, context.event.ts_ns()};
    output::Alert alert;
    alert.ts_ns = context.event.ts_ns();
    alert.priority = rule.priority;
    alert.rule = rule.name;
    alert.source = rule.source;
    alert.tags = rule.tags;
    alert.message = output::render_message(rule.format, ruleset_.program, terms, how);
    alert.fields = output::render_fields(rule.format, ruleset_.program, terms, how);
    dispatcher_.post(std::move(alert));
}

}  // namespace sensor::app
