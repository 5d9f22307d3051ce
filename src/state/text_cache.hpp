// SPDX-License-Identifier: Apache-2.0
// TextCache: lets equal texts that many processes have (cgroups, environment, directories) be one.
// A fixed number of places, the last text of each is remembered: bounded without any counting.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "state/ref.hpp"

namespace sensor::state {

class TextCache {
public:
    SharedText share(std::string_view text) {
        SharedText& place = places_[std::hash<std::string_view>{}(text) % places_.size()];
        if (!place || place->text != text) place = make_ref<TextBox>(std::string(text));
        return place;
    }

private:
    std::vector<SharedText> places_ = std::vector<SharedText>(1024);
};

}  // namespace sensor::state
