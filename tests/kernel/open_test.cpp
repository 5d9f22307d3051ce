// SPDX-License-Identifier: Apache-2.0
// The open family and what belongs to descriptors.
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/catch.hpp"
#include "watch.hpp"

using namespace sensor;
using namespace kernel_test;

TEST_CASE("openat: every parameter, real path through a link") {
    SKIP_WITHOUT_KERNEL();
    const TempFolder temp;
    REQUIRE(::symlink("target", temp.file("link").c_str()) == 0);
    const Run run = watch([&] {
        const int fd = ::openat(AT_FDCWD, temp.file("target").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0640);
        ::close(fd);
        ::openat(AT_FDCWD, temp.file("link").c_str(), O_RDONLY);
        ::openat(AT_FDCWD, temp.file("none").c_str(), O_RDWR | O_APPEND);
    });
    REQUIRE(run.error == "");
    const auto made = run.records.with_text(EventType::openat, "name", temp.file("target"));
    REQUIRE(made.size() == 1);
    struct stat st {};
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
