// SPDX-License-Identifier: Apache-2.0
// A run as a bar chart: one panel per subject, one bar per variant. The bar ends at the median, the
// whisker spans p10 to p90, the notch is the minimum. Stands alone as a file and inside the page.
#pragma once

#include <string>
#include <string_view>

#include "bench/series.hpp"

namespace sensor::bench {

/// SVG text with its own colours for light and dark. cost: linear in the samples
std::string bar_chart(const Run& run);

/// `text` with the five characters that mean something to XML replaced.
std::string xml_escaped(std::string_view text);
/// Colour class of the n-th variant: "v0" is the baseline, then "v1".. repeating.
std::string variant_class(std::size_t variant_idx);
/// Rules for those classes; shared by the chart and the page.
std::string_view variant_style();

}  // namespace sensor::bench
