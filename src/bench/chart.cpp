// SPDX-License-Identifier: Apache-2.0
#include "bench/chart.hpp"

#include <algorithm>
#include <vector>

#include "base/log.hpp"
#include "bench/table.hpp"

namespace sensor::bench {
namespace {

// Pixels. Names left, bars in the middle, figures right of the whisker.
constexpr double kWidth = 920;
constexpr double kBarLeft = 132;
constexpr double kBarSpan = 560;
constexpr double kBarHeight = 22;
constexpr double kBarStep = 32;
constexpr double kTitleHeight = 34;
constexpr double kPanelGap = 22;
constexpr double kTop = 8;
constexpr double kLegendHeight = 24;
constexpr std::size_t kColours = 5;

struct Panel {
    std::string subject;
    std::vector<Row> rows;
    double full = 1;  ///< value at the right end of the scale
};

std::vector<Panel> panels_of(const Run& run) {
    std::vector<Panel> panels;
    for (const Row& row : rows_of(run)) {
        if (panels.empty() || panels.back().subject != row.series->subject) {
            panels.push_back({row.series->subject, {}, 0});
        }
        Panel& panel = panels.back();
        panel.rows.push_back(row);
        panel.full = std::max({panel.full, row.summary.p90, row.summary.median});
    }
    for (Panel& panel : panels) panel.full = panel.full > 0 ? panel.full : 1;
    return panels;
}

double panel_height(const Panel& panel) {
    return kTitleHeight + kBarStep * static_cast<double>(panel.rows.size()) + kPanelGap;
}

std::string line(const char* css, double x1, double y1, double x2, double y2) {
    return format("<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n",
                  css, x1, y1, x2, y2);
}

std::string label(const std::string& css, double x, double y, const std::string& text) {
    return format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", css, x, y,
                  xml_escaped(text));
}

/// The whisker from p10 to p90 with its ends, and the notch at the minimum.
std::string whisker(const Panel& panel, const Row& row, double y) {
    const auto place = [&panel](double value) { return kBarLeft + kBarSpan * value / panel.full; };
    const double middle = y + kBarHeight / 2;
    const double low = place(row.summary.p10);
    const double high = place(row.summary.p90);
    std::string out = line("whisker", low, middle, high, middle);
    out += line("whisker", low, middle - 5, low, middle + 5);
    out += line("whisker", high, middle - 5, high, middle + 5);
    const double least = place(row.summary.min);
    out += line("notch", least, y, least, y + kBarHeight);
    return out;
}

std::string bar(const Panel& panel, std::size_t i, double y) {
    const Row& row = panel.rows[i];
    const std::string& unit = row.series->unit;
    const double length = std::max(1.0, kBarSpan * row.summary.median / panel.full);
    std::string out = label("name", kBarLeft - 12, y + 16, row.series->variant);
    out += format(
        "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
        "rx=\"3\"/>\n",
        variant_class(row.is_baseline ? 0 : i), kBarLeft, y, length, kBarHeight);
    out += whisker(panel, row, y);
    const double right =
        kBarLeft + kBarSpan * std::max(row.summary.median, row.summary.p90) / panel.full;
    std::string figures = xml_escaped(quantity(row.summary.median, unit));
    if (row.compared) {
        figures +=
            format("<tspan class=\"over\" dx=\"8\">{} ({})</tspan>",
                   xml_escaped(difference(row.over.by_median, unit)), percent(row.over.ratio));
    }
    return out + format("<text class=\"figure\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", right + 12,
                        y + 16, figures);
}

std::string draw(const Panel& panel, double top) {
    std::string out = label("subject", kBarLeft, top + 20, panel.subject);
    const double first = top + kTitleHeight;
    const double last = first + kBarStep * static_cast<double>(panel.rows.size()) - 6;
    out += line("axis", kBarLeft, first - 4, kBarLeft, last);
    for (std::size_t i = 0; i < panel.rows.size(); ++i) {
        out += bar(panel, i, first + kBarStep * static_cast<double>(i));
    }
    return out;
}

constexpr std::string_view kStyle = R"(
.chart text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#1f2933}
.chart .subject{font-size:15px;font-weight:600}
.chart .name{text-anchor:end;fill:#52606d}
.chart .figure{font-weight:600;font-variant-numeric:tabular-nums}
.chart .over{font-weight:400;fill:#52606d}
.chart .legend{font-size:12px;fill:#7b8794}
.chart .axis{stroke:#cbd2d9;stroke-width:1}
.chart .whisker{stroke:#1f2933;stroke-width:1.5;stroke-opacity:.75}
.chart .notch{stroke:#ffffff;stroke-width:2}
@media (prefers-color-scheme:dark){
.chart text{fill:#e4e7eb}
.chart .name,.chart .over{fill:#9aa5b1}
.chart .legend{fill:#8794a1}
.chart .axis{stroke:#3e4c59}
.chart .whisker{stroke:#e4e7eb}
.chart .notch{stroke:#12181f}
}
)";

}  // namespace

std::string xml_escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += c;
        }
    }
    return out;
}

std::string variant_class(std::size_t variant_idx) {
    if (variant_idx == 0) return "v0";
    return format("v{}", (variant_idx - 1) % (kColours - 1) + 1);
}

std::string_view variant_style() {
    return R"(
.v0{fill:#9aa5b1;background:#9aa5b1}
.v1{fill:#0e7c86;background:#0e7c86}
.v2{fill:#d9822b;background:#d9822b}
.v3{fill:#7c5cbf;background:#7c5cbf}
.v4{fill:#c0455e;background:#c0455e}
@media (prefers-color-scheme:dark){
.v0{fill:#616e7c;background:#616e7c}
.v1{fill:#2cb1bc;background:#2cb1bc}
.v2{fill:#f0b429;background:#f0b429}
.v3{fill:#a78bfa;background:#a78bfa}
.v4{fill:#ef6f88;background:#ef6f88}
}
)";
}

std::string bar_chart(const Run& run) {
    const std::vector<Panel> panels = panels_of(run);
    double height = kTop + kLegendHeight;
    for (const Panel& panel : panels) height += panel_height(panel);
    std::string out = format(
        "<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
        "role=\"img\" aria-label=\"{2}\">\n<style>{3}{4}</style>\n",
        kWidth, height, xml_escaped("falco-bench " + run.info.benchmark), variant_style(), kStyle);
    double top = kTop;
    for (const Panel& panel : panels) {
        out += draw(panel, top);
        top += panel_height(panel);
    }
    out +=
        label("legend", kBarLeft, top + 8,
              "bar: median · whisker: p10 to p90 · notch: minimum · each panel has its own scale");
    return out + "</svg>\n";
}

}  // namespace sensor::bench
