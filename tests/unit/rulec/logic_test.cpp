// SPDX-License-Identifier: Apache-2.0
// What Logic says follows must follow: every claim is tried on all events of a small world.
#include "rulec/logic.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <random>

#include "eval/compare.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/program_of.hpp"

namespace sensor::rulec {
namespace {

using lang::CondNode;
using lang::Program;
using sensor::testing::program_of;

bool implies(const std::string& a, const std::string& b) {
    const Program program = program_of({a.c_str(), b.c_str()});
    return Logic(program).implies(program.conditions[0].root, program.conditions[1].root);
}
bool disjoint(const std::string& a, const std::string& b) {
    const Program program = program_of({a.c_str(), b.c_str()});
    return Logic(program).disjoint(program.conditions[0].root, program.conditions[1].root);
}

/// A value or none for each of two fields.
struct World {
    std::optional<std::string> name;
    std::optional<std::int64_t> number;
};

bool holds(const Program& program, const lang::Predicate& p, const World& world) {
    const FieldId field = program.terms[p.left].field.id;
    const bool is_name = field == FieldId::proc_name;
    if (is_name ? !world.name : !world.number) return false;
    if (p.op == Op::exists) return true;
    const Value left = is_name ? Value::of_text(*world.name) : Value::of_int(*world.number);
    const auto one = [&](const lang::Constant& c) {
        const Value right =
            is_name ? Value::of_text(c.bytes) : Value::of_int(static_cast<std::int64_t>(c.bits));
        return eval::compare(p.op == Op::in ? Op::eq : p.op, left, right);
    };
    return std::any_of(p.constants.begin(), p.constants.end(), one);
}

bool holds(const Program& program, std::uint32_t root, const World& world) {
    const CondNode& node = program.nodes[root];
    const auto child = [&](std::uint32_t k) { return holds(program, k, world); };
    switch (node.kind) {
        case CondNode::Kind::True: return true;
        case CondNode::Kind::False: return false;
        case CondNode::Kind::Predicate:
            return holds(program, program.predicates[node.predicate], world);
        case CondNode::Kind::Not: return !child(node.children.front());
        case CondNode::Kind::And:
            return std::all_of(node.children.begin(), node.children.end(), child);
        case CondNode::Kind::Or:
            return std::any_of(node.children.begin(), node.children.end(), child);
    }
    return false;
}

std::vector<World> all_worlds() {
    const std::array<std::optional<std::string>, 8> names = {std::nullopt, "",  "a",  "ab",
                                                             "abc",        "b", "ba", "c"};
    std::vector<World> worlds;
    for (const auto& name : names) {
        worlds.push_back({name, std::nullopt});
        for (std::int64_t n = -2; n <= 4; ++n) worlds.push_back({name, n});
    }
    return worlds;
}

class RandomCondition {
public:
    explicit RandomCondition(std::uint32_t seed) : random_(seed) {}

    std::string make(int depth) {
        if (depth == 0 || pick(3) == 0) return check();
        switch (pick(3)) {
            case 0: return "not (" + make(depth - 1) + ")";
            case 1: return "(" + make(depth - 1) + " and " + make(depth - 1) + ")";
            default: return "(" + make(depth - 1) + " or " + make(depth - 1) + ")";
        }
    }

private:
    std::uint32_t pick(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
    template <std::size_t N>
    std::string one_of(const std::array<const char*, N>& texts) {
        return texts[pick(N)];
    }

    std::string check() {
        if (pick(2) == 0) {
            const std::array<const char*, 6> ops = {"=", "!=", "<", "<=", ">", ">="};
            return "fd.num " + one_of(ops) + " " + std::to_string(static_cast<int>(pick(5)) - 1);
        }
        const std::array<const char*, 6> names = {"a", "ab", "abc", "b", "ba", "c"};
        if (pick(5) == 0) return "proc.name in (" + one_of(names) + ", " + one_of(names) + ")";
        if (pick(9) == 0) return "proc.name exists";
        const std::array<const char*, 5> ops = {"=", "!=", "startswith", "endswith", "contains"};
        return "proc.name " + one_of(ops) + " " + one_of(names);
    }

    std::mt19937 random_;
};

}  // namespace

TEST_CASE("claims of random pairs hold in every world") {
    const std::vector<World> worlds = all_worlds();
    RandomCondition random(42);
    std::size_t implied = 0;
    std::size_t apart = 0;
    for (int round = 0; round < 8000; ++round) {
        const std::string a = random.make(2);
        const std::string b = random.make(2);
        const Program program = program_of({a.c_str(), b.c_str()});
        const std::uint32_t left = program.conditions[0].root;
        const std::uint32_t right = program.conditions[1].root;
        Logic logic(program);
        const bool says_implied = logic.implies(left, right);
        const bool says_apart = logic.disjoint(left, right);
        implied += says_implied ? 1 : 0;
        apart += says_apart ? 1 : 0;
        for (const World& world : worlds) {
            const bool first = holds(program, left, world);
            const bool second = holds(program, right, world);
            if ((!says_implied || !first || second) && (!says_apart || !first || !second)) continue;
            FAIL(a << " / " << b << " / name " << world.name.value_or("-") << ", number "
                   << world.number.value_or(-99));
        }
    }
    CHECK(implied > 500);
    CHECK(apart > 500);
}

TEST_CASE("what follows by form is seen") {
    CHECK(implies("proc.name = a and evt.type = open", "proc.name = a"));
    CHECK(implies("proc.name = a", "proc.name in (a, b)"));
    CHECK(implies("proc.name in (a, b)", "proc.name in (c, b, a)"));
    CHECK(implies("fd.name startswith /etc/ssh", "fd.name startswith /etc"));
    CHECK(implies("fd.num < 3", "fd.num <= 3"));
    CHECK(implies("proc.name = a", "not proc.name = b"));
    CHECK(implies("not proc.name in (a, b)", "not proc.name = a"));
    CHECK(implies("proc.name = a", "proc.name exists"));
    CHECK(implies("proc.name = a", "fd.num = 1 or proc.name = a"));
}

TEST_CASE("what does not follow is not said to") {
    CHECK_FALSE(implies("proc.name = a", "proc.name = a and evt.type = open"));
    CHECK_FALSE(implies("proc.name in (a, b)", "proc.name = a"));
    CHECK_FALSE(implies("not proc.name = b", "proc.name != b"));  // there may be no name
    CHECK_FALSE(implies("proc.aname = a", "proc.aname in (b)"));
    CHECK_FALSE(disjoint("proc.aname = a", "proc.aname = b"));      // two ancestors
    CHECK_FALSE(disjoint("fd.ip = 10.0.0.1", "fd.ip = 10.0.0.2"));  // two ends
    CHECK_FALSE(disjoint("fd.name contains a", "fd.name contains b"));
    CHECK_FALSE(disjoint("fd.net = 10.0.0.0/8", "fd.net = 10.1.0.0/16"));
}

}  // namespace sensor::rulec
