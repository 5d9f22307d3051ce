// SPDX-License-Identifier: Apache-2.0
#include "app/pipeline.hpp"

namespace sensor::app {

Pipeline::Pipeline(const rules::RunningRules& running, engine::Engine& engine, state::State& state,
                   output::Dispatcher& dispatcher, bool match_all, bool buffers_base64)
    : running_(running),
      dispatcher_(dispatcher),
      buffers_base64_(buffers_base64),
      judge_(engine, state, running.rules.size(), match_all),
      rule_hits_(running.rules.size()) {}

void Pipeline::handle(std::span<const std::byte> record, std::uint64_t number, bool wanted) {
    judge_.handle(
        record, number, wanted,
        [this](const fields::Context& context, std::span<const std::uint32_t> matches) {
            for (const std::uint32_t k : matches) alert(k, context);
        },
        [this](const fields::Context& context) {
            ++by_event_[context.event.head().type % REC_MAX_EVENTS];
            if (look_) look_(context);
        });
}

void Pipeline::alert(std::uint32_t k, const fields::Context& context) {
    ++rule_hits_[k];
    const rules::RunningRule& rule = running_.rules[k];
    const lang::Program& program = *running_.program;
    judge::EngineTerms terms(judge_.engine());
    const output::RenderOptions how{buffers_base64_, context.event.ts_ns()};
    output::Alert alert;
    alert.ts_ns = context.event.ts_ns();
    alert.priority = rule.priority;
    alert.rule = rule.name;
    alert.source = rule.source;
    alert.tags = rule.tags;
    alert.message = output::render_message(rule.format, program, terms, how);
    alert.fields = output::render_fields(rule.format, program, terms, how);
    for (const rules::ExtraFormat& extra : rule.extra_formats) {
        alert.fields[extra.key] = output::render_message(extra.format, program, terms, how);
    }
    dispatcher_.post(std::move(alert));
}

}  // namespace sensor::app
