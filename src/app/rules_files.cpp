// SPDX-License-Identifier: Apache-2.0
#include "app/rules_files.hpp"

#include <cstdio>
#include <filesystem>

#include "base/log.hpp"
#include "output/json.hpp"
#include "rules/describe.hpp"
#include "rules/validation.hpp"

namespace sensor::app {
namespace {

Result<std::vector<rules::SourceFile>> read_files(const std::vector<std::string>& paths,
                                                  bool must_exist) {
    std::vector<rules::SourceFile> files;
    for (const std::string& path : paths) {
        if (!must_exist && !std::filesystem::exists(path)) continue;
        SENSOR_TRY(std::vector<rules::SourceFile> found, rules::read_rules_path(path));
        for (rules::SourceFile& file : found) files.push_back(std::move(file));
    }
    return files;
}

rules::RuleSet load(const std::vector<rules::SourceFile>& files, const config::Config& config,
                    bool describe) {
    rules::LoadOptions how;
    how.least = config.priority;
    how.selections = config.selections;
    how.append_output = config.append_output;
    how.static_fields = config.static_fields;
    how.describe = describe;
    return rules::load_rules(files, how);
}

void log_schema(const rules::SourceFile& file, const rules::SchemaCheck& check) {
    const std::string text = format("   {} | schema validation: {}", file.name, to_text(check));
    if (check.status == rules::SchemaCheck::Status::Failed) {
        log::warning("{}", text);
    } else {
        log::info("{}", text);
    }
}

void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

}  // namespace

Result<std::vector<rules::SourceFile>> read_sources(const config::Config& config, bool must_exist) {
    if (config.rules_files.empty()) {
        return Error("You must specify at least one rules file or folder, with -r or rules_files");
    }
    return read_files(config.rules_files, must_exist);
}

Result<rules::RuleSet> read_rules(const config::Config& config, bool must_exist, bool describe) {
    SENSOR_TRY(const std::vector<rules::SourceFile> files, read_sources(config, must_exist));
    return load_sources(files, config, describe);
}

Result<rules::RuleSet> load_sources(const std::vector<rules::SourceFile>& files,
                                    const config::Config& config, bool describe) {
    rules::RuleSet ruleset = load(files, config, describe);
    log::info("Loading rules from:");
    for (std::size_t k = 0; k < files.size(); ++k) log_schema(files[k], ruleset.schema[k]);
    std::string errors;
    for (const lang::Diagnostic& diagnostic : ruleset.diagnostics) {
        if (diagnostic.severity == lang::Severity::Error) {
            errors += lang::to_text(diagnostic);
        } else {
            log::warning("{}", lang::to_text(diagnostic));
        }
    }
    if (!errors.empty()) return Error("the rules have mistakes, nothing was started\n" + errors);
    if (ruleset.rules.empty()) log::warning("no rule is enabled: nothing will be detected");
    return ruleset;
}

Result<> validate_rules(const Options& options, const config::Config& config) {
    SENSOR_TRY(const std::vector<rules::SourceFile> files, read_files(options.validate, true));
    log::info("Validating rules file(s):");
    for (const rules::SourceFile& file : files) log::info("   {}", file.name);
    const rules::RuleSet set = load(files, config, options.describe_rules);
    const rules::Validation validation = rules::validate(files, set);
    const bool describes = options.describe_rules && validation.ok;
    if (config.outputs.format.json) {
        nlohmann::json whole;
        whole["falco_load_results"] = validation.json;
        if (describes) {
            SENSOR_TRY(whole["falco_describe_results"],
                       rules::describe_json(set, options.describe_rule));
        }
        print(output::json_line(whole) + "\n");
    } else {
        std::string text = validation.text + "\n";
        if (describes) {
            SENSOR_TRY(const std::string table, rules::describe_text(set, options.describe_rule));
            text += table;
        }
        print(text);
    }
    if (!validation.ok) return Error(validation.text);
    if (!validation.remarks.empty()) log::warning("{}", validation.remarks);
    return Ok{};
}

Result<> describe_rules(const Options& options, const config::Config& config) {
    SENSOR_TRY(const rules::RuleSet set, read_rules(config, !options.rules_files.empty(), true));
    if (config.outputs.format.json) {
        SENSOR_TRY(const nlohmann::json whole, rules::describe_json(set, options.describe_rule));
        print(output::json_line(whole) + "\n");
    } else {
        SENSOR_TRY(const std::string table, rules::describe_text(set, options.describe_rule));
        print(table);
    }
    return Ok{};
}

}  // namespace sensor::app
