// SPDX-License-Identifier: Apache-2.0
#include "app/pipeline.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "base/log.hpp"

namespace sensor::app {
namespace {

constexpr const char* kLateNames = "Falco internal: names of a container came late";

}  // namespace

Pipeline::Pipeline(const Generation& generation, state::State& state,
                   output::Dispatcher& dispatcher)
    : dispatcher_(&dispatcher),
      state_(&state),
      judge_(*generation.engine, state, generation.running.rules.size(),
             generation.config.match_all),
      deferral_(
          state,
          [this](const judge::LateAlert& which, output::TermSource& values) {
              raise(which, values);
          },
          [this](const state::Container& container, std::uint64_t alerts) {
              follow_up(container, alerts);
          }) {
    use(generation);
}

void Pipeline::use(const Generation& generation) {
    // By the rules that were in use when it happened.
    deferral_.use(*generation.engine, generation.running, generation.config.match_all,
                  clock(judge_.last_ts_ns()));
    past_ = rule_hits();
    running_ = &generation.running;
    buffers_base64_ = generation.config.buffer_base64;
    follows_up_ = generation.config.containers.follow_up;
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

std::uint64_t Pipeline::clock(std::uint64_t event_ns) const {
    return state_->options().live ? epoch_ns() : event_ns;
}

void Pipeline::handle(std::span<const std::byte> record, std::uint64_t number, bool wanted) {
    if (state_->containers().pending() != 0) [[unlikely]]
        settle(clock(reinterpret_cast<const rec_head*>(record.data())->ts));
    if (recorder_ != nullptr) recorder_->before(record, wanted);
    judge_.handle(
        record, number, wanted,
        [this](const fields::Context& context, std::span<const std::uint32_t> matches) {
            for (const std::uint32_t k : matches) alert(k, context);
        },
        [this](const fields::Context& context) {
            ++by_event_[context.event.head().type % REC_MAX_EVENTS];
            if (look_) look_(context);
        },
        [this](const fields::Context& context) { return defer(context); });
    if (recorder_ != nullptr) recorder_->after(record, wanted);
}

/// What waited for something that is known now happened before this event.
/// out: its names are not known yet: it is judged as far as can be
bool Pipeline::defer(const fields::Context& context) {
    if (deferral_.has_news()) [[unlikely]]
        deferral_.settle(clock(context.event.ts_ns()));
    if (!context.pending) [[likely]]
        return false;
    deferral_.judge(context, clock(context.event.ts_ns()));
    return true;
}

void Pipeline::settle(std::uint64_t now_ns) {
    state_->expire_containers(now_ns);
    deferral_.settle(now_ns);
}

void Pipeline::rehearse(std::span<const std::byte> record) {
    judge_.handle(record, judge_.events() + 1, true,
                  [](const fields::Context&, std::span<const std::uint32_t>) {});
}

void Pipeline::alert(std::uint32_t k, const fields::Context& context) {
    judge::EngineTerms terms(judge_.engine());
    const state::Thread* const thread = context.thread;
    const bool incomplete = thread != nullptr && thread->container &&
                            deferral_.note_if_incomplete(k, thread->container);
    raise({k, context.event.ts_ns(), context.evt_num, incomplete}, terms);
}

void Pipeline::raise(const judge::LateAlert& which, output::TermSource& values) {
    ++hits_[which.rule];
    const rules::RunningRule& rule = running_->rules[which.rule];
    if (recorder_ != nullptr) recorder_->matched(rule, which.ts_ns, which.number);
    const lang::Program& program = *running_->program;
    const output::RenderOptions how{buffers_base64_, which.ts_ns};
    output::Alert alert;
    alert.ts_ns = which.ts_ns;
    alert.priority = rule.priority;
    alert.rule = rule.name;
    alert.source = rule.source;
    alert.tags = rule.tags;
    alert.incomplete = which.incomplete;
    alert.message = output::render_message(rule.format, program, values, how);
    alert.fields = output::render_fields(rule.format, program, values, how);
    for (const rules::ExtraFormat& extra : rule.extra_formats) {
        alert.fields[extra.key] = output::render_message(extra.format, program, values, how);
    }
    dispatcher_->post(std::move(alert));
}

void Pipeline::follow_up(const state::Container& container, std::uint64_t alerts) {
    if (!follows_up_) return;
    output::Alert alert = output::internal_alert(
        clock(judge_.last_ts_ns()), rules::Priority::Informational, kLateNames,
        format("{}: {} is {} of image {}, {} alerts went out without that", kLateNames,
               container.id, container.name, container.image, alerts));
    alert.fields = {{"container.id", container.id},
                    {"container.name", container.name},
                    {"container.image.repository", container.image_repository},
                    {"container.image.tag", container.image_tag},
                    {"k8s.pod.name", container.pod_name},
                    {"k8s.ns.name", container.pod_namespace},
                    {"alerts", alerts}};
    dispatcher_->post(std::move(alert));
}

}  // namespace sensor::app
