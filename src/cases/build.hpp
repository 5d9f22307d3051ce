// SPDX-License-Identifier: Apache-2.0
// World: what a case gives (processes, containers, descriptors) and its events as wire records.
// Made from the YAML of one case; consumed by run.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cases/case_file.hpp"
#include "event/make_record.hpp"
#include "state/state.hpp"

namespace sensor::cases {

/// When every case happens, ns since the epoch; the ages of processes count back from here.
inline constexpr std::uint64_t kNow = 1'700'000'000'000'000'000;

struct World {
    std::vector<state::ProcessSpec> processes;  ///< parents before children
    std::map<std::string, std::uint32_t> ids;   ///< `id:` of a given process, to its number
    std::vector<OwnedRecord> events;

    const state::ProcessSpec& process(std::uint32_t tid) const;
};

/// fails: Error with file, line, column and a hint
Result<World> build_world(const CaseFile& file, const Case& test);

/// A state that knows the users of the file and the processes of the world, and nothing of this
/// machine.
std::unique_ptr<state::State> make_state(const CaseFile& file, const World& world);

// What follows is used inside this module and throws CaseError or YAML::Exception.

struct HostPort {
    std::string ip;  ///< 4 or 16 bytes in network order
    std::uint16_t port = 0;
};
/// "1.2.3.4:80" or "[::1]:80".
HostPort host_port(const std::string& text, Place at);

/// build_process.cpp: adds the process and its parents. out: its number
std::uint32_t add_process(const YAML::Node& node, const CaseFile& file, std::uint32_t tid,
                          World& world, unsigned depth);
/// build_event.cpp: one event with its defaults.
OwnedRecord build_event(const YAML::Node& node, std::size_t index, const World& world);
/// build_param.cpp: the text of a parameter in its wire form.
ParamValue build_param(const YAML::Node& node, const ParamInfo& info, const World& world);
/// "1.2.3.4:5->6.7.8.9:80", "[::1]:5->[::1]:80" or "unix:/path" in capture encoding.
std::string encode_tuple(const std::string& text, Place at);
/// Numbers, or names of the table joined by |.
std::uint64_t encode_flags(const std::string& text, FlagTable table, Place at);

}  // namespace sensor::cases
