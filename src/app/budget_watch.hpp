// SPDX-License-Identifier: Apache-2.0
// BudgetWatch: says which control groups caused more events than engine.cgroup_budget allows. One
// alert as it begins, then one in half a minute as long as it goes on.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "capture/source.hpp"
#include "output/alert.hpp"
#include "state/state.hpp"

namespace sensor::app {

class BudgetWatch {
public:
    using Post = std::function<void(output::Alert)>;

    /// budget: events a second, for the text; post: takes the alerts
    BudgetWatch(std::uint32_t budget, Post post) : budget_(budget), post_(std::move(post)) {}

    void use(std::uint32_t budget) { budget_ = budget; }

    /// ts_ns: time of the stream; over: as the source counts it, since its start
    /// state: tells path and container of a group, while one of its processes lives
    /// last: the sensor ends: what was not said yet is said now
    void look(std::uint64_t ts_ns, const std::vector<capture::CgroupExcess>& over,
              const state::State& state, bool last = false);

private:
    struct Said {
        std::uint64_t events = 0;
        std::uint64_t ts_ns = 0;
    };
    void tell(std::uint64_t ts_ns, const capture::CgroupExcess& over, Said& said,
              const state::State& state);

    std::uint32_t budget_;
    const Post post_;
    std::unordered_map<std::uint64_t, Said> said_;  // by cgroup
};

}  // namespace sensor::app
