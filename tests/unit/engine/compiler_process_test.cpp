// SPDX-License-Identifier: Apache-2.0
#include "engine/compiler_process.hpp"

#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/memory_file.hpp"
#include "tests/support/catch.hpp"

namespace sensor::engine {
namespace {

/// A compiler made of shell script.
class Script {
public:
    explicit Script(const std::string& body)
        : folder_((std::filesystem::temp_directory_path() / "rulec-XXXXXX").string()) {
        REQUIRE(::mkdtemp(folder_.data()) != nullptr);
        std::ofstream(path()) << "#!/bin/sh\n" << body << "\n";
        REQUIRE(::chmod(path().c_str(), 0700) == 0);
    }
    ~Script() { std::filesystem::remove_all(folder_); }
    std::string path() const { return folder_ + "/falco-rulec"; }

    Result<std::string> run(std::uint32_t seconds = 20) const {
        SENSOR_TRY(CompilerRun compiler,
                   CompilerRun::start(path(), "the request", {1024, seconds}));
        while (!compiler.wait(std::chrono::milliseconds(100))) {
        }
        SENSOR_TRY(const Fd output, compiler.take());
        return read_all(output.get(), 1000);
    }

private:
    std::string folder_;
};

}  // namespace

TEST_CASE("the compiler gets the request and its answer comes back") {
    const auto answer = Script("echo \"$1:$(/bin/cat)\"").run();
    REQUIRE(answer);
    CHECK(*answer == "compile-bundle:the request\n");
}

TEST_CASE("the compiler's environment is empty but for the locale") {
    const auto answer = Script("/usr/bin/env | /bin/grep -vE '^(PWD|_|SHLVL|OLDPWD)='").run();
    REQUIRE(answer);
    CHECK(*answer == "LC_ALL=C\n");
}

TEST_CASE("a compiler that fails says why in its last line") {
    const auto answer = Script("echo first >&2; echo 'falco-rulec: no good' >&2; exit 3").run();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().text == "the rule compiler failed: falco-rulec: no good");
}

TEST_CASE("a compiler that crashes is an error") {
    const auto answer = Script("kill -SEGV $$").run();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().text.find("killed") != std::string::npos);
}

TEST_CASE("a compiler that hangs is ended") {
    const auto answer = Script("exec /bin/sleep 1000").run(1);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().text == "the rule compiler used up its time");
}

TEST_CASE("a compiler that is not there") {
    CHECK_FALSE(find_compiler("/nonexistent/falco-rulec"));
    auto run = CompilerRun::start("/nonexistent/falco-rulec", "", {});
    REQUIRE(run);
    REQUIRE(run->wait(std::chrono::seconds(20)));
    const auto taken = run->take();
    REQUIRE_FALSE(taken);
    CHECK(taken.error().text == "the rule compiler could not be started");
}

TEST_CASE("a compiler nobody wants any more is ended") {
    const Script script("echo $$ > \"$0.pid\"; exec /bin/sleep 1000");
    pid_t pid = 0;
    {
        auto run = CompilerRun::start(script.path(), "", {1024, 20, true});
        REQUIRE(run);
        while (!(std::ifstream(script.path() + ".pid") >> pid))
            REQUIRE_FALSE(run->wait(std::chrono::milliseconds(20)));
        CHECK(::kill(pid, 0) == 0);
    }
    CHECK(::kill(pid, 0) == -1);
}

}  // namespace sensor::engine
