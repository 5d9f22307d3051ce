// SPDX-License-Identifier: Apache-2.0
// CaseFile: one YAML file of rule tests as read, before anything is built from it. The format is
// described in docs/rule-tests.md. Read by `falco-rulec test` and the coverage of tables.
#pragma once

#include <yaml-cpp/yaml.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rules/ruleset.hpp"

namespace sensor::cases {

/// A place in the case file, line and column from 1; 0: unknown.
struct Place {
    std::size_t line = 0;
    std::size_t column = 0;

    Place() = default;
    Place(const YAML::Mark& mark)
        : line(static_cast<std::size_t>(mark.line + 1)),
          column(static_cast<std::size_t>(mark.column + 1)) {}
};

/// Something wrong with a case file itself. Thrown and caught inside this module only.
struct CaseError {
    Place at;
    std::string text;
    std::string hint = {};
};

struct ExpectedAlert {
    std::string rule;
    std::size_t count = 1;                  ///< of captures: how many
    std::optional<std::string> output;      ///< the whole message
    std::vector<std::string> output_parts;  ///< texts the message must contain
};

struct Case {
    std::string name;
    Place at;
    std::vector<rules::SourceFile> rules;
    std::string rules_key;  ///< equal for cases that share their rules
    bool match_all = false;
    std::string only_rule;          ///< count this rule's alerts only; empty: all
    YAML::Node by;                  ///< the acting process
    std::vector<YAML::Node> given;  ///< further processes
    std::vector<YAML::Node> events;
    std::string capture;  ///< path of a capture file, instead of events
    std::vector<ExpectedAlert> alerts;
    std::optional<std::string> rejects;  ///< the rules must be refused with this in a message
    std::optional<std::string> at_text;  ///< "LINE:COLUMN" of that message
};

struct CaseFile {
    std::string path;
    std::string text;
    std::map<std::uint32_t, std::string> users;
    YAML::Node programs;    ///< map: name to process
    YAML::Node containers;  ///< map: name to container
    std::vector<Case> cases;

    /// The error as people read it: FILE:LINE:COLUMN, the line, a caret, a hint.
    Error error(const CaseError& what) const;
};

struct ReadOptions {
    std::string rules_dir;  ///< where rules files are that a case names, before its own folder
    /// Instead of the files that cases name under `rules`; `inline` rules still follow.
    std::optional<std::vector<rules::SourceFile>> rules = std::nullopt;
};

/// fails: Error with file, line, column and a hint
Result<CaseFile> read_case_file(const std::string& path, const ReadOptions& options);

/// One event from a command line, YAML or JSON: an event as in `event:` with `by` a process, or a
/// map with `event` or `events` and `by`, `given`, `users`, `programs`, `containers`. name: for
/// messages. out: a file of one case without rules and alerts
/// fails: Error with place and hint
Result<CaseFile> read_event_text(const std::string& name, const std::string& text);

Place place_of(const YAML::Node& node);

}  // namespace sensor::cases
