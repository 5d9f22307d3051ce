// SPDX-License-Identifier: Apache-2.0
// KernelPart: what the kernel can decide of a rule set before an event is reported: for each event
// type a condition over what the probe has at hand, never narrower than all rules together. What it
// cannot judge (processes, users, patterns) counts as true under `and` and as false under `not`, so
// an event that any rule wants is always kept.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "event/schema.hpp"
#include "lang/program.hpp"

namespace sensor::filter {

/// Both ends belong to it.
struct Interval {
    std::uint64_t low = 0, high = 0;
    friend auto operator<=>(const Interval&, const Interval&) = default;
};

/// A parameter that is a number: (value ^ flip) & mask lies in one of the intervals. Absent: no.
struct NumberTest {
    std::uint8_t param = 0;
    std::uint64_t flip = 0;  ///< the sign bit for signed numbers, which are then in order
    std::uint64_t mask = ~std::uint64_t{0};
    std::vector<Interval> intervals;  ///< in order, apart
    friend auto operator<=>(const NumberTest&, const NumberTest&) = default;
};

/// A parameter that names a file, as the rules see it: absolute, normalised.
struct NameTest {
    std::uint8_t param = 0;
    std::vector<std::string> equal, prefixes, suffixes;  ///< sorted, each once
    friend auto operator<=>(const NameTest&, const NameTest&) = default;
};

struct Node {
    enum class Kind : std::uint8_t { Always, Never, Number, Name, And, Or };
    Kind kind = Kind::Always;
    bool negated = false;                 ///< of Number and Name
    std::uint32_t test = 0;               ///< of numbers or names
    std::vector<std::uint32_t> children;  ///< of And, Or: at least two, smaller than their parent
    friend auto operator<=>(const Node&, const Node&) = default;
};

/// One event type's condition. An event is dropped if it does not hold.
struct EventPart {
    EventType event{};
    std::vector<NumberTest> numbers;
    std::vector<NameTest> names;  ///< at most kMostNames, all of the same parameter
    std::vector<Node> nodes;
    std::uint32_t root = 0;

    /// No rule wants the event.
    bool is_never() const { return nodes[root].kind == Node::Kind::Never; }
    /// Nothing is dropped.
    bool is_always() const { return nodes[root].kind == Node::Kind::Always; }
};

inline constexpr std::size_t kMostNames = 64;      ///< one bit each
inline constexpr std::size_t kMostIntervals = 32;  ///< of one test, and
inline constexpr std::size_t kMostNodes = 256;     ///< of one event: beyond it nothing is dropped
inline constexpr std::size_t kLongestName = 255;   ///< longer ones are kept
inline constexpr std::size_t kLongestSuffix = 64;  ///< that is judged

/// One entry for every event type that a rule may be true for, in table order. The generic event,
/// which stands for many calls, is decided by call number alone and has none.
/// cost: linear in the conditions, for each event
std::vector<EventPart> make_kernel_part(const lang::Program& program);

/// A coarser one: of every text only `bytes` are compared, of suffixes the last ones.
void cut_names(EventPart& part, std::size_t bytes);

/// For people: "flags & 2 in 1-18446744073709551615 and name ...", one line.
std::string to_text(const EventPart& part);

}  // namespace sensor::filter
