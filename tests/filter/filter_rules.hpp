// SPDX-License-Identifier: Apache-2.0
// Random conditions and events that a kernel filter has much to say of: names near each other, open
// flags, results; among things it knows nothing of.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "filter/keeps.hpp"
#include "tests/support/make_event.hpp"

namespace sensor::testing {

class FilterRules {
public:
    /// names: that rules ask for; none: made up
    explicit FilterRules(std::uint64_t seed, std::vector<std::string> names = {})
        : random_(seed), names_(std::move(names)) {}

    std::string condition() { return "evt.type in (" + types() + ") and " + any_of(3); }
    /// Of a type that conditions ask for; some parameters are missing.
    /// tid: of a process
    TestEvent event(std::uint32_t tid = 1);
    /// Bits of what a process can be wanted for.
    std::uint64_t interest() { return random_(); }

private:
    std::size_t below(std::size_t n) { return random_() % n; }
    template <typename T>
    const T& one_of(const std::vector<T>& all) {
        return all[below(all.size())];
    }
    std::string types();
    std::string any_of(unsigned depth);
    std::string check();
    std::string name();
    std::string end_of(const std::string& text);
    std::string list(std::string (FilterRules::*item)());

    std::mt19937_64 random_;
    std::vector<std::string> names_;
};

/// One to four random rules, and what the kernel filter makes of them.
struct JudgedRules {
    /// seed: also how many rules there are
    JudgedRules(FilterRules& random, std::uint64_t seed);

    /// What the kernel knows of the event's type; nullptr: no rule asks for it.
    const filter::EventPart* part_of(const Event& event) const;
    /// The conditions, one on each line.
    std::string text() const;

    std::vector<std::string> conditions;
    lang::Program program;
    std::vector<filter::EventPart> parts;
    std::unique_ptr<engine::Engine> engine;  // interpreted; knows interests
};

}  // namespace sensor::testing
