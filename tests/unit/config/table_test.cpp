// SPDX-License-Identifier: Apache-2.0
// Every row of grammar/config.def: its fallback is the default of its member, loads, and a value of
// another type is refused with its place.
#include "config/key_table.hpp"

#include "config/draft.hpp"
#include "config/shape.hpp"
#include "config/yaml_tree.hpp"
#include "tests/unit/config/settings.hpp"

namespace {

using namespace sensor::config;
using sensor::format;

/// A file that sets one key, in one line per part of its path.
struct OneKey {
    std::string text;
    std::size_t line = 0, column = 0;  // of the value
};
OneKey set_key(std::string_view path, const std::string& value) {
    OneKey one;
    std::string indent;
    for (;;) {
        ++one.line;
        const std::size_t dot = path.find('.');
        const std::string name(path.substr(0, dot));
        one.text += indent + name + ":";
        if (dot == std::string_view::npos) {
            one.column = indent.size() + name.size() + 3;
            one.text += " " + value + "\n";
            return one;
        }
        one.text += "\n";
        indent += "  ";
        path = path.substr(dot + 1);
    }
}

bool is_settable(const Key& key) { return key.path.find("[]") == std::string_view::npos; }

std::string yaml_of(const Key& key, std::string_view value) {
    const bool structure = value.starts_with('[') || value.starts_with('{');
    return structure || key.type == Type::Number || key.type == Type::Real ? std::string(value)
                                                                           : scalar_text(value);
}

}  // namespace

TEST_CASE("defaults of members are the fallbacks of the table") {
    Draft read;
    read_keys(Node{Node::Kind::Map, {}, {}, {}, {}}, read);
    const std::vector<std::string> own = member_texts(Draft{}), table = member_texts(read);
    REQUIRE(own.size() == table.size());
    for (std::size_t k = 0; k < own.size(); ++k) CHECK(own[k] == table[k]);
    CHECK(read.c.notes.empty());
}

TEST_CASE("every key takes its own default without a word") {
    for (const Key& key : keys()) {
        if (!is_settable(key) || key.standing == Standing::Old) continue;
        for (const std::string_view value : {key.fallback, key.shipped}) {
            if (value.data() == nullptr) continue;
            const OneKey one = set_key(key.path, yaml_of(key, value));
            INFO(one.text);
            CHECK(said(one.text).empty());
        }
    }
}

TEST_CASE("every key refuses a value of another type, with its place") {
    std::size_t count = 0;
    for (const Key& key : keys()) {
        if (!is_settable(key)) continue;
        const bool map = key.type == Type::TextMap;
        const std::string wrong = map ? "[a, b]" : "{a: b}";
        const OneKey one = set_key(key.path, wrong);
        if (key.path == "config_files") continue;  // of files, not of a text: include_test.cpp
        const auto config = load(one.text);
        INFO(one.text);
        REQUIRE_FALSE(config.has_value());
        CHECK(config.error().text.starts_with(format("f.yaml:{}:{}: ", one.line, one.column)));
        CHECK(config.error().text.find(key.path.substr(key.path.rfind('.') + 1)) !=
              std::string::npos);
        ++count;
    }
    CHECK(count > 130);
}

TEST_CASE("words and numbers that are none are refused, with what there is") {
    for (const Key& key : keys()) {
        const bool word = key.type == Type::Word || key.type == Type::Level;
        const bool number = key.type == Type::Number || key.type == Type::Real;
        if (!is_settable(key) || (!word && !number && key.type != Type::Flag)) continue;
        const OneKey one = set_key(key.path, "maybe");
        const std::string text = said(one.text);
        INFO(one.text);
        CHECK(text.starts_with(format("f.yaml:{}:{}: {}", one.line, one.column, key.path)));
        CHECK(text.find(word     ? "; use "
                        : number ? "must be a number"
                                 : "must be true or false") != std::string::npos);
    }
}

TEST_CASE("numbers have ranges") {
    for (const Key& key : keys()) {
        if (key.type != Type::Number && key.type != Type::Real) continue;
        const Range range = range_of(key);
        CHECK(said(set_key(key.path, "-1").text).find("must be a number") != std::string::npos);
        CHECK_FALSE(load(set_key(key.path, "1e400").text).has_value());
        if (!range.bounded_above) continue;
        INFO(key.path);
        const auto at = [&](double value) {
            return load(set_key(key.path, format("{:.0f}", value)).text).has_value();
        };
        CHECK(at(range.least));
        CHECK(at(range.most));
        CHECK_FALSE(at(range.most + 1));
        if (range.least > 0) CHECK_FALSE(at(range.least - 1));
    }
}

TEST_CASE("numbers in the forms of YAML") {
    const auto snaplen = [](const std::string& text) {
        const auto config = load("falco_libs: {snaplen: " + text + "}\n");
        return config.has_value() ? config->snaplen : 0;
    };
    CHECK(snaplen("0x10") == 16);
    CHECK(snaplen("010") == 8);
    CHECK(snaplen("+7") == 7);
    CHECK(snaplen("\"9\"") == 9);
    CHECK(snaplen("7.5") == 0);
    CHECK(snaplen("65536") == 0);
    CHECK(snaplen("99999999999999999999") == 0);
}

TEST_CASE("the words for true and false") {
    for (const char* yes : {"true", "True", "YES", "on", "y", "\"true\""})
        CHECK(load(std::string("json_output: ") + yes + "\n")->outputs.format.json);
    for (const char* no : {"false", "No", "OFF", "n", "'false'"})
        CHECK_FALSE(load(std::string("json_output: ") + no + "\n")->outputs.format.json);
    for (const char* neither : {"1", "tru", "\"\""})
        CHECK_FALSE(load(std::string("json_output: ") + neither + "\n").has_value());
}

TEST_CASE("a key without content is not set") {
    CHECK(said("json_output:\nrules_files: ~\nwebserver:\nengine:\n  kind:\nplugins:\nrules:\n")
              .empty());
}

TEST_CASE("what the peer ships loads without a word") {
    const auto config = load_config(SENSOR_TEST_DATA "/config/stock.yaml", {});
    REQUIRE(config.has_value());
    for (const Note& note : config->notes) FAIL_CHECK(note.text);
    CHECK(to_text(config->files.at(0).schema) == "ok");
    CHECK(config->web.address == "0.0.0.0");
    CHECK(config->outputs.standard.has_value());
    CHECK(config->outputs.syslog.has_value());
    CHECK(config->foreign_plugins.empty());
    for (const Key& key : keys()) {  // it has all of the peer's keys
        const bool theirs = key.standing != Standing::Ours && key.standing != Standing::Old;
        if (!theirs || !is_settable(key)) continue;
        INFO(key.path);
        CHECK(entry_at(config->settings, key.path) != nullptr);
    }
}

TEST_CASE("what we ship loads without a word") {
    const auto config = load_config(SENSOR_OWN_CONFIG, {});
    REQUIRE(config.has_value());
    for (const Note& note : config->notes) FAIL_CHECK(note.text);
    CHECK(to_text(config->files.at(0).schema) == "ok");
}
