// SPDX-License-Identifier: Apache-2.0
#include "eval/glob.hpp"

#include <fnmatch.h>

#include <random>
#include <string>

#include "tests/support/catch.hpp"

namespace sensor::eval {

TEST_CASE("glob is fnmatch without flags") {
    CHECK(glob_match("/etc/*", "/etc/ssl/certs/x", false));
    CHECK(glob_match("*", "", false));
    CHECK(glob_match("*", ".hidden", false));
    CHECK(glob_match("?/b", "a/b", false));
    CHECK_FALSE(glob_match("a", "ab", false));
    CHECK_FALSE(glob_match("ab", "a", false));
    CHECK(glob_match("[a-c]x", "bx", false));
    CHECK_FALSE(glob_match("[!a-c]x", "bx", false));
    CHECK(glob_match("[]x]", "]", false));
    CHECK(glob_match("[a-]", "-", false));
    CHECK(glob_match("\\*", "*", false));
    CHECK_FALSE(glob_match("\\*", "a", false));
    CHECK_FALSE(glob_match("a\\", "a\\", false));
    CHECK(glob_match("[", "[", false));
    CHECK(glob_match("[[:digit:]]*", "7x", false));
    CHECK(glob_match("a*b*c", "aXXbYYbZc", false));
    CHECK_FALSE(glob_match("a*b*c", "aXXbYYbZ", false));
    CHECK_FALSE(glob_match("ABC", "abc", false));
    CHECK(glob_match("A[B]?", "abc", true));
    CHECK(glob_match("[x-z]", "Y", true));
}

TEST_CASE("glob agrees with the C library on random patterns") {
    constexpr std::string_view kPattern = "ab*?[]!-\\^";
    constexpr std::string_view kText = "ab]-!\\^";
    std::mt19937 random(7);
    const auto make = [&](std::string_view letters, std::size_t most) {
        std::string s;
        for (std::size_t n = random() % most; n != 0; --n) s += letters[random() % letters.size()];
        return s;
    };
    for (int k = 0; k < 50000; ++k) {
        const std::string pattern = make(kPattern, 8);
        const std::string text = make(kText, 6);
        for (const bool fold : {false, true}) {
            INFO("pattern " << pattern << " text " << text << " fold " << fold);
            REQUIRE(GlobPattern(pattern, fold).matches(text) == glob_match(pattern, text, fold));
        }
        // What an open bracket means when nothing closes it differs between C libraries.
        if (pattern.find('[') != std::string::npos && pattern.find('\\') != std::string::npos)
            continue;
        INFO("pattern " << pattern << " text " << text);
        REQUIRE(glob_match(pattern, text, false) ==
                (::fnmatch(pattern.c_str(), text.c_str(), 0) == 0));
    }
}

TEST_CASE("a prepared glob answers by its literal parts") {
    const GlobPattern key("*/.ssh/id_*", false), device("/dev/sd[a-z]*", false),
        host("/etc/ssh/ssh_host_*_key", false), plain("/etc/hosts", false);
    CHECK(key.matches("/root/.ssh/id_ed25519"));
    CHECK(key.matches("/.ssh/id_"));
    CHECK_FALSE(key.matches("/root/.ssh/known_hosts"));
    CHECK(device.matches("/dev/sda1"));
    CHECK_FALSE(device.matches("/dev/sd1"));
    CHECK(host.matches("/etc/ssh/ssh_host_rsa_key"));
    CHECK_FALSE(host.matches("/etc/ssh/ssh_host_key"));  // head and tail must not overlap
    CHECK_FALSE(host.matches("/etc/ssh/ssh_host_rsa_key.pub"));
    CHECK(plain.matches("/etc/hosts"));
    CHECK_FALSE(plain.matches("/etc/hosts2"));
}

TEST_CASE("glob never explodes") {
    const std::string text(5000, 'a');
    std::string pattern;
    for (int k = 0; k < 100; ++k) pattern += "*a";
    CHECK_FALSE(glob_match(pattern + "b", text, false));
}

}  // namespace sensor::eval
