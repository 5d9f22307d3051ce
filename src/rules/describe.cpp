// SPDX-License-Identifier: Apache-2.0
#include "rules/describe.hpp"

#include <algorithm>
#include <string_view>

#include "lang/similar.hpp"
#include "rules/details.hpp"
#include "rules/read.hpp"

namespace sensor::rules {
namespace {

using nlohmann::json;

constexpr std::size_t kNameWidth = 50;
constexpr std::size_t kLineWidth = 110;

std::vector<const Rule*> by_definition(const RuleSet& set) {
    std::vector<const Rule*> all;
    for (const Rule& rule : set.rules) all.push_back(&rule);
    for (const Rule& rule : set.idle) all.push_back(&rule);
    std::sort(all.begin(), all.end(),
              [](const Rule* a, const Rule* b) { return a->definition < b->definition; });
    return all;
}

Result<std::vector<const Rule*>> chosen(const RuleSet& set, const std::string& name) {
    std::vector<const Rule*> all = by_definition(set);
    if (name.empty()) return all;
    std::vector<std::string_view> names;
    for (const Rule* rule : all) {
        if (rule->name == name) return std::vector<const Rule*>{rule};
        names.push_back(rule->name);
    }
    const std::string hint = lang::did_you_mean(name, names);
    return Error("Unable to find rule '" + name + "'" + (hint.empty() ? "" : ": " + hint));
}

/// "name<blanks>description" with the description in a column of its own; each word with a blank.
std::string row(const std::string& name, std::string_view description) {
    const std::size_t indent = kNameWidth + 1;
    std::string text = name;
    text.resize(std::max(text.size(), kNameWidth), ' ');
    text += ' ';
    std::size_t used = 0;
    constexpr std::string_view kBlanks = " \t\r\n";
    for (std::size_t at = description.find_first_not_of(kBlanks); at != std::string_view::npos;) {
        const std::size_t end =
            std::min(description.find_first_of(kBlanks, at), description.size());
        const std::string_view word = description.substr(at, end - at);
        if (used != 0 && used + word.size() + 1 > kLineWidth - indent) {
            text += '\n';
            text.append(indent, ' ');
            used = 0;
        }
        text.append(word);
        text += ' ';
        used += word.size() + 1;
        at = description.find_first_not_of(kBlanks, end);
    }
    return text + '\n';
}

bool is_container_field(std::string_view name) {
    const std::string bare(name.substr(0, name.find('[')));
    const auto fields = all_fields();
    return std::any_of(fields.begin(), fields.end(), [&](const FieldInfo& field) {
        return field.text == bare &&
               (field.cls == FieldClass::CONTAINER || field.cls == FieldClass::K8S);
    });
}

/// Plugins that the peer would take the fields from.
json plugins_of(const Rule& rule) {
    const auto& in = rule.details.fields;
    const auto& out = rule.output_fields;
    const bool container = std::any_of(in.begin(), in.end(), is_container_field) ||
                           std::any_of(out.begin(), out.end(), is_container_field);
    return container ? json::array({"container"}) : json::array();
}

json sorted(std::vector<std::string> names) {
    sort_unique(names);
    return names;
}

json describe(const Rule& rule) {
    json info = {{"name", rule.name},
                 {"condition", rule.condition_written},
                 {"priority", to_text(rule.priority)},
                 {"output", rule.output},
                 {"description", rule.description},
                 {"enabled", rule.enabled},
                 {"source", rule.source},
                 {"capture", rule.capture},
                 {"capture_duration", rule.capture_duration_ms},
                 {"tags", rule.tags}};
    json details = {{"macros", rule.macros},
                    {"lists", rule.lists},
                    {"condition_operators", rule.details.operators},
                    {"condition_fields", rule.details.fields},
                    {"output_fields", rule.output_fields},
                    {"exception_names", sorted(rule.exception_names)},
                    {"exception_fields", rule.exception_fields},
                    {"exception_operators", rule.exception_operators},
                    {"events", rule.details.events},
                    {"condition_compiled", rule.condition_compiled},
                    {"output_compiled", rule.output_compiled},
                    {"plugins", plugins_of(rule)}};
    for (const ExtraFormat& extra : rule.extra_formats)
        details["extra_output_formatted_fields"][extra.key] = extra.text;
    return {{"info", std::move(info)}, {"details", std::move(details)}};
}

json describe(const MacroInfo& macro) {
    json details = {{"used", macro.used},
                    {"macros", macro.macros},
                    {"lists", macro.lists},
                    {"condition_operators", macro.details.operators},
                    {"condition_fields", macro.details.fields},
                    {"events", macro.details.events},
                    {"condition_compiled", macro.condition_compiled},
                    {"plugins", json::array()}};
    return {{"info", {{"name", macro.name}, {"condition", macro.condition}}},
            {"details", std::move(details)}};
}

json describe(const ListInfo& list) {
    json items = json::array();  // lists among them are told apart
    for (const std::string& item : list.items) {
        if (!std::binary_search(list.lists.begin(), list.lists.end(), item)) items.push_back(item);
    }
    json details = {{"used", list.used},
                    {"lists", sorted(list.lists)},
                    {"items_compiled", list.items_compiled},
                    {"plugins", json::array()}};
    return {{"info", {{"name", list.name}, {"items", std::move(items)}}},
            {"details", std::move(details)}};
}

json describe(const PluginRequirement::Choice& choice) {
    return {{"name", choice.name}, {"version", to_text(choice.version)}};
}

json describe(const PluginRequirement& requirement) {
    json object = describe(requirement.choices.front());
    object["alternatives"] = json::array();
    for (std::size_t k = 1; k < requirement.choices.size(); ++k)
        object["alternatives"].push_back(describe(requirement.choices[k]));
    return object;
}

template <typename T>
json describe_all(const std::vector<T>& all) {
    json array = json::array();
    for (const T& one : all) array.push_back(describe(one));
    return array;
}

}  // namespace

Result<std::string> describe_text(const RuleSet& set, const std::string& rule) {
    SENSOR_TRY(const std::vector<const Rule*> rules, chosen(set, rule));
    const std::string rule_head = "Rule";
    std::string text(rule_head + std::string(kNameWidth + 1 - rule_head.size(), ' '));
    text += "Description\n----" + std::string(kNameWidth + 1 - 4, ' ') + "-----------\n";
    for (const Rule* one : rules) text += row(one->name, one->description) + "\n";
    return text;
}

Result<json> describe_json(const RuleSet& set, const std::string& rule) {
    SENSOR_TRY(const std::vector<const Rule*> rules, chosen(set, rule));
    json object;
    object["rules"] = json::array();
    for (const Rule* one : rules) object["rules"].push_back(describe(*one));
    if (!rule.empty()) return object;
    object["required_engine_version"] = to_text(set.required_engine);
    object["required_plugin_versions"] = describe_all(set.required_plugins);
    object["macros"] = describe_all(set.macros);
    object["lists"] = describe_all(set.lists);
    return object;
}

}  // namespace sensor::rules
