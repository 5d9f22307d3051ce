// SPDX-License-Identifier: Apache-2.0
#include "app/pipeline.hpp"

namespace sensor::app {

Pipeline::Pipeline(const rules::RuleSet& ruleset, engine::Engine& engine, state::State& state,
                   output::Dispatcher& dispatcher, bool match_all, bool buffers_base64)
    : ruleset_(ruleset),
      dispatcher_(dispatcher),
      buffers_base64_(buffers_base64),
      judge_(engine, state, ruleset.rules.size(), match_all),
      rule_hits_(ruleset.rules.size()) {}

void Pipeline::handle(std::span<const std::byte> record, std::uint64_t number, bool wanted) {
    judge_.handle(record, number, wanted,
                  [this](const fields::Context& context, std::span<const std::uint32_t> matches) {
                      for (const std::uint32_t k : matches) alert(ruleset_.rules[k], context);
                  });
}

void Pipeline::alert(const rules::Rule& rule, const fields::Context& context) {
    ++rule_hits_[rule.condition_idx];
    judge::EngineTerms terms(judge_.engine());
    const output::RenderOptions how{buffers_base64_, context.event.ts_ns()};
    output::Alert alert;
    alert.ts_ns = context.event.ts_ns();
    alert.priority = rule.priority;
    alert.rule = rule.name;
    alert.source = rule.source;
    alert.tags = rule.tags;
    alert.message = output::render_message(rule.format, ruleset_.program, terms, how);
    alert.fields = output::render_fields(rule.format, ruleset_.program, terms, how);
    for (const rules::ExtraFormat& extra : rule.extra_formats) {
        alert.fields[extra.key] =
            output::render_message(extra.format, ruleset_.program, terms, how);
    }
    dispatcher_.post(std::move(alert));
}

}  // namespace sensor::app
