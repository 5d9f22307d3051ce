// SPDX-License-Identifier: Apache-2.0
#include "app/pipeline.hpp"

#include <algorithm>

namespace sensor::app {

Pipeline::Pipeline(const Generation& generation, state::State& state,
                   output::Dispatcher& dispatcher)
    : dispatcher_(&dispatcher),
      judge_(*generation.engine, state, generation.running.rules.size(),
             generation.config.match_all) {
    use(generation);
}

void Pipeline::use(const Generation& generation) {
    past_ = rule_hits();
    running_ = &generation.running;
    buffers_base64_ = generation.config.buffer_base64;
    const std::vector<rules::RunningRule>& rules = running_->rules;
    judge_.use(*generation.engine, rules.size(), generation.config.match_all);
    hits_.assign(rules.size(), 0);
    for (std::size_t k = 0; k < rules.size(); ++k) {
        const auto old = std::find_if(past_.begin(), past_.end(), [&](const RuleHits& past) {
            return past.rule == rules[k].name;
        });
        if (old == past_.end()) continue;
        hits_[k] = old->count;
        past_.erase(old);
    }
}

std::vector<RuleHits> Pipeline::rule_hits() const {
    std::vector<RuleHits> all;
    for (std::size_t k = 0; k < hits_.size(); ++k) {
        if (hits_[k] != 0)
            all.push_back({running_->rules[k].name, running_->rules[k].priority, hits_[k]});
    }
    all.insert(all.end(), past_.begin(), past_.end());
    return all;
}

void Pipeline::handle(std::span<const std::byte> record, std::uint64_t number, bool wanted) {
    if (recorder_ != nullptr) recorder_->before(record, wanted);
    judge_.handle(
        record, number, wanted,
        [this](const fields::Context& context, std::span<const std::uint32_t> matches) {
            for (const std::uint32_t k : matches) alert(k, context);
        },
        [this](const fields::Context& context) {
            ++by_event_[context.event.head().type % REC_MAX_EVENTS];
            if (look_) look_(context);
        });
    if (recorder_ != nullptr) recorder_->after(record, wanted);
}

void Pipeline::rehearse(std::span<const std::byte> record) {
    judge_.handle(record, judge_.events() + 1, true,
                  [](const fields::Context&, std::span<const std::uint32_t>) {});
}

void Pipeline::alert(std::uint32_t k, const fields::Context& context) {
    ++hits_[k];
    const rules::RunningRule& rule = running_->rules[k];
    if (recorder_ != nullptr) recorder_->matched(rule, context.event, context.evt_num);
    const lang::Program& program = *running_->program;
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
    dispatcher_->post(std::move(alert));
}

}  // namespace sensor::app
