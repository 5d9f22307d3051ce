// SPDX-License-Identifier: Apache-2.0
// YAML text to documents. yaml-cpp 0.7 never returns from some malformed texts (it yields one
// document after the other without reading on) and takes a quote that nobody closes for closed. So
// the text is first read with a handler that watches for both.
#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <vector>

namespace sensor::rules {

/// throws: YAML::Exception, as yaml-cpp itself does; callers in rules/ catch it
std::vector<YAML::Node> load_documents(const std::string& text);

/// What is wrong with a text of YAML, where, and the way out.
struct YamlProblem {
    std::size_t offset = 0;
    std::string message, hint;
};

/// Bytes that no YAML holds: not UTF-8, NUL. cost: one pass
std::optional<YamlProblem> find_wrong_bytes(std::string_view text);

/// For what yaml-cpp says of `offset`: the place that its author would name, and why.
YamlProblem explain_yaml(std::string_view text, std::size_t offset, const std::string& said);

/// Replaces the top level item around `offset` by blanks, so that the others can be read.
/// out: the item as it was; nullopt if there is none
std::optional<std::string> blank_item(std::string& text, std::size_t offset);

}  // namespace sensor::rules
