// SPDX-License-Identifier: Apache-2.0
// RuleSet: what rules files mean after loading: rules in order of evaluation with their typed
// conditions and output formats, and everything that was wrong on the way.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "lang/ast.hpp"
#include "lang/diagnostic.hpp"
#include "lang/output_format.hpp"
#include "lang/program.hpp"
#include "rules/schema_check.hpp"

namespace sensor::rules {

enum class Priority : std::uint8_t {
    Emergency,
    Alert,
    Critical,
    Error,
    Warning,
    Notice,
    Informational,
    Debug
};
std::string_view to_text(Priority priority) noexcept;  ///< "Warning", "Informational", ...
/// Case-insensitive whole word, "info" too. fails: false
bool parse_priority(std::string_view text, Priority& out) noexcept;
/// The beginning of a word, as rules files had it until 2018; the first priority that fits.
bool parse_priority_start(std::string_view text, Priority& out) noexcept;

/// What a condition is about, macros and lists replaced: sorted, each once. Made for listings
/// only (LoadOptions::describe).
struct ConditionDetails {
    std::vector<std::string> fields, operators, events;
};

/// A value of output_fields that is text made by a format.
struct ExtraFormat {
    std::string key;
    std::string text;  ///< as written
    lang::OutputFormat format;
};

/// One exception of a rule: what may be appended to it.
struct ExceptionInfo {
    std::string name;
    bool scalar = false;  ///< one field, values are a flat list
    std::vector<std::string> fields, comps;
    std::size_t values = 0;  ///< tuples there are
};

/// What an alert needs of its rule.
struct RunningRule {
    std::string name;
    std::string source = "syscall";
    std::vector<std::string> tags;  ///< sorted, unique
    Priority priority = Priority::Debug;
    bool capture = false;
    std::uint32_t capture_duration_ms = 0;
    lang::OutputFormat format;  ///< of the output with everything appended
    std::vector<ExtraFormat> extra_formats;
};

/// All that is known of a rule.
struct Rule : RunningRule {
    std::string description;
    std::string condition;           ///< as written, exceptions and appends included
    std::string condition_written;   ///< as written, appends included
    std::string condition_compiled;  ///< canonical text, macros and lists replaced
    std::string output;              ///< as written
    std::string output_compiled;     ///< with everything appended; what `format` was made from
    bool enabled = true;
    bool warn_evttypes = true;
    std::vector<std::string> macros, lists;  ///< named in the condition itself, sorted
    std::vector<std::string> exception_names;
    std::vector<std::string> exception_fields, exception_operators;  ///< sorted, unique
    std::vector<std::string> output_fields;  ///< named in the output, in its order
    ConditionDetails details;
    std::vector<ExceptionInfo> exceptions;
    std::string file;
    std::size_t line = 0;
    std::uint32_t condition_idx = 0;  ///< into program.conditions
    std::size_t definition = 0;       ///< its place among all rules, running or idle
    /// With LoadOptions::trees: macros and lists replaced; `offset` and `text` of a position
    /// are a byte of a file and the number of that file. Null if it could not be made.
    std::shared_ptr<const lang::Node> tree;
};

struct Selection {  ///< one entry of the config list `rules:`
    bool enable = true;
    std::string rule_pattern;  ///< name with * wildcards, empty: any
    std::string tag;           ///< empty: any
    /// Extended regular expression that matches somewhere in the name (-D), empty: any.
    std::string name_regex{};
};

/// Can this be a Selection's name_regex?
bool is_regex(const std::string& text);

/// In outputs of old rules; replaced by nothing.
inline constexpr std::string_view kContainerInfo = "%container.info";

struct ExtraField {
    std::string key;
    std::string format;  ///< the text it becomes; a bare field: the same as `key`
    bool bare = false;   ///< keeps the JSON type of the field
};

struct AppendOutput {  ///< one entry of the config list `append_output`
    std::string match_rule, match_source;
    std::vector<std::string> match_tags;
    std::string extra_output;
    bool suggested_output = false;
    std::vector<ExtraField> extra_fields{};
};

struct LoadOptions {
    Priority least = Priority::Debug;
    std::vector<Selection> selections;
    std::vector<AppendOutput> append_output;
    lang::StaticFields static_fields;  ///< static.NAME: its text
    bool describe = false;             ///< fill in what only listings need
    bool trees = false;                ///< for tools that judge conditions as they were written
};

/// What a macro or list became; for listings and explanations, not needed for running rules.
struct MacroInfo {
    std::string name;
    std::string condition;           ///< as written
    std::string condition_compiled;  ///< "" if it cannot be parsed
    ConditionDetails details;
    std::vector<std::string> macros, lists;  ///< named in it, sorted
    bool used = false;
    std::string file;
    std::size_t line = 0;
};

struct ListInfo {
    std::string name;
    std::vector<std::string> items;           ///< as written
    std::vector<std::string> items_compiled;  ///< lists among them replaced
    std::vector<std::string> lists;           ///< named in it, sorted
    bool used = false;
    std::string file;
    std::size_t line = 0;
};

struct EngineVersion {
    std::uint32_t major = 0, minor = 0, patch = 0;
    friend auto operator<=>(const EngineVersion&, const EngineVersion&) = default;
};

/// The version of the rules language spoken here.
inline constexpr EngineVersion kEngineVersion{0, 63, 0};

struct PluginRequirement {
    struct Choice {
        std::string name;
        EngineVersion version;
    };
    std::vector<Choice> choices;  ///< any one of them will do
    std::string file;
    std::size_t line = 0;
};

struct SourceFile {
    std::string name;
    std::string text;
};

struct RuleSet {
    lang::Program program;
    std::vector<Rule> rules;  ///< enabled rules in order of evaluation; rules[i].condition_idx == i
    std::vector<Rule> idle;   ///< disabled, less severe than asked for, or dropped; not in program
    std::vector<MacroInfo> macros;
    std::vector<ListInfo> lists;
    EngineVersion required_engine;  ///< the greatest one asked for
    std::vector<PluginRequirement> required_plugins;
    lang::Diagnostics diagnostics;
    std::vector<SchemaCheck> schema;  ///< by file
    bool ok() const { return !lang::has_errors(diagnostics); }
};

/// What of a rule set judges events and makes alerts; rules[i] is condition i of the program.
struct RunningRules {
    std::shared_ptr<const lang::Program> program;
    std::vector<RunningRule> rules;
};

/// A copy without what only listings and tools read: the sensor runs for weeks.
RunningRules running_rules(const RuleSet& set);

/// Loads files in the given order into one rule set; collects every problem of every file.
RuleSet load_rules(const std::vector<SourceFile>& files, const LoadOptions& options);

/// One condition as a rule set of its own: a rule without output, named like the file, at byte 0.
RuleSet load_condition(const SourceFile& condition, const LoadOptions& options);

/// Reads a file or, for a directory, its *.yaml and *.yml sorted by name.
Result<std::vector<SourceFile>> read_rules_path(const std::string& path);

}  // namespace sensor::rules
