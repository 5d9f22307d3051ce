// SPDX-License-Identifier: Apache-2.0
// Runs one case the way the sensor runs events: record, checked view, state, engine, message,
// state. Rules and machine code are made once for all cases that share them.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cases/build.hpp"
#include "engine/engine.hpp"
#include "rules/ruleset.hpp"

namespace sensor::cases {

struct RunOptions {
    std::string compiler;         ///< path of falco-rulec; empty: machine code is not tried
    std::string cache_dir;        ///< for its bundles; empty: none
    bool require_native = false;  ///< no machine code is a failure
};

struct Loaded {
    rules::RuleSet ruleset;
    std::vector<std::unique_ptr<engine::Engine>> engines;  ///< interpreter, then machine code
    std::string native_note;                               ///< why there is no machine code
    bool told = false;                                     ///< its errors were said
    std::set<std::string> fired;                           ///< rules that did in some case
};

struct RaisedAlert {
    std::string rule;
    std::string message;
    std::uint64_t number = 0;  ///< evt.num
};

/// One thing expected and found, as the lines of a difference.
struct DiffLine {
    char sign = ' ';  ///< ' ' both, '-' expected and not found, '+' found and not expected
    std::string text;
};

struct Failure {
    std::string what;            ///< "alerts differ", "the rules do not load", ...
    std::vector<DiffLine> diff;  ///< may be empty
    std::vector<std::string> notes;
};

struct Outcome {
    std::vector<Failure> failures;
    bool passed() const { return failures.empty(); }
};

class Runner {
public:
    explicit Runner(RunOptions options) : options_(std::move(options)) {}

    /// Runs a case with every engine.
    /// fails: Error if the case cannot be run: its events, its capture
    Result<Outcome> run(const CaseFile& file, const Case& test);
    const std::map<std::string, Loaded>& loaded() const { return loaded_; }

private:
    Loaded& load(const Case& test);
    Result<std::vector<RaisedAlert>> replay(const CaseFile& file, const Case& test, Loaded& rules,
                                            engine::Engine& engine);

    RunOptions options_;
    std::map<std::string, Loaded> loaded_;
};

/// What differs between the alerts a case expects and those that came; empty: nothing.
/// of_capture: alerts are counted by rule, else they come in order
std::vector<Failure> compare(const Case& test, const std::vector<RaisedAlert>& got);

}  // namespace sensor::cases
