// SPDX-License-Identifier: Apache-2.0
#include "state/containers.hpp"

#include "state/container_id.hpp"

namespace sensor::state {

Ref<Container> Containers::of(std::string_view cgroups) {
    const ContainerId id = container_of_cgroups(cgroups);
    if (id.full_id.empty()) return {};
    Ref<Container>& known = known_[std::string(id.full_id)];
    if (!known) {
        known = make_ref<Container>();
        known->id = id.short_id();
        known->full_id = id.full_id;
        known->type = id.type;
    }
    return known;
}

void Containers::purge() {
    std::erase_if(known_, [](const auto& entry) { return entry.second.unique(); });
}

}  // namespace sensor::state
