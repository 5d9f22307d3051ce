// SPDX-License-Identifier: Apache-2.0
// World: what a case gives (processes, containers, descriptors) and its events as wire records.
// Made from the YAML of one case; consumed by run.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "state/state.hpp"
#include "tests/cases/runner/case_file.hpp"
#include "tests/support/make_event.hpp"

namespace sensor::cases {

/// When every case happens, ns since the epoch; the ages of processes count back from here.
inline constexpr std::uint64_t kNow = 1'700'000'000'000'000'000;

struct World {
    std::vector<state::ProcessSpec> processes;  ///< parents before children
    std::map<std::string, std::uint32_t> ids;   ///< `id:` of a given process, to its number
    std::vector<testing::TestEvent> events;

    const state::ProcessSpec& process(std::uint32_t tid) const;
};

/// fails: throws CaseError with the line of what is wrong
World build_world(const CaseFile& file, const Case& test);

/// build_process.cpp: adds the process and its parents. out: its number
std::uint32_t add_process(const YAML::Node& node, const CaseFile& file, std::uint32_t tid,
                          World& world);
/// build_event.cpp: one event with its defaults.
testing::TestEvent build_event(const YAML::Node& node, std::size_t index, const World& world);
/// build_param.cpp: the text of a parameter in its wire form.
testing::ParamValue build_param(const YAML::Node& node, const ParamInfo& info, const World& world);
/// "1.2.3.4:5->6.7.8.9:80", "[::1]:5->[::1]:80" or "unix:/path" in capture encoding.
std::string encode_tuple(const std::string& text, std::size_t line);
/// Numbers, or names of the table joined by |.
std::uint64_t encode_flags(const std::string& text, FlagTable table, std::size_t line);

}  // namespace sensor::cases
