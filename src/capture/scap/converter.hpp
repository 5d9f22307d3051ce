// SPDX-License-Identifier: Apache-2.0
// Converter: events of older versions in, events of today's scheme out, by grammar/converter.def.
// Enter events are kept until the exit event of their thread wants the arguments. Called by Reader
// for events that are not complete already; keeps nothing but enter events.
#pragma once

#include <cstdint>
#include <string>

#include "capture/scap/codes.hpp"
#include "capture/scap/enters.hpp"
#include "capture/scap/params.hpp"
#include "capture/scap/stats.hpp"

namespace sensor::capture::scap {

class Converter {
public:
    explicit Converter(ScapStats& stats) : codes_(Codes::get()), stats_(stats) {}

    /// Brings one event up to date.
    /// in:    a known code, its parameters borrowed; more than the code has are not passed
    /// out:   true: an event to show, of a code of today's scheme or (the enter events of exec) of
    ///        none; its parameters are borrowed from the same place, from this object or constant,
    ///        and valid until the next call. false: stored for its exit event, or dropped
    /// cost:  a few copies of 16 bytes a parameter and step
    bool convert(std::uint64_t tid, Params& event);

    /// Forgets the enter events: another file begins.
    void reset() { enters_.clear(); }

private:
    const Rule* rule_of(const Code& code, Params& event);
    const Rule* nearest_rule(const Code& code, Params& event);
    void apply(const Rule& rule, const Enters::Stored* enter, Params& event);
    std::string_view taken(From from, std::size_t k, const Enters::Stored* enter,
                           const Params& event, const ParamForm& form);
    Enters::Stored* enter_of(const Rule& rule, std::uint64_t tid, const Params& event);
    std::string_view container_json(const Params& event);

    const Codes& codes_;
    ScapStats& stats_;
    Enters enters_;
    std::string json_;
};

}  // namespace sensor::capture::scap
