// SPDX-License-Identifier: Apache-2.0
#include "eval/path_trie.hpp"

#include <initializer_list>

#include "tests/support/catch.hpp"

namespace sensor::eval {
namespace {

bool pmatch(std::string_view path, std::initializer_list<std::string_view> patterns) {
    PathTrie trie;
    for (const std::string_view p : patterns) trie.add(p);
    trie.finish();
    return trie.matches(path);
}

}  // namespace

TEST_CASE("pmatch compares leading components") {
    CHECK(pmatch("/a/b", {"/a/b"}));
    CHECK(pmatch("/a/b/c", {"/a/b"}));
    CHECK_FALSE(pmatch("/a/bc", {"/a/b"}));
    CHECK_FALSE(pmatch("/a", {"/a/b"}));
    CHECK(pmatch("/a//b/", {"a/b/"}));
    CHECK(pmatch("a/b", {"/a/b"}));
    CHECK(pmatch("/x", {"/"}));
    CHECK(pmatch("", {"/"}));
    CHECK_FALSE(pmatch("", {"/a"}));
    CHECK_FALSE(pmatch("/a", {}));
}

TEST_CASE("pmatch takes globs in components") {
    CHECK_FALSE(pmatch("/opt/dir", {"/opt/di"}));
    CHECK(pmatch("/opt/dir", {"/opt/di?"}));
    CHECK(pmatch("/opt/dir", {"/opt/*"}));
    CHECK(pmatch("/opt/dir/sub", {"/opt/di[r]/sub"}));
    CHECK_FALSE(pmatch("/opt/dir/sub", {"/opt/di[!r]/sub"}));
    CHECK_FALSE(pmatch("/opt/dir/x", {"/opt/*/*/x"}));
}

TEST_CASE("pmatch tries globs where a literal leads nowhere") {
    CHECK(pmatch("/a/b/d", {"/a/b/c", "/a/*/d"}));
    CHECK(pmatch("/a/b/c/x", {"/a/b/c/y", "/a"}));
    CHECK_FALSE(pmatch("/a/b/e", {"/a/b/c", "/a/*/d"}));
}

}  // namespace sensor::eval
