// SPDX-License-Identifier: Apache-2.0
#include "config/override.hpp"

#include <charconv>
#include <cstdlib>
#include <optional>
#include <vector>

namespace sensor::config {
namespace {

struct Step {
    std::string name;                  // a map key, or
    bool is_index = false;             // an element:
    std::optional<std::size_t> index;  // none: a new one
};

Error bad_key(std::string_view option, std::string_view why) {
    return Error("option '" + std::string(option) + "': " + std::string(why));
}

Result<std::vector<Step>> parse_key(std::string_view key, std::string_view option) {
    std::vector<Step> steps(1);
    for (std::size_t i = 0; i < key.size(); ++i) {
        const char c = key[i];
        if (c == '\\') {
            ++i;
            if (i == key.size() ||
                std::string_view(".[]\\").find(key[i]) == std::string_view::npos) {
                return bad_key(option, "a backslash must stand before . [ ] or a backslash");
            }
            steps.back().name += key[i];
        } else if (c == '.') {
            steps.emplace_back();
        } else if (c == '[') {
            const std::size_t end = key.find(']', i);
            if (end == std::string_view::npos) return bad_key(option, "[ without ]");
            Step step;
            step.is_index = true;
            const std::string_view digits = key.substr(i + 1, end - i - 1);
            if (!digits.empty()) {
                std::size_t n = 0;
                const auto [last, err] =
                    std::from_chars(digits.data(), digits.data() + digits.size(), n);
                if (err != std::errc{} || last != digits.data() + digits.size()) {
                    return bad_key(option, "an index is a number or nothing");
                }
                step.index = n;
            }
            steps.push_back(std::move(step));
            i = end;
        } else {
            if (steps.back().is_index) return bad_key(option, "expected . or [ after ]");
            steps.back().name += c;
        }
    }
    for (const Step& step : steps) {
        if (!step.is_index && step.name.empty()) return bad_key(option, "empty name in the key");
    }
    return steps;
}

// yaml-cpp nodes are references: `at` keeps pointing into the tree of `root`.
Result<YAML::Node> descend(YAML::Node at, const Step& step, std::string_view option) {
    if (!step.is_index) {
        if (at.IsDefined() && !at.IsNull() && !at.IsMap())
            return bad_key(option, "'" + step.name + "' is not inside a map");
        return at[step.name];
    }
    if (at.IsDefined() && !at.IsNull() && !at.IsSequence())
        return bad_key(option, "[ ] on something that is not a list");
    const std::size_t size = at.IsSequence() ? at.size() : 0;
    if (step.index && *step.index > size)
        return bad_key(option, "index beyond the end of the list");
    if (!step.index || *step.index == size) {
        at.push_back(YAML::Node());
        return at[size];
    }
    return at[*step.index];
}

}  // namespace

Result<> apply_override(YAML::Node& root, std::string_view option) {
    const std::size_t equals = option.find('=');
    if (equals == std::string_view::npos) {
        return bad_key(option, "must be of the form key=val or key.subkey=val");
    }
    const std::string value(option.substr(equals + 1));
    SENSOR_TRY(const std::vector<Step> steps, parse_key(option.substr(0, equals), option));
    try {
        YAML::Node at;
        at.reset(root);
        for (const Step& step : steps) {
            SENSOR_TRY(const YAML::Node next, descend(at, step, option));
            at.reset(next);
        }
        const bool inline_yaml = value.starts_with('{') && value.ends_with('}');
        at = inline_yaml ? YAML::Load(value) : YAML::Node(value);
    } catch (const YAML::Exception& error) {
        return bad_key(option, error.what());
    }
    return Ok{};
}

std::string expand_environment(std::string_view text) {
    std::string out(text);
    std::size_t at = 0;
    for (int rounds = 0; rounds < 1000; ++rounds) {  // a variable may name itself: bounded
        const std::size_t open = out.find("${", at);
        if (open == std::string::npos) break;
        const std::size_t close = out.find('}', open);
        if (close == std::string::npos) break;
        if (open > 0 && out[open - 1] == '$') {
            out.erase(open - 1, 1);
            at = close;
            continue;
        }
        const std::string name = out.substr(open + 2, close - open - 2);
        const char* value = std::getenv(name.c_str());
        out.replace(open, close - open + 1, value != nullptr ? value : "");
        at = open;
    }
    return out;
}

}  // namespace sensor::config
