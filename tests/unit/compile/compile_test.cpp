// SPDX-License-Identifier: Apache-2.0
#include "compile/compile.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/program_of.hpp"

namespace sensor::compile {
namespace {

using sensor::testing::program_of;

lang::Program sample() {
    return program_of(
        {"evt.type in (open, openat) and fd.name startswith /etc/ and not proc.name in (sshd, "
         "login)",
         "evt.type = execve and (proc.name = bash or proc.cmdline contains nc) and proc.tty != 0",
         "evt.type != close and proc.aname = sshd and fd.net != 10.0.0.0/8",
         "proc.cmdline regex \"a+\" and evt.rawres < 0"});
}

}  // namespace

TEST_CASE("code for both architectures and levels needs nothing from outside") {
    for (const char* triple : {"", "x86_64-linux-gnu", "aarch64-linux-gnu"}) {
        for (const std::uint32_t level : {0U, 1U}) {
            INFO(triple << " level " << level);
            const auto compiled = compile_code(sample(), {level, ""}, triple);
            INFO((compiled ? "" : compiled.error().text));
            REQUIRE(compiled);
            CHECK(compiled->entries.size() == 4);
            for (const std::uint32_t entry : compiled->entries)
                CHECK(entry < compiled->code.size());
        }
    }
}

TEST_CASE("a bundle answers its request, and only well formed ones") {
    const std::string request = eval::write_request(sample(), {});
    const auto bundle = compile_bundle(request);
    REQUIRE(bundle);
    const auto read = eval::read_bundle(*bundle, request);
    REQUIRE(read);
    CHECK(read->entries.size() == 4);
    CHECK_FALSE(compile_bundle("nonsense"));
    CHECK_FALSE(compile_bundle(request.substr(0, request.size() - 1)));
    CHECK_FALSE(compile_bundle(eval::write_request(sample(), {1, "no-such-cpu"})));
}

TEST_CASE("rules without conditions give an empty bundle") {
    const std::string request = eval::write_request({}, {});
    const auto bundle = compile_bundle(request);
    REQUIRE(bundle);
    const auto read = eval::read_bundle(*bundle, request);
    REQUIRE(read);
    CHECK(read->entries.empty());
    CHECK(read->code_size == 0);
}

TEST_CASE("text of the code") {
    const auto ir = compile_text(sample(), {}, Text::Llvm, "");
    REQUIRE(ir);
    CHECK(ir->find("@rule_0(") != std::string::npos);
    const auto assembler = compile_text(sample(), {}, Text::Assembler, "aarch64-linux-gnu");
    REQUIRE(assembler);
    CHECK(assembler->find("rule_3:") != std::string::npos);
}

}  // namespace sensor::compile
