// SPDX-License-Identifier: Apache-2.0
#include "bench/table.hpp"

#include <algorithm>
#include <cmath>

#include "base/log.hpp"

namespace sensor::bench {
namespace {

struct Scale {
    double divisor;
    std::string unit;
};

/// The unit in which a value of this size reads well.
Scale scale_for(double value, std::string_view unit) {
    const double size = std::abs(value);
    if (unit == "ns") {
        if (size >= 1e9) return {1e9, "s"};
        if (size >= 1e6) return {1e6, "ms"};
        if (size >= 1e4) return {1e3, "µs"};
        return {1, "ns"};
    }
    if (size >= 1e9) return {1e9, "G" + std::string(unit)};
    if (size >= 1e6) return {1e6, "M" + std::string(unit)};
    if (size >= 1e4) return {1e3, "k" + std::string(unit)};
    return {1, std::string(unit)};
}

std::string digits(double value) {
    const double size = std::abs(value);
    if (size >= 1000) return format("{:.0f}", value);
    if (size >= 100) return format("{:.1f}", value);
    return format("{:.2f}", value);
}

const Series* find_baseline(const Run& run, const std::string& subject) {
    for (const Series& series : run.series) {
        if (series.subject == subject && series.variant == run.info.baseline) return &series;
    }
    return nullptr;
}

/// Characters, not bytes: the micro sign has two.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

std::string padded(const std::string& cell, std::size_t columns, bool left) {
    const std::string space(columns - std::min(columns, width(cell)), ' ');
    return left ? cell + space : space + cell;
}

constexpr std::size_t kTextColumns = 2;  // subject and variant; the rest are numbers

}  // namespace

std::string quantity(double value, std::string_view unit) {
    const Scale s = scale_for(value, unit);
    return digits(value / s.divisor) + " " + s.unit;
}

std::string difference(double value, std::string_view unit) {
    return (value < 0 ? "" : "+") + quantity(value, unit);
}

std::string differences(double low, double high, std::string_view unit) {
    const Scale s = scale_for(std::max(std::abs(low), std::abs(high)), unit);
    const auto part = [&s](double v) { return (v < 0 ? "" : "+") + digits(v / s.divisor); };
    return part(low) + " .. " + part(high) + " " + s.unit;
}

std::string percent(double ratio) {
    const double share = ratio * 100;
    return std::abs(share) < 10 ? format("{:+.1f} %", share) : format("{:+.0f} %", share);
}

std::vector<Row> rows_of(const Run& run) {
    std::vector<Row> rows;
    for (const Series& series : run.series) {
        Row row;
        row.series = &series;
        row.summary = summarize(all_samples(series));
        row.is_baseline = series.variant == run.info.baseline;
        const Series* baseline = find_baseline(run, series.subject);
        if (!row.is_baseline && baseline != nullptr) {
            row.over = compare(*baseline, series);
            row.compared = row.over.rounds > 0;
        }
        rows.push_back(row);
    }
    return rows;
}

std::vector<std::string> table_heads(const Run& run) {
    const std::string over = " over " + run.info.baseline;
    return {"subject", "variant",    "min",           "median",     "p99",
            "scatter", "min" + over, "median" + over, "p10 .. p90", "share"};
}

std::vector<std::string> table_cells(const Row& row) {
    const Series& series = *row.series;
    const Summary& s = row.summary;
    std::vector<std::string> cells{series.subject,
                                   series.variant,
                                   quantity(s.min, series.unit),
                                   quantity(s.median, series.unit),
                                   quantity(s.p99, series.unit),
                                   format("{:.1f} %", s.scatter() * 100)};
    if (row.compared) {
        cells.push_back(difference(row.over.by_min, series.unit));
        cells.push_back(difference(row.over.by_median, series.unit));
        cells.push_back(differences(row.over.low, row.over.high, series.unit));
        cells.push_back(percent(row.over.ratio));
    } else {
        cells.insert(cells.end(), 4, std::string());
    }
    return cells;
}

std::string terminal_table(const Run& run) {
    std::vector<std::vector<std::string>> lines{table_heads(run)};
    for (const Row& row : rows_of(run)) lines.push_back(table_cells(row));
    std::vector<std::size_t> widths(lines.front().size(), 0);
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i)
            widths[i] = std::max(widths[i], width(line[i]));
    }
    std::string text;
    for (const auto& line : lines) {
        std::string out;
        for (std::size_t i = 0; i < line.size(); ++i) {
            out += padded(line[i], widths[i], i < kTextColumns) + "  ";
        }
        text += out.substr(0, out.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}

std::string markdown_table(const Run& run) {
    std::string text = "|";
    std::string rule = "|";
    const std::vector<std::string> heads = table_heads(run);
    for (std::size_t i = 0; i < heads.size(); ++i) {
        text += " " + heads[i] + " |";
        rule += i < kTextColumns ? "---|" : "--:|";
    }
    text += "\n" + rule + "\n";
    for (const Row& row : rows_of(run)) {
        text += "|";
        for (const std::string& cell : table_cells(row)) text += " " + cell + " |";
        text += "\n";
    }
    return text;
}

}  // namespace sensor::bench
