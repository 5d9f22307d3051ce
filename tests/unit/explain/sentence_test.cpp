// SPDX-License-Identifier: Apache-2.0
// The sentence names what decided, with the value it had.
#include "explain/sentence.hpp"

#include "lang/parse.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/open_file.hpp"

namespace sensor::testing {
namespace {

using explain::Truth;
using explain::TruthNode;

/// cat opens /etc/shadow.
TruthNode truth_of(const char* condition) {
    const lang::ParseResult parsed = lang::parse_condition(condition);
    REQUIRE(parsed.root != nullptr);
    auto explainer = explain::Explainer::create(*parsed.root);
    REQUIRE(explainer);
    TruthNode truth;
    open_file("/usr/bin/cat", "/etc/shadow",
              [&](const fields::Context& context) { truth = (*explainer)->explain(context); });
    return truth;
}

std::string said(const char* condition) { return explain::verdict(truth_of(condition)); }

}  // namespace

TEST_CASE("a false comparison is named with the value") {
    CHECK(said("evt.type = openat and proc.name = bash") ==
          "did not fire: proc.name = bash is false, it was cat");
}

TEST_CASE("an absent value is told from a wrong one") {
    const TruthNode truth = truth_of("container.image.repository = nginx");
    CHECK(truth.truth == Truth::Absent);
    CHECK(explain::verdict(truth).find("the event has no container.image.repository") !=
          std::string::npos);
}

TEST_CASE("what does not decide is not named") {
    const std::string text = said("evt.type = openat and (proc.name = bash or proc.name = zsh)");
    CHECK(text.find("bash") != std::string::npos);
    CHECK(text.find("zsh") != std::string::npos);
    CHECK(text.find("openat") == std::string::npos);
}

TEST_CASE("why it fired") {
    const std::string text = said(
        "evt.type = openat and fd.name startswith /etc/ and not "
        "proc.name = bash");
    CHECK(text.starts_with("fired: "));
    CHECK(text.find("/etc/shadow") != std::string::npos);
    CHECK(text.find("not proc.name = bash (it was cat)") != std::string::npos);
}

TEST_CASE("only parts that decided are marked") {
    const TruthNode truth = truth_of("proc.name = cat or fd.name = /etc/passwd");
    REQUIRE(truth.holds());
    CHECK(truth.children[0].decisive);
    CHECK_FALSE(truth.children[1].decisive);
    CHECK(truth.children[1].facts.front().value == "/etc/shadow");
}

TEST_CASE("long lists are shortened, never the middle of a character") {
    std::string list = "proc.name in (";
    for (int k = 0; k < 200; ++k) list += (k == 0 ? "p" : ", p") + std::to_string(k);
    list += ")";
    const std::string shortened = explain::shortened(list, 60);
    CHECK(shortened.size() < 80);
    CHECK(shortened.find("more)") != std::string::npos);
    std::string umlauts;
    for (int k = 0; k < 50; ++k) umlauts += "ü";
    for (std::size_t most = 20; most < 30; ++most) {
        const std::string cut = explain::shortened(umlauts, most);
        CHECK(cut.size() % 2 == 1);  // whole umlauts of two bytes, and the three of the ellipsis
    }
}

}  // namespace sensor::testing
