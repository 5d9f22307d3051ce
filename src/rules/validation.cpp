// SPDX-License-Identifier: Apache-2.0
#include "rules/validation.hpp"

#include <algorithm>
#include <iterator>

#include "rules/codes.hpp"
#include "rules/source_text.hpp"

namespace sensor::rules {
namespace {

using lang::Diagnostic;
using lang::Location;
using nlohmann::json;

constexpr std::string_view kRule = "------\n";
constexpr std::size_t kLongestName = 20;  // of a position inside a text: longer ones are cut

/// What is known of one file.
struct FileResult {
    const SourceFile* file = nullptr;
    SchemaCheck schema;
    std::vector<const Diagnostic*> errors, warnings;
};

/// Places here count from 0, as YAML marks do; only those inside a text count from 1.
struct Place {
    std::string name;
    std::size_t line = 0, column = 0, offset = 0;
};
struct Step {
    std::string type, name;
    Place place;
};

Place place_of(const lang::Position& position) {
    const auto from_zero = [](std::size_t n) { return n == 0 ? 0 : n - 1; };
    return {position.file, from_zero(position.line), from_zero(position.column), position.offset};
}

/// The last step into a condition or an output: named by its text, counted from the item around.
Step inside(const lang::Expression& expression, const Step& around) {
    static_assert(kLongestName < lang::kExpressionBegin);
    const bool whole = expression.begin.size() <= kLongestName;
    const std::string begin =
        whole ? expression.begin : expression.begin.substr(0, kLongestName - 3) + "...";
    const bool output = around.type == "rule output";
    return {output ? "rule output expression" : "condition expression",
            "",
            {'"' + begin + '"', around.place.line + expression.line,
             around.place.column + expression.column, around.place.offset + expression.offset}};
}

std::vector<Step> steps_of(const Diagnostic& d) {
    std::vector<Step> steps;
    for (const Location& location : d.context)
        steps.push_back({location.item_type, location.item_name, place_of(location.position)});
    if (steps.empty()) steps.push_back({"rules content", "", {d.position.file, 0, 0, 0}});
    if (d.expression) {
        steps.push_back(inside(*d.expression, steps.back()));
    } else if (steps.back().type == "rules content" && d.position.offset != 0) {
        steps.push_back({"rules content item", "", place_of(d.position)});
    }
    return steps;
}

const std::string& snippet_in(const Diagnostic& d) {
    return d.expression ? d.expression->snippet : d.snippet;
}

std::string text_of(const Diagnostic& d) {
    std::string text;
    for (const Step& step : steps_of(d)) {
        text += text.empty() ? "In " : "    ";
        text += step.type + (step.name.empty() ? "" : " '" + step.name + "'") + ": (" +
                step.place.name + ":" + std::to_string(step.place.line) + ":" +
                std::to_string(step.place.column) + ")\n";
    }
    text.append(kRule).append(snippet_in(d)).append(kRule);
    const code::Text code = code::text_of(d.code);
    text.append(code.code).append(" (").append(code.label).append("): ");
    return text + d.message + "\n";
}

std::string counted(const std::vector<const Diagnostic*>& all, std::string_view word) {
    if (all.empty()) return {};
    std::string text = "\n" + std::to_string(all.size()) + " ";
    text.append(word).append(":\n");
    for (const Diagnostic* d : all) text += text_of(*d);
    return text;
}

/// Head, schema warnings, errors, warnings: each part begins on a new line.
std::string whole_text(const FileResult& result) {
    std::string text = result.file->name + (result.errors.empty() ? ": Ok" : ": Invalid");
    if (!result.schema.warnings.empty()) {
        text += "\n" + std::to_string(result.schema.warnings.size()) + " Schema warnings:\n";
        for (const std::string& warning : result.schema.warnings)
            text.append(kRule).append(warning).append("\n");
        text.append(kRule);
    }
    return text + counted(result.errors, "Errors") + counted(result.warnings, "Warnings");
}

json json_of(const Diagnostic& d) {
    const code::Text code = code::text_of(d.code);
    const bool error = d.severity == lang::Severity::Error;
    json locations = json::array();
    for (const Step& step : steps_of(d)) {
        locations.push_back({{"item_type", step.type},
                             {"item_name", step.name},
                             {"position",
                              {{"name", step.place.name},
                               {"line", step.place.line},
                               {"column", step.place.column},
                               {"offset", step.place.offset}}}});
    }
    json object = {{"code", d.code},
                   {"codedesc", error ? code.label : code.description},
                   {"message", d.message},
                   {"context", {{"locations", std::move(locations)}, {"snippet", snippet_in(d)}}}};
    if (!d.deprecated_field.empty()) object["deprecated_field"] = d.deprecated_field;
    return object;
}

json json_of(const FileResult& result) {
    const auto all = [](const std::vector<const Diagnostic*>& diagnostics) {
        json array = json::array();
        for (const Diagnostic* d : diagnostics) array.push_back(json_of(*d));
        return array;
    };
    return {{"name", result.file->name},
            {"successful", result.errors.empty()},
            {"schema_valid", result.schema.status == SchemaCheck::Status::Ok},
            {"schema_warnings", result.schema.warnings},
            {"errors", all(result.errors)},
            {"warnings", all(result.warnings)}};
}

std::vector<FileResult> by_file(const std::vector<SourceFile>& files, const RuleSet& set) {
    std::vector<FileResult> results;
    for (std::size_t k = 0; k < files.size(); ++k)
        results.push_back({&files[k], set.schema[k], {}, {}});
    for (const Diagnostic& d : set.diagnostics) {
        const auto found = std::find_if(
            results.begin(), results.end(),
            [&](const FileResult& result) { return result.file->name == d.position.file; });
        FileResult& result = found == results.end() ? results.front() : *found;
        (d.severity == lang::Severity::Error ? result.errors : result.warnings).push_back(&d);
    }
    // Who takes the first error only is to find the one that the peer stops at: it reads a whole
    // file before it looks into conditions.
    const auto of_yaml = [](const Diagnostic* d) { return d->code.starts_with("LOAD_ERR_YAML"); };
    for (FileResult& result : results) {
        std::vector<const Diagnostic*> ordered;
        std::copy_if(result.errors.begin(), result.errors.end(), std::back_inserter(ordered),
                     of_yaml);
        std::remove_copy_if(result.errors.begin(), result.errors.end(), std::back_inserter(ordered),
                            of_yaml);
        result.errors = std::move(ordered);
    }
    return results;
}

}  // namespace

Validation validate(const std::vector<SourceFile>& files, const RuleSet& set) {
    Validation validation;
    validation.json = json::array();
    if (files.empty()) return validation;
    for (const FileResult& result : by_file(files, set)) {
        validation.json.push_back(json_of(result));
        const bool only_warned = result.errors.empty() && !result.warnings.empty();
        if (!validation.text.empty()) validation.text += "\n";
        if (only_warned) {
            validation.text += result.file->name + ": Ok, with warnings";
            validation.remarks += (validation.remarks.empty() ? "" : "\n") + whole_text(result);
        } else {
            validation.text += whole_text(result);
        }
        validation.ok = validation.ok && result.errors.empty();
    }
    return validation;
}

}  // namespace sensor::rules
