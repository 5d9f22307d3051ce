// SPDX-License-Identifier: Apache-2.0
#include "rules/schema_check.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

namespace sensor::rules {
namespace {

enum class Type : std::uint8_t { Any, Text, Flag, Number, List, Map };

struct Property;
/// What a value must be. `items`: of a List; `keys`: of a Map that takes no others.
struct Schema {
    Type type = Type::Any;
    std::span<const std::string_view> words{};  ///< of a Text: one of these, if any are named
    const Schema* items = nullptr;
    std::span<const Property> keys{};
    std::span<const std::string_view> required{};
};
struct Property {
    std::string_view name;
    const Schema* schema;
};

constexpr std::string_view kPriorities[] = {"EMERGENCY", "ALERT",         "CRITICAL",
                                            "ERROR",     "WARNING",       "NOTICE",
                                            "INFO",      "INFORMATIONAL", "DEBUG"};
constexpr std::string_view kOperations[] = {"append", "replace"};
constexpr std::string_view kName[] = {"name"};
constexpr std::string_view kNameAndVersion[] = {"name", "version"};

constexpr Schema kAny{};
constexpr Schema kText{Type::Text};
constexpr Schema kFlag{Type::Flag};
constexpr Schema kNumber{Type::Number};
constexpr Schema kTexts{.type = Type::List, .items = &kText};
constexpr Schema kPriority{.type = Type::Text, .words = kPriorities};
constexpr Schema kOperation{.type = Type::Text, .words = kOperations};

constexpr Property kExceptionKeys[] = {
    {"comps", &kAny}, {"fields", &kAny}, {"name", &kText}, {"values", &kAny}};
constexpr Schema kException{.type = Type::Map, .keys = kExceptionKeys, .required = kName};
constexpr Schema kExceptions{.type = Type::List, .items = &kException};

constexpr Property kAlternativeKeys[] = {{"name", &kText}, {"version", &kText}};
constexpr Schema kAlternative{
    .type = Type::Map, .keys = kAlternativeKeys, .required = kNameAndVersion};
constexpr Schema kAlternatives{.type = Type::List, .items = &kAlternative};
constexpr Property kPluginKeys[] = {
    {"alternatives", &kAlternatives}, {"name", &kText}, {"version", &kText}};
constexpr Schema kPlugin{.type = Type::Map, .keys = kPluginKeys, .required = kNameAndVersion};
constexpr Schema kPlugins{.type = Type::List, .items = &kPlugin};

constexpr Property kOverrideKeys[] = {
    {"capture", &kOperation},   {"capture_duration", &kOperation},
    {"condition", &kOperation}, {"desc", &kOperation},
    {"enabled", &kOperation},   {"exceptions", &kOperation},
    {"items", &kOperation},     {"output", &kOperation},
    {"priority", &kOperation},  {"skip-if-unknown-filter", &kOperation},
    {"tags", &kOperation},      {"warn_evttypes", &kOperation}};
constexpr Schema kOverride{.type = Type::Map, .keys = kOverrideKeys};

// One flat type for items of all kinds: a key of another kind passes.
constexpr Property kItemKeys[] = {{"append", &kFlag},
                                  {"capture", &kFlag},
                                  {"capture_duration", &kNumber},
                                  {"condition", &kText},
                                  {"desc", &kText},
                                  {"enabled", &kFlag},
                                  {"exceptions", &kExceptions},
                                  {"items", &kTexts},
                                  {"list", &kText},
                                  {"macro", &kText},
                                  {"output", &kText},
                                  {"override", &kOverride},
                                  {"priority", &kPriority},
                                  {"required_engine_version", &kText},
                                  {"required_plugin_versions", &kPlugins},
                                  {"rule", &kText},
                                  {"skip-if-unknown-filter", &kFlag},
                                  {"source", &kText},
                                  {"tags", &kTexts},
                                  {"warn_evttypes", &kFlag}};
constexpr Schema kItem{.type = Type::Map, .keys = kItemKeys};
constexpr Schema kRoot{.type = Type::List, .items = &kItem};

bool is_flag(const YAML::Node& node) {
    bool ignored = false;
    const bool quoted = node.Tag() == "!";
    return node.IsScalar() && !quoted && YAML::convert<bool>::decode(node, ignored);
}

bool is_number(const YAML::Node& node) {
    if (!node.IsScalar() || node.Scalar().empty()) return false;
    const std::string& text = node.Scalar();
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool has_type(const YAML::Node& node, Type type) {
    switch (type) {
        case Type::Any: return true;
        case Type::Text: return node.IsScalar();
        case Type::Flag: return is_flag(node);
        case Type::Number: return is_number(node);
        case Type::List: return node.IsSequence();
        case Type::Map: return node.IsMap();
    }
    return false;
}

class Checker {
public:
    explicit Checker(std::vector<std::string>& warnings) : warnings_(warnings) {}

    /// out: false if something was wrong, said
    bool check(const YAML::Node& node, const Schema& schema, const std::string& path) {
        if (!has_type(node, schema.type))
            return fail(path, "Value type not permitted by 'type' constraint.");
        switch (schema.type) {
            case Type::Text: return check_word(node, schema, path);
            case Type::List: return check_list(node, schema, path);
            case Type::Map: return check_map(node, schema, path);
            default: return true;
        }
    }

private:
    bool fail(const std::string& path, const std::string& what) {
        warnings_.push_back("failed for " + path + ": " + what);
        return false;
    }

    bool check_word(const YAML::Node& node, const Schema& schema, const std::string& path) {
        const auto& words = schema.words;
        if (words.empty() || std::find(words.begin(), words.end(), node.Scalar()) != words.end())
            return true;
        return fail(path, "Failed to match against any enum values.");
    }

    bool check_list(const YAML::Node& node, const Schema& schema, const std::string& path) {
        bool ok = true;
        std::size_t k = 0;
        for (const YAML::Node& item : node) {
            const std::string number = std::to_string(k++);
            std::string below = path;
            below += "[" + number + "]";
            if (!check(item, *schema.items, below))
                ok = fail(path, "Failed to validate item #" + number + " in array.");
        }
        return ok;
    }

    bool check_map(const YAML::Node& node, const Schema& schema, const std::string& path) {
        bool ok = true;
        for (const Property& key : schema.keys) {
            const std::string name(key.name);
            const YAML::Node value = node[name];
            std::string below = path;
            below += "[" + name + "]";
            if (!value.IsDefined() || check(value, *key.schema, below)) continue;
            ok = fail(path, "Failed to validate against schema associated with property name '" +
                                name + "'.");
        }
        return check_names(node, schema, path) && ok;
    }

    /// Keys there must be, and keys there must not be.
    bool check_names(const YAML::Node& node, const Schema& schema, const std::string& path) {
        bool ok = true;
        std::string unknown;
        for (const auto& pair : node) {
            const std::string name = pair.first.IsScalar() ? pair.first.Scalar() : std::string("?");
            const bool known = std::any_of(schema.keys.begin(), schema.keys.end(),
                                           [&](const Property& key) { return key.name == name; });
            if (!known) unknown += (unknown.empty() ? "'" : ", '") + name + "'";
        }
        if (!unknown.empty()) {
            ok = fail(path,
                      "Object contains a property that could not be validated using 'properties' "
                      "or 'additionalProperties' constraints: " +
                          unknown + ".");
        }
        for (const std::string_view name : schema.required) {
            if (!node[std::string(name)].IsDefined())
                ok = fail(path, "Missing required property '" + std::string(name) + "'.");
        }
        return ok;
    }

    std::vector<std::string>& warnings_;
};

using nlohmann::json;

json type_json(Type type) {
    switch (type) {
        case Type::Text: return {"string", "number", "boolean"};  // whatever stands unquoted
        case Type::Flag: return "boolean";
        case Type::Number: return "integer";
        case Type::List: return "array";
        default: return "object";
    }
}

json to_json(const Schema& schema) {
    if (schema.type == Type::Any) return json::object();
    if (!schema.words.empty()) return {{"type", "string"}, {"enum", schema.words}};
    json out = {{"type", type_json(schema.type)}};
    if (schema.items != nullptr) out["items"] = to_json(*schema.items);
    if (schema.type != Type::Map) return out;
    out["additionalProperties"] = false;
    for (const Property& key : schema.keys)
        out["properties"][std::string(key.name)] = to_json(*key.schema);
    if (!schema.required.empty()) out["required"] = schema.required;
    return out;
}

}  // namespace

std::string rules_schema() {
    json whole = to_json(kRoot);
    whole["$schema"] = "http://json-schema.org/draft-06/schema#";
    return whole.dump(2) + "\n";
}

std::string to_text(const SchemaCheck& check) {
    if (check.status == SchemaCheck::Status::None) return "none";
    return check.warnings.empty() ? "ok" : check.warnings.front();
}

void check_schema(const YAML::Node& document, SchemaCheck& check) {
    if (!document.IsDefined() || document.IsNull()) return;
    if (!Checker(check.warnings).check(document, kRoot, "<root>"))
        check.status = SchemaCheck::Status::Failed;
}

}  // namespace sensor::rules
