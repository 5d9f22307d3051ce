// SPDX-License-Identifier: Apache-2.0
#include "app/budget_watch.hpp"

#include <utility>

#include "base/log.hpp"

namespace sensor::app {
namespace {

constexpr std::uint64_t kPauseNs = 30'000'000'000;
constexpr const char* kName = "Falco internal: cgroup over its event budget";

/// Of "cpu=/a", "memory=/a", ... the first path; empty if there is none.
std::string first_path(std::string_view cgroups) {
    const std::size_t begin = cgroups.find('=');
    if (begin == std::string_view::npos) return {};
    return std::string(cgroups.substr(begin + 1, cgroups.find('\0', begin) - begin - 1));
}

}  // namespace

void BudgetWatch::look(std::uint64_t ts_ns, const std::vector<capture::CgroupExcess>& over,
                       const state::State& state, bool last) {
    for (const capture::CgroupExcess& group : over) {
        Said& said = said_[group.cgroup];
        // The kernel forgets groups that are idle for long, and counts them from 0 again.
        if (group.events < said.events) said.events = 0;
        const bool is_time = last || said.ts_ns == 0 || ts_ns - said.ts_ns >= kPauseNs;
        if (group.events > said.events && is_time) tell(ts_ns, group, said, state);
    }
}

void BudgetWatch::tell(std::uint64_t ts_ns, const capture::CgroupExcess& over, Said& said,
                       const state::State& state) {
    const std::uint64_t dropped = over.events - said.events;
    said = {over.events, ts_ns};
    const state::Thread* const member = state.member_of(over.cgroup);
    std::string path, container = "host";
    if (member != nullptr && member->cgroups) path = first_path(view(member->cgroups));
    if (member != nullptr && member->container) container = member->container->id;
    output::Alert alert = output::internal_alert(
        ts_ns, rules::Priority::Warning, kName,
        format("{}. {} events of cgroup {} were dropped, {} a second are allowed.", kName, dropped,
               path.empty() ? std::to_string(over.cgroup) : path, budget_));
    alert.fields = {{"cgroup", path},
                    {"cgroup.id", std::to_string(over.cgroup)},
                    {"container.id", container},
                    {"n_drops", std::to_string(dropped)},
                    {"budget", std::to_string(budget_)}};
    log::warning("{}", alert.message);
    post_(std::move(alert));
}

}  // namespace sensor::app
