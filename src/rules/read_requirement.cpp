// SPDX-License-Identifier: Apache-2.0
// required_engine_version and required_plugin_versions.
#include <charconv>
#include <unordered_set>

#include "rules/codes.hpp"
#include "rules/read.hpp"

namespace sensor::rules {
namespace {

bool take_number(std::string_view& text, std::uint32_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

bool take_dot(std::string_view& text) {
    if (!text.starts_with('.')) return false;
    text.remove_prefix(1);
    return true;
}

/// One {name, version}. fails: nullopt, reported
std::optional<PluginRequirement::Choice> read_choice(const YAML::Node& node, const Item& parent) {
    if (!node.IsMap()) {
        parent.fail(parent.origin(node), "a plugin is required by a map with 'name' and 'version'",
                    "begin it with '- name:'");
        return std::nullopt;
    }
    const Item item(node, parent.file(), parent.reporter());
    const std::optional<Sourced> name = item.required_text("name");
    const std::optional<Sourced> version = item.required_text("version");
    if (!name || !version) return std::nullopt;
    PluginRequirement::Choice choice{name->text, {}};
    if (!parse_version(version->text, false, choice.version)) {
        parent.reporter().error(
            code::kValidate, version->at(0),
            "'" + version->text + "' is not a version of the plugin '" + name->text + "'",
            "write x.y.z, such as 0.4.0");
        return std::nullopt;
    }
    return choice;
}

}  // namespace

bool parse_version(std::string_view text, bool plain_number, EngineVersion& version) {
    EngineVersion parsed;
    if (!take_number(text, parsed.major)) return false;
    if (text.empty() && plain_number) {
        version = {0, parsed.major, 0};
        return true;
    }
    if (!take_dot(text) || !take_number(text, parsed.minor) || !take_dot(text) ||
        !take_number(text, parsed.patch))
        return false;
    if (!text.empty() && text[0] != '-' && text[0] != '+') return false;
    version = parsed;
    return true;
}

std::string to_text(const EngineVersion& version) {
    return std::to_string(version.major) + "." + std::to_string(version.minor) + "." +
           std::to_string(version.patch);
}

void read_engine_version(const Item& item, Library& library) {
    const Reporter::Scope scope(item.reporter(), "required_engine_version", "", item.at());
    const std::optional<Sourced> text = item.required_text("required_engine_version");
    if (!text) return;
    library.versioned_files.insert(item.file());
    EngineVersion version;
    if (!parse_version(text->text, true, version)) {
        item.fail(text->at(0), "'" + text->text + "' is not an engine version",
                  "write x.y.z, such as 0.57.0");
        return;
    }
    if (version.major != kEngineVersion.major || version > kEngineVersion) {
        item.reporter().error(code::kValidate, text->at(0),
                              "the rules require engine version " + to_text(version),
                              "the engine here has version " + to_text(kEngineVersion));
        return;
    }
    if (version > library.required_engine) library.required_engine = version;
}

void read_plugin_versions(const Item& item, Library& library) {
    const Reporter::Scope scope(item.reporter(), "required plugin versions", "", item.at());
    const YAML::Node all = item.get("required_plugin_versions");
    if (!all.IsSequence()) {
        item.fail(item.origin(all), "the value of key 'required_plugin_versions' is not a list",
                  "begin every entry with '- name:'");
        return;
    }
    for (const YAML::Node& node : all) {
        const Reporter::Scope entry(item.reporter(), "required plugin versions entry", "",
                                    item.origin(node));
        PluginPlace requirement;
        std::optional<PluginRequirement::Choice> first = read_choice(node, item);
        if (!first) continue;
        requirement.at = item.origin(node["name"]);
        requirement.choices.push_back(*std::move(first));
        const lang::Position position = item.reporter().files().position(item.origin(node));
        requirement.file = position.file;
        requirement.line = position.line;
        const YAML::Node alternatives =
            Item(node, item.file(), item.reporter()).get("alternatives");
        bool ok = true;
        std::unordered_set<std::string> names{requirement.choices.front().name};
        if (alternatives.IsDefined() && !alternatives.IsNull() && !alternatives.IsSequence()) {
            ok = item.fail(item.origin(alternatives),
                           "the value of key 'alternatives' is not a list",
                           "begin every entry with '- name:'");
        }
        for (const YAML::Node& alternative :
             ok&& alternatives.IsDefined() ? alternatives : YAML::Node()) {
            std::optional<PluginRequirement::Choice> choice = read_choice(alternative, item);
            if (choice && !names.insert(choice->name).second) {
                item.reporter().error(
                    code::kValidate, item.origin(alternative),
                    "the plugin '" + choice->name + "' is named twice in one requirement");
                choice.reset();
            }
            ok = ok && choice.has_value();
            if (choice) requirement.choices.push_back(*std::move(choice));
        }
        if (ok) library.required_plugins.push_back(std::move(requirement));
    }
}

}  // namespace sensor::rules
