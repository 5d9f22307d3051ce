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

/// A parameter that names a file, as the rules see it: absolute, normalised. It holds if any of its
/// texts does.
struct NameTest {
    /// In place of a parameter: the kernel's own path of what was opened (REC_X_REAL); not there,
    /// and so without any of the texts, where nothing was.
    static constexpr std::uint8_t kReal = 255;
    using Texts = std::vector<std::string>;  ///< sorted, each once

    std::uint8_t param = 0;
    Texts equal, prefixes, suffixes;
    Texts directories;  ///< all before the last slash; "" for the root
    Texts parts;        ///< anywhere; of at most kLongestPart bytes, the first one a slash

    /// Calls visit(texts) for each kind.
    template <typename Visit>
    void each(Visit&& visit) {
        for (Texts* texts : {&equal, &prefixes, &suffixes, &directories, &parts}) visit(*texts);
    }
    friend auto operator<=>(const NameTest&, const NameTest&) = default;
};

struct Node {
    enum class Kind : std::uint8_t { Always, Never, Number, Name, Interest, And, Or };
    Kind kind = Kind::Always;
    bool negated = false;                 ///< of Number and Name
    std::uint32_t test = 0;               ///< of numbers or names
    std::uint64_t interest = 0;           ///< Interest: the process can be wanted for one of these
    std::vector<std::uint32_t> children;  ///< of And, Or: at least two, smaller than their parent
    friend auto operator<=>(const Node&, const Node&) = default;
};

/// The interest that every process has: conditions that say nothing of the process alone.
inline constexpr std::uint64_t kAnyInterest = 1;
inline constexpr std::size_t kMostInterests = 64;

/// One event type's condition. An event is dropped if it does not hold.
struct EventPart {
    EventType event{};
    std::vector<NumberTest> numbers;
    std::vector<NameTest> names;  ///< at most kMostNames, of one parameter and of kReal
    std::vector<Node> nodes;
    std::uint32_t root = 0;
    /// What its rules are wanted for: a process that can be wanted for nothing of it is not.
    std::uint64_t interests = kAnyInterest;

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
inline constexpr std::size_t kLongestPart = 8;
inline constexpr std::size_t kMostSlashes = 16;  ///< names with more parts are kept

/// Predicates that only the process of an event has a say in, and that change only when the kernel
/// counts a change of it; by predicate.
std::vector<bool> own_predicates(const lang::Program& program);

/// The bit of each condition, below kMostInterests: a process can be wanted for it as long as it is
/// not certain that what is known of the process makes it false. Conditions that ask the same of a
/// process share a bit, many conditions share them all the same; 0: kAnyInterest.
std::vector<std::uint8_t> interest_bits(const lang::Program& program);

/// One entry for every event type that a rule may be true for, in table order. The generic event,
/// which stands for many calls, is decided by call number alone and has none.
/// cost: linear in the conditions, for each event
std::vector<EventPart> make_kernel_part(const lang::Program& program);

/// A coarser one: of every text only `bytes` are compared, of suffixes the last ones.
void cut_names(EventPart& part, std::size_t bytes);

/// For people: "flags & 2 in 1-18446744073709551615 and name ...", one line.
std::string to_text(const EventPart& part);

}  // namespace sensor::filter
