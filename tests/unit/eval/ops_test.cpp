// SPDX-License-Identifier: Apache-2.0
#include "eval/ops.hpp"

#include "tests/support/catch.hpp"

namespace sensor::eval {
namespace {

using lang::Constant;
using lang::Predicate;
using lang::Quantifier;

Constant constant(std::string_view text) {
    Constant c;
    c.kind = Kind::Text;
    c.bytes = text;
    return c;
}

Constant constant(std::int64_t n) {
    Constant c;
    c.kind = n < 0 ? Kind::Int : Kind::Uint;
    c.bits = static_cast<std::uint64_t>(n);
    return c;
}

Constant network(std::string_view bytes, std::uint8_t prefix) {
    Constant c;
    c.kind = bytes.size() == 4 ? Kind::Ip4 : Kind::Ip6;
    c.bytes = bytes;
    c.is_net = true;
    c.prefix = prefix;
    return c;
}

struct Test {
    Op op;
    std::vector<Constant> constants;
    Modifier modifier = Modifier::none;
    Quantifier quantifier = Quantifier::One;

    bool operator()(const Value& left) const {
        Predicate p;
        p.op = op;
        p.modifier = modifier;
        p.quantifier = quantifier;
        p.constants = constants;
        const auto prepared = prepare(p);
        REQUIRE(prepared);
        fields::Arena arena;
        return holds(*prepared, left, nullptr, &arena);
    }
};

Value text(std::string_view s) { return Value::of_text(s); }
constexpr std::string_view kServer("\xc0\xa8\5\7", 4);
constexpr std::string_view kClient("\x0a\0\0\x9", 4);
constexpr std::string_view kSix("\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);

}  // namespace

TEST_CASE("regex is anchored, POSIX, and sees bad bytes as one character") {
    CHECK_FALSE(Test{Op::regex, {constant("ma")}}(text("mail")));
    CHECK(Test{Op::regex, {constant("ma.*")}}(text("mail")));
    CHECK(Test{Op::regex, {constant("/p./q")}}(text("/p\xff/q")));
    CHECK(Test{Op::regex, {constant("..")}}(text("\xff\xfe")));
    CHECK(Test{Op::regex, {constant("caf.")}}(text("caf\xc3\xa9")));
    CHECK(Test{Op::regex, {constant("")}}(text("")));
    Predicate bad;
    bad.op = Op::regex;
    bad.constants = {constant("[")};
    CHECK_FALSE(prepare(bad));
    bad.constants = {constant("\\d+")};
    CHECK_FALSE(prepare(bad));
    bad.constants = {constant("(?i)x")};
    CHECK_FALSE(prepare(bad));
}

TEST_CASE("in is a set of equal values") {
    const Test shells{Op::in, {constant("sh"), constant(""), constant("bash")}};
    CHECK(shells(text("sh")));
    CHECK(shells(text("")));
    CHECK_FALSE(shells(text("dash")));
    CHECK_FALSE(Test{Op::in, {}}(text("sh")));
    CHECK_FALSE(Test{Op::intersects, {}}(text("sh")));
    const Test numbers{Op::in, {constant(std::int64_t{4}), constant(std::int64_t{-1})}};
    CHECK(numbers(Value::of_int(4)));
    CHECK(numbers(Value::of_uint(4)));
    CHECK(numbers(Value::of_int(-1)));
    CHECK_FALSE(numbers(Value::of_uint(static_cast<std::uint64_t>(-1))));
    CHECK_FALSE(numbers(text("4")));
}

TEST_CASE("lists: in asks for all elements, intersects for any") {
    const Value both[] = {text("file"), text("pipe")};
    const Value list = Value::of_list(both, 2);
    const Value nothing = Value::of_list(both, 0);
    const std::vector<Constant> one{constant("file")};
    const std::vector<Constant> two{constant("file"), constant("pipe")};
    CHECK_FALSE(Test{Op::in, one}(list));
    CHECK(Test{Op::in, two}(list));
    CHECK(Test{Op::in, one}(nothing));
    CHECK(Test{Op::intersects, one}(list));
    CHECK_FALSE(Test{Op::intersects, one}(nothing));
    CHECK_FALSE(Test{Op::intersects, {constant("ipv4")}}(list));
}

TEST_CASE("modifiers count the elements that satisfy") {
    const std::vector<Constant> ab{constant("a"), constant("b")};
    const Value a = text("a");
    CHECK(Test{Op::ne, ab, Modifier::anyof}(a));
    CHECK_FALSE(Test{Op::ne, ab, Modifier::allof}(a));
    CHECK(Test{Op::ne, ab, Modifier::allof}(text("c")));
    CHECK(Test{Op::eq, ab, Modifier::oneof}(a));
    CHECK_FALSE(Test{Op::eq, {constant("a"), constant("a")}, Modifier::oneof}(a));
    CHECK(Test{Op::startswith, ab, Modifier::anyof}(text("bc")));
    for (const Modifier m : {Modifier::oneof, Modifier::anyof, Modifier::allof}) {
        CHECK_FALSE(Test{Op::eq, {}, m}(a));
        CHECK_FALSE(Test{Op::ne, {}, m}(a));
    }
}

TEST_CASE("networks, one endpoint") {
    const Test inside{Op::eq, {network(std::string_view("\xc0\xa8\0\0", 4), 16)}};
    const Test outside{Op::ne, {network(std::string_view("\xc0\xa8\0\0", 4), 16)}};
    CHECK(inside(Value::of_ip(kServer)));
    CHECK_FALSE(outside(Value::of_ip(kServer)));
    CHECK_FALSE(inside(Value::of_ip(kSix)));
    CHECK(outside(Value::of_ip(kSix)));
    const Test several{Op::in,
                       {network(std::string_view("\x0a\0\0\0", 4), 8),
                        network(std::string_view("\xc0\xa8\0\0", 4), 16)}};
    CHECK(several(Value::of_ip(kServer)));
    CHECK(several(Value::of_ip(kClient)));
    CHECK_FALSE(several(Value::of_ip(kSix)));
    CHECK(Test{Op::in, {network(kSix, 32)}}(Value::of_ip(kSix)));
    const std::string everything(4, '\0');
    CHECK(Test{Op::in, {network(everything, 0)}}(Value::of_ip(kServer)));
}

TEST_CASE("either endpoint: equality asks for any, inequality for all") {
    const Value ends[] = {Value::of_ip(kClient), Value::of_ip(kServer)};
    const Value connection = Value::of_list(ends, 2);
    const std::vector<Constant> server{network(kServer, 32)};
    CHECK(Test{Op::eq, server, Modifier::none, Quantifier::Any}(connection));
    CHECK_FALSE(Test{Op::ne, server, Modifier::none, Quantifier::All}(connection));
    CHECK(Test{Op::in, server, Modifier::none, Quantifier::Any}(connection));
    CHECK(Test{Op::intersects, server, Modifier::none, Quantifier::Any}(connection));
    const std::vector<Constant> six{network(kSix, 32)};
    CHECK(Test{Op::ne, six, Modifier::none, Quantifier::All}(connection));
    CHECK_FALSE(Test{Op::eq, six, Modifier::none, Quantifier::Any}(connection));
}

TEST_CASE("any ancestor") {
    const Value names[] = {text("bash"), text("sshd"), text("init")};
    const Value chain = Value::of_list(names, 3);
    const Value orphan = Value::of_list(names, 0);
    const Test some_is{Op::eq, {constant("sshd")}, Modifier::none, Quantifier::Any};
    const Test some_is_not{Op::ne, {constant("init")}, Modifier::none, Quantifier::Any};
    CHECK(some_is(chain));
    CHECK_FALSE(some_is(orphan));
    CHECK(some_is_not(chain));
    CHECK_FALSE(some_is_not(orphan));
    CHECK_FALSE(Test{Op::ne, {constant("x")}, Modifier::none, Quantifier::All}(orphan));
    CHECK(Test{Op::startswith, {constant("ss")}, Modifier::none, Quantifier::Any}(chain));
    CHECK_FALSE(some_is(text("bash")));
}

TEST_CASE("a field on the right") {
    Predicate p;
    p.op = Op::eq;
    p.right_is_term = true;
    const auto same = prepare(p);
    REQUIRE(same);
    const Value right = text("sh");
    CHECK(holds(*same, text("sh"), &right, nullptr));
    CHECK_FALSE(holds(*same, text("bash"), &right, nullptr));
    p.op = Op::glob;
    const Value pattern = text("b*");
    CHECK(holds(*prepare(p), text("bash"), &pattern, nullptr));
    p.op = Op::in;
    const Value names[] = {text("bash"), text("sh")};
    const Value list = Value::of_list(names, 2);
    CHECK(holds(*prepare(p), text("sh"), &list, nullptr));
    CHECK(holds(*prepare(p), list, &list, nullptr));
    CHECK_FALSE(holds(*prepare(p), text("dash"), &list, nullptr));
}

}  // namespace sensor::eval
