// SPDX-License-Identifier: Apache-2.0
#include "bench/stats.hpp"

#include <algorithm>
#include <cmath>

namespace sensor::bench {
namespace {

double least(const Series& series) {
    const std::vector<double> samples = all_samples(series);
    return samples.empty() ? 0 : *std::min_element(samples.begin(), samples.end());
}

}  // namespace

double percentile(std::span<const double> sorted, double q) {
    if (sorted.empty()) return 0;
    const double place = std::clamp(q, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    const double share = place - static_cast<double>(below);
    return sorted[below] + (sorted[above] - sorted[below]) * share;
}

double median(std::vector<double> samples) {
    std::sort(samples.begin(), samples.end());
    return percentile(samples, 0.5);
}

Summary summarize(std::vector<double> samples) {
    Summary s;
    s.count = samples.size();
    if (samples.empty()) return s;
    std::sort(samples.begin(), samples.end());
    s.min = samples.front();
    s.p10 = percentile(samples, 0.1);
    s.median = percentile(samples, 0.5);
    s.p90 = percentile(samples, 0.9);
    s.p99 = percentile(samples, 0.99);
    s.max = samples.back();
    for (double& sample : samples) sample = std::abs(sample - s.median);
    s.mad = median(std::move(samples));
    return s;
}

std::vector<double> all_samples(const Series& series) {
    std::vector<double> all;
    for (const std::vector<double>& round : series.rounds) {
        all.insert(all.end(), round.begin(), round.end());
    }
    return all;
}

std::vector<double> round_medians(const Series& series) {
    std::vector<double> medians;
    for (const std::vector<double>& round : series.rounds) {
        if (!round.empty()) medians.push_back(median(round));
    }
    return medians;
}

Comparison compare(const Series& baseline, const Series& variant) {
    std::vector<double> differences;
    std::vector<double> without;
    const std::size_t pairs = std::min(baseline.rounds.size(), variant.rounds.size());
    for (std::size_t i = 0; i < pairs; ++i) {
        if (baseline.rounds[i].empty() || variant.rounds[i].empty()) continue;
        without.push_back(median(baseline.rounds[i]));
        differences.push_back(median(variant.rounds[i]) - without.back());
    }
    Comparison c;
    c.rounds = differences.size();
    if (differences.empty()) return c;
    std::sort(differences.begin(), differences.end());
    c.by_min = least(variant) - least(baseline);
    c.by_median = percentile(differences, 0.5);
    c.low = percentile(differences, 0.1);
    c.high = percentile(differences, 0.9);
    const double base = median(std::move(without));
    c.ratio = base == 0 ? 0 : c.by_median / base;
    return c;
}

}  // namespace sensor::bench
