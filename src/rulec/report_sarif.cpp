// SPDX-License-Identifier: Apache-2.0
// SARIF 2.1.0, as code review tools take it. Its columns count characters, ours bytes.
#include <algorithm>
#include <filesystem>
#include <map>

#include "output/json.hpp"
#include "rulec/lint.hpp"
#include "rulec/report.hpp"

namespace sensor::rulec {
namespace {

using Json = nlohmann::ordered_json;
using lang::Diagnostic;

struct CodeInfo {
    std::string name, what, remedy;
};

// Codes of the loader by their beginning; lints bring their own words.
constexpr struct {
    std::string_view code, what, remedy;
} kLoadCodes[] = {
    {"LOAD_ERR_YAML_PARSE", "The file is not YAML.", "Mend the YAML at this place."},
    {"LOAD_ERR_YAML_VALIDATE", "An item of a rules file lacks a key or has one of a wrong form.",
     "See the rules file format for what the item needs."},
    {"LOAD_ERR_COMPILE_CONDITION",
     "A condition has a wrong syntax, an unknown name or a wrong type.",
     "See falco-rulec list fields and list operators."},
    {"LOAD_ERR_COMPILE_OUTPUT", "An output names a field that there is not.",
     "See falco-rulec list fields."},
    {"LOAD_ERR_VALIDATE", "Items of rules files do not fit together.",
     "See what the message names: a macro, a list, a version or a plugin."},
    {"LOAD_DEPRECATED_ITEM", "Something that newer engines do not take.", "Use what replaced it."},
    {"LOAD_UNKNOWN_SOURCE", "A rule of an event source that is not here.",
     "Remove the rule, or run it where the source is."},
};

CodeInfo info_of(const std::string& code) {
    for (const LintInfo& lint : all_lints()) {
        if (lint.code == code)
            return {std::string(lint.name), std::string(lint.what), std::string(lint.remedy)};
    }
    for (const auto& load : kLoadCodes) {
        if (load.code == code) return {code, std::string(load.what), std::string(load.remedy)};
    }
    return {code, "A problem found while loading rules files.", "See the message."};
}

/// A URI reference: relative where the file is below `folder`, else as a file URI.
std::string uri(const std::string& file, const std::string& folder) {
    namespace fs = std::filesystem;
    fs::path path(file);
    if (path.is_absolute()) {
        const fs::path below = path.lexically_relative(folder);
        if (!below.empty() && *below.begin() != "..") path = below;
    } else {
        path = path.lexically_normal();
    }
    std::string text = path.is_absolute() ? "file://" : "";
    for (const char c : path.generic_string()) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') ||
                           std::string_view("-._~/").find(c) != std::string_view::npos;
        constexpr std::string_view kHex = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(c);
        if (plain) {
            text += c;
        } else {
            text.append("%").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
        }
    }
    return text;
}

/// Column in characters: bytes that go on with a character of UTF-8 do not count.
std::size_t character_column(const LoadedRules& loaded, const lang::Position& position) {
    for (const rules::SourceFile& file : loaded.files) {
        if (file.name != position.file || position.offset > file.text.size()) continue;
        const auto end = file.text.begin() + static_cast<std::ptrdiff_t>(position.offset);
        const auto begin = end - static_cast<std::ptrdiff_t>(position.column - 1);
        const auto goes_on = std::count_if(begin, end, [](char c) { return (c & 0xc0) == 0x80; });
        return position.column - static_cast<std::size_t>(goes_on);
    }
    return position.column;
}

Json region_json(const LoadedRules& loaded, const lang::Position& position) {
    Json region;
    region["startLine"] = std::max<std::size_t>(position.line, 1);
    if (position.column != 0) region["startColumn"] = character_column(loaded, position);
    return region;
}

Json result_json(const LoadedRules& loaded, const Diagnostic& d, std::size_t rule_index,
                 const std::string& folder) {
    Json result;
    result["ruleId"] = d.code;
    result["ruleIndex"] = rule_index;
    result["level"] = d.severity == lang::Severity::Error ? "error" : "warning";
    result["message"]["text"] = d.hint.empty() ? d.message : d.message + "\nhint: " + d.hint;
    Json physical;
    physical["artifactLocation"]["uri"] = uri(d.position.file, folder);
    physical["region"] = region_json(loaded, d.position);
    Json location;
    location["physicalLocation"] = std::move(physical);
    for (const lang::Location& inside : d.context) {
        if (inside.item_name.empty()) continue;
        location["logicalLocations"].push_back(
            {{"name", inside.item_name}, {"kind", inside.item_type}});
    }
    result["locations"].push_back(std::move(location));
    return result;
}

Json rule_json(const std::string& code) {
    const CodeInfo info = info_of(code);
    Json rule;
    rule["id"] = code;
    rule["name"] = info.name;
    rule["shortDescription"]["text"] = info.what;
    rule["help"]["text"] = info.what + " " + info.remedy;
    rule["defaultConfiguration"]["level"] = code.starts_with("LOAD_ERR_") ? "error" : "warning";
    return rule;
}

}  // namespace

std::string report_sarif(const LoadedRules& loaded, const std::string& folder) {
    std::map<std::string, std::size_t> numbers;
    Json codes = Json::array();
    Json results = Json::array();
    for (const Diagnostic& d : loaded.set.diagnostics) {
        const auto [found, is_new] = numbers.emplace(d.code, numbers.size());
        if (is_new) codes.push_back(rule_json(d.code));
        results.push_back(result_json(loaded, d, found->second, folder));
    }
    Json driver;
    driver["name"] = "falco-rulec";
    driver["version"] = SENSOR_VERSION;
    driver["rules"] = std::move(codes);
    Json run;
    run["tool"]["driver"] = std::move(driver);
    run["columnKind"] = "unicodeCodePoints";
    run["results"] = std::move(results);
    Json log;
    log["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json";
    log["version"] = "2.1.0";
    log["runs"].push_back(std::move(run));
    return output::json_lines(log);
}

}  // namespace sensor::rulec
