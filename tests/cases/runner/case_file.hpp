// SPDX-License-Identifier: Apache-2.0
// CaseFile: one YAML file of text cases as read, before anything is built from it. The format is
// described in tests/cases/README.md. Read by main and by the coverage test.
#pragma once

#include <yaml-cpp/yaml.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rules/ruleset.hpp"

namespace sensor::cases {

struct ExpectedAlert {
    std::string rule;
    std::optional<std::string> output;      ///< the whole message
    std::vector<std::string> output_parts;  ///< texts the message must contain
};

struct Case {
    std::string name;
    std::size_t line = 0;
    std::vector<rules::SourceFile> rules;
    std::string rules_key;  ///< equal for cases that share their rules
    bool match_all = false;
    std::string only_rule;          ///< count this rule's alerts only; empty: all
    YAML::Node by;                  ///< the acting process
    std::vector<YAML::Node> given;  ///< further processes
    std::vector<YAML::Node> events;
    std::vector<ExpectedAlert> alerts;
    std::optional<std::string> rejects;  ///< the rules must be refused with this in a message
    std::optional<std::string> at;       ///< "LINE:COLUMN" of that message
};

struct CaseFile {
    std::string path;
    std::map<std::uint32_t, std::string> users;
    YAML::Node programs;    ///< map: name to process
    YAML::Node containers;  ///< map: name to container
    std::vector<Case> cases;
};

/// Something wrong with a case file itself: place and what.
struct CaseError {
    std::size_t line = 0;
    std::string text;
};

/// in:    path of the file; `rules_dir`, where rules files named in it are, besides its own folder
/// fails: throws CaseError; the runner prints it and fails the test
CaseFile read_case_file(const std::string& path, const std::string& rules_dir);

/// Line of a node in its file, from 1.
std::size_t line_of(const YAML::Node& node);

}  // namespace sensor::cases
