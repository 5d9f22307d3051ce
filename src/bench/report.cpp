// SPDX-License-Identifier: Apache-2.0
#include "bench/report.hpp"

#include <algorithm>
#include <filesystem>

#include "base/log.hpp"
#include "base/read_file.hpp"
#include "bench/chart.hpp"
#include "bench/jsonl.hpp"
#include "bench/table.hpp"

namespace sensor::bench {
namespace {

namespace fs = std::filesystem;

Result<std::vector<Run>> load(const std::vector<std::string>& files) {
    std::vector<Run> all;
    for (const std::string& file : files) {
        SENSOR_TRY(const std::string text, read_file(file));
        Result<std::vector<Run>> runs = from_json_lines(text);
        if (!runs.has_value()) return Error(file + ": " + runs.error().text);
        std::move(runs->begin(), runs->end(), std::back_inserter(all));
    }
    if (all.empty()) return Error("the files hold no run");
    return all;
}

std::string facts_line(const std::vector<std::pair<std::string, std::string>>& facts) {
    std::string text;
    for (const auto& [name, value] : facts) {
        if (!text.empty()) text += ", ";
        text += name + " " + value;
    }
    return text;
}

}  // namespace

std::vector<std::string> chart_names(const std::vector<Run>& runs) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const std::string& benchmark = runs[i].info.benchmark;
        std::size_t number = 1;
        for (std::size_t k = 0; k < i; ++k) number += runs[k].info.benchmark == benchmark ? 1 : 0;
        names.push_back(number == 1 ? benchmark + ".svg" : format("{}-{}.svg", benchmark, number));
    }
    return names;
}

std::string markdown_report(const std::vector<Run>& runs) {
    const std::vector<std::string> charts = chart_names(runs);
    std::string text;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const RunInfo& info = runs[i].info;
        text += format("## {}\n\nfalco-bench {}, {}. {}. {}.\n\n", info.benchmark, info.version,
                       info.started, facts_line(info.machine), facts_line(info.setup));
        for (const std::string& warning : info.warnings) text += "> Warning: " + warning + "\n\n";
        text += markdown_table(runs[i]);
        text += format("\n![{}]({})\n\n", info.benchmark, charts[i]);
    }
    return text;
}

Result<std::vector<std::string>> write_report(const std::vector<std::string>& files,
                                              const std::string& folder) {
    SENSOR_TRY(const std::vector<Run> runs, load(files));
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return Error("create " + folder + ": " + error.message(), error.value());
    const std::vector<std::string> charts = chart_names(runs);
    std::vector<std::string> written;
    const auto keep = [&](const std::string& name, const std::string& text) -> Result<> {
        written.push_back((fs::path(folder) / name).string());
        return write_file(written.back(), text);
    };
    SENSOR_TRY_OK(keep("report.md", markdown_report(runs)));
    SENSOR_TRY_OK(keep("report.html", html_report(runs)));
    for (std::size_t i = 0; i < runs.size(); ++i) {
        SENSOR_TRY_OK(keep(charts[i], bar_chart(runs[i])));
    }
    return written;
}

}  // namespace sensor::bench
