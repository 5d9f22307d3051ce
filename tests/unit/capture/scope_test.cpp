// SPDX-License-Identifier: Apache-2.0
#include "capture/scope.hpp"

#include "tests/support/catch.hpp"

using namespace sensor;
using namespace sensor::capture;

TEST_CASE("the three scopes") {
    const Result<Scope> tree = parse_scope("tree=12");
    REQUIRE(tree.has_value());
    CHECK(std::get<ScopeTree>(*tree).pid == 12);
    const Result<Scope> group = parse_scope("cgroup=/sys/fs/cgroup/a=b");
    REQUIRE(group.has_value());
    CHECK(std::get<ScopeCgroup>(*group).path == "/sys/fs/cgroup/a=b");
    const Result<Scope> pidns = parse_scope("pidns");
    REQUIRE(pidns.has_value());
    CHECK(std::holds_alternative<ScopePidns>(*pidns));
}

TEST_CASE("what is no scope is an error that says what one is") {
    for (const char* text : {"", "tree", "tree=", "tree=0", "tree=1x", "tree=-4", "cgroup",
                             "cgroup=", "pidns=1", "host"}) {
        INFO(text);
        const Result<Scope> scope = parse_scope(text);
        REQUIRE_FALSE(scope.has_value());
        CHECK(scope.error().text.find("expected") != std::string::npos);
    }
}

TEST_CASE("a folder that is no control group") {
    const Result<CgroupKey> key = find_cgroup("/no/such/folder");
    REQUIRE_FALSE(key.has_value());
    CHECK(key.error().text.find("--scope cgroup=/no/such/folder: not a control group") == 0);
}
