// SPDX-License-Identifier: Apache-2.0
#include "config/tree.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace sensor::config {

std::string to_text(const Origin& origin) {
    std::string text = "default";
    if (origin.kind == Origin::Kind::File)
        text = format("{}:{}:{}", origin.source, origin.line, origin.column);
    if (origin.kind == Origin::Kind::Option) text = origin.source;
    if (!origin.variables.empty()) text += " (environment: " + origin.variables + ")";
    return text;
}

Node text_node(std::string text, Origin origin) {
    Node node;
    node.kind = Node::Kind::Text;
    node.text = std::move(text);
    node.origin = std::move(origin);
    return node;
}

const Entry* entry_of(const Node& node, std::string_view key) noexcept {
    const auto found = std::find_if(node.entries.begin(), node.entries.end(),
                                    [&](const Entry& entry) { return entry.key == key; });
    return found == node.entries.end() ? nullptr : &*found;
}

Entry* entry_of(Node& node, std::string_view key) noexcept {
    return const_cast<Entry*>(entry_of(static_cast<const Node&>(node), key));
}

const Node* child(const Node& node, std::string_view key) noexcept {
    const Entry* entry = entry_of(node, key);
    return entry == nullptr ? nullptr : &entry->value;
}

const Entry* entry_at(const Node& root, std::string_view path) noexcept {
    const Node* node = &root;
    for (;;) {
        const std::size_t dot = path.find('.');
        const Entry* entry = entry_of(*node, path.substr(0, dot));
        if (entry == nullptr || entry->value.kind == Node::Kind::Null) return nullptr;
        if (dot == std::string_view::npos) return entry;
        node = &entry->value;
        path = path.substr(dot + 1);
    }
}

const Node* at(const Node& root, std::string_view path) noexcept {
    const Entry* entry = entry_at(root, path);
    return entry == nullptr ? nullptr : &entry->value;
}

Node& make_child(Node& map, std::string_view key, const Origin& origin) {
    if (map.kind == Node::Kind::Null) map.kind = Node::Kind::Map;
    if (Entry* entry = entry_of(map, key)) return entry->value;
    Entry& entry = map.entries.emplace_back(Entry{std::string(key), origin, {}});
    entry.value.origin = origin;
    return entry.value;
}

void put(Node& root, std::string_view path, Node value) {
    Node* node = &root;
    for (;;) {
        if (node->kind != Node::Kind::Map) *node = Node{Node::Kind::Map, {}, {}, {}, value.origin};
        const std::size_t dot = path.find('.');
        node = &make_child(*node, path.substr(0, dot), value.origin);
        if (dot == std::string_view::npos) break;
        path = path.substr(dot + 1);
    }
    *node = std::move(value);
}

bool take_out(Node& root, std::string_view path) {
    const std::size_t dot = path.find('.');
    Entry* entry = entry_of(root, path.substr(0, dot));
    if (entry == nullptr) return false;
    if (dot != std::string_view::npos) {
        if (!take_out(entry->value, path.substr(dot + 1))) return false;
        if (!entry->value.entries.empty()) return true;
    }
    root.entries.erase(root.entries.begin() + (entry - root.entries.data()));
    return true;
}

void refuse(const Origin& origin, const std::string& what) {
    throw BadSetting{origin.kind == Origin::Kind::Default && origin.variables.empty()
                         ? what
                         : to_text(origin) + ": " + what};
}

}  // namespace sensor::config
