// SPDX-License-Identifier: Apache-2.0
#include "rules/item.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "lang/similar.hpp"
#include "rules/codes.hpp"

namespace sensor::rules {
namespace {

/// The keys of every kind of item.
struct KindKeys {
    std::string_view kind;
    std::vector<std::string_view> keys;
    bool has(std::string_view key) const {
        return std::find(keys.begin(), keys.end(), key) != keys.end();
    }
};
const KindKeys kKeys[] = {
    {"rule",
     {"rule", "desc", "condition", "output", "priority", "source", "enabled", "tags", "exceptions",
      "warn_evttypes", "skip-if-unknown-filter", "capture", "capture_duration", "append",
      "override"}},
    {"macro", {"macro", "condition", "append", "override"}},
    {"list", {"list", "items", "append", "override"}},
    {"exception", {"name", "fields", "comps", "values"}},
};

bool is_key(std::string_view key) {
    return std::any_of(std::begin(kKeys), std::end(kKeys),
                       [&](const KindKeys& k) { return k.has(key); });
}

/// Why a value that ought to be a text is none, and what to write.
std::string text_hint(std::string_view key, const YAML::Node& value) {
    if (!value.IsSequence()) return "write one text";
    return key == "condition" ? "write one text, its parts joined by 'and'"
                              : "write one text, without '-'";
}

/// A value like `!(a)`, of which YAML takes the beginning as a tag.
bool is_tagged(const YAML::Node& value) { return value.Tag().size() > 1 && value.Tag()[0] == '!'; }

std::string tag_hint(std::string_view key) {
    return key == "condition" ? "write 'not', or quote the whole value" : "quote the whole value";
}

}  // namespace

Origin Item::origin(const YAML::Node& node) const {
    return reporter_.files().origin(file_, node.IsDefined() ? node.Mark().pos : 0);
}

YAML::Node Item::get(const char* key) const {
    // The first of equal keys counts.
    const YAML::Node& map = node_;
    return map[key];
}

bool Item::fail_value(const char* key, const YAML::Node& value, std::string message,
                      std::string hint) const {
    const Reporter::Scope scope(reporter_, "value for", key, origin(value));
    return fail(origin(value), std::move(message), std::move(hint));
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
    const std::string name = "'" + std::string(key) + "'";
    if (!value.IsDefined()) {
        require({key});
        return std::nullopt;
    }
    if (value.IsScalar() && is_tagged(value)) {
        fail(origin(value), "the value of key " + name + " begins with a YAML tag, " + value.Tag(),
             tag_hint(key));
        return std::nullopt;
    }
    if (value.IsNull() || (value.IsScalar() && value.Scalar().empty())) {
        const bool names =
            is_key(key) && (std::string_view(key) == "rule" || std::string_view(key) == "macro" ||
                            std::string_view(key) == "list");
        fail(key_at(key), "key " + name + " has no value", names ? "write a name behind it" : "");
        return std::nullopt;
    }
    if (!value.IsScalar()) {
        fail_value(key, value, "the value of key " + name + " is not a text",
                   text_hint(key, value));
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
        ok = fail_value(key, value, "the value of key '" + std::string(key) + "' is not a text",
                        text_hint(key, value));
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
                        "the value of key '" + std::string(key) + "' is neither true nor false",
                        "write true or false");
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
            "the value of key '" + std::string(key) + "' is not a number from 0 to 4294967295",
            "write a number of milliseconds, such as 5000");
    }
    return decoded;
}

std::optional<std::vector<Sourced>> Item::texts(const char* key, bool& ok) const {
    const YAML::Node value = get(key);
    if (!value.IsDefined() || value.IsNull()) return std::nullopt;
    if (!value.IsSequence()) {
        ok = fail_value(key, value, "the value of key '" + std::string(key) + "' is not a list",
                        "write a list: [" + (value.IsScalar() ? value.Scalar() : "a, b") + "]");
        return std::nullopt;
    }
    std::vector<Sourced> all;
    for (const YAML::Node& entry : value) {
        if (!entry.IsScalar()) {
            ok = fail_value(key, entry, "an entry of '" + std::string(key) + "' is not a text",
                            "every entry is one text, without ':' or '[' at its end or beginning");
            continue;
        }
        all.push_back(scalar(entry));
    }
    return all;
}

Origin Item::key_at(std::string_view key) const {
    for (const auto& pair : node_) {
        if (pair.first.IsScalar() && pair.first.Scalar() == key) return origin(pair.first);
    }
    return at();
}

bool Item::require(std::initializer_list<const char*> keys, std::string hint) const {
    std::vector<std::string_view> missing;
    for (const char* key : keys) {
        if (!has(key)) missing.emplace_back(key);
    }
    if (missing.empty()) return true;
    std::string message = missing.size() == 1 ? "missing key " : "missing keys ";
    for (std::size_t k = 0; k < missing.size(); ++k) {
        message += k == 0 ? "'" : k + 1 == missing.size() ? " and '" : ", '";
        message += std::string(missing[k]) + "'";
    }
    // Without `override` keys may be missing, so that is what may be misspelt, too.
    missing.emplace_back("override");
    missing.emplace_back("append");
    Origin place = at();
    for (const auto& pair : node_) {
        const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : std::string();
        const std::string near = lang::did_you_mean(key, missing);
        if (near.empty() || !misspelt_.empty() || is_key(key)) continue;
        place = origin(pair.first);
        hint = "'" + key + "' is not a key, " + near;
        misspelt_.insert(key);
    }
    return fail(place, std::move(message), std::move(hint));
}

void Item::warn_unknown_keys(std::string_view kind) const {
    const KindKeys& own = *std::find_if(std::begin(kKeys), std::end(kKeys),
                                        [&](const KindKeys& k) { return k.kind == kind; });
    std::map<std::string, Origin> seen;
    for (const auto& pair : node_) {
        const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : std::string("?");
        const auto [first, is_new] = seen.emplace(key, origin(pair.first));
        if (!is_new) {
            reporter_.warning(code::kUnknownKey, origin(pair.first),
                              "key '" + key + "' is there twice, the second one is ignored",
                              "the first is on line " +
                                  std::to_string(reporter_.files().position(first->second).line));
            continue;
        }
        if (own.has(key) || misspelt_.contains(key)) continue;
        std::string hint = lang::did_you_mean(key, {own.keys.begin(), own.keys.end()});
        std::string others;
        for (const KindKeys& other : kKeys) {
            if (other.has(key)) others += (others.empty() ? "" : ", ") + std::string(other.kind);
        }
        if (hint.empty() && !others.empty()) hint = "it is a key of: " + others;
        reporter_.warning(code::kUnknownKey, origin(pair.first),
                          "unknown key '" + key + "', it is ignored", std::move(hint));
    }
}

}  // namespace sensor::rules
