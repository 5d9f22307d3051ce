// SPDX-License-Identifier: Apache-2.0
// The figures of a run as rows of text: one place decides what is shown and how numbers read, for
// the terminal, markdown and the page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/series.hpp"
#include "bench/stats.hpp"

namespace sensor::bench {

/// "131.2 ns", "1.34 µs", "2.05 M/s": three or four digits, times in the unit that fits.
std::string quantity(double value, std::string_view unit);
/// The same with its sign.
std::string difference(double value, std::string_view unit);
/// "+29.1 .. +31.4 ns": two differences in one unit.
std::string differences(double low, double high, std::string_view unit);
/// "+29 %"
std::string percent(double ratio);

struct Row {
    const Series* series = nullptr;
    Summary summary;
    bool is_baseline = false;
    bool compared = false;  ///< `over` holds something
    Comparison over;
};

/// One row per series, in order. The run must outlive them.
std::vector<Row> rows_of(const Run& run);

/// Heads and cells of the table; cells of a baseline's differences are empty.
std::vector<std::string> table_heads(const Run& run);
std::vector<std::string> table_cells(const Row& row);

/// Columns padded with spaces, for a terminal.
std::string terminal_table(const Run& run);
std::string markdown_table(const Run& run);

}  // namespace sensor::bench
