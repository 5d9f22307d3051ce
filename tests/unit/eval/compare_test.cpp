// SPDX-License-Identifier: Apache-2.0
#include "eval/compare.hpp"

#include "tests/support/catch.hpp"

namespace sensor::eval {
namespace {

Value text(std::string_view s) { return Value::of_text(s); }
Value number(std::int64_t n) { return Value::of_int(n); }
Value natural(std::uint64_t n) { return Value::of_uint(n); }
constexpr std::string_view kLocal("\x7f\0\0\1", 4);
constexpr std::string_view kLan("\x0a\1\2\3", 4);
constexpr std::string_view kSix("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);

}  // namespace

TEST_CASE("numbers compare by value, signed or not") {
    CHECK_FALSE(compare(Op::gt, number(-100), natural(4294967295)));
    CHECK(compare(Op::lt, number(-100), number(-1)));
    CHECK(compare(Op::gt, number(3), number(-500)));
    CHECK_FALSE(compare(Op::gt, number(-1), number(4294967295)));
    CHECK(compare(Op::gt, number(-1), number(-65535)));
    CHECK_FALSE(compare(Op::eq, natural(5), natural(static_cast<std::uint64_t>(-1))));
    CHECK_FALSE(compare(Op::eq, number(-1), natural(static_cast<std::uint64_t>(-1))));
    CHECK(compare(Op::eq, number(7), natural(7)));
    CHECK(compare(Op::le, natural(7), number(7)));
    CHECK(compare(Op::ge, natural(7), number(7)));
    CHECK(compare(Op::eq, Value::of_bool(true), natural(1)));
    CHECK(compare(Op::lt, Value::of_double(1.5), number(2)));
    CHECK(compare(Op::eq, Value::of_double(2.0), natural(2)));
}

TEST_CASE("text compares byte by byte") {
    CHECK(compare(Op::eq, text("sh"), text("sh")));
    CHECK_FALSE(compare(Op::eq, text("sh"), text("Sh")));
    CHECK(compare(Op::ne, text("sh"), text("sh ")));
    CHECK(compare(Op::lt, text("4"), text("5")));
    CHECK(compare(Op::gt, text("/etc"), text("5")) == false);
    CHECK(compare(Op::lt, text("a"), text("\xff")));
    CHECK(compare(Op::lt, text("a"), text("ab")));
    CHECK(compare(Op::eq, text(""), text("")));
}

TEST_CASE("values that cannot be compared are unequal") {
    CHECK(compare(Op::ne, Value::of_ip(kLocal), Value::of_ip(kSix)));
    CHECK_FALSE(compare(Op::eq, Value::of_ip(kLocal), Value::of_ip(kSix)));
    CHECK_FALSE(compare(Op::eq, text("4"), number(4)));
    CHECK(compare(Op::ne, text("4"), number(4)));
    CHECK_FALSE(compare(Op::lt, text("4"), number(5)));
    CHECK_FALSE(compare(Op::ge, text("4"), number(5)));
}

TEST_CASE("parts of texts") {
    CHECK(compare(Op::contains, text("/p\xff/q"), text("\xff")));
    CHECK(compare(Op::contains, text("abc"), text("")));
    CHECK_FALSE(compare(Op::contains, text("ab"), text("abc")));
    CHECK_FALSE(compare(Op::contains, text("ABC"), text("b")));
    CHECK(compare(Op::icontains, text("ABC"), text("bC")));
    CHECK_FALSE(compare(Op::icontains, text("ABC"), text("d")));
    CHECK(compare(Op::startswith, text("abc"), text("")));
    CHECK(compare(Op::startswith, text("abc"), text("ab")));
    CHECK_FALSE(compare(Op::startswith, text("ab"), text("abc")));
    CHECK(compare(Op::endswith, text("abc"), text("bc")));
    CHECK_FALSE(compare(Op::endswith, text("abc"), text("ab")));
    CHECK(compare(Op::bcontains, Value::of_bytes("aJb"), Value::of_bytes("\x4a")));
    CHECK_FALSE(compare(Op::contains, number(41), text("4")));
}

TEST_CASE("networks") {
    CHECK(in_net(Value::of_ip(kLan), Value::of_ip(std::string_view("\x0a\0\0\0", 4)), 8));
    CHECK_FALSE(in_net(Value::of_ip(kLan), Value::of_ip(kLocal), 8));
    CHECK(in_net(Value::of_ip(kLan), Value::of_ip(kLocal), 0));
    CHECK(in_net(Value::of_ip(kLan), Value::of_ip(std::string_view("\x0a\1\2\2", 4)), 31));
    CHECK_FALSE(in_net(Value::of_ip(kLan), Value::of_ip(std::string_view("\x0a\1\2\2", 4)), 32));
    CHECK_FALSE(in_net(Value::of_ip(kLan), Value::of_ip(kSix), 0));
    CHECK(in_net(Value::of_ip(kSix), Value::of_ip(kSix), 128));
}

}  // namespace sensor::eval
