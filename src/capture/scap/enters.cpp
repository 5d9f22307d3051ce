// SPDX-License-Identifier: Apache-2.0
#include "capture/scap/enters.hpp"

#include <algorithm>

namespace sensor::capture::scap {

std::string_view Enters::Stored::param(std::size_t k) const noexcept {
    if (k >= count) return {};
    std::size_t at = 0;
    for (std::size_t before = 0; before < k; ++before) at += sizes[before];
    return std::string_view(bytes).substr(at, sizes[k]);
}

void Enters::put(std::uint64_t tid, const Params& event) {
    if (by_thread_.size() >= kMaxThreads || bytes_ > kMaxBytes) {
        for (const auto& [thread, stored] : by_thread_) evicted_ += stored.waits ? 1 : 0;
        clear();
    }
    Stored& stored = by_thread_[tid];
    const std::size_t before = stored.bytes.capacity();
    stored.waits = true;
    stored.code = event.code;
    stored.count = static_cast<std::uint8_t>(std::min<std::size_t>(event.count, kMaxParams));
    stored.bytes.clear();
    for (std::size_t k = 0; k < stored.count; ++k) {
        stored.sizes[k] = static_cast<std::uint32_t>(event.at[k].size());
        stored.bytes.append(event.at[k]);
    }
    bytes_ += stored.bytes.capacity() - before;
}

Enters::Stored* Enters::find(std::uint64_t tid) noexcept {
    const auto found = by_thread_.find(tid);
    return found == by_thread_.end() || !found->second.waits ? nullptr : &found->second;
}

void Enters::clear() {
    by_thread_.clear();
    bytes_ = 0;
}

}  // namespace sensor::capture::scap
