// SPDX-License-Identifier: Apache-2.0
// Parts of the web server without a socket: who may ask for what, the token's file, heads of
// answers, the parser.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/catch.hpp"
#include "web/request_parser.hpp"
#include "web/response_text.hpp"
#include "web/router.hpp"
#include "web/token.hpp"

namespace {

using namespace sensor::web;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr const char* kSecret = "0123456789abcdefXYZ";

class TokenFile {
public:
    explicit TokenFile(const std::string& text = std::string(kSecret) + "\n") {
        std::string folder = (fs::temp_directory_path() / "token-XXXXXX").string();
        REQUIRE(::mkdtemp(folder.data()) != nullptr);
        path_ = folder + "/token";
        write(text);
    }
    ~TokenFile() { fs::remove_all(fs::path(path_).parent_path()); }
    TokenFile(const TokenFile&) = delete;
    TokenFile& operator=(const TokenFile&) = delete;
    /// As a new file in the old one's place.
    void write(const std::string& text) const {
        std::ofstream(path_ + ".new") << text;
        ::chmod((path_ + ".new").c_str(), 0600);
        fs::rename(path_ + ".new", path_);
    }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

std::vector<Route> routes() {
    return {{"GET", "/open", Access::Open, {}},
            {"GET", "/asked", Access::Token, {}},
            {"POST", "/change", Access::Change, {}},
            {"GET", "/change", Access::Token, {}}};
}

unsigned verdict(Router& router, std::string_view method, std::string_view path,
                 std::string_view authorization) {
    const Verdict found = router.find(method, path, authorization, Clock::now());
    return found.route != nullptr ? 200 : found.refused.status;
}

TEST_CASE("without a token reading is free, and changing refused") {
    Router router(routes(), Token());
    CHECK(verdict(router, "GET", "/open", "") == 200);
    CHECK(verdict(router, "GET", "/asked", "") == 200);
    CHECK(verdict(router, "POST", "/change", "Bearer x") == 403);
    CHECK(verdict(router, "HEAD", "/asked", "") == 200);
    CHECK(verdict(router, "HEAD", "/change", "") == 200);
    CHECK(verdict(router, "PUT", "/change", "") == 405);
    CHECK(router.find("PUT", "/change", "", Clock::now()).refused.headers ==
          std::vector<std::pair<std::string, std::string>>{{"Allow", "POST, GET, HEAD"}});
}

TEST_CASE("with a token it must be brought, but to what is open") {
    const TokenFile file;
    auto token = Token::from_file(file.path());
    REQUIRE(token);
    Router router(routes(), *token);
    const std::string right = std::string("Bearer ") + kSecret;
    CHECK(verdict(router, "GET", "/open", "") == 200);
    CHECK(verdict(router, "GET", "/asked", right) == 200);
    CHECK(verdict(router, "GET", "/asked", std::string("bearer ") + kSecret) == 200);
    CHECK(verdict(router, "POST", "/change", right) == 200);
    for (const std::string& wrong :
         {std::string(), std::string("Bearer "), std::string("Bearer"), std::string(kSecret),
          std::string("Basic ") + kSecret, right + "x", right.substr(0, right.size() - 1)}) {
        CAPTURE(wrong);
        CHECK(verdict(router, "GET", "/asked", wrong) == 401);
        CHECK(verdict(router, "POST", "/change", wrong) == 401);
    }
}

TEST_CASE("a token's file must be safe and hold a secret") {
    TokenFile file;
    CHECK(Token::from_file(file.path()));
    for (const mode_t mode : {0604U, 0602U, 0620U, 0644U, 0777U}) {
        CAPTURE(mode);
        ::chmod(file.path().c_str(), mode);
        const auto refused = Token::from_file(file.path());
        REQUIRE_FALSE(refused);
        CHECK(refused.error().text.find("mode") != std::string::npos);
    }
    ::chmod(file.path().c_str(), 0440);
    CHECK(Token::from_file(file.path()));
    for (const char* text :
         {"", "\n", "too short", "with blanks 0123456789", "umlaut \xc3\xa4 123456789"}) {
        CAPTURE(text);
        file.write(text);
        CHECK_FALSE(Token::from_file(file.path()));
    }
    file.write(std::string(4096, 'a'));
    CHECK(Token::from_file(file.path()));
    file.write(std::string(4097, 'a'));
    CHECK_FALSE(Token::from_file(file.path()));
    CHECK_FALSE(Token::from_file(file.path() + "x"));
    CHECK_FALSE(Token::from_file("/dev/null"));
    CHECK_FALSE(Token::from_file(fs::path(file.path()).parent_path().string()));
}

TEST_CASE("a token of another user is refused") {
    if (::geteuid() != 0) return;  // nobody else can give files away
    const TokenFile file;
    REQUIRE(::chown(file.path().c_str(), 12345, 12345) == 0);
    const auto refused = Token::from_file(file.path());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text.find("12345") != std::string::npos);
}

TEST_CASE("a token that changes is read again; a bad one leaves the old one") {
    const TokenFile file;
    auto token = Token::from_file(file.path());
    REQUIRE(token);
    const std::string first = std::string("Bearer ") + kSecret;
    const std::string second = "Bearer abcdefghijklmnopq";
    Clock::time_point now = Clock::now();
    CHECK(token->matches(first, now));
    file.write("abcdefghijklmnopq");
    CHECK(token->matches(second, now += 2s));
    CHECK_FALSE(token->matches(first, now += 2s));
    file.write("short");
    CHECK(token->matches(second, now += 2s));
    fs::remove(file.path());
    CHECK(token->matches(second, now += 2s));
}

TEST_CASE("heads of answers: no header can be made of another's value") {
    Response response = refusal(503, "busy");
    response.headers.emplace_back("X", "a\r\nSet-Cookie: b");
    const std::string head = response_head(response, false, 1'700'000'000);
    CHECK(head.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
    CHECK(head.find("Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n") != std::string::npos);
    CHECK(head.find("Content-Length: 5\r\n") != std::string::npos);
    CHECK(head.find("Retry-After: 1\r\n") != std::string::npos);
    CHECK(head.find("\r\nX: a  Set-Cookie: b\r\n") != std::string::npos);
    CHECK(head.ends_with("\r\n\r\n"));
}

TEST_CASE("the parser takes one request and leaves the next") {
    const std::string both = "POST /a?b HTTP/1.1\r\nX-Y: z\r\nContent-Length: 2\r\n\r\nhiGET / ";
    for (std::size_t cut = 0; cut <= both.size(); ++cut) {
        CAPTURE(cut);
        RequestParser parser(8192, 4096);
        std::string rest = both.substr(0, cut);
        rest.erase(0, parser.take(rest));
        rest += both.substr(cut);
        if (parser.state() == RequestParser::State::NeedMore) rest.erase(0, parser.take(rest));
        REQUIRE(parser.state() == RequestParser::State::Done);
        CHECK(parser.method() == "POST");
        CHECK(parser.target() == "/a?b");
        CHECK(parser.header("x-y") == "z");
        CHECK(parser.header("none").empty());
        CHECK(parser.body() == "hi");
        CHECK(parser.keep_alive());
        CHECK(rest == "GET / ");
    }
}

}  // namespace
