// SPDX-License-Identifier: Apache-2.0
#include "config/schema.hpp"

#include <cctype>
#include <nlohmann/json.hpp>
#include <string>

#include "config/shape.hpp"
#include "config/values.hpp"

namespace sensor::config {
namespace {

using Json = nlohmann::ordered_json;

/// "engine.modern_ebpf" is EngineModernEbpf.
std::string title_of(std::string_view path) {
    std::string title;
    bool begins = true;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0) title += begins ? static_cast<char>(std::toupper(byte)) : c;
        begins = std::isalnum(byte) == 0;
    }
    return path.empty() ? "FalcoConfig" : title;
}

class SchemaWriter {
public:
    /// A reference to the definition of a map, which is made.
    Json map(const Shape& shape) {
        Json properties = Json::object();
        for (const Shape& key : shape.keys) {
            if (is_current(key)) properties[std::string(key.name)] = value(key);
        }
        Json made;
        made["type"] = "object";
        made["additionalProperties"] = false;
        made["properties"] = std::move(properties);
        if (!shape.path.empty()) made["minProperties"] = 1;
        const std::string_view required = shape.section == nullptr ? "" : shape.section->required;
        for (std::size_t at = 0; at < required.size();) {
            const std::size_t end = std::min(required.find(' ', at), required.size());
            made["required"].push_back(required.substr(at, end - at));
            at = end + 1;
        }
        std::string title = title_of(shape.path);
        if (!shape.item.empty() || shape.path.ends_with("[]")) title += "Entry";
        made["title"] = title;
        definitions_[title] = std::move(made);
        return Json{{"$ref", "#/definitions/" + title}};
    }

    Json take() { return std::move(definitions_); }

private:
    Json value(const Shape& shape) {
        if (shape.key == nullptr) return map(shape);
        Json made = scalar(*shape.key);
        if (!shape.item.empty()) made["items"] = value_of_item(shape.item.front());
        if (!shape.key->meaning.empty()) made["description"] = shape.key->meaning;
        return made;
    }

    Json value_of_item(const Shape& item) {
        if (item.key == nullptr) return map(item);
        Json made;
        made["anyOf"] = {map(item), scalar(*item.key)};
        return made;
    }

    static Json scalar(const Key& key) {
        Json made;
        switch (key.type) {
            case Type::Flag: made["type"] = "boolean"; break;
            case Type::Number:
            case Type::Real: return number(key);
            case Type::Text:
            case Type::Level:
            case Type::Span: made["type"] = "string"; break;
            case Type::Word:
                made["type"] = "string";
                for (const std::string_view word : words_of(key).words)
                    made["enum"].push_back(word);
                break;
            case Type::Texts:
                made["type"] = "array";
                made["items"] = {{"type", "string"}};
                break;
            case Type::TextMap:
                made["type"] = "object";
                made["additionalProperties"] = {{"type", "string"}};
                break;
            case Type::List: made["type"] = "array"; break;
            case Type::Any: made = Json::object(); break;
        }
        return made;
    }

    static Json number(const Key& key) {
        const Range range = range_of(key);
        const bool whole = key.type == Type::Number;
        const auto bound = [&](double value) {
            return whole ? Json(static_cast<std::uint64_t>(value)) : Json(value);
        };
        Json made;
        made["type"] = whole ? "integer" : "number";
        made["minimum"] = bound(range.least);
        if (range.bounded_above) made["maximum"] = bound(range.most);
        return made;
    }

    Json definitions_ = Json::object();
};

}  // namespace

Json config_schema() {
    SchemaWriter writer;
    Json whole;
    whole["$schema"] = "http://json-schema.org/draft-06/schema#";
    whole.update(writer.map(make_shape()));
    whole["definitions"] = writer.take();
    return whole;
}

}  // namespace sensor::config
