// SPDX-License-Identifier: Apache-2.0
#include "config/print.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/shape.hpp"
#include "config/values.hpp"
#include "config/yaml_tree.hpp"

namespace sensor::config {
namespace {

using Json = nlohmann::ordered_json;

/// Lists that mean something else where they are not set than where they are empty.
bool has_no_value(const Key& key) { return key.type == Type::Texts && key.fallback.empty(); }

/// The settings as they are in force: what is set, and the fallbacks of all other keys, in the
/// order of the table. Keys that nothing reads come last.
Node in_force(const Node* set, const Shape& shape) {
    const bool leaf = shape.key != nullptr || set == nullptr;
    if (leaf && shape.keys.empty())
        return set != nullptr && set->kind != Node::Kind::Null ? *set : fallback_of(*shape.key);
    Node map;
    map.kind = Node::Kind::Map;
    for (const Shape& key : shape.keys) {
        const Entry* entry = set == nullptr ? nullptr : entry_of(*set, key.name);
        if (entry == nullptr && !is_current(key)) continue;
        if (entry == nullptr && key.key != nullptr && has_no_value(*key.key)) continue;
        map.entries.push_back({std::string(key.name), entry == nullptr ? Origin{} : entry->origin,
                               in_force(entry == nullptr ? nullptr : &entry->value, key)});
    }
    for (std::size_t k = 0; set != nullptr && k < set->entries.size(); ++k) {
        if (key_of(shape, set->entries[k].key) == nullptr) map.entries.push_back(set->entries[k]);
    }
    return map;
}

/// The same without the names of included files: what is in them is there already.
Node all_of(const Config& config, const Shape& shape) {
    Node all = in_force(&config.settings, shape);
    for (Entry& entry : all.entries) {
        if (entry.key != "config_files") continue;
        entry.value.kind = Node::Kind::List;
        entry.value.items.clear();
        entry.value.entries.clear();
    }
    return all;
}

/// Lines of YAML, a value and its origin on each.
class Printer {
public:
    void map(const Node& node, const std::string& indent) {
        for (const Entry& entry : node.entries)
            value(entry.value, indent + key_begin(entry.key, "\n" + indent), indent);
    }
    void comment(const std::string& text) { text_ += "# " + printable(text) + "\n"; }
    std::string take() { return std::move(text_); }

private:
    /// An option may hold any bytes; comments of YAML may not.
    static std::string printable(const std::string& origin) {
        const std::string escaped =
            nlohmann::json(origin).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        std::string text = nlohmann::json::parse(escaped).get<std::string>();
        std::replace_if(
            text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; },
            ' ');
        return text;
    }

    void value(const Node& node, const std::string& begin, const std::string& indent) {
        const bool empty = node.items.empty() && node.entries.empty();
        if (node.kind == Node::Kind::Map && !empty) {
            text_ += begin + "\n";
            map(node, indent + "  ");
        } else if (node.kind == Node::Kind::List && !empty) {
            text_ += begin + "\n";
            for (const Node& item : node.items) line(indent + "  - " + flow_text(item), item);
        } else {
            line(begin + " " + flow_text(node), node);
        }
    }

    void line(const std::string& text, const Node& node) {
        text_ += text + "  # " + printable(to_text(node.origin)) + "\n";
    }

    std::string text_;
};

Json scalar_json(const Node& node, const Key* key) {
    const Type type = key == nullptr ? Type::Text : key->type;
    if (const auto flag = parse_flag(node.text); type == Type::Flag && flag) return *flag;
    if (const auto number = parse_number(node.text); type == Type::Number && number) return *number;
    if (const auto real = parse_real(node.text); type == Type::Real && real) return *real;
    return node.text;
}

/// The value as JSON; the origins of its parts are added to `origins`.
Json to_json(const Node& node, const Shape* shape, const std::string& path, Json& origins) {
    const bool branch = !node.items.empty() || !node.entries.empty();
    if (!branch) origins[path] = to_text(node.origin);
    const auto below = [&](const std::string& name) {
        return path.empty() ? name : path + "." + name;
    };
    Json json = nullptr;
    if (node.kind == Node::Kind::Text)
        return scalar_json(node, shape == nullptr ? nullptr : shape->key);
    if (node.kind == Node::Kind::Map) json = Json::object();
    if (node.kind == Node::Kind::List) json = Json::array();
    for (const Entry& entry : node.entries) {
        const Shape* key = shape == nullptr ? nullptr : key_of(*shape, entry.key);
        json[entry.key] = to_json(entry.value, key, below(entry.key), origins);
    }
    const Shape* item = shape == nullptr || shape->item.empty() ? nullptr : &shape->item.front();
    for (std::size_t k = 0; k < node.items.size(); ++k)
        json.push_back(to_json(node.items[k], item, format("{}[{}]", path, k), origins));
    return json;
}

}  // namespace

std::string print_text(const Config& config) {
    Printer printer;
    for (const LoadedFile& file : config.files) printer.comment(file.path);
    printer.map(all_of(config, make_shape()), "");
    return printer.take();
}

Json print_json(const Config& config) {
    const Shape shape = make_shape();
    Json origins = Json::object();
    Json whole;
    whole["config"] = to_json(all_of(config, shape), &shape, "", origins);
    whole["origins"] = std::move(origins);
    whole["files"] = Json::array();
    for (const LoadedFile& file : config.files) whole["files"].push_back(file.path);
    return whole;
}

}  // namespace sensor::config
