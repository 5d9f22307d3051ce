// SPDX-License-Identifier: Apache-2.0
// Program: the typed intermediate form of a whole rule set, from which the interpreter runs,
// machine code is generated and the kernel filter will be. Names and types are resolved, constants
// are parsed, equal terms and equal predicates are one (shared by all rules). Plain data,
// serialisable.
#pragma once

#include <bitset>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "event/field_table.hpp"
#include "event/value.hpp"

namespace sensor::lang {

/// Fields of the configuration, by whole name: "static.NAME" and its text.
using StaticFields = std::map<std::string, std::string, std::less<>>;

/// A parsed constant. `bytes` holds text, buffer or address bytes; numbers are in `bits`.
struct Constant {
    Kind kind = Kind::Absent;  ///< Int, Uint, Bool, Text, Bytes, Ip4, Ip6, Double
    std::uint8_t prefix = 0;   ///< networks: prefix length, with is_net
    bool is_net = false;
    std::uint64_t bits = 0;
    std::string bytes;
    friend bool operator==(const Constant&, const Constant&) = default;
};

/// Something that yields a Value for an event.
struct Term {
    enum class Kind : std::uint8_t { Field, Constant, Transform, List };
    Kind kind = Kind::Field;
    FieldRef field;
    Constant constant;
    Transformer transformer{};
    std::vector<std::uint32_t> args;  ///< terms: arguments of Transform, elements of List
    std::string option;               ///< getopt(...)[c]: the option letter
    bool has_option = false;
    ParamType type = ParamType::NONE;
    bool is_list = false;
    friend bool operator==(const Term&, const Term&) = default;
};

/// How a value that stands for several (any ancestor, either end) satisfies an operator.
enum class Quantifier : std::uint8_t { One, Any, All };

/// One comparison. False whenever the left term is absent (but for `exists`, which asks just that).
struct Predicate {
    std::uint32_t left = 0;  ///< term
    Op op{};                 ///< eq1 is stored as eq
    Modifier modifier = Modifier::none;
    Quantifier quantifier = Quantifier::One;
    bool right_is_term = false;
    std::uint32_t right = 0;          ///< term, if right_is_term
    std::vector<Constant> constants;  ///< else; sorted and unique for `in`, as written otherwise
    friend bool operator==(const Predicate&, const Predicate&) = default;
};

struct CondNode {
    enum class Kind : std::uint8_t { True, False, Predicate, And, Or, Not };
    Kind kind = Kind::True;
    std::uint32_t predicate = 0;
    std::vector<std::uint32_t> children;  ///< nodes; always smaller indices than their parent
    friend bool operator==(const CondNode&, const CondNode&) = default;
};

/// Which events a condition can be true for.
struct EventSet {
    std::bitset<REC_MAX_EVENTS> events;  ///< event codes but for the generic one
    std::bitset<REC_MAX_SC> generic;     ///< calls reported by the generic event, by stable number

    /// Every event and every call, also those without a name here.
    static EventSet all();
    bool any() const { return events.any() || generic.any(); }
    friend bool operator==(const EventSet&, const EventSet&) = default;
};

/// One rule's condition. Everything else about a rule (text, priority, output) is in rules/.
struct Condition {
    std::uint32_t root = 0;  ///< node
    EventSet events;
};

struct Program {
    std::vector<Term> terms;
    std::vector<Predicate> predicates;
    std::vector<CondNode> nodes;
    std::vector<Condition> conditions;  ///< in order of evaluation
    /// Known while conditions and outputs are checked; in terms they are constants. Not part of
    /// the content.
    StaticFields static_fields;

    /// Adding shares what is already there: the number of an equal entry, else of a new one.
    /// cost: one hash of the entry, amortised
    std::uint32_t add_term(Term term);
    std::uint32_t add_predicate(Predicate predicate);
    std::uint32_t add_node(CondNode node);

    /// Hash to numbers. Catches up with the vectors on the next add, so a Program whose vectors
    /// were filled otherwise (read from storage) needs nothing done. Not part of the content.
    struct Index {
        std::unordered_multimap<std::size_t, std::uint32_t> by_hash;
        std::size_t known = 0;  ///< entries of the vector that are in by_hash
    };
    Index term_index, predicate_index, node_index;
};

}  // namespace sensor::lang
