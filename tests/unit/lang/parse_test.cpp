// SPDX-License-Identifier: Apache-2.0
// What the grammar accepts and refuses, and the tree it yields. Field names need not exist here.
#include "lang/parse.hpp"

#include <tao/pegtl/contrib/analyze.hpp>

#include "grammar/output.hpp"
#include "tests/support/catch.hpp"

using sensor::lang::Node;
using sensor::lang::Operand;
using sensor::lang::parse_condition;
using sensor::lang::parse_expression;
using sensor::lang::ParseResult;

namespace {

bool accepts(std::string_view text) { return parse_condition(text).root != nullptr; }

/// Canonical text of what was understood, or the message.
std::string meaning(std::string_view text) {
    const ParseResult result = parse_condition(text);
    return result.root ? to_text(*result.root) : result.error->message;
}

std::string right_text(std::string_view text) {
    const ParseResult result = parse_condition(text);
    REQUIRE(result.root);
    REQUIRE(result.root->right);
    return result.root->right->text;
}

}  // namespace

TEST_CASE("the grammars cannot loop without consuming") {
    CHECK(tao::pegtl::analyze<sensor::grammar::condition>() == 0);
    CHECK(tao::pegtl::analyze<sensor::grammar::expression>() == 0);
    CHECK(tao::pegtl::analyze<sensor::grammar::output>() == 0);
}

TEST_CASE("boolean operators") {
    CHECK(meaning("m") == "m");
    CHECK(meaning("  m\n") == "m");
    CHECK_FALSE(accepts(""));
    CHECK_FALSE(accepts("   "));
    CHECK_FALSE(accepts("m1 and m2or m3"));
    CHECK(meaning("(m1)and(m2)or(m3)") == "((m1 and m2) or m3)");
    CHECK(meaning("p.q=1 or r.s=2 and m") == "(p.q = 1 or (r.s = 2 and m))");
    CHECK(meaning("not not not(not m)") == "m");
    CHECK(meaning("not not not m") == "not m");
    CHECK(meaning("not(m)") == "not m");
    CHECK(meaning("not (not m)") == "m");
    CHECK_FALSE(accepts("m not n"));
    CHECK(meaning("m and notn") == "(m and notn)");
    CHECK_FALSE(accepts("a andb"));
    CHECK(meaning("a and(b)") == "(a and b)");
    CHECK(meaning("not_x and and_x or or_x") == "((not_x and and_x) or or_x)");
    CHECK(meaning("not") == "not");
    CHECK_FALSE(accepts("a AND b"));
    CHECK_FALSE(accepts("a and"));
    CHECK(meaning("a and and") == "(a and and)");  // a macro named and
    CHECK(meaning("a and b and c or d or e") == "((a and b and c) or d or e)");
    CHECK(meaning("a and (b and c)") == "(a and (b and c))");
    CHECK_FALSE(accepts("(a"));
    CHECK_FALSE(accepts("a)"));
    CHECK_FALSE(accepts("()"));
}

TEST_CASE("exists") {
    CHECK(meaning("proc.tty existsand m") == "(proc.tty exists and m)");
    CHECK(meaning("proc.tty exists") == "proc.tty exists");
    CHECK_FALSE(accepts("proc.tty exists 3"));
    CHECK_FALSE(accepts("proc.tty ExIsTs"));
}

TEST_CASE("blanks around operators") {
    CHECK(meaning("proc.exe =sh") == "proc.exe = sh");
    CHECK(meaning("proc.exe ==sh") == "proc.exe == sh");
    CHECK(meaning("proc.exe!=sh") == "proc.exe != sh");
    CHECK_FALSE(accepts("proc.exe === sh"));
    CHECK_FALSE(accepts("proc.exe !== sh"));
    CHECK_FALSE(accepts("fd.name containsfoo"));
    CHECK(meaning("fd.name contains foo") == "fd.name contains foo");
    CHECK(meaning("fd.name contains\n\"foo\"") == "fd.name contains foo");
    CHECK_FALSE(accepts("fd.name contains\"foo\""));
    CHECK(meaning("f.x in(a)") == "f.x in (a)");
    CHECK(meaning("f.x inmylist") == "f.x in mylist");
    CHECK(meaning("a.b\b=\tc") == "a.b = c");
    CHECK_FALSE(accepts("a.b =\vc"));
    CHECK(meaning("evt.dir=< and evt.dir = >") == "(evt.dir = < and evt.dir = >)");
}

TEST_CASE("lists") {
    CHECK(meaning("user.uid in(0,1)") == "user.uid in (0, 1)");
    CHECK(meaning("user.uid in ( 0 , 1 )") == "user.uid in (0, 1)");
    CHECK(meaning("user.uid in ()") == "user.uid in ()");
    CHECK_FALSE(accepts("user.uid in (0,)"));
    CHECK_FALSE(accepts("user.uid in (,0)"));
    CHECK_FALSE(accepts("user.uid in (0,,1)"));
    CHECK_FALSE(accepts("user.uid in 5"));
    CHECK_FALSE(accepts("user.uid > (0)"));
    CHECK_FALSE(accepts("fd.name contains (a)"));
    CHECK_FALSE(accepts("fd.name pmatch /etc"));
    CHECK(meaning("fd.name pmatch (/etc, \"/a b\")") == "fd.name pmatch (/etc, \"/a b\")");
    CHECK(meaning("a.b intersects (x)") == "a.b intersects (x)");
}

TEST_CASE("bare texts") {
    CHECK_FALSE(accepts("fd.name = x,"));
    CHECK_FALSE(accepts("fd.name = x=y"));
    CHECK_FALSE(accepts("fd.name = f(x)"));
    CHECK(right_text("fd.name = \"x,\"") == "x,");
    CHECK(right_text("fd.name = 'x=y'") == "x=y");
    CHECK(right_text("fd.name = \"f(x)\"") == "f(x)");
    CHECK(right_text("fd.name = a[1]{b}|c;!d") == "a[1]{b}|c;!d");
    CHECK(right_text("proc.exe = 0x1F") == "0x1F");
    CHECK(right_text("proc.exe = a\\qb") == "a\\qb");
    CHECK(right_text("proc.exe = <NA>") == "<NA>");
    CHECK_FALSE(accepts("#x.y=1"));
    CHECK(right_text("x.y = a#b") == "a#b");
}

TEST_CASE("numbers") {
    for (const char* good :
         {"> +7", "< -7", "<= 0x1F", "> 1.5", "> 2e+3", ">= 1.", "> 2.5E-3", ">5"}) {
        INFO(good);
        CHECK(accepts(std::string("proc.pid ") + good));
    }
    for (const char* bad : {"> 2e3", ">= 0zz", "> abc", "> .5", "> 0x", "> -", "> \"5\"", ">"}) {
        INFO(bad);
        CHECK_FALSE(accepts(std::string("proc.pid ") + bad));
    }
    CHECK(right_text("proc.pid > -7") == "-7");
}

TEST_CASE("field names and arguments") {
    CHECK_FALSE(accepts("evt.arg[] = a"));
    CHECK_FALSE(accepts("evt.arg[ 1 ] = a"));
    CHECK_FALSE(accepts("evt.arg[a]b] = a"));
    CHECK_FALSE(accepts("evt.arg [1] = a"));
    CHECK(meaning("evt.arg[\"a b\"] = c") == "evt.arg[\"a b\"] = c");
    CHECK(meaning("evt.arg[1] exists") == "evt.arg[1] exists");
    CHECK(meaning("container.label[app.kubernetes.io/name] = x") ==
          "container.label[app.kubernetes.io/name] = x");
    CHECK(meaning("x.y[\"\"] = 1") != meaning("x.y = 1"));
    CHECK(parse_condition("x.y[\"\"] = 1").root->left.field.bracket == std::string());
    CHECK_FALSE(parse_condition("x.y = 1").root->left.field.bracket.has_value());
    CHECK_FALSE(accepts("_x.y = 1"));
    CHECK_FALSE(accepts("x.1y = 1"));
    CHECK_FALSE(accepts("x. = 1"));
    CHECK_FALSE(accepts("x = 1"));
    CHECK_FALSE(accepts("x-y.z = 1"));
}

TEST_CASE("quoted texts and escapes") {
    CHECK(right_text("a.b = \"a\\\"b\"") == "a\"b");
    CHECK(right_text("a.b = 'a\\'b'") == "a'b");
    CHECK_FALSE(accepts("a.b = \"a\\'b\""));
    CHECK_FALSE(accepts("a.b = 'a\\\"b'"));
    CHECK(right_text("a.b = \"a\\ b\"") == "a\\b");
    CHECK_FALSE(accepts("a.b = \"\\x41\\x7\""));
    CHECK(right_text("a.b = \"\\x412\"") == "A2");
    CHECK(right_text("a.b = \"\\xfF\"") == "\xff");
    CHECK(right_text("a.b = \"q\\x00r\"") == std::string("q\0r", 3));
    CHECK(right_text("a.b = \"\\b\\f\\n\\r\\t\\\\x\\/\"") == "\b\f\n\r\t\\x/");
    CHECK_FALSE(accepts("proc.exe = \"z\\\\\""));
    CHECK_FALSE(accepts("proc.exe = \"a\\q\""));
    CHECK_FALSE(accepts("proc.exe = \"open"));
    CHECK_FALSE(accepts("proc.exe = 'open"));
    CHECK(right_text("a.b = \"\"").empty());
    CHECK(right_text("a.b = '\"'") == "\"");
}

TEST_CASE("transformers and val") {
    CHECK_FALSE(accepts("tolower (x.y) = a"));
    CHECK(meaning("tolower( x.y ) = a") == "tolower(x.y) = a");
    CHECK_FALSE(accepts("val(x.y) = a"));
    CHECK_FALSE(accepts("a.b = val(toupper(x.y))"));
    CHECK_FALSE(accepts("a.b = toupper(val(x.y))"));
    CHECK_FALSE(accepts("x.y in (tolower(a.b))"));
    CHECK(meaning("x.y in tolower(a.b)") == "x.y in tolower(a.b)");
    CHECK_FALSE(accepts("x.y = (tolower(a.b))"));
    CHECK(right_text("x.y = tolower") == "tolower");
    CHECK(meaning("x.y = val( a.b[1] )") == "x.y = val(a.b[1])");
    CHECK(meaning("x.y > val(a.b)") == "x.y > val(a.b)");
    CHECK(right_text("x.y = val") == "val");
    CHECK_FALSE(accepts("len = 1"));
    CHECK(meaning("len") == "len");
    CHECK(meaning("join( \"-\" , ( a.b , \"c\" , 3 ) ) = x") == "join(\"-\",(a.b,\"c\",3)) = x");
    CHECK(meaning("join(\"-\", ()) = x") == "join(\"-\",()) = x");
    CHECK_FALSE(accepts("join(\"-\", (a.b,)) = x"));
    CHECK_FALSE(accepts("join(\"-\", ((a.b))) = x"));
    CHECK_FALSE(accepts("join(\"-\", (word)) = x"));
    CHECK(meaning("getopt(a.b,\"x:\")[x] = 1") == "getopt(a.b,\"x:\")[x] = 1");
    CHECK(meaning("toupper(tolower(a.b)) = x") == "toupper(tolower(a.b)) = x");
    CHECK_FALSE(accepts("toupper() = x"));
}

TEST_CASE("modifiers") {
    CHECK(right_text("x.y = oneof") == "oneof");
    CHECK(meaning("x.y = oneof and m") == "(x.y = oneof and m)");
    CHECK(meaning("x.y = oneof or m") == "(x.y = oneof or m)");
    CHECK(meaning("(x.y = oneof )") == "x.y = oneof");
    CHECK(meaning("x.y = oneof (a)") == "x.y = oneof (a)");
    CHECK(parse_condition("x.y = oneof (a)").root->modifier == sensor::Modifier::oneof);
    CHECK_FALSE(accepts("x.y = oneof(a)"));
    CHECK_FALSE(accepts("x.y =oneof (a)"));
    CHECK_FALSE(accepts("x.y = ONEOF (a)"));
    const ParseResult named = parse_condition("x.y = oneof oneof");
    REQUIRE(named.root);
    CHECK(named.root->modifier == sensor::Modifier::oneof);
    CHECK(named.root->right->text == "oneof");
    CHECK(parse_condition("x.y = oneof android").root->modifier == sensor::Modifier::oneof);
    CHECK(meaning("x.y startswith anyof (a, b)") == "x.y startswith anyof (a, b)");
    CHECK_FALSE(accepts("x.n > anyof (1)"));
    CHECK_FALSE(accepts("x.y in anyof (a)"));
    CHECK(meaning("x.y != allof ()") == "x.y != allof ()");
}

TEST_CASE("edge 25: depth is limited, not the stack") {
    const ParseResult deep =
        parse_condition(std::string(100000, '(') + "m" + std::string(100000, ')'));
    REQUIRE(deep.error);
    CHECK(deep.error->message.find("levels deep") != std::string::npos);
    CHECK(deep.error->pos.column == sensor::lang::kMaxNesting + 2);
    const std::string half(sensor::lang::kMaxNesting - 1, '(');
    CHECK(accepts(half + "m" + std::string(half.size(), ')')));
    std::string nots;
    for (int k = 0; k < 100000; ++k) nots += "not ";
    CHECK(meaning(nots + "m") == "m");
    std::string calls;
    for (int k = 0; k < 5000; ++k) calls += "toupper(";
    CHECK_FALSE(accepts(calls + "a.b"));
    CHECK_FALSE(parse_expression(calls + "a.b").operand.has_value());
}

TEST_CASE("messages name the token before, the place and what may follow") {
    const auto error = [](std::string_view text) { return *parse_condition(text).error; };
    CHECK(error("evt.type=open fd.name=/x").message ==
          "unexpected 'fd.name' after 'open', expecting 'or' or 'and'");
    CHECK(error("evt.type=open fd.name=/x").pos.column == 15);
    CHECK(error("a and (b c)").message == "unexpected 'c' after 'b', expecting 'or', 'and' or ')'");
    CHECK(error("fd.name like x").message ==
          "unexpected 'like' after 'fd.name', expecting a comparison operator");
    for (const char* text : {"a and", "a and "}) {
        CHECK(error(text).message == "nothing follows 'and'");
        CHECK(error(text).pos.column == 3);
    }
    CHECK(error("x.y in (a,)").message == "unexpected ')' after ',', expecting a list value");
    CHECK(error("x.y in (a b)").message == "unexpected 'b' after 'a', expecting ',' or ')'");
    CHECK(error("x.y > abc").message ==
          "unexpected 'abc' after '>', expecting a number, 'val(' or a transformer");
    CHECK(error("x.y =").message.starts_with("unexpected end of the condition after '='"));
    CHECK(error("x.y = \"abc").message == "the quote is not closed");
    CHECK(error("x.y = \"abc").pos.column == 7);
    CHECK(error("x.y = \"a\\qb\"").message == "'\\q' is not an escape sequence");
    CHECK(error("x.y = \"a\\qb\"").pos.column == 9);
    CHECK(error("x.y[").message.find("after 'x.y[', expecting a field argument") !=
          std::string::npos);
}

TEST_CASE("CR and LF each start a line") {
    const auto lf = parse_condition("a and\nb c").error->pos;
    CHECK(lf.line == 2);
    CHECK(lf.column == 3);
    CHECK(lf.offset == 8);
    const auto crlf = parse_condition("a and\r\nb c").error->pos;
    CHECK(crlf.line == 3);
    CHECK(crlf.column == 3);
    const ParseResult tree = parse_condition("a\nand b.c\n  = d");
    REQUIRE(tree.root);
    CHECK(tree.root->children[1]->pos.line == 2);
    CHECK(tree.root->children[1]->pos.column == 5);
    CHECK(tree.root->children[1]->op_pos.line == 3);
    CHECK(tree.root->children[1]->right->pos.column == 5);
}

TEST_CASE("expressions alone") {
    CHECK(parse_expression("proc.aname[2]").operand->field.bracket == std::string("2"));
    CHECK(parse_expression("toupper(proc.name)").operand->kind == Operand::Kind::Transform);
    CHECK_FALSE(parse_expression("proc.name ").operand.has_value());
    CHECK_FALSE(parse_expression("proc").operand.has_value());
    CHECK_FALSE(parse_expression("val(proc.name)").operand.has_value());
    CHECK_FALSE(parse_expression("").operand.has_value());
}

TEST_CASE("canonical text") {
    CHECK(meaning("(evt.type in (open,openat,openat2) and fd.num>=0) and fd.name=/etc/shadow and "
                  "not proc.name in (bash, sh)") ==
          "((evt.type in (open, openat, openat2) and fd.num >= 0) and fd.name = /etc/shadow and "
          "not proc.name in (bash, sh))");
    CHECK(meaning("a.b = \"\"") == "a.b = ");
    CHECK(meaning("a.b = 'x y'") == "a.b = \"x y\"");
    CHECK(meaning("a.b = \"x\\ny\\\\x\"") == "a.b = \"x\\ny\\\\x\"");
    CHECK(meaning("not (a or b)") == "not (a or b)");
    const ParseResult tree = parse_condition("a and not b.c[1] in (d, e) or len(f.g) > 3");
    CHECK(to_text(*sensor::lang::clone(*tree.root)) == to_text(*tree.root));
}
