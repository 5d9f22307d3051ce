// SPDX-License-Identifier: Apache-2.0
// What comes to be known of containers while threads are in them: from runtimes, from captures, in
// time or not.
#include "containers/json.hpp"
#include "state/state.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"

using namespace sensor;
using namespace sensor::testing;
using containers::ContainerRecord;
using containers::Known;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kNow = 1'700'000'000 * kSecond;
const std::string kId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

state::Options options(std::uint64_t patience_ns = kSecond) {
    state::Options made;
    made.live = false;
    made.host_root.clear();
    made.containers.patience_ns = patience_ns;
    return made;
}

ContainerRecord record(const std::string& name, Known known = Known::Complete) {
    ContainerRecord made;
    made.full_id = kId;
    made.id = kId.substr(0, 12);
    made.type = "podman";
    made.name = name;
    made.image = "localhost/bb:1";
    made.known = known;
    return made;
}

struct Fixture {
    explicit Fixture(state::Options how = options()) : state(std::move(how)) {}

    const state::Thread& add(std::uint32_t tid, const std::string& cgroup) {
        state::ProcessSpec spec;
        spec.tid = tid;
        spec.cgroups = "cpu=" + cgroup + '\0';
        return state.add_process(spec);
    }
    const state::Thread& add_contained(std::uint32_t tid) { return add(tid, "/docker/" + kId); }

    /// An event of a process, bound; `ended` before the next one.
    state::Bound step(std::uint32_t tid, std::uint64_t ts = kNow) {
        HeadSpec head;
        head.tgid = tid;
        head.ts = ts;
        events.push_back(make_event(EventType::getcwd, {}, head));
        const state::Bound bound = state.begin(events.back().event());
        state.end(events.back().event());
        return bound;
    }
    state::Bound tell(EventType type, const ParamList& params) {
        HeadSpec head;
        head.tgid = 0;
        head.ts = kNow;
        events.push_back(make_event(type, params, head));
        return state.begin(events.back().event());
    }
    state::Bound tell(const char* name, const ContainerRecord& of) {
        return tell(EventType::asyncevent,
                    {{"plugin_id", 0}, {"name", name}, {"data", containers::record_json(of)}});
    }

    state::State state;
    std::vector<TestEvent> events;
};

}  // namespace

TEST_CASE("a new container is pending until its record comes") {
    Fixture f;
    const state::Thread& thread = f.add_contained(10);
    f.add(11, "/system.slice");
    REQUIRE(thread.container->pending);
    const state::Bound before = f.step(10);
    CHECK(before.pending);
    CHECK(before.facts == 0);
    CHECK_FALSE(f.step(11).pending);
    const std::uint64_t others = f.step(11).facts;

    const std::uint64_t news = f.state.containers().news();
    f.state.learn(record("web"));
    CHECK(f.state.containers().news() != news);
    CHECK(thread.container->name == "web");
    CHECK(thread.container->type == "podman");
    const state::Bound after = f.step(10);
    CHECK_FALSE(after.pending);
    CHECK(after.facts != 0);
    CHECK(f.step(11).facts == others);  // nothing was remembered that is void now
}

TEST_CASE("another record changes what is remembered of processes") {
    Fixture f;
    f.add_contained(10);
    f.state.learn(record("web"));
    const std::uint64_t facts = f.step(10).facts;
    f.state.learn(record("web"));
    CHECK(f.step(10).facts == facts);
    f.state.learn(record("db"));
    CHECK(f.step(10).facts != facts);
    f.state.learn(record("less", Known::Local));  // less than is known already
    CHECK(f.state.find(10)->container->name == "db");
}

TEST_CASE("who is told of before the first thread is never pending") {
    Fixture f;
    f.state.learn(record("web"));
    f.state.learn(record("web"));
    const state::Thread& thread = f.add_contained(10);
    CHECK_FALSE(thread.container->pending);
    CHECK(thread.container->name == "web");
    CHECK(f.state.containers().size() == 1);
}

TEST_CASE("a container may be named by the beginning of its id") {
    Fixture f;
    ContainerRecord shortly = record("web");
    shortly.full_id = shortly.id;
    SECTION("before its first thread") {
        f.state.learn(shortly);
        CHECK(f.add_contained(10).container->name == "web");
    }
    SECTION("after it") {
        f.add_contained(10);
        f.state.learn(shortly);
    }
    CHECK(f.state.find(10)->container->name == "web");
    CHECK(f.state.find(10)->container->full_id == kId);
    CHECK(f.state.containers().size() == 1);
}

TEST_CASE("names that begin alike are two containers") {
    Fixture f;
    const state::Thread& one = f.add(10, "/lxc/production-web-1");
    const state::Thread& other = f.add(11, "/lxc/production-web-2");
    CHECK(one.container.get() != other.container.get());
    CHECK_FALSE(one.container->pending);  // nobody can tell of these
}

TEST_CASE("nobody waits for ever") {
    Fixture f;
    const state::Thread& thread = f.add_contained(10);
    f.state.expire_containers(kNow);  // waits from then on
    CHECK(f.step(10, kNow).pending);
    f.state.expire_containers(kNow + kSecond - 1);
    CHECK(f.step(10, kNow + kSecond - 1).pending);
    f.state.expire_containers(kNow + kSecond);
    const state::Bound late = f.step(10, kNow + kSecond);
    CHECK_FALSE(late.pending);
    CHECK(late.facts != 0);
    CHECK(thread.container->incomplete);
    CHECK(f.state.containers().stats().given_up == 1);
    f.state.learn(record("web"));  // too late, and yet
    CHECK(f.step(10, kNow + 2 * kSecond).facts != late.facts);
}

TEST_CASE("without anybody to tell nothing is pending") {
    Fixture f(options(0));
    CHECK_FALSE(f.add_contained(10).container->pending);
    CHECK(f.step(10).facts != 0);
}

TEST_CASE("given up by who was asked") {
    std::vector<std::uint32_t> asked;
    state::Options how = options();
    how.ask = [&](const state::Container& container, const containers::Seen& seen) {
        CHECK(container.full_id == kId);
        CHECK(seen.cgroups.find(kId) != std::string_view::npos);
        asked.push_back(seen.pid);
    };
    Fixture f(std::move(how));
    f.add_contained(10);
    CHECK(asked == std::vector<std::uint32_t>{10});
    f.state.give_up_container(kId);
    CHECK_FALSE(f.step(10).pending);
    f.add_contained(11);
    CHECK(asked.size() == 1);
}

TEST_CASE("names that come before the first process do not keep the rest from being waited for") {
    Fixture f;
    f.state.learn(record("web", Known::Named));
    const state::Container& container = *f.add_contained(10).container;
    CHECK(container.pending);
    CHECK(container.awaited() == (late_part::RECORD | late_part::USERS));
    f.state.give_up_container(kId);
    CHECK_FALSE(f.add_contained(11).container->pending);
    f.state.learn(record("web"));
    CHECK(container.awaited() == 0);
}

TEST_CASE("who is asked is told who made the process, from outside of its container") {
    std::vector<std::optional<std::uint32_t>> starters;
    state::Options how = options();
    how.ask = [&](const state::Container&, const containers::Seen& seen) {
        starters.push_back(seen.starter);
    };
    Fixture f(std::move(how));
    const auto add = [&](std::uint32_t tid, std::uint32_t parent, std::uint32_t uid,
                         const std::string& cgroup) {
        state::ProcessSpec spec;
        spec.tid = tid;
        spec.ptid = parent;
        spec.uid = uid;
        spec.cgroups = "cpu=" + cgroup + '\0';
        f.state.add_process(spec);
    };
    const std::string inside = "/docker/" + kId;
    add(10, 1, 1000, "/");
    add(11, 10, 0, inside);
    add(12, 11, 33, inside);
    add(13, 4000, 33, inside);
    CHECK(starters == std::vector<std::optional<std::uint32_t>>{1000, std::nullopt, std::nullopt});
}

TEST_CASE("events of captures tell of containers") {
    Fixture f;
    const state::Thread& thread = f.add_contained(10);
    SECTION("today's") {
        const state::Bound bound = f.tell("container", record("web"));
        CHECK(bound.container == thread.container.get());
        CHECK(bound.thread == nullptr);
    }
    SECTION("older ones") {
        f.tell(EventType::container, {{"json", containers::record_json(record("web"))}});
    }
    CHECK(thread.container->name == "web");
    CHECK_FALSE(thread.container->pending);

    CHECK(f.tell("container_removed", record("web")).container == thread.container.get());
    CHECK(f.state.containers().size() == 0);
    CHECK(thread.container->name == "web");  // as long as somebody is in it
    CHECK(f.tell("another", record("web")).container == nullptr);
    CHECK(f.tell(EventType::asyncevent,
                 {{"plugin_id", 0}, {"name", "container"}, {"data", "{\"container\": 1"}})
              .container == nullptr);
    CHECK(f.state.stats().bad_containers == 1);
}

TEST_CASE("users are not waited for where no process leads to them") {
    state::Options how = options();
    auto answer = state::AskedUsers::NotYet;
    how.ask_users = [&](const state::Container&, std::uint32_t) { return answer; };
    Fixture f(std::move(how));
    const state::Thread& thread = f.add_contained(10);
    f.state.learn(record("web", Known::Named));
    HeadSpec head;
    head.tgid = 10;
    head.ts = kNow;
    const TestEvent exec = make_event(
        EventType::execve, {{"res", 0}, {"exe", "sh"}, {"comm", "sh"}, {"pid", 10}}, head);
    const auto awaited_after_exec = [&] {
        f.state.begin(exec.event());
        f.state.end(exec.event());
        return thread.container->awaited();
    };
    CHECK(awaited_after_exec() == (late_part::RECORD | late_part::USERS));
    answer = state::AskedUsers::Gone;
    const std::uint64_t news = f.state.containers().news();
    CHECK(awaited_after_exec() == late_part::RECORD);
    CHECK(f.state.containers().news() == news + 1);
    answer = state::AskedUsers::Yes;  // another process leads to them
    CHECK(awaited_after_exec() == (late_part::RECORD | late_part::USERS));
}

TEST_CASE("users of a container are waited for too, and are its own") {
    std::vector<std::uint32_t> asked;
    state::Options how = options();
    how.ask_users = [&](const state::Container&, std::uint32_t ns_tgid) {
        asked.push_back(ns_tgid);
        return state::AskedUsers::Yes;
    };
    Fixture f(std::move(how));
    f.state.learn(record("web"));
    const state::Thread& thread = f.add_contained(10);
    f.add_contained(11);
    const std::uint64_t before = f.step(11).facts;
    CHECK(before != 0);
    HeadSpec head;
    head.tgid = 10;
    head.ts = kNow;
    const TestEvent exec = make_event(
        EventType::execve, {{"res", 0}, {"exe", "sh"}, {"comm", "sh"}, {"pid", 10}}, head);
    CHECK(f.state.begin(exec.event()).pending);
    f.state.end(exec.event());
    CHECK(asked == std::vector<std::uint32_t>{10});
    CHECK(f.step(11).facts == 0);

    f.tell(EventType::useradded, {{"uid", 7},
                                  {"gid", 8},
                                  {"name", "app"},
                                  {"home", "/"},
                                  {"shell", "/bin/sh"},
                                  {"container_id", kId}});
    f.tell(EventType::groupadded, {{"gid", 8}, {"name", "apps"}, {"container_id", kId}});
    CHECK(f.step(11).pending);
    f.state.has_users(kId);
    CHECK_FALSE(f.step(11).pending);
    CHECK(f.step(11).facts != before);
    CHECK(thread.container->users.at(7).name == "app");
    CHECK(thread.container->groups.at(8) == "apps");
    CHECK(f.state.users().user(7) == nullptr);
}

TEST_CASE("one container may be given for all processes") {
    state::Options how = options();
    how.containers.fixed = record("all");
    Fixture f(std::move(how));
    CHECK(f.add(10, "/").container->name == "all");
    CHECK(f.add_contained(11).container->name == "all");
    CHECK(f.state.containers().size() == 0);
}

TEST_CASE("what nobody is in is bounded") {
    state::Options how = options();
    how.containers.most = 8;
    Fixture f(std::move(how));
    f.add_contained(10);
    for (int k = 0; k < 100; ++k) {
        ContainerRecord other = record("other");
        other.full_id = std::to_string(1000 + k) + std::string(60, 'f');
        f.state.learn(other);
    }
    CHECK(f.state.containers().size() <= 9);
    CHECK(f.state.containers().stats().dropped >= 90);
    f.state.learn(record("web"));
    CHECK(f.state.find(10)->container->name == "web");
}

TEST_CASE("without patience nobody waits, and somebody is asked all the same, once") {
    state::Options how = options(0);
    how.containers.asks = true;
    int asked = 0;
    how.ask = [&](const state::Container&, const containers::Seen&) { ++asked; };
    Fixture f(how);
    f.add_contained(10);
    f.add_contained(11);
    CHECK(asked == 1);
    CHECK(f.state.containers().pending() == 0);
    f.state.learn(record("web"));
    f.add_contained(12);
    CHECK(asked == 1);
}

TEST_CASE("names that begin with the name of another are of another container") {
    Fixture f;
    CHECK(f.add(10, "/lxc/web-frontend").container->full_id == "web-frontend");
    CHECK(f.add(11, "/lxc/web-frontend-2").container->full_id == "web-frontend-2");
    CHECK(f.state.find(10)->container->full_id == "web-frontend");
    CHECK(f.state.containers().size() == 2);
}

TEST_CASE("records take no more memory than there is for them") {
    state::Options how = options();
    how.containers.most_bytes = 64 << 10;
    Fixture f(how);
    ContainerRecord large = record("web");
    large.env.assign(10, std::string(1000, 'x'));
    const state::Thread& inside = f.add_contained(10);
    f.state.learn(large);
    for (char digit = '1'; digit <= '9'; ++digit) {  // nobody is in those: they make room
        large.full_id.front() = digit;
        large.id.front() = digit;
        f.state.learn(large);
    }
    CHECK(inside.container->env.size() == 10);
    CHECK(f.state.containers().stats().dropped > 0);
    CHECK(f.state.containers().stats().cut == 0);
    large.full_id = kId;
    large.id = kId.substr(0, 12);
    large.env.assign(100, std::string(1000, 'x'));  // more than all of it
    large.name = "other";
    f.state.learn(large);
    CHECK(inside.container->name == "other");
    CHECK(inside.container->env.empty());
    CHECK(f.state.containers().stats().cut == 1);
}

TEST_CASE("too many containers make room for more than one") {
    state::Options how = options();
    how.containers.most = 64;
    Fixture f(how);
    ContainerRecord one = record("web");
    for (int k = 0; k < 64; ++k) {
        one.full_id = "ctr" + std::to_string(k);
        one.id = one.full_id;
        f.state.learn(one);
    }
    CHECK(f.state.containers().size() == 64);
    one.full_id = one.id = "last";
    f.state.learn(one);
    CHECK(f.state.containers().size() < 60);
    CHECK(f.state.containers().look_up("last") != nullptr);
}
