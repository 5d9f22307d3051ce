// SPDX-License-Identifier: Apache-2.0
// The start-up scan with and without the kernel's list, lazy reading of /proc, users, paths.
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "state/path.hpp"
#include "state/state.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"
#include "tests/unit/state/fake_proc.hpp"

using namespace sensor;
using namespace sensor::testing;
using state::ProcInfo;
using state::State;

namespace {

struct Fixture {
    std::shared_ptr<FakeProc> proc = std::make_shared<FakeProc>();
    state::Options options() {
        state::Options made;
        made.host_root = "/nonexistent";
        made.proc = proc;
        made.boot_epoch_ns = 1'000'000'000'000;
        return made;
    }
};

TaskSnapshot task(std::uint32_t tid, std::uint32_t ns_tid, std::uint32_t parent, const char* comm) {
    TaskSnapshot made;
    made.tid = made.tgid = tid;
    made.ns_tid = made.ns_tgid = ns_tid;
    made.parent_tgid = parent;
    made.vtid = made.vpid = ns_tid;
    made.start_ns = 5'000'000'000;
    made.uid = 33;
    std::snprintf(made.comm.data(), made.comm.size(), "%s", comm);
    return made;
}

std::string temporary_root() {
    std::string name = (std::filesystem::temp_directory_path() / "stateXXXXXX").string();
    const std::string root = ::mkdtemp(name.data());
    std::filesystem::create_directory(root + "/etc");
    return root;
}

void write_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("the kernel's list gives the numbers, /proc the texts by its own numbers") {
    Fixture f;
    f.proc->infos[2] = info_of("init", 0);
    f.proc->infos[7] = info_of("nginx", 2);
    State state(f.options());
    state.scan({task(5007, 7, 5002, "nginx"), task(5002, 2, 0, "init")});
    const state::Thread* nginx = state.find(5007);
    REQUIRE(nginx != nullptr);
    CHECK(state.find(7) == nullptr);
    CHECK(nginx->image->cmdline == "nginx -x");
    CHECK(nginx->directory() == "/srv/");
    CHECK(nginx->vpid == 7);
    CHECK(nginx->in_pidns);
    CHECK(nginx->clone_ts_ns == 1'005'000'000'000);
    REQUIRE(state.parent(*nginx) != nullptr);
    CHECK(state.parent(*nginx)->comm() == "init");
}

TEST_CASE("without a list /proc is read alone, kernel threads left out") {
    Fixture f;
    f.proc->infos[1] = info_of("init", 0);
    f.proc->infos[9] = info_of("sshd", 1);
    f.proc->infos[3] = info_of("kworker", 2);
    f.proc->infos[3].kernel_thread = true;
    State state(f.options());
    state.scan({});
    REQUIRE(state.find(9) != nullptr);
    CHECK(state.parent(*state.find(9))->tgid == 1);
    CHECK(state.find(3) == nullptr);
    REQUIRE(state.find(1009) != nullptr);
    CHECK(state.find(1009)->comm() == "worker");
    CHECK(state.find(1009)->leader == state.find(9));
    CHECK(state.find(9)->alive == 2);
}

TEST_CASE("an unknown process is read once, with its ancestors") {
    Fixture f;
    f.proc->infos[50] = info_of("bash", 0);
    f.proc->infos[60] = info_of("curl", 50);
    State state(f.options());
    const TestEvent event =
        make_event(EventType::getuid, {{"uid", 0}}, {.tgid = 60, .start = 5'000'000'000});
    for (int k = 0; k < 3; ++k) {
        const state::Bound bound = state.begin(event.event());
        REQUIRE(bound.thread != nullptr);
        CHECK(bound.thread->comm() == "curl");
        CHECK(state.parent(*bound.thread)->comm() == "bash");
        state.end(event.event());
    }
    CHECK(f.proc->reads == 2);
}

TEST_CASE("an unknown process that has ended is in the container of its parent") {
    const std::string id(64, 'a');
    for (const bool ended : {true, false}) {
        Fixture f;
        f.proc->infos[50] = info_of("sh", 0);
        f.proc->infos[50].cgroups = block({"cpu=/docker/" + id});
        f.proc->infos[60] = info_of("cat", 50);
        f.proc->infos[60].cgroups = block({"cpu=/"});  // as /proc has it of those that ended
        f.proc->infos[60].ended = ended;
        State state(f.options());
        const TestEvent event =
            make_event(EventType::getuid, {{"uid", 0}}, {.tgid = 60, .start = 5'000'000'000});
        const state::Bound bound = state.begin(event.event());
        REQUIRE(bound.thread != nullptr);
        CHECK((bound.thread->container ? bound.thread->container->full_id : "host") ==
              (ended ? id : "host"));
    }
}

TEST_CASE("what /proc shows under a reused number is not taken") {
    Fixture f;
    f.proc->infos[60] = info_of("curl", 0);
    State state(f.options());
    const TestEvent event =
        make_event(EventType::getuid, {{"uid", 0}}, {.tgid = 60, .start = 9'000'000'000});
    CHECK(state.begin(event.event()).thread->comm() == "<NA>");
}

TEST_CASE("a process that /proc does not show is known by its number") {
    Fixture f;
    State state(f.options());
    const TestEvent event = make_event(EventType::getuid, {{"uid", 0}},
                                       {.tgid = 60, .tid = 61, .ns_tgid = 0, .ns_tid = 0});
    const state::Bound bound = state.begin(event.event());
    REQUIRE(bound.thread != nullptr);
    CHECK(bound.thread->tid == 61);
    CHECK(bound.thread->tgid == 60);
    CHECK(bound.thread->comm() == "<NA>");
    CHECK(f.proc->reads == 0);
}

TEST_CASE("pitfall 30: ids in a user namespace of its own come from /proc") {
    Fixture f;
    f.proc->infos[60] = info_of("podman", 0);
    f.proc->infos[60].uid = 1000;
    State state(f.options());
    const auto run = [&](EventType type, const ParamList& params) {
        const TestEvent event = make_event(type, params, {.tgid = 60});
        state.begin(event.event());
        state.end(event.event());
    };
    run(EventType::unshare, {{"res", 0}, {"flags", 0x100000}});
    run(EventType::setuid, {{"res", 0}, {"uid", 0}});
    CHECK(state.find(60)->uid == 1000);
}

TEST_CASE("the real /proc answers for this very process") {
    State state(state::Options{});
    const auto tgid = static_cast<std::uint32_t>(::getpid());
    const TestEvent event = make_event(EventType::getuid, {{"uid", 0}}, {.tgid = tgid});
    const state::Bound bound = state.begin(event.event());
    REQUIRE(bound.thread != nullptr);
    CHECK(bound.thread->comm() == "unit_state");
    CHECK(bound.thread->image->exepath.ends_with("/unit_state"));
    CHECK(bound.thread->uid == ::geteuid());
    CHECK(bound.thread->directory() == state::with_slash(std::filesystem::current_path().string()));
    CHECK(bound.thread->start_ns != 0);
    CHECK(bound.thread->image->exe_ino != 0);
}

TEST_CASE("users and groups come from the host's files and follow them") {
    const std::string root = temporary_root();
    write_file(root + "/etc/passwd",
               "daemon:x:1:1:d:/usr/sbin:/bin/false\n+nis::::::\nalice:x:1000:100:A:/home/alice:/"
               "bin/bash\nbob:x:1000:100::/b:/b\n");
    write_file(root + "/etc/group", "users:x:100:alice\n");
    state::Users users(root, true);
    CHECK(users.user(0)->name == "root");
    CHECK(users.user(1000)->name == "alice");
    CHECK(users.user(1000)->home == "/home/alice");
    CHECK(users.user(1000)->shell == "/bin/bash");
    CHECK(users.user(4242) == nullptr);
    CHECK(*users.group(100) == "users");
    CHECK(*users.group(0) == "root");
    CHECK(users.group(7) == nullptr);
    users.refresh(10'000'000'000);
    write_file(root + "/etc/passwd", "carol:x:1001:100::/c:/c\n");
    users.refresh(11'000'000'000);
    CHECK(users.user(1001) == nullptr);  // too soon to look
    users.refresh(20'000'000'000);
    REQUIRE(users.user(1001) != nullptr);
    CHECK(users.user(1000) == nullptr);
    users.add_user(5, {5, "given", "/", ""});
    CHECK(users.user(5)->name == "given");
    std::filesystem::remove_all(root);
}

TEST_CASE("events announce users") {
    state::Options options;
    options.live = false;
    State state(options);
    const TestEvent added = make_event(EventType::useradded, {{"uid", 9},
                                                              {"gid", 9},
                                                              {"name", "news"},
                                                              {"home", "/h"},
                                                              {"shell", "/s"},
                                                              {"container_id", ""}});
    state.begin(added.event());
    state.end(added.event());
    REQUIRE(state.users().user(9) != nullptr);
    CHECK(state.users().user(9)->name == "news");
}

TEST_CASE("joining paths") {
    CHECK(state::join_path("/a/b/", "c") == "/a/b/c");
    CHECK(state::join_path("/a/b", "../c") == "/a/c");
    CHECK(state::join_path("/", "..") == "/");
    CHECK(state::join_path("/a", "/x/./y//z/") == "/x/y/z");
    CHECK(state::join_path("/a", ".") == "/a");
    CHECK(state::join_path("/a", "b..c/...") == "/a/b..c/...");
    CHECK(state::join_path("<UNKNOWN>", "x") == "<UNKNOWN>x");
    CHECK(state::join_path(std::string(600, 'd'), std::string(600, 'f')) == state::kTooLong);
    CHECK(state::join_path("/a", "/" + std::string(1022, 'f')).size() == 1023);
    CHECK(state::join_path(std::string(1000, 'd'), std::string(22, 'f')).size() == 1024);
}

TEST_CASE("blocks of texts") {
    CHECK(state::block_count("") == 0);
    CHECK(state::block_count(block({"a"})) == 1);
    CHECK(state::block_count("a") == 1);
    CHECK(*state::block_value(block({"AB=1", "A=2", "C"}), "A") == "2");
    CHECK_FALSE(state::block_value(block({"AB=1"}), "A").has_value());
    CHECK_FALSE(state::block_value("", "A").has_value());
}

TEST_CASE("a process that is read again keeps the name that its program was started by") {
    Fixture f;
    f.proc->infos[200] = info_of("sh", 0);
    f.proc->infos[200].exe_ino = 44;
    State state(f.options());
    state.scan({task(200, 200, 0, "sh")});
    const auto lose_change = [&](std::uint32_t generation) {
        const TestEvent made = make_event(
            EventType::getuid, {}, {.tgid = 200, .start = 5'000'000'000, .generation = generation});
        state.begin(made.event());
        state.end(made.event());
        return state.find(200);
    };
    f.proc->infos[200].comm = "worker";  // prctl
    f.proc->infos[200].uid = 7;
    const state::Thread* thread = lose_change(1);
    CHECK(thread->uid == 7);
    CHECK(thread->comm() == "sh");
    CHECK(thread->image->comm == "sh");
    f.proc->infos[200].exe_ino = 45;  // another program by the same name
    thread = lose_change(2);
    CHECK(thread->comm() == "worker");
    CHECK(thread->image->comm == "worker");
}

TEST_CASE("a process whose change was lost is read again, once") {
    Fixture f;
    f.proc->infos[200] = info_of("sh", 0);
    State state(f.options());
    state.scan({task(200, 200, 0, "sh")});
    const int before = f.proc->reads;
    const auto event = [&](EventType type, const ParamList& params, std::uint32_t generation) {
        const TestEvent made = make_event(
            type, params, {.tgid = 200, .start = 5'000'000'000, .generation = generation});
        state.begin(made.event());
        state.end(made.event());
    };
    event(EventType::getuid, {}, 0);
    CHECK(f.proc->reads == before);
    f.proc->infos[200] = info_of("nc", 0);  // its exec was lost
    f.proc->infos[200].uid = 7;
    event(EventType::getuid, {}, 1);
    CHECK(state.stats().refreshed == 1);
    const state::Thread* thread = state.find(200);
    REQUIRE(thread != nullptr);
    CHECK(thread->comm() == "nc");
    CHECK(thread->image->exepath == "/usr/bin/nc");
    CHECK(thread->uid == 7);
    event(EventType::getuid, {}, 1);
    event(EventType::setuid, {{"res", 0}, {"uid", 9}}, 2);  // told of, not lost
    CHECK(state.stats().refreshed == 1);
    CHECK(state.find(200)->uid == 9);
    event(EventType::setuid, {{"res", -1}, {"uid", 8}}, 2);
    event(EventType::setuid, {{"res", 0}, {"uid", 7}}, 4);  // the third change was lost
    CHECK(state.stats().refreshed == 2);
    event(EventType::getuid, {}, 3);  // overtaken by another thread's
    CHECK(state.stats().refreshed == 2);
    CHECK(f.proc->reads == before + 2);
}
