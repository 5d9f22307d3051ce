// SPDX-License-Identifier: Apache-2.0
#include "lang/similar.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace sensor::lang {
namespace {

/// Edits between two short words; `most` + 1 if they are further apart than that.
std::size_t edits(std::string_view a, std::string_view b, std::size_t most) {
    const std::size_t longer = std::max(a.size(), b.size());
    if (longer - std::min(a.size(), b.size()) > most) return most + 1;
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[b.size()];
}

constexpr std::size_t kLongestName = 64;

}  // namespace

std::string did_you_mean(const std::vector<std::string_view>& chosen) {
    std::string text;
    for (std::size_t k = 0; k < chosen.size(); ++k) {
        text += k == 0 ? "did you mean '" : k + 1 == chosen.size() ? " or '" : ", '";
        text += std::string(chosen[k]) + "'";
    }
    return text.empty() ? text : text + "?";
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& known) {
    if (name.size() > kLongestName) return {};
    const std::size_t most = 1 + name.size() / 5;
    std::vector<std::pair<std::size_t, std::string_view>> near;
    for (const std::string_view candidate : known) {
        const std::size_t distance = edits(name, candidate, most);
        if (distance <= most && candidate != name) near.emplace_back(distance, candidate);
    }
    std::sort(near.begin(), near.end());
    std::vector<std::string_view> chosen;
    for (const auto& [distance, candidate] : near) {
        if (chosen.size() < 3 &&
            std::find(chosen.begin(), chosen.end(), candidate) == chosen.end()) {
            chosen.push_back(candidate);
        }
    }
    return did_you_mean(chosen);
}

}  // namespace sensor::lang
