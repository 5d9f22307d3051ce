// SPDX-License-Identifier: Apache-2.0
// Every file of tests/cases/broken: each mistake is reported once, at its token, with its code and
// a way out, and nothing else is. expected.tsv has a row for each.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "rules/ruleset.hpp"
#include "tests/support/catch.hpp"

namespace {

namespace fs = std::filesystem;
using sensor::lang::Diagnostic;

const fs::path kFolder = fs::path(SENSOR_TEST_DATA).parent_path() / "cases" / "broken";

struct Expected {
    std::size_t line = 0, column = 0;
    std::string token, code, message, hint;
};

std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::size_t begin = 0;
    while (begin <= line.size()) {
        const std::size_t end = std::min(line.find('\t', begin), line.size());
        cells.push_back(line.substr(begin, end - begin));
        begin = end + 1;
    }
    return cells;
}

std::map<std::string, std::vector<Expected>> read_expected() {
    std::map<std::string, std::vector<Expected>> all;
    std::ifstream in(kFolder / "expected.tsv");
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
        const std::vector<std::string> c = cells_of(line);
        REQUIRE(c.size() == 7);
        all[c[0]].push_back({std::stoul(c[1]), std::stoul(c[2]), c[3], c[4], c[5], c[6]});
    }
    return all;
}

std::set<std::string> files_there() {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(kFolder)) {
        const std::string name = entry.path().filename().string();
        if (!name.ends_with(".tsv") && !name.ends_with(".md")) names.insert(name);
    }
    return names;
}

std::string text_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// "line:column CODE message | hint" of everything that was said, for the report of a failure.
std::string listing(const std::vector<Diagnostic>& diagnostics) {
    std::string text;
    for (const Diagnostic& d : diagnostics) {
        text += "\n  " + std::to_string(d.position.line) + ":" + std::to_string(d.position.column) +
                " " + d.code + " " + d.message + " | " + d.hint;
    }
    return text;
}

bool is_said(const std::vector<Diagnostic>& diagnostics, const Expected& e) {
    return std::any_of(diagnostics.begin(), diagnostics.end(), [&](const Diagnostic& d) {
        return d.position.line == e.line && d.position.column == e.column && d.code == e.code &&
               d.message.find(e.message) != std::string::npos &&
               d.hint.find(e.hint) != std::string::npos;
    });
}

}  // namespace

TEST_CASE("a mistake in a rules file is reported once, at its token, with a way out") {
    const auto expected = read_expected();
    for (const auto& [name, rows] : expected) {
        const auto files = sensor::rules::read_rules_path((kFolder / name).string());
        REQUIRE(files);
        const sensor::rules::RuleSet set = sensor::rules::load_rules(*files, {});
        INFO(name << " says:" << listing(set.diagnostics));
        CHECK(set.diagnostics.size() == rows.size());
        for (const Expected& e : rows) {
            INFO("expected " << e.line << ":" << e.column << " " << e.code << " " << e.message
                             << " | " << e.hint);
            CHECK(is_said(set.diagnostics, e));
        }
    }
}

TEST_CASE("the table of broken files names every file, and the tokens that stand there") {
    const auto expected = read_expected();
    std::set<std::string> named;
    std::size_t hints = 0;
    std::size_t rows_there = 0;
    for (const auto& [name, rows] : expected) {
        named.insert(name);
        const std::string text = text_of(kFolder / name);
        for (const Expected& e : rows) {
            std::size_t at = 0;
            for (std::size_t line = 1; line < e.line; ++line) at = text.find('\n', at) + 1;
            INFO(name << ":" << e.line << ":" << e.column);
            const bool readable = e.token.find("\xef\xbf\xbd") == std::string::npos;
            if (readable) CHECK(text.compare(at + e.column - 1, e.token.size(), e.token) == 0);
            hints += e.hint.empty() ? 0 : 1;
            ++rows_there;
        }
    }
    CHECK(named == files_there());
    CHECK(named.size() >= 100);
    CHECK(hints * 10 >= rows_there * 9);
}
