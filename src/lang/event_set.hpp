// SPDX-License-Identifier: Apache-2.0
// Event names of conditions as sets of events: what a check of evt.type can be true and false for.
#pragma once

#include <string_view>
#include <vector>

#include "lang/program.hpp"

namespace sensor::lang {

/// Events a condition may be true for, and those it may be false for. Both may be larger than
/// need be, never smaller.
struct TruthSets {
    EventSet yes;
    EventSet no;
};

/// Neutral: says nothing about the event.
TruthSets any_event();

/// evt.type is one of `names` (`equal`) or none of them.
/// syscall_only: it is syscall.type, which events that are no system calls do not have
TruthSets event_named(const std::vector<std::string_view>& names, bool equal, bool syscall_only);

EventSet both(const EventSet& a, const EventSet& b);
EventSet either(const EventSet& a, const EventSet& b);

/// Is there an event or a system call of that name?
bool is_event_name(std::string_view name);
std::vector<std::string_view> event_names();

/// How many event types the set holds; all calls of the generic event count as one.
std::size_t count_types(const EventSet& set);
/// So many types that nobody can have named them all.
bool is_wide(const EventSet& set);

/// Names as evt.type prints them, sorted, each once.
std::vector<std::string_view> names_of(const EventSet& set);

}  // namespace sensor::lang
