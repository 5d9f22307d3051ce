// SPDX-License-Identifier: Apache-2.0
#include "app/kernel_filter.hpp"

#include <utility>

#include "base/log.hpp"
#include "base/start_memory.hpp"

namespace sensor::app {

KernelFiltering::KernelFiltering(capture::KernelSource& source, engine::Engine& engine,
                                 const state::State& state,
                                 const std::bitset<REC_MAX_SC>& state_calls)
    : source_(source), engine_(engine), state_(state) {
    for (const SyscallInfo& call : all_syscalls()) {
        if (state_calls[call.sc]) always_.set(static_cast<std::size_t>(call.event));
    }
}

void KernelFiltering::look() {
    if (!loading_.valid() && tried_ == Tried::Nothing) {
        if (!engine_.has_kernel_code() && engine_.is_compiling()) return;  // it comes with that
        tried_ = engine_.has_kernel_code() ? Tried::Code : Tried::Table;
        start(engine_.kernel_image());
    }
    if (loading_.valid() && loading_.wait_for(std::chrono::seconds(0)) == std::future_status::ready)
        take(loading_.get());
}

void KernelFiltering::start(filter::KernelImage image) {
    std::erase_if(image.rows, [&](const FilterRow& row) {
        return always_[static_cast<std::size_t>(row.event)];
    });
    if (image.rows.empty()) return;
    image_ = std::move(image);
    if (image_.objects.empty()) image_.objects.emplace_back();  // the table
    capture::KernelFilter filter;
    filter.rows = image_.rows;
    filter.texts = std::exchange(image_.texts, {});
    loading_ = std::async(std::launch::async, load, std::cref(source_), std::move(filter),
                          std::exchange(image_.objects, {}));
}

KernelFiltering::Loading KernelFiltering::load(const capture::KernelSource& source,
                                               capture::KernelFilter filter,
                                               std::vector<std::string> objects) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point begin = Clock::now();
    Loading made;
    for (std::string& object : objects) {
        filter.object = std::move(object);
        Result<std::unique_ptr<capture::LoadedFilter>> loaded = source.load(filter);
        if (loaded) {
            made.filter = *std::move(loaded);
            break;
        }
        made.refused.push_back(loaded.error().text);
    }
    made.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    return made;
}

void KernelFiltering::take(Loading made) {
    for (const std::string& why : made.refused) log::warning("{}", why);
    if (made.filter == nullptr && tried_ == Tried::Code) {
        log::warning("a coarser filter is tried");
        tried_ = Tried::Table;
        return start(engine_.kernel_image(true));
    }
    const Result<> done = made.filter == nullptr ? Result<>(Error("it takes no filter"))
                                                 : source_.narrow(std::move(made.filter));
    if (!done) return log::warning("The kernel drops nothing: {}", done.error().text);
    interests_.emplace(source_, engine_, state_, image_);
    release_start_memory();  // what loading took lies in the heap of the thread that did it
    log::info("The kernel drops what no rule can want of {} kinds of events (loaded in {} ms)",
              image_.rows.size(), made.took.count());
}

}  // namespace sensor::app
