// SPDX-License-Identifier: Apache-2.0
// Shape of a rules file against a table of its keys and their types. What is found are warnings in
// the wording of JSON schema validators, which scripts know; the loader judges by itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace YAML {
class Node;
}

namespace sensor::rules {

struct SchemaCheck {
    enum class Status : std::uint8_t { None, Ok, Failed };  ///< None: not YAML, nothing to check
    Status status = Status::None;
    std::vector<std::string> warnings;  ///< "failed for <root>[3][priority]: ...", innermost first
};

/// "ok", "none", or the first warning.
std::string to_text(const SchemaCheck& check);

/// Adds one document of a file; a bad one makes the status Failed. One without content has no
/// shape. cost: linear in the document
void check_schema(const YAML::Node& document, SchemaCheck& check);

/// The same as a JSON schema (draft 6), for editors: --rule-schema.
std::string rules_schema();

}  // namespace sensor::rules
