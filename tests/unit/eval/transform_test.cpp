// SPDX-License-Identifier: Apache-2.0
#include "eval/transform.hpp"

#include <initializer_list>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace sensor::eval {
namespace {

class Transforms {
public:
    Value run(Transformer t, std::vector<Value> args, std::string_view option = {}) {
        kept_.push_back(std::move(args));
        return transform(t, kept_.back(), option, arena_);
    }
    Value words(std::initializer_list<std::string_view> texts) {
        std::vector<Value> values;
        for (const std::string_view s : texts) values.push_back(Value::of_text(s));
        kept_.push_back(std::move(values));
        return Value::of_list(kept_.back().data(), kept_.back().size());
    }
    std::vector<std::string> options(std::initializer_list<std::string_view> texts,
                                     std::string_view spec) {
        const Value v = run(Transformer::getopt, {words(texts), Value::of_text(spec)});
        std::vector<std::string> found;
        for (std::uint32_t k = 0; k < v.len; ++k) found.emplace_back(v.list()[k].text());
        return found;
    }
    Value option(std::initializer_list<std::string_view> texts, std::string_view spec,
                 std::string_view letter) {
        return run(Transformer::getopt, {words(texts), Value::of_text(spec)}, letter);
    }

private:
    fields::Arena arena_;
    std::vector<std::vector<Value>> kept_;
};

Value text(std::string_view s) { return Value::of_text(s); }

}  // namespace

TEST_CASE("case, base name and length") {
    Transforms t;
    CHECK(t.run(Transformer::toupper, {text("a\xe9/z1")}).text() == "A\xe9/Z1");
    CHECK(t.run(Transformer::tolower, {text("AZ[")}).text() == "az[");
    CHECK(t.run(Transformer::basename, {text("/usr/bin/sh")}).text() == "sh");
    CHECK(t.run(Transformer::basename, {text("/usr/bin/")}).text().empty());
    CHECK(t.run(Transformer::basename, {text("sh")}).text() == "sh");
    CHECK(t.run(Transformer::len, {text("abc")}).as_uint() == 3);
    CHECK(t.run(Transformer::len, {text(std::string_view("a\0bc", 4))}).as_uint() == 1);
    CHECK(t.run(Transformer::len, {Value::of_bytes(std::string_view("a\0bc", 4))}).as_uint() == 4);
    CHECK(t.run(Transformer::len, {t.words({"a", "b"})}).as_uint() == 2);
    CHECK_FALSE(t.run(Transformer::toupper, {Value::of_int(1)}).present());
    const Value list = t.run(Transformer::toupper, {t.words({"a", "b"})});
    REQUIRE(list.len == 2);
    CHECK(list.list()[1].text() == "B");
}

TEST_CASE("base64 without padding") {
    Transforms t;
    CHECK(t.run(Transformer::b64, {text("YWJj")}).text() == "abc");
    CHECK(t.run(Transformer::b64, {text("YWI")}).text() == "ab");
    CHECK(t.run(Transformer::b64, {text("YQ")}).text() == "a");
    CHECK(t.run(Transformer::b64, {text("")}).present());
    CHECK_FALSE(t.run(Transformer::b64, {text("YQ==")}).present());
    CHECK_FALSE(t.run(Transformer::b64, {text("Y")}).present());
    CHECK_FALSE(t.run(Transformer::b64, {text("Y W")}).present());
    CHECK(t.run(Transformer::b64, {Value::of_bytes("/+8")}).text() == "\xff\xef");
}

TEST_CASE("join and concat") {
    Transforms t;
    CHECK(t.run(Transformer::join, {text("-"), t.words({"a", "b", ""})}).text() == "a-b-");
    const Value empty = t.run(Transformer::join, {text("-"), t.words({})});
    CHECK(empty.present());
    CHECK(empty.len == 0);
    const std::vector<Value> mixed{Value::of_int(-5), text("x"), Value::of_uint(7)};
    CHECK(t.run(Transformer::join, {text(","), Value::of_list(mixed.data(), 3)}).text() ==
          "-5,x,7");
    const std::vector<Value> gap{text("x"), Value::absent()};
    CHECK_FALSE(t.run(Transformer::join, {text(","), Value::of_list(gap.data(), 2)}).present());
    CHECK_FALSE(t.run(Transformer::join, {text(","), text("x")}).present());
    CHECK(t.run(Transformer::concat, {text("a"), text(""), text("b")}).text() == "ab");
    CHECK_FALSE(t.run(Transformer::concat, {text("a"), Value::of_int(1)}).present());
}

TEST_CASE("getopt by the POSIX rules for short options") {
    Transforms t;
    using Words = std::vector<std::string>;
    CHECK(t.options({"-ab", "v"}, "ab:") == Words{"a", "b", "v"});
    CHECK(t.options({"-x"}, "a") == Words{"?"});
    CHECK(t.options({"-b"}, "b:") == Words{""});
    CHECK(t.options({"-bvalue", "-a"}, "ab:") == Words{"b", "value", "a"});
    CHECK(t.options({"-a", "file", "-a"}, "a") == Words{"a"});
    CHECK(t.options({"-a", "--", "-a"}, "a") == Words{"a"});
    CHECK(t.options({"-a", "-", "-a"}, "a") == Words{"a"});
    CHECK(t.options({"-a", "", "-a"}, "a") == Words{"a"});
    CHECK(t.options({"--long", "-a"}, "a") == Words{"a"});
    CHECK(t.options({"-:"}, "a:") == Words{"?"});
    CHECK(t.options({}, "a").empty());
    CHECK(t.run(Transformer::getopt, {t.words({"file"}), text("a")}).present());
}

TEST_CASE("getopt with a selector yields the last value") {
    Transforms t;
    CHECK(t.option({"-b", "1", "-b2"}, "b:", "b").text() == "2");
    CHECK(t.option({"-ca"}, "ac", "a").text() == "a");
    CHECK_FALSE(t.option({"-c"}, "ac", "a").present());
    CHECK_FALSE(t.option({"-b"}, "b:", "b").present());
}

TEST_CASE("a full arena makes values absent") {
    fields::Arena arena(64);
    const std::string longer(200, 'a');
    const std::vector<Value> args{text(longer)};
    CHECK_FALSE(transform(Transformer::toupper, args, {}, arena).present());
    const std::vector<Value> two{text(longer), text(longer)};
    CHECK_FALSE(transform(Transformer::concat, two, {}, arena).present());
    CHECK(arena.overflows() == 1);
}

}  // namespace sensor::eval
