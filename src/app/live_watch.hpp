// SPDX-License-Identifier: Apache-2.0
// LiveWatch: the loop over live events, with everything that goes on beside it: the filter in the
// kernel, reloads, signals. Called by live.cpp.
#pragma once

#include <optional>

#include "app/container_watch.hpp"
#include "app/kernel_filter.hpp"
#include "app/live.hpp"
#include "app/reloader.hpp"
#include "app/service.hpp"
#include "app/session.hpp"

namespace sensor::app {

class LiveWatch {
public:
    LiveWatch(const Options& options, OpenedKernel opened, std::unique_ptr<Generation> generation,
              SelfGuard& guard);

    /// Until a signal, or for options.duration_s.
    Result<> run();

private:
    void handle(std::span<const std::byte> record);
    bool keep_house();
    void look_at_containers();
    int wait_ms() const;
    void start_filter();
    bool is_filter_loading() const { return filtering_ && filtering_->is_loading(); }

    void say_ready();
    void alert(const char* rule, const std::string& text);

    // A reload: made beside (Reloader's thread), then in the loop: the source reports what old and
    // new rules want; from the first event after that on the new ones judge; then what only the old
    // ones wanted is no longer reported.
    Result<Prepared> prepare() const;
    void reload_failed(const std::string& why);
    void begin_change(Prepared next);
    void swap();
    void settle();

    static constexpr std::uint64_t kNever = ~std::uint64_t{0};

    const Options& options_;
    SelfGuard& guard_;
    std::unique_ptr<capture::KernelSource> source_;
    std::bitset<REC_MAX_SC> state_calls_;
    ContainerWatch containers_;
    Session session_;
    std::optional<KernelFiltering> filtering_;
    std::uint64_t swap_ns_ = kNever;  // events from then on are judged by next_
    std::optional<Prepared> next_;
    std::unique_ptr<Generation> replaced_;  // until it is settled
    std::optional<Reloader> reloader_;      // its thread uses what is above
    std::optional<Service> service_;        // and its thread that too
};

}  // namespace sensor::app
