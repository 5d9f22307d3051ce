// SPDX-License-Identifier: Apache-2.0
#include "lang/event_set.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace sensor::lang {
namespace {

constexpr std::size_t kWide = 100;

/// Per name, the events that print it and, beside them, the events a call of that name ends in.
struct NameIndex {
    struct Entry {
        EventSet exact;
        EventSet reported_as;
    };
    std::unordered_map<std::string_view, Entry> entries;

    NameIndex() {
        for (const EventInfo& event : all_events()) {
            Entry& entry = entries[event.name];
            if (event.type != EventType::generic)
                entry.exact.events.set(static_cast<std::size_t>(event.type));
        }
        for (const SyscallInfo& call : all_syscalls()) {
            Entry& entry = entries[call.name];
            // Old captures report calls generically that have events of their own today.
            entry.exact.generic.set(call.sc);
            if (call.event != EventType::generic)
                entry.reported_as.events.set(static_cast<std::size_t>(call.event));
        }
    }
};

const NameIndex& name_index() {
    static const NameIndex index;
    return index;
}

EventSet not_in(const EventSet& set) {
    EventSet rest = EventSet::all();
    rest.events &= ~set.events;
    rest.generic &= ~set.generic;
    return rest;
}

EventSet without_syscall_name() {
    EventSet set;
    for (const EventInfo& event : all_events()) {
        if (event.source != EventSource::SYSCALL)
            set.events.set(static_cast<std::size_t>(event.type));
    }
    return set;
}

}  // namespace

EventSet EventSet::all() {
    static const EventSet everything = [] {
        EventSet set;
        for (const EventInfo& event : all_events()) {
            if (event.type != EventType::generic)
                set.events.set(static_cast<std::size_t>(event.type));
        }
        set.generic.set();
        return set;
    }();
    return everything;
}

EventSet both(const EventSet& a, const EventSet& b) {
    return {a.events & b.events, a.generic & b.generic};
}

EventSet either(const EventSet& a, const EventSet& b) {
    return {a.events | b.events, a.generic | b.generic};
}

TruthSets any_event() { return {EventSet::all(), EventSet::all()}; }

TruthSets event_named(const std::vector<std::string_view>& names, bool equal, bool syscall_only) {
    EventSet exact;
    EventSet wide;
    for (const std::string_view name : names) {
        const auto found = name_index().entries.find(name);
        if (found == name_index().entries.end()) continue;
        exact = either(exact, found->second.exact);
        wide = either(wide, either(found->second.exact, found->second.reported_as));
    }
    // Some asynchronous events print a name of their own.
    constexpr auto kAsync = static_cast<std::size_t>(EventType::asyncevent);
    if (wide.events[static_cast<std::size_t>(EventType::container)]) wide.events.set(kAsync);
    exact.events.reset(kAsync);
    TruthSets sets{wide, not_in(exact)};
    if (!equal) std::swap(sets.yes, sets.no);
    // Without a system call there is no syscall.type: even `!=` is false then.
    if (syscall_only) sets.no = either(sets.no, without_syscall_name());
    return sets;
}

bool is_event_name(std::string_view name) { return name_index().entries.contains(name); }

std::vector<std::string_view> event_names() {
    std::vector<std::string_view> names;
    for (const auto& [name, entry] : name_index().entries) names.push_back(name);
    std::sort(names.begin(), names.end());
    return names;
}

std::size_t count_types(const EventSet& set) {
    return set.events.count() + (set.generic.any() ? 1 : 0);
}

bool is_wide(const EventSet& set) { return count_types(set) > kWide; }

std::vector<std::string_view> names_of(const EventSet& set) {
    std::vector<std::string_view> names;
    for (const EventInfo& event : all_events()) {
        if (set.events.test(static_cast<std::size_t>(event.type))) names.push_back(event.name);
    }
    for (const SyscallInfo& call : all_syscalls()) {
        if (set.generic.test(call.sc)) names.push_back(call.name);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

}  // namespace sensor::lang
