// SPDX-License-Identifier: Apache-2.0
// html_report(): the page. No script, no font, nothing fetched; light and dark by the reader's
// choice.
#include <algorithm>

#include "base/log.hpp"
#include "bench/chart.hpp"
#include "bench/report.hpp"
#include "bench/table.hpp"

namespace sensor::bench {
namespace {

constexpr std::string_view kPageStyle = R"(
:root{color-scheme:light dark;--ink:#1f2933;--soft:#52606d;--line:#e4e7eb;--page:#f5f7fa;--card:#fff;
--warn:#8d5b00;--warnpage:#fff7e6}
@media (prefers-color-scheme:dark){:root{--ink:#e4e7eb;--soft:#9aa5b1;--line:#323f4b;--page:#0d1217;
--card:#12181f;--warn:#f7c948;--warnpage:#2b2411}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1120px;margin:0 auto;padding:40px 20px 64px}
h1{font-size:30px;line-height:1.2;letter-spacing:-.02em;margin:0 0 4px}
h2{font-size:22px;letter-spacing:-.01em;margin:36px 0 2px}
h3{font-size:13px;font-weight:600;letter-spacing:.06em;text-transform:uppercase;color:var(--soft);
margin:32px 0 10px}
p{margin:6px 0}
p.method{max-width:80ch}
.soft{color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px}
.heads{display:grid;grid-template-columns:repeat(auto-fit,minmax(235px,350px));gap:12px;margin:20px 0}
.heads .card{padding:14px 16px}
.heads h4{margin:0 0 6px;font-size:16px}
.heads p{display:flex;justify-content:space-between;gap:10px;margin:2px 0;align-items:baseline}
.heads b{font-size:19px;font-variant-numeric:tabular-nums;white-space:nowrap}
.heads span{color:var(--soft);font-size:14px}
.dot{display:inline-block;width:9px;height:9px;border-radius:50%;margin-right:7px}
.warn{background:var(--warnpage);color:var(--warn);border-radius:8px;padding:10px 14px;margin:10px 0}
svg{display:block;width:100%;height:auto}
.scroll{overflow-x:auto;padding:4px 0}
table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
th,td{padding:8px 8px;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--soft);font-size:12px}
th:nth-child(-n+2),td:nth-child(-n+2){text-align:left}
tr:last-child td{border-bottom:0}
tr.first td{border-top:2px solid var(--line)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:0;font-size:14px}
dt{color:var(--soft)}dd{margin:0}
)";

constexpr std::string_view kMethod =
    "Every round brings each variant up in turn, measures every subject in it and takes it down "
    "again, "
    "so slow changes of the machine meet all variants alike. The measured process is bound to one "
    "processor, the programs it is compared with to the others. “Over” by minimum is the least "
    "sample less the least sample of the baseline; by median it is the median over the rounds of "
    "the "
    "difference within a round. Scatter is (p90 − p10) / median of all samples. Times are read "
    "from the raw monotonic clock.";

/// Place of a variant within its subject, which decides its colour.
std::size_t variant_idx(const Run& run, const Row& row) {
    std::vector<std::string> names;
    for (const Series& series : run.series) {
        if (std::find(names.begin(), names.end(), series.variant) == names.end()) {
            names.push_back(series.variant);
        }
    }
    const auto found = std::find(names.begin(), names.end(), row.series->variant);
    return row.is_baseline ? 0 : static_cast<std::size_t>(found - names.begin());
}

std::string dot(const Run& run, const Row& row) {
    return format("<i class=\"dot {}\"></i>", variant_class(variant_idx(run, row)));
}

/// One card per subject: what every variant adds to the baseline, by median.
std::string headlines(const Run& run) {
    std::string out;
    std::string last;
    for (const Row& row : rows_of(run)) {
        if (!row.compared) continue;
        if (row.series->subject != last) {
            out += last.empty() ? "" : "</div>\n";
            last = row.series->subject;
            out += format("<div class=\"card\"><h4>{}</h4>\n", xml_escaped(last));
        }
        out += format("<p><span>{}{}</span><b>{}</b></p>\n", dot(run, row),
                      xml_escaped(row.series->variant),
                      xml_escaped(difference(row.over.by_median, row.series->unit)));
    }
    return out.empty() ? out : "<div class=\"heads\">\n" + out + "</div>\n</div>\n";
}

std::string html_table(const Run& run) {
    std::string out = "<div class=\"card scroll\"><table><thead><tr>";
    for (const std::string& head : table_heads(run)) out += "<th>" + xml_escaped(head) + "</th>";
    out += "</tr></thead><tbody>\n";
    std::string subject;
    for (const Row& row : rows_of(run)) {
        const bool first = row.series->subject != subject;
        out += first && !subject.empty() ? "<tr class=\"first\">" : "<tr>";
        const std::vector<std::string> cells = table_cells(row);
        for (std::size_t i = 0; i < cells.size(); ++i) {
            std::string cell = i == 0 && !first ? std::string() : xml_escaped(cells[i]);
            if (i == 1) cell = dot(run, row) + cell;
            out += "<td>" + cell + "</td>";
        }
        out += "</tr>\n";
        subject = row.series->subject;
    }
    return out + "</tbody></table></div>\n";
}

std::string facts_list(const RunInfo& info) {
    std::string out = "<div class=\"card\"><dl>";
    for (const auto* facts : {&info.machine, &info.setup}) {
        for (const auto& [name, value] : *facts) {
            out += "<dt>" + xml_escaped(name) + "</dt><dd>" + xml_escaped(value) + "</dd>\n";
        }
    }
    return out + "</dl></div>\n";
}

std::string section(const Run& run) {
    std::string out = format("<section>\n<h2>{}</h2>\n<p class=\"soft\">{}, falco-bench {}</p>\n",
                             xml_escaped(run.info.benchmark), xml_escaped(run.info.started),
                             xml_escaped(run.info.version));
    for (const std::string& warning : run.info.warnings) {
        out += "<p class=\"warn\">" + xml_escaped(warning) + "</p>\n";
    }
    out += headlines(run);
    out += "<h3>Chart</h3>\n<div class=\"card\">" + bar_chart(run) + "</div>\n";
    out += "<h3>Figures</h3>\n" + html_table(run);
    out += "<h3>Machine and setup</h3>\n" + facts_list(run.info);
    return out + "</section>\n";
}

}  // namespace

std::string html_report(const std::vector<Run>& runs) {
    std::string out = format(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
        "<title>falco-bench</title>\n<style>{}{}</style>\n</"
        "head>\n<body>\n<main>\n<h1>falco-bench</h1>\n",
        kPageStyle, variant_style());
    for (const Run& run : runs) out += section(run);
    out += format("<h3>Method</h3>\n<p class=\"soft method\">{}</p>\n</main>\n</body>\n</html>\n",
                  kMethod);
    return out;
}

}  // namespace sensor::bench
