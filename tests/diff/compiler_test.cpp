// SPDX-License-Identifier: Apache-2.0
// The engine with the real compiler: a process, a cache, and a system that forbids executable
// pages.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/diff/fake_fields.hpp"
#include "tests/diff/native_engine.hpp"
#include "tests/diff/random_rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"

namespace sensor::testing {
namespace {

namespace fs = std::filesystem;

class Folder {
public:
    Folder() : path_((fs::temp_directory_path() / "engine-XXXXXX").string()) {
        REQUIRE(::mkdtemp(path_.data()) != nullptr);
    }
    ~Folder() { fs::remove_all(path_); }
    const std::string& path() const { return path_; }
    /// The only bundle inside.
    fs::path bundle() const {
        std::vector<fs::path> found(fs::directory_iterator(path_), fs::directory_iterator{});
        REQUIRE(found.size() == 1);
        return found.front();
    }

private:
    std::string path_;
};

engine::EngineOptions compiling(const std::string& cache) {
    engine::EngineOptions options;
    options.compiler = SENSOR_RULEC;
    options.cache_dir = cache;
    options.lookup = fake_extractor;
    return options;
}

std::vector<std::uint32_t> judge(engine::Engine& engine, const lang::Program& program,
                                 std::uint64_t evt_num) {
    const TestEvent event = make_event(EventType::openat, {});
    fields::Arena arena;
    fields::Context context;
    context.event = event.event();
    context.evt_num = evt_num;
    context.arena = &arena;
    return matched(engine, program, context);
}

/// From now on this process may map nothing executable.
void forbid_executable_pages() {
    constexpr std::uint32_t kRights = offsetof(seccomp_data, args[2]);
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kRights),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{static_cast<unsigned short>(std::size(filter)), filter};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) ::_exit(9);
}

}  // namespace

TEST_CASE("the compiler process makes machine code, the next start takes it from the cache") {
    const Folder folder;
    const RandomRules rules = random_rules(5, 20, true);
    const auto first = engine::Engine::create(rules.program, compiling(folder.path()));
    INFO(first->note());
    REQUIRE(first->native());
    CHECK_FALSE(first->from_cache());
    CHECK(first->code_bytes() > 0);
    const auto second = engine::Engine::create(rules.program, compiling(folder.path()));
    CHECK(second->from_cache());
    CHECK(second->note().empty());
    for (std::uint64_t n = 1; n < 50; ++n) {
        REQUIRE(judge(*first, rules.program, n) == judge(*second, rules.program, n));
    }
    const RandomRules others = random_rules(6, 20, true);
    CHECK_FALSE(engine::Engine::create(others.program, compiling(folder.path()))->from_cache());
}

TEST_CASE("who does not wait interprets, then runs quick code, then optimized code") {
    const Folder folder;
    const RandomRules rules = random_rules(5, 20, true);
    const auto reference = engine::Engine::create(rules.program, compiling(""));
    engine::EngineOptions options = compiling(folder.path());
    options.patience = std::chrono::milliseconds(0);
    const auto engine = engine::Engine::create(rules.program, options);
    CHECK_FALSE(engine->native());
    CHECK(engine->is_compiling());
    std::vector<std::uint64_t> sizes;
    for (std::uint64_t n = 1; engine->is_compiling() || n < 50; ++n) {
        REQUIRE(judge(*engine, rules.program, n) == judge(*reference, rules.program, n));
        const Result<bool> improved = engine->improve();
        REQUIRE(improved);
        if (*improved) sizes.push_back(engine->code_bytes());
    }
    CHECK(engine->note().empty());
    REQUIRE(sizes.size() == 2);
    CHECK(sizes.back() == reference->code_bytes());
    CHECK(sizes.front() < sizes.back());  // it calls what optimized code compares itself
    CHECK(engine::Engine::create(rules.program, options)->from_cache());
}

TEST_CASE("who waits for a while begins with quick code") {
    const RandomRules rules = random_rules(5, 20, true);
    engine::EngineOptions options = compiling("");
    options.patience = std::chrono::minutes(1);
    const auto engine = engine::Engine::create(rules.program, options);
    CHECK(engine->native());
    CHECK(engine->is_compiling());
}

TEST_CASE("quick code is there at once the next time, until better code is made") {
    const Folder folder;
    const RandomRules rules = random_rules(6, 20, true);
    engine::EngineOptions options = compiling(folder.path());
    options.patience = std::chrono::minutes(1);
    CHECK_FALSE(engine::Engine::create(rules.program, options)->from_cache());
    options.patience = std::chrono::milliseconds(0);
    const auto second = engine::Engine::create(rules.program, options);
    CHECK(second->native());
    CHECK(second->from_cache());
    CHECK(second->is_compiling());
    while (second->is_compiling()) REQUIRE(second->improve());
    const auto third = engine::Engine::create(rules.program, options);
    CHECK(third->from_cache());
    CHECK_FALSE(third->is_compiling());
    CHECK(third->note().empty());
}

TEST_CASE("a compiler that dies later is an error once") {
    const Folder folder;
    const std::string compiler = folder.path() + "/falco-rulec";
    std::ofstream(compiler) << "#!/bin/sh\nexit 3\n";
    fs::permissions(compiler, fs::perms::owner_all);
    const RandomRules rules = random_rules(5, 5, true);
    engine::EngineOptions options = compiling("");
    options.compiler = compiler;
    options.patience = std::chrono::milliseconds(0);
    const auto engine = engine::Engine::create(rules.program, options);
    Result<bool> improved = engine->improve();
    while (improved && engine->is_compiling()) improved = engine->improve();
    REQUIRE_FALSE(improved);
    CHECK(improved.error().text == "the rule compiler failed: no reason given");
    CHECK_FALSE(engine->is_compiling());
    REQUIRE(engine->improve());
    CHECK_FALSE(engine->native());
}

TEST_CASE("a damaged bundle in the cache is compiled again and replaced") {
    const Folder folder;
    const RandomRules rules = random_rules(5, 5, true);
    engine::Engine::create(rules.program, compiling(folder.path()));
    const fs::path bundle = folder.bundle();
    std::string bytes;
    {
        std::ifstream in(bundle, std::ios::binary);
        bytes.assign(std::istreambuf_iterator<char>(in), {});
    }
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    std::ofstream(bundle, std::ios::binary) << bytes;
    const auto again = engine::Engine::create(rules.program, compiling(folder.path()));
    CHECK(again->native());
    CHECK_FALSE(again->from_cache());
    CHECK(again->note().find("damaged bundle") != std::string::npos);
    CHECK(engine::Engine::create(rules.program, compiling(folder.path()))->from_cache());
}

TEST_CASE("a folder that is not safe is not used, and the engine says so") {
    const Folder folder;
    fs::permissions(folder.path(), fs::perms::all);
    const RandomRules rules = random_rules(5, 5, true);
    const auto engine = engine::Engine::create(rules.program, compiling(folder.path()));
    CHECK(engine->native());
    CHECK(engine->note().find("0700") != std::string::npos);
    CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("where executable pages are refused the engine interprets and says why") {
    const Folder folder;
    const RandomRules rules = random_rules(5, 20, true);
    const auto native = engine::Engine::create(rules.program, compiling(folder.path()));
    REQUIRE(native->native());
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        forbid_executable_pages();
        engine::EngineOptions options = compiling(folder.path());
        options.compiler = "/nonexistent";
        const auto refused = engine::Engine::create(rules.program, options);
        if (refused->native()) ::_exit(1);
        if (refused->note().find("rules are interpreted") == std::string::npos) ::_exit(2);
        for (std::uint64_t n = 1; n < 50; ++n) {
            if (judge(*refused, rules.program, n) != judge(*native, rules.program, n)) ::_exit(3);
        }
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a mapped bundle is never writable") {
    const RandomRules rules = random_rules(5, 5, true);
    const auto engine = engine::Engine::create(rules.program, compiling(""));
    REQUIRE(engine->native());
    std::ifstream maps("/proc/self/maps");
    std::size_t found = 0;
    for (std::string line; std::getline(maps, line);) {
        if (line.find("memfd:bundle") == std::string::npos) continue;
        ++found;
        CHECK(line.find(" r-xp ") != std::string::npos);
    }
    CHECK(found == 1);
}

}  // namespace sensor::testing
