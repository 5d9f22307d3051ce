// SPDX-License-Identifier: Apache-2.0
// Files that processes have open already: from the kernel's list, with an exec, from /proc.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <string>

#include "state/state.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"
#include "tests/unit/state/fake_proc.hpp"

using namespace sensor;
using namespace sensor::testing;
using state::FdType;
using state::State;

namespace {

/// A state that knows process 7 of a /proc made up.
struct Scene {
    std::shared_ptr<FakeProc> proc = std::make_shared<FakeProc>();
    State state{options()};

    Scene() {
        proc->infos[7] = info_of("nginx", 0);
        state.scan({});
    }
    state::Options options() const {
        state::Options made;
        made.host_root = "/nonexistent";
        made.proc = proc;
        return made;
    }
    const state::FdInfo* fd(std::int64_t number) const { return state.find(7)->fd(number); }
    /// A record of the kernel's list.
    void learn(std::uint32_t fd, FdObject object, std::uint32_t tgid = 7) {
        object.fd.fd = fd;
        ExtraSpec extras;
        extras.fd = std::move(object);
        HeadSpec head;
        head.tgid = tgid;
        head.flags = REC_F_STATE;
        state.learn_file(make_event(EventType::generic, {}, head, extras).event());
    }
};

}  // namespace

TEST_CASE("files of the kernel's list are in the tables of their processes") {
    Scene scene;
    scene.learn(0, file_object("/dev/null", 4, 5, S_IFCHR));
    scene.learn(9, socket_object(tuple_ip("10.0.0.1", 41000, "10.0.0.2", 443), AF_INET, SOCK_STREAM,
                                 0x1234, 6));
    scene.learn(3, file_object("/of/nobody", 4), 4711);
    REQUIRE(scene.fd(0) != nullptr);
    CHECK(scene.fd(0)->name() == "/dev/null");
    CHECK(scene.fd(0)->type == FdType::File);
    REQUIRE(scene.fd(9) != nullptr);
    CHECK(scene.fd(9)->type == FdType::Ipv4);
    CHECK(scene.fd(9)->name() == "10.0.0.1:41000->10.0.0.2:443");
    CHECK(scene.fd(3) == nullptr);
}

TEST_CASE("a file known by the caller's name keeps it, another object replaces it") {
    Scene scene;
    HeadSpec head;
    head.tgid = 7;
    const TestEvent opened = make_event(EventType::openat,
                                        {{"fd", 1},
                                         {"dirfd", -100},
                                         {"name", "alias"},
                                         {"flags", 1},
                                         {"mode", 0},
                                         {"dev", 5},
                                         {"ino", 40}},
                                        head);
    scene.state.begin(opened.event());
    scene.state.end(opened.event());
    REQUIRE(scene.fd(1) != nullptr);
    CHECK(scene.fd(1)->name() == "/srv/alias");
    scene.learn(1, file_object("/real", 40, 5));
    CHECK(scene.fd(1)->name() == "/srv/alias");
    scene.learn(1, file_object("/other", 41, 5));
    CHECK(scene.fd(1)->name() == "/other");
}

TEST_CASE("standard files last through an exec, whatever they were opened with") {
    Scene scene;
    FdObject file = file_object("/var/log/x", 6);
    file.fd.f_flags = O_CLOEXEC;
    scene.learn(1, file);
    scene.learn(8, file);
    HeadSpec head;
    head.tgid = 7;
    const TestEvent exec =
        make_event(EventType::execve, {{"res", 0}, {"exe", "x"}, {"comm", "x"}}, head);
    scene.state.begin(exec.event());
    scene.state.end(exec.event());
    CHECK(scene.fd(1) != nullptr);
    CHECK(scene.fd(8) == nullptr);
}

TEST_CASE("where the kernel lists no files /proc does") {
    Scene scene;
    state::ProcFile file, socket;
    file.object.fd = 4;
    file.object.kind = S_IFREG;
    file.text = "/etc/passwd";
    socket.object.fd = 5;
    socket.object.kind = S_IFSOCK;
    scene.proc->open_files[7] = {file, socket};
    CHECK(scene.fd(4) == nullptr);
    scene.state.scan_files();
    REQUIRE(scene.fd(4) != nullptr);
    CHECK(scene.fd(4)->name() == "/etc/passwd");
    REQUIRE(scene.fd(5) != nullptr);
    CHECK(scene.fd(5)->type == FdType::Unknown);
}

TEST_CASE("a process first seen later brings its standard files") {
    Scene scene;
    scene.proc->infos[8] = info_of("late", 7);
    state::ProcFile in, more;
    in.object.kind = S_IFIFO;
    more.object.fd = 3;
    more.object.kind = S_IFREG;
    scene.proc->open_files[8] = {in, more};
    HeadSpec head;
    head.tgid = 8;
    const TestEvent closed = make_event(EventType::close, {{"res", 0}, {"fd", 30}}, head);
    scene.state.begin(closed.event());
    scene.state.end(closed.event());
    const state::Thread* late = scene.state.find(8);
    REQUIRE(late != nullptr);
    REQUIRE(late->fd(0) != nullptr);
    CHECK(late->fd(0)->type == FdType::Pipe);
    CHECK(late->fd(3) == nullptr);
}

TEST_CASE("/proc tells kinds, inodes and names of this process's files") {
    const auto proc = state::make_proc_reader("");
    int pipes[2];
    REQUIRE(::pipe(pipes) == 0);
    const int memory = ::memfd_create("some", 0), file = ::open("/dev/null", O_RDONLY);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    std::map<std::uint32_t, state::ProcFile> found;
    for (const state::ProcFile& each : proc->files(static_cast<std::uint32_t>(::getpid()), 1000))
        found[each.object.fd] = each;
    const auto of = [&](int fd) { return found[static_cast<std::uint32_t>(fd)]; };
    CHECK(of(file).text == "/dev/null");
    CHECK(of(file).object.kind == S_IFCHR);
    CHECK(of(pipes[0]).object.kind == S_IFIFO);
    CHECK(of(pipes[0]).object.ino == of(pipes[1]).object.ino);
    CHECK(of(memory).object.kind == REC_ANON_MEMFD);
    CHECK(of(memory).text == "/memfd:some");
    CHECK(of(socket).object.kind == S_IFSOCK);
    for (const int fd : {pipes[0], pipes[1], memory, file, socket}) ::close(fd);
}
