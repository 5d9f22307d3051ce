// SPDX-License-Identifier: Apache-2.0
// Containers: one entry for each container that a thread is in, by its whole id.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "state/thread.hpp"

namespace sensor::state {

class Containers {
public:
    /// The container of processes with these control groups; null: the host.
    /// cost: some searches in the text; allocates for a container not seen before
    Ref<Container> of(std::string_view cgroups);
    /// Lets go of those that no thread is in any more.
    void purge();
    std::size_t size() const noexcept { return known_.size(); }
    void clear() { known_.clear(); }

private:
    std::unordered_map<std::string, Ref<Container>> known_;
};

}  // namespace sensor::state
