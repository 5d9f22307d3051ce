// SPDX-License-Identifier: Apache-2.0
// What is easily got wrong about files and descriptors, one test an item of docs/pitfalls.md.
#include "tests/unit/state/process_fixture.hpp"

using namespace sensor;
using namespace sensor::testing;
using state::FdInfo;
using state::FdType;

namespace {

constexpr std::int64_t kDirectory = 0x400, kCloexec = 0x1000, kTmpfile = 0x2000, kCreated = 0x4000,
                       kUpper = 0x8000;

struct Fixture : ProcessFixture {
    const FdInfo* fd(std::int64_t number, std::uint32_t tid = 100) const {
        return state.find(tid)->fd(number);
    }
    void call(EventType type, const ParamList& params) { run(type, params, {.tgid = 100}); }
    void openat(std::int64_t number, std::string_view name, std::int64_t dirfd = -100,
                std::int64_t flags = 1) {
        call(EventType::openat,
             {{"fd", number}, {"dirfd", dirfd}, {"name", name}, {"flags", flags}});
    }
    void openat_enter(std::string_view name, std::int64_t dirfd = -100, std::int64_t flags = 1) {
        call(EventType::openat_enter, {{"dirfd", dirfd}, {"name", name}, {"flags", flags}});
    }
    std::string name(std::int64_t number) const {
        const FdInfo* info = fd(number);
        return info == nullptr ? "(none)" : std::string(info->name());
    }
};

}  // namespace

TEST_CASE("pitfall 33: a temporary file is no directory, though its flag holds that bit") {
    Fixture f;
    ExtraSpec extra;
    extra.fd = file_object("", 9, 1, S_IFREG);
    extra.fd->fd.fd = 4;
    const TestEvent event = make_event(
        EventType::openat,
        {{"fd", 4}, {"dirfd", -100}, {"name", "/tmp"}, {"flags", 3 | kDirectory | kTmpfile}},
        {.tgid = 100}, extra);
    f.state.begin(event.event());
    CHECK(f.fd(4)->type == FdType::File);
    f.state.end(event.event());
    f.openat(5, "/tmp", -100, 1 | kDirectory);
    CHECK(f.fd(5)->type == FdType::Directory);
}

TEST_CASE("pitfall 35: what an open into descriptor 0 did not say is learnt at its first use") {
    Fixture f;
    f.openat(0, "/etc/hosts");
    CHECK(f.fd(0)->ino == 0);
    ExtraSpec extra;
    extra.fd = file_object("/etc/hosts", 77, 5);
    const TestEvent event =
        make_event(EventType::read, {{"res", 1}, {"fd", 0}}, {.tgid = 100}, extra);
    f.state.begin(event.event());
    f.state.end(event.event());
    CHECK(f.fd(0)->ino == 77);
    CHECK(f.fd(0)->dev == 5);
    CHECK(f.name(0) == "/etc/hosts");
}

TEST_CASE("pitfall 36: the flags only an exit has survive those of the enter event") {
    Fixture f;
    f.openat_enter("/tmp/a", -100, 2);
    f.openat(3, "/tmp/b", -100, 1 | kCreated | kUpper);
    CHECK(f.fd(3)->flags == (2 | kCreated | kUpper));
    CHECK(f.fd(3)->upper_layer);
}

TEST_CASE("pitfall 37: an enter event counts only if it is the one directly before") {
    Fixture f;
    f.openat(9, "/dir", -100, 1 | kDirectory);
    f.openat_enter("entered", 9);
    f.openat(3, "exited", -100);
    CHECK(f.name(3) == "/dir/entered");  // with its own directory
    f.openat_enter("/entered");
    f.call(EventType::getuid, {{"uid", 0}});
    f.openat(4, "/exited");
    CHECK(f.name(4) == "/exited");
    f.openat_enter("/entered");
    f.run(EventType::getuid, {{"uid", 0}}, {.tgid = 1});  // another thread's does not part them
    f.openat(5, "/exited");
    CHECK(f.name(5) == "/entered");
    const std::string_view unread = GENERATE("<NA>", "(NULL)", "");
    f.openat_enter(unread);
    f.openat(6, "/exited");
    CHECK(f.name(6) == "/exited");
}

TEST_CASE(
    "pitfalls 38 and 39: an absolute name needs no directory, a relative one without is marked") {
    Fixture f;
    f.openat(3, "/etc/passwd", 77);
    CHECK(f.name(3) == "/etc/passwd");
    f.openat(4, "passwd", 77);
    CHECK(f.name(4) == "<UNKNOWN>passwd");
}

TEST_CASE("pitfall 40: too long is one name; dots never climb over the root") {
    Fixture f;
    f.openat(3, std::string(1024, 'x'));
    CHECK(f.name(3) == "/DIR_TOO_LONG/FILENAME_TOO_LONG");
    f.openat(4, "/../../a/./b//c/..//");
    CHECK(f.name(4) == "/a/b");
    f.openat(5, "/..");
    CHECK(f.name(5) == "/");
}

TEST_CASE("pitfall 41: directories end with a slash and belong to all threads") {
    Fixture f;
    f.run(EventType::clone,
          {{"res", 101},
           {"tid", 100},
           {"pid", 100},
           {"vtid", 100},
           {"vpid", 100},
           {"flags", kCloneThread}},
          {.tgid = 100});
    f.call(EventType::chdir, {{"res", 0}, {"path", "../x/./y"}});
    CHECK(f.state.find(101)->directory() == "/home/x/y/");
    f.call(EventType::getcwd, {{"res", 4}, {"path", "/srv"}});
    CHECK(f.state.find(101)->directory() == "/srv/");
    f.call(EventType::chdir, {{"res", 0}, {"path", "/"}});
    CHECK(f.state.find(100)->directory() == "/");
}

TEST_CASE("pitfall 43: the path of a handle is absolute, its mount is no directory of it") {
    Fixture f;
    f.openat(7, "/mnt", -100, 1 | kDirectory);
    f.call(EventType::open_by_handle_at,
           {{"fd", 8}, {"mountfd", 7}, {"flags", 1}, {"path", "/data/file"}});
    CHECK(f.name(8) == "/data/file");
}

TEST_CASE("pitfalls 44 and 45: a program's path is the file's, argv[0] the caller's") {
    Fixture f;
    f.exec(100, "link",
           {{"trusted_exepath", "/usr/bin/real (deleted)"}, {"filename", "/bin/link"}});
    CHECK(f.state.find(100)->image->exepath == "/usr/bin/real");
    CHECK(f.state.find(100)->image->exe == "link");
    f.exec(100, "memory", {{"trusted_exepath", "memfd:name"}, {"flags", 4}});
    CHECK(f.state.find(100)->image->exepath == "memfd:name");
    CHECK(f.state.find(100)->image->from_memfd);
}

TEST_CASE("pitfall 47: a program is of the upper layer, of the lower one, or of none") {
    Fixture f;
    f.exec(100, "a", {{"flags", 2}});
    CHECK(f.state.find(100)->image->upper_layer);
    CHECK_FALSE(f.state.find(100)->image->lower_layer);
    f.exec(100, "b", {{"flags", 8}});
    CHECK_FALSE(f.state.find(100)->image->upper_layer);
    CHECK(f.state.find(100)->image->lower_layer);
}

TEST_CASE("pitfall 48: close frees the number after the event, whatever it says but EBADF") {
    Fixture f;
    constexpr std::int64_t kEintr = -4, kEbadf = -9;
    f.openat(3, "/a");
    const TestEvent event =
        make_event(EventType::close, {{"res", kEintr}, {"fd", 3}}, {.tgid = 100});
    const Bound bound = f.state.begin(event.event());
    REQUIRE(bound.fd != nullptr);
    CHECK(bound.fd->name() == "/a");
    f.state.end(event.event());
    CHECK(f.fd(3) == nullptr);
    f.openat(4, "/b");
    f.call(EventType::close, {{"res", kEbadf}, {"fd", 4}});
    CHECK(f.name(4) == "/b");
}

TEST_CASE("pitfall 49: duplicates replace, and lose close-on-exec unless told otherwise") {
    Fixture f;
    f.openat(3, "/a", -100, 1 | kCloexec);
    f.openat(4, "/b");
    f.call(EventType::dup2, {{"res", 4}, {"oldfd", 3}, {"newfd", 4}});
    CHECK(f.name(4) == "/a");
    CHECK_FALSE(f.fd(4)->cloexec);
    f.call(EventType::dup3, {{"res", 5}, {"oldfd", 3}, {"newfd", 5}, {"flags", kCloexec}});
    CHECK(f.fd(5)->cloexec);
    f.call(EventType::dup2, {{"res", 3}, {"oldfd", 3}, {"newfd", 3}});
    CHECK(f.fd(3)->cloexec);  // onto itself nothing happens
}

TEST_CASE("pitfall 50: only commands of bpf that make a descriptor make one") {
    Fixture f;
    f.openat(0, "/dev/null");
    f.call(EventType::bpf, {{"fd", 0}, {"cmd", 1}});  // a look-up that found something
    CHECK(f.name(0) == "/dev/null");
    f.call(EventType::bpf, {{"fd", 6}, {"cmd", 5}});
    CHECK(f.fd(6)->type == FdType::Bpf);
}

TEST_CASE("pitfall 51: a memfd that was not made is no descriptor") {
    Fixture f;
    f.call(EventType::memfd_create, {{"fd", -24}, {"name", "x"}, {"flags", 0}});
    CHECK(f.fd(-24) == nullptr);
    CHECK((!f.state.find(100)->fds || f.state.find(100)->fds->size() == 0));
}

TEST_CASE("pitfall 52: both ends of a pipe, of a pair; none of those that failed") {
    Fixture f;
    f.call(EventType::pipe, {{"res", 0}, {"fd1", 3}, {"fd2", 4}, {"ino", 55}});
    CHECK(f.fd(3)->ino == 55);
    CHECK(f.fd(4)->ino == 55);
    CHECK(f.name(4).empty());
    f.call(EventType::pipe, {{"res", -24}, {"fd1", 8}, {"fd2", 9}, {"ino", 0}});
    CHECK(f.fd(8) == nullptr);
    f.call(EventType::socketpair,
           {{"res", 0}, {"fd1", 5}, {"fd2", 6}, {"source", 0xa}, {"peer", 0xb}, {"domain", 2}});
    CHECK(f.fd(5)->type == FdType::Unix);
    CHECK(f.name(5) == f.name(6));
}

TEST_CASE("pitfall 53: a signalfd given is changed, not made") {
    Fixture f;
    f.call(EventType::signalfd4, {{"res", 3}, {"flags", kCloexec}, {"fd", -1}, {"mask", 0}});
    REQUIRE(f.fd(3)->cloexec);
    f.call(EventType::signalfd4, {{"res", 3}, {"flags", 0}, {"fd", 3}, {"mask", 0}});
    CHECK(f.fd(3)->type == FdType::Signal);
    CHECK(f.fd(3)->cloexec);
}

TEST_CASE("pitfall 54: after clone each process closes for itself, CLONE_FILES or not") {
    Fixture f;
    constexpr std::int64_t kCloneFiles = 0x400;
    f.openat(3, "/a");
    f.clone_parent(100, 200, kCloneFiles);
    f.run(EventType::close, {{"res", 0}, {"fd", 3}}, {.tgid = 200});
    CHECK(f.fd(3, 200) == nullptr);
    CHECK(f.name(3) == "/a");
}

TEST_CASE("pitfall 55: exec closes what open, fcntl or the file's own table marked") {
    Fixture f;
    f.openat(3, "/plain");
    f.openat(4, "/marked", -100, 1 | kCloexec);
    f.openat(5, "/later");
    f.openat(6, "/unmarked", -100, 1 | kCloexec);
    constexpr std::int64_t kSetfd = 3;
    f.call(EventType::fcntl, {{"res", 0}, {"fd", 5}, {"cmd", kSetfd}, {"arg", 1}});
    f.call(EventType::fcntl, {{"res", 0}, {"fd", 6}, {"cmd", kSetfd}, {"arg", 0}});
    f.exec(100, "fresh");
    CHECK(f.name(3) == "/plain");
    CHECK(f.fd(4) == nullptr);
    CHECK(f.fd(5) == nullptr);
    CHECK(f.name(6) == "/unmarked");
}

TEST_CASE("pitfall 92: creat has no flags but the layers") {
    Fixture f;
    f.call(EventType::creat, {{"fd", 3}, {"name", "/new"}, {"mode", 0644}, {"creat_flags", 1}});
    CHECK(f.fd(3)->flags == 0x8000);
    CHECK(f.fd(3)->upper_layer);
    CHECK(f.fd(3)->type == FdType::File);
}
