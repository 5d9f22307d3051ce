// SPDX-License-Identifier: Apache-2.0
// Order statistics over samples, and the paired comparison of two series. Pure functions, called by
// rounds.cpp (noise), table.cpp and chart.cpp. Nothing here assumes a normal distribution: the
// samples of a machine have a floor and a long tail.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "bench/series.hpp"

namespace sensor::bench {

struct Summary {
    std::size_t count = 0;
    double min = 0;
    double p10 = 0;
    double median = 0;
    double p90 = 0;
    double p99 = 0;
    double max = 0;
    double mad = 0;  ///< median absolute deviation from the median

    /// (p90 - p10) / median: the width of the middle as a share; 0 if the median is 0.
    double scatter() const { return median == 0 ? 0 : (p90 - p10) / median; }
};

/// The value below which share `q` (0..1) of the sorted samples lies, interpolated linearly.
/// in: ascending; out: 0 for no samples
double percentile(std::span<const double> sorted, double q);
double median(std::vector<double> samples);
Summary summarize(std::vector<double> samples);

/// All samples of all rounds in one list.
std::vector<double> all_samples(const Series& series);
/// One median per round.
std::vector<double> round_medians(const Series& series);

/// How much a variant adds to its baseline, in the unit of the samples.
struct Comparison {
    std::size_t rounds = 0;  ///< pairs
    double by_min = 0;       ///< least sample less least sample
    double by_median = 0;    ///< median over the rounds of (median with less median without)
    double low = 0;          ///< p10 and p90 of those differences
    double high = 0;
    double ratio = 0;  ///< by_median over the baseline's median
};

/// Pairs round k with round k; rounds that one side lacks are left out.
Comparison compare(const Series& baseline, const Series& variant);

}  // namespace sensor::bench
