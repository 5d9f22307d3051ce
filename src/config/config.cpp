// SPDX-License-Identifier: Apache-2.0
#include "config/config.hpp"

#include <filesystem>

#include "config/append_output.hpp"
#include "config/check.hpp"
#include "config/draft.hpp"
#include "config/include.hpp"
#include "config/merge.hpp"
#include "config/old_keys.hpp"
#include "config/override.hpp"
#include "config/plugins.hpp"

namespace sensor::config {
namespace {

// Included files may come from the command line: these count before the others.
bool is_about_files(const std::string& option) { return option.starts_with("config_files"); }

void apply_overrides(Node& root, const std::vector<std::string>& overrides) {
    for (const std::string& option : overrides) {
        if (!is_about_files(option)) apply_override(root, option);
    }
}

void apply_flag(Node& root, const FlagSetting& flag) {
    const Origin origin{Origin::Kind::Option, flag.option, 0, 0, {}};
    Node value;
    value.origin = origin;
    value.kind = Node::Kind::List;
    for (const std::string& text : flag.texts) value.items.push_back(text_node(text, origin));
    if (!flag.list) value = Node(value.items.at(0));
    put(root, flag.path, std::move(value));
}

/// The second half of loading: a tree becomes settings.
Config read_settings(Node root, const std::vector<FlagSetting>& flags, Config config) {
    Draft draft;
    draft.c = std::move(config);
    replace_old_keys(root, draft.c.notes);
    for (const FlagSetting& flag : flags) apply_flag(root, flag);
    note_unknown_keys(root, draft.c.notes);
    read_keys(root, draft);
    read_selections(root, draft.c);
    read_static_fields(root, draft.c);
    read_append_output(root, draft.c);
    read_plugins(root, draft.c);
    finish(root, draft);
    draft.c.settings = std::move(root);
    return std::move(draft.c);
}

void add_notes(const Config& config, Note::Kind kind, std::string& text) {
    for (const Note& note : config.notes) {
        if (note.kind == kind) text += "\n   " + note.text;
    }
}

}  // namespace

Node merge_settings(const std::string& path, const std::vector<std::string>& overrides,
                    Config& config) {
    std::error_code failed;
    config.file = path;
    if (path.empty() && std::filesystem::exists(kDefaultFile, failed)) config.file = kDefaultFile;
    Node root;
    root.kind = Node::Kind::Map;
    if (config.file.empty()) {
        const Origin none;
        put(root, "stdout_output.enabled", text_node("true", none));
    } else {
        root = read_settings_file(config.file, true, config);
    }
    for (const std::string& option : overrides) {
        if (is_about_files(option)) apply_override(root, option);
    }
    merge_included(root, config.file, config);
    apply_overrides(root, overrides);
    return root;
}

Result<Config> load_config(const std::string& path, const std::vector<std::string>& overrides,
                           const std::vector<FlagSetting>& flags) {
    try {
        Config config;
        Node root = merge_settings(path, overrides, config);
        return read_settings(std::move(root), flags, std::move(config));
    } catch (const BadSetting& bad) {
        return Error(bad.text);
    }
}

Result<Config> load_config_text(const std::string& name, const std::string& text,
                                const std::vector<std::string>& overrides) {
    try {
        Config config;
        config.file = name;
        Node root = read_settings_text(name, text, true, config);
        apply_overrides(root, overrides);
        return read_settings(std::move(root), {}, std::move(config));
    } catch (const BadSetting& bad) {
        return Error(bad.text);
    }
}

Result<> check_strict(const Config& config) {
    std::string text;
    add_notes(config, Note::Kind::UnknownKey, text);
    add_notes(config, Note::Kind::Plugin, text);
    for (const LoadedFile& file : config.files) {
        if (file.schema.status == rules::SchemaCheck::Status::Failed)
            text += "\n   " + file.path + ": schema validation " + to_text(file.schema);
    }
    if (text.empty()) return Ok{};
    return Error("with --strict the configuration must have none of these:" + text);
}

Result<> check_runnable(const Config& config) {
    const metrics::MetricsOptions& metrics = config.metrics;
    if (!metrics.enabled || metrics.output_rule || !metrics.output_file.empty() ||
        metrics.prometheus)
        return Ok{};
    return Error(
        "metrics are enabled, but go nowhere: set metrics.output_rule, metrics.output_file or "
        "webserver.prometheus_metrics_enabled");
}

}  // namespace sensor::config
