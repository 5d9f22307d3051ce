// SPDX-License-Identifier: Apache-2.0
#include "config/override.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "base/log.hpp"
#include "config/yaml_tree.hpp"

namespace sensor::config {
namespace {

struct Step {
    std::string name;                  // a map key, or
    bool is_index = false;             // an element:
    std::optional<std::size_t> index;  // none: a new one
};

/// Reads the steps of a key, byte by byte.
class KeyReader {
public:
    KeyReader(std::string_view key, const Origin& origin) : key_(key), origin_(origin) {}

    std::vector<Step> read() {
        steps_.emplace_back();
        for (; at_ < key_.size(); ++at_) {
            const char c = key_[at_];
            if (c == '.') {
                finish_name();
                steps_.emplace_back();
            } else if (c == '[') {
                finish_name();
                read_index();
            } else if (c == ']') {
                refuse(origin_, "] without [");
            } else {
                read_letter(c);
            }
        }
        finish_name();
        return std::move(steps_);
    }

private:
    void finish_name() const {
        if (!steps_.back().is_index && steps_.back().name.empty())
            refuse(origin_, "empty name in the key");
    }

    void read_letter(char c) {
        if (steps_.back().is_index) refuse(origin_, "expected . or [ after ]");
        if (c == '\\') {
            ++at_;
            if (at_ == key_.size() ||
                std::string_view(".[]\\").find(key_[at_]) == std::string_view::npos)
                refuse(origin_, "a backslash must stand before . [ ] or a backslash");
        }
        steps_.back().name += key_[at_];
    }

    void read_index() {
        const std::size_t end = key_.find(']', at_);
        if (end == std::string_view::npos) refuse(origin_, "[ without ]");
        const std::string_view digits = key_.substr(at_ + 1, end - at_ - 1);
        Step& step = steps_.emplace_back();
        step.is_index = true;
        if (!digits.empty()) {
            std::size_t n = 0;
            const char* last = digits.data() + digits.size();
            const auto [stop, wrong] = std::from_chars(digits.data(), last, n);
            if (wrong != std::errc{} || stop != last)
                refuse(origin_, "an index is a number or nothing");
            step.index = n;
        }
        at_ = end;
    }

    std::string_view key_;
    const Origin& origin_;
    std::size_t at_ = 0;
    std::vector<Step> steps_;
};

Node& descend(Node& at, const Step& step, const Origin& origin) {
    if (!step.is_index) {
        if (at.kind != Node::Kind::Null && at.kind != Node::Kind::Map)
            refuse(origin, "'" + step.name + "' is not inside a map");
        return make_child(at, step.name, origin);
    }
    if (at.kind != Node::Kind::Null && at.kind != Node::Kind::List)
        refuse(origin, "[ ] on something that is not a list");
    at.kind = Node::Kind::List;
    if (step.index && *step.index > at.items.size())
        refuse(origin, format("the list has only {} elements", at.items.size()));
    if (step.index && *step.index < at.items.size()) return at.items[*step.index];
    at.items.emplace_back().origin = origin;
    return at.items.back();
}

std::size_t depth_of(const Node& node) {
    std::size_t most = 0;
    for (const auto& entry : node.entries) most = std::max(most, depth_of(entry.value) + 1);
    for (const Node& item : node.items) most = std::max(most, depth_of(item) + 1);
    return most;
}

}  // namespace

void apply_override(Node& root, const std::string& option) {
    const Origin origin{Origin::Kind::Option, "-o " + option, 0, 0, {}};
    const std::size_t equals = option.find('=');
    if (equals == std::string::npos)
        refuse(origin, "must be of the form key=val or key.subkey=val");
    const std::vector<Step> steps =
        KeyReader(std::string_view(option).substr(0, equals), origin).read();
    const std::string value = option.substr(equals + 1);
    const bool inline_yaml = value.starts_with('{') && value.ends_with('}');
    Node made = inline_yaml ? parse_value(value, origin) : text_node(value, origin);
    // As in a file, which the printed configuration becomes.
    if (steps.size() + depth_of(made) > kDeepest) refuse(origin, "settings are nested too deep");
    Node* at = &root;
    for (const Step& step : steps) at = &descend(*at, step, origin);
    *at = std::move(made);
}

}  // namespace sensor::config
