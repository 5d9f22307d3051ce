// SPDX-License-Identifier: Apache-2.0
#include "config/values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/log.hpp"
#include "config/check.hpp"
#include "config/yaml_tree.hpp"
#include "lang/similar.hpp"

namespace sensor::config {
namespace {

std::string not_this(const Node& node) {
    if (node.kind == Node::Kind::Text) return ", not '" + node.text + "'";
    return node.kind == Node::Kind::List ? ", not a list" : ", not a map";
}

[[noreturn]] void refuse_value(const Key& key, const Node& node, const std::string& must) {
    refuse(node.origin, format("{} must be {}{}", key.path, must, not_this(node)));
}

std::string number_text(double value) {
    return value == std::floor(value) && std::fabs(value) < 1e15 ? format("{:.0f}", value)
                                                                 : format("{}", value);
}

std::uint64_t number_of(const Key& key, const Node& node, std::uint64_t most) {
    const Range range = range_of(key);
    const bool bounded = range.bounded_above && range.most < static_cast<double>(most);
    const auto least = static_cast<std::uint64_t>(range.least);
    const std::uint64_t last = bounded ? static_cast<std::uint64_t>(range.most) : most;
    const auto value =
        node.kind == Node::Kind::Text ? parse_number(node.text) : std::optional<std::int64_t>();
    if (value && *value >= 0 && static_cast<std::uint64_t>(*value) >= least &&
        static_cast<std::uint64_t>(*value) <= last)
        return static_cast<std::uint64_t>(*value);
    refuse_value(
        key, node,
        bounded || least > 0 || value ? format("a number from {} to {}", least, last) : "a number");
}

std::string one_of(const std::vector<std::string_view>& words) {
    std::string text;
    for (std::size_t k = 0; k < words.size(); ++k)
        text += (k == 0 ? "" : k + 1 == words.size() ? " or " : ", ") + std::string(words[k]);
    return text;
}

void check_word(const Key& key, const Node& node, const std::string& word) {
    const Words known = words_of(key);
    if (std::find(known.words.begin(), known.words.end(), word) != known.words.end()) return;
    const std::string from = node.origin.variables.empty() ? "" : " (of the environment)";
    refuse(node.origin, format("{}: Unknown {} \"{}\"{}; use {}{}", key.path, known.noun, node.text,
                               from, one_of(known.words), hint_for(node.text, known.words)));
}

}  // namespace

std::optional<bool> parse_flag(std::string_view text) noexcept {
    if (text.size() > 5) return std::nullopt;
    const std::string word = lang::lower_case(text);
    for (const char* yes : {"true", "yes", "on", "y"}) {
        if (word == yes) return true;
    }
    for (const char* no : {"false", "no", "off", "n"}) {
        if (word == no) return false;
    }
    return std::nullopt;
}

std::optional<std::int64_t> parse_number(std::string_view text) noexcept {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() > 1 && text[0] == '0') {
        base = 8;
    }
    std::int64_t value = 0;
    const char* last = text.data() + text.size();
    const auto [end, wrong] = std::from_chars(text.data(), last, value, base);
    if (text.empty() || text[0] == '-' || wrong != std::errc{} || end != last) return std::nullopt;
    return negative ? -value : value;
}

std::optional<double> parse_real(std::string_view text) noexcept {
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    const char* last = text.data() + text.size();
    const auto [end, wrong] = std::from_chars(text.data(), last, value);
    if (wrong != std::errc{} || end != last || !std::isfinite(value)) return std::nullopt;
    return value;
}

void read_value(const Key& key, const Node& node, bool& into) {
    const auto value =
        node.kind == Node::Kind::Text ? parse_flag(node.text) : std::optional<bool>();
    if (!value) refuse_value(key, node, "true or false");
    into = *value;
}

void read_value(const Key& key, const Node& node, std::uint16_t& into) {
    into =
        static_cast<std::uint16_t>(number_of(key, node, std::numeric_limits<std::uint16_t>::max()));
}

void read_value(const Key& key, const Node& node, std::uint32_t& into) {
    into =
        static_cast<std::uint32_t>(number_of(key, node, std::numeric_limits<std::uint32_t>::max()));
}

void read_value(const Key& key, const Node& node, std::uint64_t& into) {
    into = number_of(key, node, std::numeric_limits<std::int64_t>::max());
}

void read_value(const Key& key, const Node& node, double& into) {
    const Range range = range_of(key);
    const auto value =
        node.kind == Node::Kind::Text ? parse_real(node.text) : std::optional<double>();
    if (value && *value >= range.least && *value <= range.most) {
        into = *value;
        return;
    }
    std::string must = "a number that is not negative";
    if (range.least > 0) must = "a number of at least " + number_text(range.least);
    if (range.bounded_above) {
        must = format("a number in the range [{}, {}]", number_text(range.least),
                      number_text(range.most));
    }
    refuse_value(key, node, must);
}

void read_value(const Key& key, const Node& node, std::string& into) {
    if (node.kind != Node::Kind::Text) refuse_value(key, node, "a text");
    into = node.text;
    if (key.type == Type::Level) into = lang::lower_case(into);
    if (key.type == Type::Word || key.type == Type::Level) check_word(key, node, into);
}

void read_value(const Key& key, const Node& node, std::vector<std::string>& into) {
    into = texts_of(node, key.path);
}

void read_value(const Key& key, const Node& node, std::map<std::string, std::string>& into) {
    if (node.kind != Node::Kind::Map) refuse_value(key, node, "a map of names and texts");
    into.clear();
    for (const Entry& entry : node.entries)
        into[entry.key] = text_of(entry.value, format("{}.{}", key.path, entry.key));
}

const std::string& text_of(const Node& node, std::string_view what) {
    if (node.kind != Node::Kind::Null && node.kind != Node::Kind::Text)
        refuse(node.origin, format("{} must be a text{}", what, not_this(node)));
    return node.text;
}

bool flag_of(const Node& node, std::string_view what) {
    const auto value =
        node.kind == Node::Kind::Text ? parse_flag(node.text) : std::optional<bool>();
    if (!value) refuse(node.origin, format("{} must be true or false{}", what, not_this(node)));
    return *value;
}

std::vector<std::string> texts_of(const Node& node, std::string_view what) {
    if (node.kind == Node::Kind::Text && node.text.empty()) return {};
    if (node.kind == Node::Kind::Text) return {node.text};
    if (node.kind == Node::Kind::Map)
        refuse(node.origin, format("{} must be a list of texts, not a map", what));
    std::vector<std::string> texts;
    for (const Node& item : node.items) {
        if (item.kind != Node::Kind::Text)
            refuse(item.origin, format("an entry of {} must be a text{}", what, not_this(item)));
        texts.push_back(item.text);
    }
    return texts;
}

bool is_usual(const Key& key, const Node& node) {
    if (node.kind != Node::Kind::Text) return false;
    const auto same = [&](std::string_view value) {
        if (value.data() == nullptr) return false;
        const auto flag = key.type == Type::Flag ? parse_flag(value) : std::nullopt;
        return node.text == value || (flag && parse_flag(node.text) == flag);
    };
    return same(key.fallback) || same(key.shipped);
}

Node fallback_of(const Key& key) {
    const bool texts = key.type == Type::Texts || key.type == Type::List;
    if (!texts && key.type != Type::TextMap) return text_node(std::string(key.fallback), {});
    if (key.fallback != "[]" && key.fallback != "{}")
        return parse_value(std::string(key.fallback), {});
    Node node;
    node.kind = texts ? Node::Kind::List : Node::Kind::Map;
    return node;
}

}  // namespace sensor::config
