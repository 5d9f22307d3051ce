// SPDX-License-Identifier: Apache-2.0
// KernelFiltering: puts the rules' filter into the kernel, a better one when there is one, and
// keeps it told of what processes can be wanted for. The kernel verifies filters in a thread of
// their own: events are reported as before until it is done.
#pragma once

#include <bitset>
#include <chrono>
#include <future>
#include <optional>

#include "app/interests.hpp"
#include "capture/kernel.hpp"
#include "engine/engine.hpp"
#include "state/state.hpp"

namespace sensor::app {

class KernelFiltering {
public:
    /// Borrows all. state_calls: those whose events the state needs
    KernelFiltering(capture::KernelSource& source, engine::Engine& engine,
                    const state::State& state, const std::bitset<REC_MAX_SC>& state_calls);

    /// Begins with a filter once the engine has one to give, puts it in its place once the kernel
    /// has taken it, a coarser one where it refuses; the log says so. To be called between events,
    /// now and then. cost: some loads if there is nothing to do
    void look();
    /// The kernel has a filter to verify.
    bool is_loading() const noexcept { return loading_.valid(); }
    /// After an event was judged. cost: see Interests::note
    void note(const fields::Context& context) noexcept {
        if (interests_) interests_->note(context);
    }

private:
    struct Loading {
        std::unique_ptr<capture::LoadedFilter> filter;  ///< null: the kernel takes none
        std::chrono::milliseconds took{};
        std::vector<std::string> refused;  ///< why better ones were not taken
    };
    void start(filter::KernelImage image);
    void take(Loading made);
    static Loading load(const capture::KernelSource& source, capture::KernelFilter filter,
                        std::vector<std::string> objects);

    capture::KernelSource& source_;
    engine::Engine& engine_;
    const state::State& state_;
    std::bitset<REC_MAX_EVENTS> always_;  // events of calls the state needs
    filter::KernelImage image_;           // of what is in the kernel or on its way
    std::optional<Interests> interests_;
    enum class Tried : std::uint8_t { Nothing, Code, Table } tried_ = Tried::Nothing;
    std::future<Loading> loading_;
};

}  // namespace sensor::app
