// SPDX-License-Identifier: Apache-2.0
#include "eval/processor.hpp"

#include <algorithm>
#include <iterator>

namespace sensor::eval {
namespace {

struct Baseline {
    std::string_view cpu;
    bool (*runs_here)() noexcept;
};

#if defined(__x86_64__)
constexpr Baseline kBaselines[] = {
    {"x86-64", []() noexcept { return true; }},
    {"x86-64-v2", []() noexcept { return __builtin_cpu_supports("x86-64-v2") != 0; }},
    {"x86-64-v3", []() noexcept { return __builtin_cpu_supports("x86-64-v3") != 0; }},
    {"x86-64-v4", []() noexcept { return __builtin_cpu_supports("x86-64-v4") != 0; }},
};
#else
constexpr Baseline kBaselines[] = {{"generic", []() noexcept { return true; }}};
#endif

const Baseline* find(std::string_view cpu) noexcept {
    if (cpu.empty()) return kBaselines;
    const auto found = std::find_if(std::begin(kBaselines), std::end(kBaselines),
                                    [cpu](const Baseline& b) { return b.cpu == cpu; });
    return found == std::end(kBaselines) ? nullptr : found;
}

}  // namespace

bool is_baseline(std::string_view cpu) noexcept { return find(cpu) != nullptr; }

bool runs_here(std::string_view cpu) noexcept {
    const Baseline* baseline = find(cpu);
    return baseline != nullptr && baseline->runs_here();
}

std::string baselines_text() {
    std::string text;
    for (const Baseline& baseline : kBaselines)
        text.append(text.empty() ? "" : ", ").append(baseline.cpu);
    return text;
}

}  // namespace sensor::eval
