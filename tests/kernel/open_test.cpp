// SPDX-License-Identifier: Apache-2.0
// The open family and what belongs to descriptors.
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "tests/support/catch.hpp"
#include "watch.hpp"

using namespace sensor;
using namespace kernel_test;

TEST_CASE("openat: every parameter, real path through a link") {
    SKIP_WITHOUT_KERNEL();
    const TempFolder temp;
    REQUIRE(::symlink("target", temp.file("link").c_str()) == 0);
    const Run run = watch([&] {
        const int fd =
            ::openat(AT_FDCWD, temp.file("target").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0640);
        ::close(fd);
        ::openat(AT_FDCWD, temp.file("link").c_str(), O_RDONLY);
        ::openat(AT_FDCWD, temp.file("none").c_str(), O_RDWR | O_APPEND);
    });
    REQUIRE(run.error == "");
    const auto made = run.records.with_text(EventType::openat, "name", temp.file("target"));
    REQUIRE(made.size() == 1);
    struct stat st{};
    REQUIRE(::stat(temp.file("target").c_str(), &st) == 0);
    CHECK(number(made[0], "fd") >= 0);
    CHECK(number(made[0], "dirfd") == -100);
    CHECK(number(made[0], "flags") == (2 | 4 | 0x1000 | 0x4000));  // WRONLY CREAT CLOEXEC F_CREATED
    CHECK(number(made[0], "mode") == 0640);
    CHECK(number(made[0], "ino") == static_cast<std::int64_t>(st.st_ino));
    CHECK(number(made[0], "dev") == static_cast<std::int64_t>(st.st_dev));
    CHECK(made[0].extra(REC_X_REAL) == temp.file("target"));
    CHECK_FALSE(made[0].has_extra(REC_X_DIR));

    const auto linked = run.records.with_text(EventType::openat, "name", temp.file("link"));
    REQUIRE(linked.size() == 1);
    CHECK(linked[0].extra(REC_X_REAL) == temp.file("target"));
    CHECK(number(linked[0], "mode") == 0);
    CHECK(number(linked[0], "flags") == 1);

    const auto failed = run.records.with_text(EventType::openat, "name", temp.file("none"));
    REQUIRE(failed.size() == 1);
    CHECK(number(failed[0], "fd") == -ENOENT);
    CHECK(number(failed[0], "flags") == (3 | 8));
    CHECK(number(failed[0], "ino") == 0);
    CHECK_FALSE(failed[0].has_extra(REC_X_REAL));
}

TEST_CASE("openat and openat2 relative to a descriptor: the directory's own path") {
    SKIP_WITHOUT_KERNEL();
    const TempFolder temp;
    const Run run = watch([&] {
        const int dir = ::open(temp.path().c_str(), O_RDONLY | O_DIRECTORY);
        ::openat(dir, "below", O_CREAT | O_RDWR, 0600);
        open_how how{};
        how.flags = O_CREAT | O_EXCL | O_WRONLY;
        how.mode = 0604;
        how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
        ::syscall(SYS_openat2, dir, "second", &how, sizeof how);
        ::syscall(SYS_openat2, dir, "second", &how, sizeof how);
        ::openat(dir, temp.file("below").c_str(), O_RDONLY);
    });
    const auto below = run.records.with_text(EventType::openat, "name", "below");
    REQUIRE(below.size() == 1);
    CHECK(number(below[0], "dirfd") >= 0);
    CHECK(below[0].extra(REC_X_DIR) == temp.path());
    CHECK(below[0].extra(REC_X_REAL) == temp.file("below"));
    const auto second = run.records.with_text(EventType::openat2, "name", "second");
    REQUIRE(second.size() == 2);
    CHECK(number(second[0], "flags") == (4 | 32 | 2 | 0x4000));
    CHECK(number(second[0], "mode") == 0604);
    CHECK(number(second[0], "resolve") == (1 | 8));
    CHECK(second[0].extra(REC_X_DIR) == temp.path());
    CHECK(second[0].extra(REC_X_REAL) == temp.file("second"));
    CHECK(number(second[1], "fd") == -EEXIST);
    CHECK(number(second[1], "ino") == 0);
    // An absolute name does not depend on the descriptor.
    const auto absolute = run.records.with_text(EventType::openat, "name", temp.file("below"));
    REQUIRE(absolute.size() == 1);
    CHECK_FALSE(absolute[0].has_extra(REC_X_DIR));
}

TEST_CASE("opening into descriptor 0 and O_DIRECTORY: facts of the file, no mode") {
    SKIP_WITHOUT_KERNEL();
    const TempFolder temp;
    const Run run = watch([&] {
        ::close(0);
        ::syscall(SYS_open, temp.path().c_str(), O_RDONLY | O_DIRECTORY, 0777);
        ::syscall(SYS_open, temp.path().c_str(), O_TMPFILE | O_RDWR, 0600);
        ::syscall(SYS_creat, temp.file("made").c_str(), 0644);
    });
    const auto opened = run.records.with_text(EventType::open, "name", temp.path());
    REQUIRE(opened.size() == 2);
    struct stat st{};
    REQUIRE(::stat(temp.path().c_str(), &st) == 0);
    CHECK(number(opened[0], "fd") == 0);
    CHECK(number(opened[0], "ino") == static_cast<std::int64_t>(st.st_ino));
    CHECK(number(opened[0], "flags") == (1 | 0x400));  // no TMPFILE although its bits overlap
    CHECK(number(opened[0], "mode") == 0);
    CHECK((number(opened[1], "flags") & 0x2000) != 0);
    CHECK(number(opened[1], "mode") == 0600);
    const auto made = run.records.with_text(EventType::creat, "name", temp.file("made"));
    REQUIRE(made.size() == 1);
    CHECK(number(made[0], "mode") == 0644);
    CHECK(number(made[0], "creat_flags") == 0);
    CHECK(made[0].extra(REC_X_REAL) == temp.file("made"));
}

TEST_CASE("events that use a descriptor describe the object behind it") {
    SKIP_WITHOUT_KERNEL();
    const TempFolder temp;
    int ends[2] = {-1, -1};
    REQUIRE(::pipe(ends) == 0);
    const Run run = watch([&] {
        const int fd = ::open(temp.file("data").c_str(), O_CREAT | O_RDWR, 0600);
        ::syscall(SYS_write, fd, "hello world", 11);
        ::syscall(SYS_pwrite64, fd, "HE", 2, 0);
        char back[32];
        ::syscall(SYS_pread64, fd, back, sizeof back, 1);
        ::syscall(SYS_fchmod, fd, 0400);
        ::syscall(SYS_write, ends[1], "p", 1);
        ::syscall(SYS_write, -1, "lost", 4);
        ::syscall(SYS_fchdir, ::open(temp.path().c_str(), O_RDONLY));
    });
    ::close(ends[0]);
    ::close(ends[1]);
    const auto writes = run.records.of(EventType::write);
    REQUIRE(writes.size() == 3);
    CHECK(number(writes[0], "res") == 11);
    CHECK(text(writes[0], "data") == "hello world");
    CHECK(number(writes[0], "size") == 11);
    REQUIRE(writes[0].fd_object() != nullptr);
    CHECK(writes[0].fd_object()->kind == S_IFREG);
    CHECK(writes[0].fd_object_text() == temp.file("data"));
    REQUIRE(writes[1].fd_object() != nullptr);
    CHECK(writes[1].fd_object()->kind == S_IFIFO);
    CHECK(number(writes[2], "res") == -EBADF);
    CHECK(text(writes[2], "data") == "lost");
    CHECK(writes[2].fd_object() == nullptr);
    const auto reads = run.records.of(EventType::pread);
    REQUIRE(reads.size() == 1);
    CHECK(text(reads[0], "data") == "Ello world");
    CHECK(number(reads[0], "pos") == 1);
    const auto modes = run.records.of(EventType::fchmod);
    REQUIRE(modes.size() == 1);
    CHECK(number(modes[0], "mode") == 0400);
    CHECK(modes[0].fd_object_text() == temp.file("data"));
    const auto moved = run.records.of(EventType::fchdir);
    REQUIRE(moved.size() == 1);
    CHECK(moved[0].fd_object_text() == temp.path());
    CHECK(moved[0].fd_object()->kind == S_IFDIR);
}

TEST_CASE("calls that fail are left out where that is asked for") {
    SKIP_WITHOUT_KERNEL();
    const TempFolder temp;
    Setup setup;
    setup.calls = calls({"mkdir", "execve"});
    setup.adjust = [](capture::KernelOptions& options) { options.failed_calls = false; };
    const Run run = watch(setup, [&] {
        const std::string folder = temp.file("new"), missing = temp.file("none/new");
        ::syscall(SYS_mkdir, folder.c_str(), 0755);
        ::syscall(SYS_mkdir, missing.c_str(), 0755);
        ::syscall(SYS_execve, missing.c_str(), nullptr, nullptr);
    });
    const auto made = run.records.of(EventType::mkdir);
    REQUIRE(made.size() == 1);
    CHECK(text(made[0], "path") == temp.file("new"));
    CHECK(run.records.of(EventType::execve).empty());
}

TEST_CASE("a probe that was loaded for every call reports what is wanted") {
    SKIP_WITHOUT_KERNEL();
    const TempFolder temp;
    Setup setup;
    setup.calls = calls({"mkdir", "sched_process_exit"});
    setup.loaded_first = true;
    std::vector<capture::ProgramCost> programs;
    setup.while_open = [&](capture::KernelSource& source) { programs = source.program_costs(); };
    const Run run = watch(setup, [&] {
        const std::string folder = temp.file("new");
        ::syscall(SYS_mkdir, folder.c_str(), 0755);
        ::syscall(SYS_rmdir, folder.c_str());
    });
    REQUIRE(run.error.empty());
    REQUIRE(run.records.size() == 2);
    CHECK(run.records.of(EventType::mkdir).size() == 1);
    CHECK(run.records.of(EventType::procexit).size() == 1);
    // What nobody wants does not stay in the kernel.
    const auto has = [&](std::string_view name) {
        return std::any_of(programs.begin(), programs.end(),
                           [&](const capture::ProgramCost& each) { return each.name == name; });
    };
    CHECK(has("on_call"));
    CHECK(has("on_exit"));
    CHECK_FALSE(has("on_open"));
    CHECK_FALSE(has("on_switch"));
}

TEST_CASE("snaplen limits buffers, not texts") {
    SKIP_WITHOUT_KERNEL();
    const std::string long_data(5000, 'x');
    Setup setup;
    setup.adjust = [](capture::KernelOptions& options) { options.snaplen = 4321; };
    const Run run =
        watch(setup, [&] { ::syscall(SYS_write, -1, long_data.data(), long_data.size()); });
    const auto writes = run.records.of(EventType::write);
    REQUIRE(writes.size() == 1);
    CHECK(text(writes[0], "data").size() == 4321);
    CHECK((writes[0].head().flags & REC_F_TRUNCATED) != 0);
    CHECK(number(writes[0], "size") == 5000);
}
