// SPDX-License-Identifier: Apache-2.0
#include "guard/finding.hpp"

namespace sensor::guard {
namespace {

constexpr std::uint64_t kBetweenNs = 60'000'000'000;

}  // namespace

std::optional<Finding> FindingLimit::pass(Finding finding, std::uint64_t now_ns) {
    const auto [at, is_new] = kinds_.try_emplace(finding.kind);
    Kind& kind = at->second;
    if (!is_new && now_ns - kind.last_ns < kBetweenNs) {
        ++kind.held_back;
        return std::nullopt;
    }
    if (kind.held_back != 0)
        finding.fields.emplace_back("tamper.held_back", std::to_string(kind.held_back));
    kind = {now_ns, 0};
    return finding;
}

}  // namespace sensor::guard
