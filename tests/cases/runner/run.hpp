// SPDX-License-Identifier: Apache-2.0
// Runs one case the way the sensor runs events: record, checked view, state, engine, message,
// state. Rules and machine code are made once for all cases that share them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "rules/ruleset.hpp"
#include "tests/cases/runner/build.hpp"

namespace sensor::cases {

struct RunOptions {
    std::string compiler;   ///< path of falco-rulec; empty: machine code is not tried
    std::string cache_dir;  ///< for its bundles; empty: none
    bool require_native = false;
};

struct Loaded {
    rules::RuleSet ruleset;
    std::vector<std::unique_ptr<engine::Engine>> engines;  ///< interpreter, then machine code
    std::string native_note;                               ///< why there is no machine code
    bool told = false;                                     ///< its errors were printed
};

struct RaisedAlert {
    std::string rule;
    std::string message;
};

class Runner {
public:
    explicit Runner(RunOptions options) : options_(std::move(options)) {}

    /// Runs a case with every engine. out: what is wrong, a line each; empty: it passed
    std::vector<std::string> run(const CaseFile& file, const Case& test);
    const std::map<std::string, Loaded>& loaded() const { return loaded_; }

private:
    Loaded& load(const Case& test);
    std::vector<RaisedAlert> replay(const CaseFile& file, const Case& test, const World& world,
                                    Loaded& rules, engine::Engine& engine);

    RunOptions options_;
    std::map<std::string, Loaded> loaded_;
};

}  // namespace sensor::cases
