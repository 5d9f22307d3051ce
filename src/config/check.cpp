// SPDX-License-Identifier: Apache-2.0
#include "config/check.hpp"

#include <algorithm>

#include "config/shape.hpp"
#include "config/values.hpp"
#include "lang/similar.hpp"

namespace sensor::config {
namespace {

bool has_only_texts(const Node& node) {
    const auto is_text = [](const Node& item) { return item.kind == Node::Kind::Text; };
    return std::all_of(node.items.begin(), node.items.end(), is_text) &&
           std::all_of(node.entries.begin(), node.entries.end(),
                       [&](const Entry& entry) { return is_text(entry.value); });
}

bool has_type(const Node& node, const Key& key) {
    const bool text = node.kind == Node::Kind::Text;
    switch (key.type) {
        case Type::Flag: return text && parse_flag(node.text).has_value();
        case Type::Number: return text && parse_number(node.text).has_value();
        case Type::Real: return text && parse_real(node.text).has_value();
        case Type::Text:
        case Type::Word:
        case Type::Level:
        case Type::Span: return text;
        case Type::Texts: return node.kind == Node::Kind::List && has_only_texts(node);
        case Type::TextMap: return node.kind == Node::Kind::Map && has_only_texts(node);
        case Type::List: return node.kind == Node::Kind::List;
        case Type::Any: return true;
    }
    return false;
}

class SchemaChecker {
public:
    explicit SchemaChecker(std::vector<std::string>& warnings) : warnings_(warnings) {}

    /// out: false if something was wrong, said
    bool check(const Node& node, const Shape& shape, const std::string& path) {
        const bool map = !shape.keys.empty();
        if (map && node.kind == Node::Kind::Map) return check_map(node, shape, path);
        if (shape.key == nullptr || !has_type(node, *shape.key))
            return fail(path, "Value type not permitted by 'type' constraint.");
        if (shape.key->type == Type::Word) return check_word(node, *shape.key, path);
        return shape.item.empty() || check_items(node, shape.item.front(), path);
    }

private:
    bool fail(const std::string& path, const std::string& what) {
        warnings_.push_back("failed for " + path + ": " + what);
        return false;
    }

    bool check_word(const Node& node, const Key& key, const std::string& path) {
        const std::vector<std::string_view> words = words_of(key).words;
        if (std::find(words.begin(), words.end(), node.text) != words.end()) return true;
        return fail(path, "Failed to match against any enum values.");
    }

    bool check_items(const Node& list, const Shape& item, const std::string& path) {
        bool ok = true;
        for (std::size_t k = 0; k < list.items.size(); ++k) {
            if (check(list.items[k], item, format("{}[{}]", path, k))) continue;
            ok = fail(path, format("Failed to validate item #{} in array.", k));
        }
        return ok;
    }

    bool check_map(const Node& map, const Shape& shape, const std::string& path) {
        bool ok = true;
        std::string unknown;
        for (const Entry& entry : map.entries) {
            const Shape* known = key_of(shape, entry.key);
            if (known == nullptr || !is_current(*known)) {
                unknown += (unknown.empty() ? "'" : ", '") + entry.key + "'";
            } else if (!check(entry.value, *known, path + "[" + entry.key + "]")) {
                ok = fail(path, format("Failed to validate against schema associated with property "
                                       "name '{}'.",
                                       entry.key));
            }
        }
        if (!unknown.empty()) {
            ok = fail(path, format("Object contains a property that could not be validated using "
                                   "'properties' or 'additionalProperties' constraints: {}.",
                                   unknown));
        }
        return check_required(map, shape, path) && ok;
    }

    bool check_required(const Node& map, const Shape& shape, const std::string& path) {
        bool ok = true;
        std::string_view rest = shape.section == nullptr ? "" : shape.section->required;
        while (!rest.empty()) {
            const std::string_view name = rest.substr(0, rest.find(' '));
            rest.remove_prefix(std::min(rest.size(), name.size() + 1));
            if (child(map, name) == nullptr)
                ok = fail(path, format("Missing required property '{}'.", name));
        }
        if (map.entries.empty() && !shape.path.empty())
            ok = fail(path, "Object should have at least one property.");
        return ok;
    }

    std::vector<std::string>& warnings_;
};

class UnknownKeys {
public:
    explicit UnknownKeys(std::vector<Note>& notes) : notes_(notes) {}

    void look(const Node& node, const Shape& shape) {
        for (std::size_t k = 0; !shape.item.empty() && k < node.items.size(); ++k)
            look(node.items[k], shape.item.front());
        if (shape.keys.empty()) return;
        const bool other = shape.key != nullptr || node.kind == Node::Kind::Null;
        if (node.kind != Node::Kind::Map && !other)
            refuse(node.origin, format("{} must be a map of settings", shape.path));
        for (const Entry& entry : node.entries) {
            if (const Shape* known = key_of(shape, entry.key)) {
                look(entry.value, *known);
            } else {
                note(entry, shape);
            }
        }
    }

private:
    void note(const Entry& entry, const Shape& shape) {
        std::vector<std::string_view> names;
        for (const Shape& key : shape.keys) {
            if (is_current(key)) names.push_back(key.name);
        }
        std::string hint = hint_for(entry.key, names);
        if (hint.empty()) hint = elsewhere(entry.key);
        const std::string path =
            shape.path.empty() ? entry.key : format("{}.{}", shape.path, entry.key);
        notes_.push_back(
            {Note::Kind::UnknownKey, format("{}: there is no key '{}', nothing reads it{}",
                                            to_text(entry.origin), path, hint)});
    }

    /// Keys of this name in other sections.
    static std::string elsewhere(std::string_view name) {
        std::vector<std::string_view> found;
        for (const Key& key : keys()) {
            const std::string_view last = key.path.substr(key.path.rfind('.') + 1);
            if (last == name && key.standing != Standing::Old && found.size() < 3)
                found.push_back(key.path);
        }
        const std::string hint = lang::did_you_mean(found);
        return hint.empty() ? hint : "; " + hint;
    }

    std::vector<Note>& notes_;
};

}  // namespace

std::string hint_for(std::string_view name, const std::vector<std::string_view>& known) {
    const std::string hint = lang::did_you_mean(name, known);
    return hint.empty() ? hint : "; " + hint;
}

rules::SchemaCheck check_schema(const Node& root) {
    rules::SchemaCheck check;
    check.status = rules::SchemaCheck::Status::Ok;
    if (!SchemaChecker(check.warnings).check(root, make_shape(), "<root>"))
        check.status = rules::SchemaCheck::Status::Failed;
    return check;
}

void note_unknown_keys(const Node& root, std::vector<Note>& notes) {
    UnknownKeys(notes).look(root, make_shape());
}

}  // namespace sensor::config
