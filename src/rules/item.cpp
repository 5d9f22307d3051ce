// SPDX-License-Identifier: Apache-2.0
#include "rules/item.hpp"

#include <algorithm>
#include <charconv>

#include "lang/similar.hpp"
#include "rules/codes.hpp"

namespace sensor::rules {

Origin Item::origin(const YAML::Node& node) const {
    return reporter_.files().origin(file_, node.IsDefined() ? node.Mark().pos : 0);
}

YAML::Node Item::get(const char* key) const {
    // The first of equal keys counts.
    const YAML::Node& map = node_;
    return map[key];
}

bool Item::fail_value(const char* key, const YAML::Node& value, std::string message) const {
    const Reporter::Scope scope(reporter_, "value for", key, origin(value));
    return fail(origin(value), std::move(message));
}

bool Item::fail(Origin at, std::string message, std::string hint) const {
    reporter_.error(code::kYamlValidate, at, std::move(message), std::move(hint));
    return false;
}

Sourced Item::scalar(const YAML::Node& node) const {
    return reporter_.files().trace(file_, node.Mark().pos, node.Scalar());
}

std::optional<Sourced> Item::required_text(const char* key) const {
    const YAML::Node value = get(key);
    if (!value.IsDefined()) {
        fail(at(), "Item has no mapping for key '" + std::string(key) + "'");
        return std::nullopt;
    }
    if (value.IsNull() || (value.IsScalar() && value.Scalar().empty())) {
        fail_value(key, value, "Mapping for key '" + std::string(key) + "' is empty");
        return std::nullopt;
    }
    if (!value.IsScalar()) {
        fail_value(key, value, "Value of key '" + std::string(key) + "' is not a scalar value");
        return std::nullopt;
    }
    return scalar(value);
}

std::optional<Sourced> Item::name(const char* kind) const {
    const Reporter::Scope scope(reporter_, kind, "", at());
    return required_text(kind);
}

std::optional<Sourced> Item::text(const char* key, bool& ok) const {
    const YAML::Node value = get(key);
    if (!value.IsDefined() || value.IsNull()) return std::nullopt;
    if (!value.IsScalar()) {
        ok =
            fail_value(key, value, "Value of key '" + std::string(key) + "' is not a scalar value");
        return std::nullopt;
    }
    return scalar(value);
}

bool Item::boolean(const char* key, bool fallback, bool& ok) const {
    const YAML::Node value = get(key);
    if (!value.IsDefined()) return fallback;
    bool decoded = fallback;
    if (!value.IsScalar() || !YAML::convert<bool>::decode(value, decoded)) {
        ok = fail_value(key, value,
                        "Value of key '" + std::string(key) + "' is neither true nor false");
    }
    return decoded;
}

std::uint32_t Item::number(const char* key, bool& ok) const {
    const YAML::Node value = get(key);
    if (!value.IsDefined()) return 0;
    std::uint32_t decoded = 0;
    const std::string text = value.IsScalar() ? value.Scalar() : std::string();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), decoded);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
        ok = fail_value(
            key, value,
            "Value of key '" + std::string(key) + "' is not a number from 0 to 4294967295");
    }
    return decoded;
}

std::optional<std::vector<Sourced>> Item::texts(const char* key, bool& ok) const {
    const YAML::Node value = get(key);
    if (!value.IsDefined() || value.IsNull()) return std::nullopt;
    if (!value.IsSequence()) {
        ok = fail_value(key, value, "Value of key '" + std::string(key) + "' is not a sequence");
        return std::nullopt;
    }
    std::vector<Sourced> all;
    for (const YAML::Node& entry : value) {
        if (!entry.IsScalar()) {
            ok =
                fail_value(key, entry, "Entry of '" + std::string(key) + "' is not a scalar value");
            continue;
        }
        all.push_back(scalar(entry));
    }
    return all;
}

void Item::warn_unknown_keys(std::initializer_list<std::string_view> known) const {
    for (const auto& pair : node_) {
        const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : std::string("?");
        if (std::find(known.begin(), known.end(), key) != known.end()) continue;
        reporter_.warning(code::kUnknownKey, origin(pair.first),
                          "Unknown key '" + key + "'. The key will be ignored.",
                          lang::did_you_mean(key, std::vector<std::string_view>(known)));
    }
}

}  // namespace sensor::rules
