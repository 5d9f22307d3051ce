// SPDX-License-Identifier: Apache-2.0
// A proposed exception, loaded behind the rules, silences the alert it was made for and no other.
#include "rulec/silence.hpp"

#include <algorithm>

#include "explain/truth.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/open_file.hpp"

namespace sensor::testing {
namespace {

const std::string kRule = R"(- list: shadow_lists
  items: [x]
- rule: Read
  desc: d
  condition: evt.type = openat and fd.name startswith /etc or proc.name = never
  output: o
  priority: INFO
)";

bool fires(const rules::RuleSet& set, const std::string& exepath, const std::string& file) {
    bool out = false;
    open_file(exepath, file, [&](const fields::Context& context) {
        const auto explainer = explain::Explainer::create(*set.rules.at(0).tree);
        REQUIRE(explainer);
        out = (*explainer)->holds(context);
    });
    return out;
}

std::optional<rulec::Silence> silence(const std::string& rules, const std::string& exepath,
                                      const std::string& file) {
    const std::vector<rules::SourceFile> files = {{"r.yaml", rules}};
    rules::LoadOptions how;
    how.trees = true;
    const rules::RuleSet set = rules::load_rules(files, how);
    REQUIRE(set.ok());
    CHECK(fires(set, exepath, file));
    std::optional<rulec::Silence> out;
    open_file(exepath, file, [&](const fields::Context& context) {
        out = rulec::find_silence(files, set.rules.at(0), context);
    });
    return out;
}

}  // namespace

TEST_CASE("general fields silence just that program and file") {
    const auto found = silence(kRule, "/usr/bin/cat", "/etc/shadow");
    REQUIRE(found);
    CHECK_FALSE(found->own_fields);
    CHECK_FALSE(fires(found->with, "/usr/bin/cat", "/etc/shadow"));
    CHECK(fires(found->with, "/usr/bin/cat", "/etc/passwd"));
    CHECK(fires(found->with, "/tmp/cat", "/etc/shadow"));
}

TEST_CASE("the rule's own exception is used") {
    const std::string rules = kRule + R"(  exceptions:
  - name: known
    fields: [proc.exepath, fd.name]
    comps: [in, startswith]
)";
    const auto found = silence(rules, "/usr/bin/cat", "/etc/shadow");
    REQUIRE(found);
    CHECK(found->own_fields);
    CHECK(found->exception == "known");
    CHECK(found->yaml.find("fields") == std::string::npos);
    CHECK_FALSE(fires(found->with, "/usr/bin/cat", "/etc/shadow"));
    CHECK(fires(found->with, "/usr/bin/tac", "/etc/shadow"));
}

TEST_CASE("a scalar exception is used") {
    const std::string rules =
        kRule + "  exceptions:\n  - name: programs\n    fields: proc.exepath\n";
    const auto found = silence(rules, "/usr/bin/cat", "/etc/shadow");
    REQUIRE(found);
    CHECK(found->exception == "programs");
    CHECK_FALSE(fires(found->with, "/usr/bin/cat", "/etc/passwd"));
}

TEST_CASE("values that mean something to YAML or to a condition") {
    for (const char* file : {"/etc/a b", "/etc/a,b(c)=d", "/etc/\"quoted\"", "/etc/it's: #1",
                             "/etc/ü", "/etc/back\\slash", "/etc/- x", "/etc/{a: [b]}"}) {
        INFO(file);
        const auto found = silence(kRule, "/usr/bin/cat", file);
        REQUIRE(found);
        CHECK_FALSE(fires(found->with, "/usr/bin/cat", file));
        CHECK(fires(found->with, "/usr/bin/cat", "/etc/other"));
    }
}

}  // namespace sensor::testing
