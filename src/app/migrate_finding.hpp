// SPDX-License-Identifier: Apache-2.0
// Findings of `falco-ebpf migrate`: one for each thing of a Falco installation, and their two
// forms for people and programs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/review.hpp"

namespace sensor::app {

using config::to_text;
using config::Verdict;

enum class Part : std::uint8_t { Settings, Options, Plugins, Rules, Macros, Lists, Fields, count };
std::string_view to_text(Part part) noexcept;

struct Finding {
    Part part{};
    Verdict verdict = Verdict::Same;
    std::string name;    ///< "engine.kind = kmod", a rule's name
    std::string place;   ///< "falco.yaml:3"
    std::string reason;  ///< empty where it is the same
    std::string advice;  ///< what to do, may be empty
};

struct Findings {
    std::vector<Finding> all;
    std::vector<std::string> unreadable;  ///< what could not be read, and why
    std::vector<std::string> looked_at;   ///< files
    bool starts = true;                   ///< the sensor would start with these files

    void add(Part part, Verdict verdict, std::string name, std::string place,
             std::string reason = {}, std::string advice = {}) {
        all.push_back({part, verdict, std::move(name), std::move(place), std::move(reason),
                       std::move(advice)});
    }
};

/// A paragraph a part. What is the same is one list of names, or, with `all`, a line each.
std::string findings_text(const Findings& findings, bool all, bool colour);
/// {"starts", "findings": [{part, verdict, name, place, reason, advice}], "counts", "unreadable"}
std::string findings_json(const Findings& findings);

}  // namespace sensor::app
