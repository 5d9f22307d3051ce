// SPDX-License-Identifier: Apache-2.0
#include "bench/jsonl.hpp"

#include <cerrno>
#include <cmath>
#include <fstream>
#include <sstream>

#include "base/log.hpp"
#include "output/json.hpp"

namespace sensor::bench {
namespace {

using nlohmann::ordered_json;
using Facts = std::vector<std::pair<std::string, std::string>>;

// A hundredth of a nanosecond is below the clock's step; more digits only swell the file.
double rounded(double value) { return std::round(value * 100) / 100; }

ordered_json facts_to_json(const Facts& facts) {
    ordered_json out = ordered_json::object();
    for (const auto& [name, value] : facts) out[name] = value;
    return out;
}

Facts facts_from_json(const ordered_json& json) {
    Facts facts;
    for (const auto& [name, value] : json.items())
        facts.emplace_back(name, value.get<std::string>());
    return facts;
}

ordered_json run_line(const RunInfo& info) {
    return {{"type", "run"},
            {"benchmark", info.benchmark},
            {"started", info.started},
            {"version", info.version},
            {"baseline", info.baseline},
            {"machine", facts_to_json(info.machine)},
            {"setup", facts_to_json(info.setup)},
            {"warnings", info.warnings}};
}

ordered_json series_line(const Series& series) {
    ordered_json rounds = ordered_json::array();
    for (const std::vector<double>& round : series.rounds) {
        ordered_json samples = ordered_json::array();
        for (const double sample : round) samples.push_back(rounded(sample));
        rounds.push_back(std::move(samples));
    }
    return {{"type", "series"},
            {"subject", series.subject},
            {"variant", series.variant},
            {"unit", series.unit},
            {"better", series.better == Better::Lower ? "lower" : "higher"},
            {"rounds", std::move(rounds)}};
}

RunInfo read_run(const ordered_json& line) {
    RunInfo info;
    info.benchmark = line.at("benchmark").get<std::string>();
    info.started = line.at("started").get<std::string>();
    info.version = line.at("version").get<std::string>();
    info.baseline = line.at("baseline").get<std::string>();
    info.machine = facts_from_json(line.at("machine"));
    info.setup = facts_from_json(line.at("setup"));
    info.warnings = line.at("warnings").get<std::vector<std::string>>();
    return info;
}

Series read_series(const ordered_json& line) {
    Series series;
    series.subject = line.at("subject").get<std::string>();
    series.variant = line.at("variant").get<std::string>();
    series.unit = line.at("unit").get<std::string>();
    series.better =
        line.at("better").get<std::string>() == "higher" ? Better::Higher : Better::Lower;
    series.rounds = line.at("rounds").get<std::vector<std::vector<double>>>();
    return series;
}

/// Adds what one line says. fails: Error without the line's number
Result<> add_line(const std::string& text, std::vector<Run>& runs) {
    try {
        const ordered_json line = ordered_json::parse(text);
        const std::string type = line.at("type").get<std::string>();
        if (type == "run") {
            runs.push_back({read_run(line), {}});
        } else if (type != "series") {
            return Error("unknown type \"" + type + "\"");
        } else if (runs.empty()) {
            return Error("a series before the first run");
        } else {
            runs.back().series.push_back(read_series(line));
        }
    } catch (const ordered_json::exception& e) {
        return Error(e.what());
    }
    return Ok{};
}

Result<> put(const std::string& path, const std::string& text, std::ios::openmode mode) {
    std::ofstream out(path, std::ios::binary | mode);
    out << text << std::flush;
    if (!out) return errno_error("write " + path, errno);
    return Ok{};
}

}  // namespace

std::string to_json_lines(const Run& run) {
    std::string text = output::json_line(run_line(run.info)) + "\n";
    for (const Series& series : run.series) text += output::json_line(series_line(series)) + "\n";
    return text;
}

Result<std::vector<Run>> from_json_lines(std::string_view text) {
    std::vector<Run> runs;
    std::istringstream in{std::string(text)};
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (line.empty()) continue;
        if (Result<> added = add_line(line, runs); !added.has_value()) {
            return Error(format("line {}: {}", number, added.error().text));
        }
    }
    return runs;
}

Result<> append_to_file(const std::string& path, const std::string& text) {
    return put(path, text, std::ios::app);
}

Result<> write_file(const std::string& path, const std::string& text) {
    return put(path, text, std::ios::trunc);
}

}  // namespace sensor::bench
