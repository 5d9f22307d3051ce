// SPDX-License-Identifier: Apache-2.0
// Names a process gives: the kernel drops what no rule can want, by whatever way it is named.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/filter_kernel/loaded_rules.hpp"
#include "tests/kernel/watch.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;
using namespace kernel_test;

namespace {

void open_at(int dir, const std::string& name) {
    const int fd = ::openat(dir, name.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd >= 0) ::close(fd);
}

/// Names of the opens that the kernel reports, of those that body makes.
std::vector<std::string> reported(const std::vector<std::string>& conditions,
                                  const std::function<void()>& body, bool compiled = true) {
    const testing::LoadedRules rules(conditions, compiled);
    Setup setup;
    setup.calls = calls({"openat", "chdir", "fchdir"});
    setup.while_open = [&](capture::KernelSource& source) { rules.narrow(source); };
    const Run run = watch(setup, body);
    REQUIRE(run.error.empty());
    std::vector<std::string> names;
    for (const Event& event : run.records.of(EventType::openat))
        names.emplace_back(text(event, "name"));
    return names;
}

using Names = std::vector<std::string>;

/// folder/dir/{secret,other}, folder/link -> dir
struct Tree : TempFolder {
    Tree() {
        ::mkdir(file("dir").c_str(), 0700);
        ::mkdir(file("dir/sub").c_str(), 0700);
        for (const char* name : {"dir/secret", "dir/other", "dir/sub/other"})
            std::ofstream(file(name)) << "x";
        REQUIRE(::symlink("dir", file("link").c_str()) == 0);
    }
};

}  // namespace

TEST_CASE("a file storm below a directory no rule names ends in the kernel") {
    SKIP_WITHOUT_KERNEL();
    const Tree tree;
    const bool compiled = GENERATE(true, false);
    const auto storm = [&] {
        const int dir = ::open(tree.file("dir").c_str(), O_PATH | O_CLOEXEC);
        for (int n = 0; n < 1000; ++n) open_at(dir, "other");
        open_at(dir, "sub/other");
        open_at(dir, "./other");
        open_at(dir, "..");
        open_at(AT_FDCWD, tree.file("dir/other"));
        CHECK(::chdir(tree.file("dir").c_str()) == 0);
        open_at(AT_FDCWD, "other");
        open_at(AT_FDCWD, "sub/../other");  // not plain
    };
    const Names names =
        reported({"evt.type = openat and fd.name = " + tree.file("dir/secret")}, storm, compiled);
    CHECK(names == Names{"sub/../other"});
}

TEST_CASE("what a rule names is reported by whatever way it is named") {
    SKIP_WITHOUT_KERNEL();
    const Tree tree;
    const std::string absolute = tree.file("dir/secret");
    const Names ways{absolute, "secret",        "./secret",       "../dir/secret",
                     "secret", "dir/secret",    "../secret",      "../../dir/secret",
                     "secret", "sub/../secret", "./../dir/secret"};
    const bool compiled = GENERATE(true, false);
    const auto all_ways = [&] {
        const int folder = ::open(tree.path().c_str(), O_PATH | O_CLOEXEC);
        const int dir = ::open(tree.file("dir").c_str(), O_PATH | O_CLOEXEC);
        const int sub = ::open(tree.file("dir/sub").c_str(), O_PATH | O_CLOEXEC);
        open_at(AT_FDCWD, ways[0]);
        open_at(dir, ways[1]);
        open_at(dir, ways[2]);
        open_at(dir, ways[3]);
        CHECK(::chdir(tree.file("dir").c_str()) == 0);
        open_at(AT_FDCWD, ways[4]);
        open_at(folder, ways[5]);
        open_at(sub, ways[6]);
        open_at(sub, ways[7]);
        CHECK(::fchdir(dir) == 0);
        open_at(AT_FDCWD, ways[8]);
        open_at(AT_FDCWD, ways[9]);
        open_at(AT_FDCWD, ways[10]);
    };
    const Names names =
        reported({"evt.type = openat and fd.name = " + absolute}, all_ways, compiled);
    CHECK(names == ways);
}

TEST_CASE("below a directory that was entered by another name all is reported") {
    SKIP_WITHOUT_KERNEL();
    const Tree tree;
    // Rules know link/secret, the kernel would say dir/secret.
    const testing::LoadedRules rules(
        {"evt.type = openat and fd.name = " + tree.file("link/secret")});
    Setup setup;
    setup.calls = calls({"openat", "chdir", "fchdir"});
    setup.while_open = [&](capture::KernelSource& source) { rules.narrow(source); };
    const Run run = watch(setup, [&] {
        CHECK(::chdir(tree.file("link").c_str()) == 0);
        open_at(AT_FDCWD, "secret");
        open_at(AT_FDCWD, tree.file("dir/other"));
        CHECK(::chdir(tree.file("dir").c_str()) == 0);
        open_at(AT_FDCWD, "secret");
    });
    REQUIRE(run.error.empty());
    const auto opens = run.records.of(EventType::openat);
    REQUIRE(opens.size() == 1);
    CHECK(text(opens.front(), "name") == "secret");
    CHECK((opens.front().head().flags & REC_F_ODD_DIR) != 0);
    const auto entered = run.records.of(EventType::chdir);
    REQUIRE(entered.size() == 2);
    CHECK(entered.front().extra(REC_X_REAL) == tree.file("dir"));
}

TEST_CASE("the kernel's own path is judged too") {
    SKIP_WITHOUT_KERNEL();
    const Tree tree;
    const bool compiled = GENERATE(true, false);
    const auto opens = [&] {
        open_at(AT_FDCWD, tree.file("link/secret"));
        open_at(AT_FDCWD, tree.file("link/other"));
        open_at(AT_FDCWD, tree.file("dir/missing"));
        open_at(AT_FDCWD, "/proc/self/root" + tree.file("dir/secret"));
    };
    const Names names = reported({"evt.type = openat and fd.realpath = " + tree.file("dir/secret")},
                                 opens, compiled);
    CHECK(names == Names{tree.file("link/secret"), "/proc/self/root" + tree.file("dir/secret")});
}
