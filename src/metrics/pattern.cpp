// SPDX-License-Identifier: Apache-2.0
#include "metrics/pattern.hpp"

namespace sensor::metrics {

bool names_label(std::string_view pattern, std::string_view label) noexcept {
    for (std::size_t at = pattern.find('{'); at != std::string_view::npos;
         at = pattern.find('{', at + 1)) {
        const std::string_view rest = pattern.substr(at + 1);
        if (rest.starts_with(label) && rest.substr(label.size()).starts_with('}')) return true;
    }
    return false;
}

std::string expanded(std::string_view pattern, std::span<const Label> labels,
                     const std::function<std::string(const Label&)>& text) {
    std::string out;
    while (!pattern.empty()) {
        const std::size_t open = pattern.find('{');
        out += pattern.substr(0, open);
        if (open == std::string_view::npos) break;
        const std::size_t close = pattern.find('}', open);
        const std::string_view name = pattern.substr(open + 1, close - open - 1);
        for (const Label& label : labels) {
            if (label.name == name) out += text(label);
        }
        pattern.remove_prefix(close + 1);
    }
    return out;
}

}  // namespace sensor::metrics
