// SPDX-License-Identifier: Apache-2.0
// Lines of passwd and group as containers have them, well formed or not.
#include "containers/users.hpp"

#include "tests/support/catch.hpp"

using namespace sensor::containers;

TEST_CASE("users are the lines that are whole") {
    const auto users = parse_users(
        "root:x:0:0:root:/root:/bin/sh\n# a remark\n\nshort:x:1\nbad:x:a:1::/:/bin/sh\n"
        ":x:5:5::/:/bin/sh\nlarge:x:99999999999:1::/:/bin/sh\napp:x:4711:100:A, "
        "B:/srv:/bin/ash:more\n"
        "last:x:7:8::/:");
    CHECK(users == std::vector<UserEntry>{{0, 0, "root", "/root", "/bin/sh"},
                                          {4711, 100, "app", "/srv", "/bin/ash"},
                                          {7, 8, "last", "/", ""}});
}

TEST_CASE("groups need no members") {
    CHECK(parse_groups("root:x:0:\nweb:x:33:a,b\nodd:x\nx:x:-1:\n") ==
          std::vector<GroupEntry>{{0, "root"}, {33, "web"}});
}

TEST_CASE("a container cannot have more users than are kept") {
    std::string text;
    for (int k = 0; k < 10000; ++k)
        text += "u" + std::to_string(k) + ":x:" + std::to_string(k) + ":1::/:/bin/sh\n";
    CHECK(parse_users(text).size() == kMostUsers);
    CHECK(parse_groups(text).size() == kMostUsers);
}
