// SPDX-License-Identifier: Apache-2.0
// Descriptors: names that callers gave, what dup and close do, and the kernel's word over the
// table.
#include "state/state.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"

using namespace sensor;
using namespace sensor::testing;
using state::Bound;
using state::FdInfo;
using state::FdType;
using state::SocketRole;
using state::State;

namespace {

struct Fixture {
    State state;
    std::string kept;

    static state::Options offline() {
        state::Options options;
        options.live = false;
        options.host_root.clear();
        return options;
    }
    Fixture() : state(offline()) {
        state::ProcessSpec spec;
        spec.tid = 100;
        spec.cwd = "/home/me";
        state.add_process(spec);
    }
    // Runs an event and returns what it was bound to; the descriptor as a copy.
    std::optional<FdInfo> run(EventType type, const ParamList& params,
                              const ExtraSpec& extra = {}) {
        const TestEvent event = make_event(type, params, {.tgid = 100, .flags = head_flags}, extra);
        bound = state.begin(event.event());
        std::optional<FdInfo> info;
        if (bound.fd != nullptr) info = *bound.fd;
        state.end(event.event());
        return info;
    }
    std::optional<FdInfo> openat(std::int64_t fd, std::string_view name, std::int64_t dirfd = -100,
                                 std::int64_t flags = 1, const ExtraSpec& extra = {}) {
        return run(EventType::openat,
                   {{"fd", fd},
                    {"dirfd", dirfd},
                    {"name", name},
                    {"flags", flags},
                    {"mode", 0},
                    {"dev", 1},
                    {"ino", 70 + fd}},
                   extra);
    }
    const FdInfo* fd(std::int64_t number) const { return state.find(100)->fd(number); }
    Bound bound;
    std::uint8_t head_flags = 0;
};

ExtraSpec object_of(std::int64_t fd, FdObject object) {
    ExtraSpec extra;
    object.fd.fd = static_cast<std::uint32_t>(fd);
    extra.fd = std::move(object);
    return extra;
}

}  // namespace

TEST_CASE("opens keep the caller's name, joined lexically") {
    Fixture f;
    CHECK(f.openat(3, "/etc/../etc//shadow/")->name() == "/etc/shadow");
    CHECK(f.openat(4, "a/./b/../c")->name() == "/home/me/a/c");
    CHECK(f.openat(5, "../../../../x")->name() == "/x");
    CHECK(f.openat(6, "/var/log", -100, 1 | 0x400)->type == FdType::Directory);
    CHECK(f.openat(7, "sub/file", 6)->name() == "/var/log/sub/file");
    CHECK(f.openat(8, "/abs", 77)->name() == "/abs");
    CHECK(f.openat(9, "rel", 77)->name() == "<UNKNOWN>rel");
    CHECK(f.openat(10, std::string(1100, 'x'))->name() == "/DIR_TOO_LONG/FILENAME_TOO_LONG");
    CHECK(f.fd(4)->raw_name() == "a/./b/../c");
    CHECK(f.bound.fd_num == 10);
    f.openat(-2, "/etc/none");
    CHECK(f.bound.has_fd_num);
    CHECK(f.bound.fd_num == -1);
    CHECK(f.bound.fd == nullptr);
}

TEST_CASE("a relative name starts at the kernel's path of its directory") {
    Fixture f;
    ExtraSpec extra;
    extra.dir = "/real/dir";
    CHECK(f.openat(7, "x", -100, 1, extra)->name() == "/real/dir/x");
    f.openat(6, "/other/dir", -100, 1);
    CHECK(f.openat(7, "x", 6, 1, extra)->name() == "/real/dir/x");
}

TEST_CASE("in a process with directories by other names a name starts at what the table knows") {
    Fixture f;
    f.head_flags = REC_F_ODD_DIR;
    ExtraSpec extra;
    extra.dir = "/kernel/dir";
    CHECK(f.openat(9, "rel", 77, 1, extra)->name() == "/kernel/dir/rel");
    ExtraSpec opened;
    opened.real = "/real/dir";
    f.openat(6, "/link", -100, 1, opened);
    extra.dir = "/real/dir";  // the same directory: the caller's name for it stays
    CHECK(f.openat(7, "x", 6, 1, extra)->name() == "/link/x");
    extra.dir = "/other";  // number 6 was closed and opened again unseen
    CHECK(f.openat(7, "x", 6, 1, extra)->name() == "/other/x");
    CHECK(f.openat(7, "x", -100, 1, extra)->name() == "/home/me/x");
}

TEST_CASE("the kernel's object decides whether an entry still holds") {
    Fixture f;
    f.openat(3, "/link/name");
    SECTION("same inode: the caller's name") {
        const auto info = f.run(EventType::fchmod, {{"res", 0}, {"fd", 3}, {"mode", 0}},
                                object_of(3, file_object("/real/name", 73)));
        CHECK(info->name() == "/link/name");
    }
    SECTION("another inode: the kernel's name, and the entry goes") {
        const auto info = f.run(EventType::fchmod, {{"res", 0}, {"fd", 3}, {"mode", 0}},
                                object_of(3, file_object("/real/other", 99)));
        CHECK(info->name() == "/real/other");
        CHECK(info->ino == 99);
        CHECK(f.fd(3) == nullptr);
    }
    SECTION("no entry at all") {
        const auto info = f.run(EventType::fchmod, {{"res", 0}, {"fd", 8}, {"mode", 0}},
                                object_of(8, file_object("/real/other", 99, 1, S_IFDIR)));
        CHECK(info->name() == "/real/other");
        CHECK(info->type == FdType::Directory);
    }
    SECTION("a socket where a file was") {
        const auto info = f.run(
            EventType::fchmod, {{"res", 0}, {"fd", 3}, {"mode", 0}},
            object_of(3, socket_object(tuple_ip("10.0.0.1", 40000, "10.0.0.2", 443), 2, 1, 0xabc)));
        CHECK(info->type == FdType::Ipv4);
        CHECK(info->name() == "10.0.0.1:40000->10.0.0.2:443");
        CHECK(info->role == SocketRole::Client);
        CHECK(info->l4 == state::L4Proto::Tcp);
    }
    SECTION("an object of another descriptor says nothing") {
        const auto info = f.run(EventType::fchmod, {{"res", 0}, {"fd", 3}, {"mode", 0}},
                                object_of(4, file_object("/real/other", 99)));
        CHECK(info->name() == "/link/name");
    }
}

TEST_CASE("close is seen by rules and applied after them") {
    Fixture f;
    f.openat(3, "/a");
    CHECK(f.run(EventType::close, {{"res", 0}, {"fd", 3}})->name() == "/a");
    CHECK(f.fd(3) == nullptr);
    f.openat(3, "/b");
    f.run(EventType::close, {{"res", -9}, {"fd", 3}});
    CHECK(f.fd(3) != nullptr);
    f.run(EventType::close, {{"res", -4}, {"fd", 3}});  // interrupted, but closed
    CHECK(f.fd(3) == nullptr);
    f.openat(3, "/a");
    f.openat(4, "/b");
    f.openat(5, "/c");
    f.run(EventType::close_range, {{"res", 0}, {"first", 4}, {"last", 0xffffffffU}, {"flags", 0}});
    CHECK(f.fd(3) != nullptr);
    CHECK(f.fd(4) == nullptr);
    CHECK(f.fd(5) == nullptr);
    f.run(EventType::close_range, {{"res", 0}, {"first", 0}, {"last", 10}, {"flags", 4}});
    CHECK(f.fd(3)->cloexec);
}

TEST_CASE("duplicates carry the name, not close-on-exec") {
    Fixture f;
    f.openat(3, "/a", -100, 1 | 0x1000);
    CHECK(f.fd(3)->cloexec);
    CHECK(f.run(EventType::dup, {{"res", 4}, {"oldfd", 3}})->name() == "/a");
    CHECK_FALSE(f.fd(4)->cloexec);
    f.openat(5, "/b");
    f.run(EventType::dup2, {{"res", 5}, {"oldfd", 3}, {"newfd", 5}});
    CHECK(f.bound.fd_num == 5);
    CHECK(f.fd(5)->name() == "/a");
    f.run(EventType::dup3, {{"res", 6}, {"oldfd", 3}, {"newfd", 6}, {"flags", 0x1000}});
    CHECK(f.fd(6)->cloexec);
    f.run(EventType::fcntl, {{"res", 7}, {"fd", 3}, {"cmd", 1}, {"arg", 0}});
    CHECK(f.fd(7)->name() == "/a");
    CHECK(f.bound.fd_num == 7);
    f.run(EventType::fcntl, {{"res", 0}, {"fd", 4}, {"cmd", 3}, {"arg", 1}});
    CHECK(f.fd(4)->cloexec);
    f.run(EventType::dup2, {{"res", 7}, {"oldfd", 55}, {"newfd", 7}});  // of something unknown
    CHECK(f.fd(7) == nullptr);
}

TEST_CASE("exec closes what is marked for it") {
    Fixture f;
    f.openat(3, "/keep");
    f.openat(4, "/drop", -100, 1 | 0x1000);
    f.run(EventType::memfd_create, {{"fd", 5}, {"name", "payload"}, {"flags", 1}});
    f.run(EventType::execve, {{"res", 0}, {"exe", "x"}, {"comm", "x"}});
    CHECK(f.fd(3) != nullptr);
    CHECK(f.fd(4) == nullptr);
    CHECK(f.fd(5) == nullptr);
}

TEST_CASE("fork copies the table: neither side sees the other's changes") {
    Fixture f;
    f.openat(3, "/a");
    f.run(EventType::clone, {{"res", 200}, {"vtid", 100}, {"vpid", 100}, {"comm", "c"}});
    f.run(EventType::close, {{"res", 0}, {"fd", 3}});
    CHECK(f.fd(3) == nullptr);
    REQUIRE(f.state.find(200) != nullptr);
    CHECK(f.state.find(200)->fd(3)->name() == "/a");
}

TEST_CASE("descriptors without a name have their type") {
    Fixture f;
    CHECK(f.run(EventType::eventfd2, {{"res", 3}, {"flags", 0}})->type == FdType::Event);
    CHECK(f.run(EventType::epoll_create1, {{"res", 4}, {"flags", 1}})->type == FdType::Eventpoll);
    CHECK(f.fd(4)->cloexec);
    CHECK(f.run(EventType::timerfd_create, {{"res", 5}})->type == FdType::Timer);
    CHECK(f.run(EventType::inotify_init1, {{"res", 6}, {"flags", 0}})->type == FdType::Inotify);
    CHECK(f.run(EventType::signalfd4, {{"res", 7}, {"flags", 0}, {"fd", -1}})->type ==
          FdType::Signal);
    CHECK(f.run(EventType::userfaultfd, {{"res", 8}, {"flags", 0}})->type == FdType::Userfault);
    CHECK(f.run(EventType::io_uring_setup, {{"res", 9}})->type == FdType::IoUring);
    CHECK(f.run(EventType::pidfd_open, {{"fd", 10}, {"pid", 100}, {"flags", 0}})->name() ==
          "/proc/100");
    const auto pipe =
        f.run(EventType::pipe2, {{"res", 0}, {"fd1", 11}, {"fd2", 12}, {"ino", 77}, {"flags", 0}});
    CHECK(pipe->type == FdType::Pipe);
    CHECK(pipe->ino == 77);
    CHECK(f.bound.fd_num == 12);
    CHECK(f.fd(11)->name().empty());
    f.run(EventType::pipe2, {{"res", -24}, {"fd1", -1}, {"fd2", -1}});
    CHECK(f.fd(-1) == nullptr);
    CHECK(f.run(EventType::bpf, {{"fd", 13}, {"cmd", 5}})->type == FdType::Bpf);
    f.run(EventType::bpf, {{"fd", 0}, {"cmd", 1}});  // a look-up answers 0: no descriptor
    CHECK(f.fd(0) == nullptr);
    CHECK_FALSE(f.bound.has_fd_num);
    f.run(EventType::memfd_create, {{"fd", -1}, {"name", "x"}, {"flags", 0}});
    CHECK(f.fd(-1) == nullptr);
}

TEST_CASE("pidfd_getfd takes the other process' entry") {
    Fixture f;
    state::ProcessSpec other;
    other.tid = 300;
    FdInfo file;
    file.type = FdType::File;
    file.set_names("/secret", {});
    other.fds.emplace_back(5, file);
    f.state.add_process(other);
    f.run(EventType::pidfd_open, {{"fd", 10}, {"pid", 300}, {"flags", 0}});
    CHECK(
        f.run(EventType::pidfd_getfd, {{"fd", 11}, {"pid_fd", 10}, {"target_fd", 5}, {"flags", 0}})
            ->name() == "/secret");
    CHECK(f.fd(11)->cloexec);
}

TEST_CASE("a full table takes no more, but the event still has its descriptor") {
    state::Options options = Fixture::offline();
    options.max_fds = 2;
    State state(options);
    state::ProcessSpec spec;
    spec.tid = 100;
    state.add_process(spec);
    for (int fd = 3; fd < 8; ++fd) {
        const TestEvent event =
            make_event(EventType::open, {{"fd", fd}, {"name", "/f"}, {"flags", 1}}, {.tgid = 100});
        const Bound bound = state.begin(event.event());
        REQUIRE(bound.fd != nullptr);
        CHECK(bound.fd->name() == "/f");
        state.end(event.event());
    }
    CHECK(state.stats().fds_dropped == 3);
}

TEST_CASE("the enter event's name wins only directly before its exit") {
    Fixture f;
    const ParamList exit = {{"fd", 3}, {"dirfd", -100}, {"name", "/decoy"}, {"flags", 1 | 0x4000}};
    f.run(EventType::openat_enter, {{"dirfd", -100}, {"name", "/true"}, {"flags", 3}});
    const auto info = f.run(EventType::openat, exit);
    CHECK(info->name() == "/true");
    CHECK(info->flags == (3 | 0x4000));
    f.run(EventType::openat_enter, {{"dirfd", -100}, {"name", "/true"}, {"flags", 3}});
    f.run(EventType::getcwd, {{"res", 1}, {"path", "/"}});
    CHECK(f.run(EventType::openat, exit)->name() == "/decoy");
    f.run(EventType::openat_enter, {{"dirfd", -100}, {"name", "<NA>"}, {"flags", 3}});
    CHECK(f.run(EventType::openat, exit)->name() == "/decoy");
}

TEST_CASE("sockets: names read client->server") {
    Fixture f;
    f.run(EventType::socket, {{"fd", 3}, {"domain", 2}, {"type", 1}, {"proto", 0}, {"flags", 0}});
    CHECK(f.fd(3)->type == FdType::Ipv4);
    CHECK(f.fd(3)->name().empty());
    const auto client =
        f.run(EventType::connect,
              {{"res", -115}, {"tuple", tuple_ip("10.0.0.1", 40000, "10.0.0.2", 443)}, {"fd", 3}});
    CHECK(client->name() == "10.0.0.1:40000->10.0.0.2:443");
    CHECK(client->role == SocketRole::Client);
    CHECK(client->l4 == state::L4Proto::Tcp);
    CHECK(f.bound.fd_name_changed);

    const auto server = f.run(EventType::accept4,
                              {{"fd", 4}, {"tuple", tuple_ip("10.0.0.9", 50000, "10.0.0.1", 22)}});
    CHECK(server->name() == "10.0.0.9:50000->10.0.0.1:22");
    CHECK(server->role == SocketRole::Server);
    CHECK(server->server().port == 22);
    CHECK(server->local().port == 22);

    f.run(EventType::socket, {{"fd", 5}, {"domain", 10}, {"type", 2}, {"proto", 17}, {"flags", 0}});
    const auto bound =
        f.run(EventType::bind, {{"res", 0}, {"addr", sockaddr_ip("::1", 53)}, {"fd", 5}});
    CHECK(bound->type == FdType::Ipv6Server);
    CHECK(bound->name() == "::1:53");
    const auto answered =
        f.run(EventType::recvfrom,
              {{"res", 5}, {"fd", 5}, {"tuple", tuple_ip("2001:db8::1", 4000, "::1", 53)}});
    CHECK(answered->name() == "2001:db8::1:4000->::1:53");
    CHECK(answered->role == SocketRole::Server);
}

TEST_CASE("a datagram gives its socket a name, and says so only when it is new") {
    Fixture f;
    f.run(EventType::socket, {{"fd", 3}, {"domain", 2}, {"type", 2}, {"proto", 0}, {"flags", 0}});
    const ParamList send = {
        {"res", 9}, {"fd", 3}, {"tuple", tuple_ip("10.0.0.1", 40000, "8.8.8.8", 53)}};
    const auto first = f.run(EventType::sendto, send);
    CHECK(first->name() == "10.0.0.1:40000->8.8.8.8:53");
    CHECK(first->role == SocketRole::Client);
    CHECK(first->l4 == state::L4Proto::Udp);
    CHECK_FALSE(first->connected);
    CHECK(f.bound.fd_name_changed);
    f.run(EventType::sendto, send);
    CHECK_FALSE(f.bound.fd_name_changed);
    const auto invented =
        f.run(EventType::sendto,
              {{"res", 9}, {"fd", 30}, {"tuple", tuple_ip("10.0.0.1", 40001, "8.8.4.4", 53)}});
    REQUIRE(invented);
    CHECK(invented->l4 == state::L4Proto::Udp);
}

TEST_CASE("unix sockets and mapped addresses") {
    Fixture f;
    const auto unix_info =
        f.run(EventType::connect,
              {{"res", 0}, {"tuple", tuple_unix(0xabc, 0xdef, "/run/x.sock")}, {"fd", 3}});
    CHECK(unix_info->name() == "abc->def /run/x.sock");
    CHECK(unix_info->type == FdType::Unix);
    const auto mapped = f.run(
        EventType::connect,
        {{"res", 0}, {"tuple", tuple_ip("::ffff:10.0.0.1", 1, "::ffff:10.0.0.2", 2)}, {"fd", 4}});
    CHECK(mapped->type == FdType::Ipv4);
    CHECK(mapped->name() == "10.0.0.1:1->10.0.0.2:2");
    const auto half =
        f.run(EventType::connect,
              {{"res", 0}, {"tuple", tuple_ip("::ffff:10.0.0.1", 1, "2001:db8::2", 2)}, {"fd", 5}});
    CHECK(half->type == FdType::Ipv6);
}
