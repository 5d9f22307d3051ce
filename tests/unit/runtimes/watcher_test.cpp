// SPDX-License-Identifier: Apache-2.0
#include "runtimes/watcher.hpp"

#include <chrono>
#include <set>
#include <thread>

#include "fake_host.hpp"
#include "talk.hpp"

using namespace sensor;
using namespace sensor::runtimes;
using namespace sensor::runtimes::test;
using containers::Known;
using Kind = News::Kind;

TEST_CASE("what runs is told before start returns") {
    const TempFolder folder;
    StandIn server(folder / "s",
                   [](const std::string& target) { return docker(target, {id_of(1), id_of(2)}); });
    const auto watcher = Watcher::start(only_docker(server.path()));
    REQUIRE(watcher.has_value());
    CHECK((*watcher)->has_news());
    const std::vector<News> news = (*watcher)->take();
    REQUIRE(news.size() == 2);
    CHECK_FALSE((*watcher)->has_news());
    const containers::ContainerRecord& record = news[0].record;
    CHECK(record.known == Known::Complete);
    CHECK(record.type == "docker");
    CHECK(record.id == id_of(1).substr(0, 12));
    CHECK(record.name == "web");
    CHECK(record.image_repository == "shop/app");
    CHECK(record.image_tag == "2");
    CHECK(record.image_id == "feed");
    CHECK(record.image_digest == "sha256:beef");
    CHECK(record.privileged);
    CHECK(record.created_s == 1767323045);
    // Of the same image nothing is asked twice.
    CHECK(server.requests("/images/") >= 1);
}

TEST_CASE("a question is put once, until it is answered") {
    const TempFolder folder;
    std::atomic<bool> known{false};
    StandIn server(folder / "s", [&](const std::string& target) {
        return docker(target, {}, [&](const std::string& id) {
            return known ? answer(inspect_of(id)) : not_found();
        });
    });
    const auto watcher = Watcher::start(only_docker(server.path(), 60000));
    REQUIRE(watcher.has_value());
    for (int k = 0; k < 100; ++k) (*watcher)->ask(id_of(1), "docker", {});
    // It is being made: the runtime does not know it at first.
    wait_until([&] { return server.requests(id_of(1)) >= 3; });
    known = true;
    Reader reader(**watcher);
    CHECK(reader.next(Kind::Record, id_of(1)).record.name == "web");
    wait_until([&] { return (*watcher)->stats().answered == 1; });
    CHECK((*watcher)->stats().asked == 1);
    CHECK((*watcher)->stats().retried >= 2);
    CHECK((*watcher)->stats().gave_up == 0);
}

TEST_CASE("what nobody knows is given up, and told later if it shows up") {
    const TempFolder folder;
    std::atomic<bool> there{false};
    StandIn server(folder / "s", [&](const std::string& target) {
        return docker(target, {}, [&](const std::string& id) {
            return there ? answer(inspect_of(id)) : not_found();
        });
    });
    const auto watcher = Watcher::start(only_docker(server.path(), 100));
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    (*watcher)->ask(id_of(1), "docker", {});
    const News gave_up = reader.next(Kind::GaveUp, id_of(1));
    CHECK(gave_up.reason == "docker: it does not know it");
    there = true;
    wait_until([&] { return server.push("/events", event("start", id_of(1))); });
    CHECK(reader.next(Kind::Record, id_of(1)).record.name == "web");
    CHECK((*watcher)->stats().gave_up == 1);
}

TEST_CASE("announcements give names at once, then the rest; removal comes last") {
    const TempFolder folder;
    StandIn server(folder / "s", [](const std::string& target) {
        return docker(target, {}, [](const std::string& id) { return answer(inspect_of(id)); });
    });
    const auto watcher = Watcher::start(only_docker(server.path()));
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    const std::string both = event("create", id_of(1)) + event("destroy", id_of(1));
    wait_until([&] { return server.push("/events", both); });
    const News sketch = reader.next(Kind::Record, id_of(1), Known::Local);
    CHECK(sketch.record.name == "web");
    CHECK(sketch.record.image_tag == "2");
    CHECK(sketch.record.labels == containers::Labels{{"app", "shop"}});
    CHECK_FALSE(sketch.record.privileged);
    CHECK(reader.next(Kind::Record, id_of(1)).record.privileged);
    reader.next(Kind::Removed, id_of(1));
    // The event thread may be behind.
    (*watcher)->ask(id_of(1), "docker", {});
    CHECK(reader.next(Kind::Record, id_of(1)).record.privileged);
}

TEST_CASE("a container that is gone before it could be inspected has its announcement's names") {
    const TempFolder folder;
    StandIn server(folder / "s", [](const std::string& target) { return docker(target, {}); });
    const auto watcher = Watcher::start(only_docker(server.path()));
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    wait_until([&] { return server.push("/events", event("create", id_of(1))); });
    reader.next(Kind::Record, id_of(1), Known::Local);
    (*watcher)->ask(id_of(1), "docker", {});
    // Neither this nor what comes behind it says less than the first did.
    server.push("/events", event("start", id_of(1)));
    wait_until([&] { return server.requests(id_of(1)) >= 3; });
    server.push("/events", event("destroy", id_of(1)));
    reader.next(Kind::GaveUp, id_of(1));
    reader.next(Kind::Removed, id_of(1));
    // The event thread may be behind: it has the same, and does not wait.
    (*watcher)->ask(id_of(1), "docker", {});
    CHECK(reader.next(Kind::Record, id_of(1), Known::Local).record.name == "web");
    reader.next(Kind::GaveUp, id_of(1));
    for (const News& one : reader.all())
        CHECK((one.kind != Kind::Record || one.record.known == Known::Local));
}

TEST_CASE("an id that is given again is another container's") {
    const TempFolder folder;
    std::atomic<bool> again{false};
    StandIn server(folder / "s", [&](const std::string& target) {
        return docker(target, {},
                      [&](const std::string&) { return again ? silence() : not_found(); });
    });
    const auto watcher = Watcher::start(only_docker(server.path()));
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    wait_until([&] {
        return server.push("/events", event("create", id_of(1)) + event("destroy", id_of(1)));
    });
    reader.next(Kind::Removed, id_of(1));
    again = true;
    const std::size_t before = server.requests(id_of(1));
    server.push("/events", event("create", id_of(1)));
    wait_until([&] { return server.requests(id_of(1)) > before; });
    (*watcher)->ask(id_of(1), "docker", {});
    wait_until([&] { return server.push(id_of(1), answer(inspect_of(id_of(1))).bytes); });
    reader.next(Kind::Record, id_of(1));
    for (const News& one : reader.all()) CHECK(one.kind != Kind::GaveUp);
}

TEST_CASE("names of an announcement do not hide what the kernel says") {
    FakeHost host;
    host.process(1, 0, "init", "/");
    host.process(20, 1, "app", "/docker/" + id_of(1), "000001ffffffffff");
    StandIn server(host / "s", [](const std::string& target) { return docker(target, {}); });
    WatcherOptions options = only_docker("/s", 300);
    options.host_root = host.root();
    const auto watcher = Watcher::start(options);
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    const bool first = GENERATE(true, false);
    if (first) {
        wait_until([&] { return server.push("/events", event("create", id_of(1))); });
        reader.next(Kind::Record, id_of(1), Known::Local);
    }
    (*watcher)->ask(id_of(1), "docker", {20});
    if (!first) {
        CHECK(reader.next(Kind::Record, id_of(1), Known::Local).record.privileged);
        wait_until([&] { return server.push("/events", event("create", id_of(1))); });
    }
    const News last = reader.next(Kind::Record, id_of(1), Known::Local);
    CHECK(last.record.privileged);
    CHECK(last.record.name == "web");
    CHECK(last.record.image_tag == "2");
    reader.next(Kind::GaveUp, id_of(1));
    for (const News& one : reader.all()) CHECK(one.record.known != Known::Complete);
}

TEST_CASE("a runtime that hangs holds up nobody") {
    const TempFolder folder;
    StandIn hangs(folder / "h", [](const std::string&) { return silence(); });
    StandIn works(folder / "w", [](const std::string& target) {
        return docker(target, {}, [](const std::string& id) { return answer(inspect_of(id)); });
    });
    WatcherOptions options = only_docker(hangs.path(), 300);
    const auto begun = std::chrono::steady_clock::now();
    const auto watcher = Watcher::start(options);
    REQUIRE(watcher.has_value());
    CHECK(std::chrono::steady_clock::now() - begun < kLong);
    Reader reader(**watcher);
    (*watcher)->ask(id_of(1), "docker", {});
    const News gave_up = reader.next(Kind::GaveUp, id_of(1));
    CHECK(gave_up.reason.starts_with("docker: "));
    wait_until([&] { return (*watcher)->stats().timed_out > 0; });

    options.docker.sockets.push_back(works.path());
    options.patience_ns = only_docker({}).patience_ns;
    const auto both = Watcher::start(options);
    REQUIRE(both.has_value());
    Reader other(**both);
    (*both)->ask(id_of(2), "docker", {});
    CHECK(other.next(Kind::Record, id_of(2)).record.name == "web");
    CHECK((*both)->stats().gave_up == 0);
}

TEST_CASE("garbage is refused, counted, and asked for no more") {
    const TempFolder folder;
    const std::string garbage =
        GENERATE(std::string("\x00\xff\x13 what", 8), std::string("{\"Id\":"), std::string("[]"),
                 std::string("{}"), std::string(100000, '['), std::string("\"Id\""));
    StandIn server(folder / "s", [&](const std::string& target) {
        return docker(target, {}, [&](const std::string&) { return answer(garbage); });
    });
    const auto watcher = Watcher::start(only_docker(server.path()));
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    (*watcher)->ask(id_of(1), "docker", {});
    CHECK(reader.next(Kind::GaveUp, id_of(1)).reason.starts_with("docker: its answer"));
    wait_until([&] { return (*watcher)->stats().refused_garbage == 1; });
    CHECK(server.requests(id_of(1)) == 1);
}

TEST_CASE("an answer about another container is garbage, and ends the question") {
    const TempFolder folder;
    std::atomic<bool> right{false};
    StandIn server(folder / "s", [&](const std::string& target) {
        return docker(target, {}, [&](const std::string& id) {
            return answer(inspect_of(right ? id : id_of(2)));
        });
    });
    const auto watcher = Watcher::start(only_docker(server.path()));
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    (*watcher)->ask(id_of(1), "docker", {});
    CHECK(reader.next(Kind::GaveUp, id_of(1)).reason ==
          "docker: its answer is about another container");
    wait_until([&] { return (*watcher)->stats().refused_garbage == 1; });
    right = true;
    (*watcher)->ask(id_of(1), "docker", {});
    reader.next(Kind::Record, id_of(1));
    for (const News& one : reader.all()) CHECK(one.record.full_id == id_of(1));
}

TEST_CASE("what speaks no HTTP is left alone for longer and longer") {
    const TempFolder folder;
    StandIn server(folder / "s", [](const std::string&) { return Reply{"SSH-2.0-x\r\n", true}; });
    const auto watcher = Watcher::start(only_docker(server.path(), 100));
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    (*watcher)->ask(id_of(1), "docker", {});
    CHECK_FALSE(reader.next(Kind::GaveUp, id_of(1)).reason.empty());
    CHECK((*watcher)->stats().refused_garbage >= 1);
}

TEST_CASE("ten megabytes of labels are refused, and the next container is not") {
    const TempFolder folder;
    StandIn server(folder / "s", [](const std::string& target) {
        return docker(target, {}, [](const std::string& id) {
            const bool huge = id == id_of(1);
            return answer(inspect_of(
                id, huge ? R"(,"big":")" + std::string(10 << 20, 'x') + "\"" : std::string()));
        });
    });
    const auto watcher = Watcher::start(only_docker(server.path()));
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    (*watcher)->ask(id_of(1), "docker", {});
    CHECK(reader.next(Kind::GaveUp, id_of(1)).reason ==
          "docker: its answer is larger than 4194304 bytes");
    wait_until([&] { return (*watcher)->stats().refused_large == 1; });
    (*watcher)->ask(id_of(2), "docker", {});
    reader.next(Kind::Record, id_of(2));
    // The same in an announcement: it is passed over, those behind it are heard.
    std::string huge = event("create", id_of(3));
    huge.insert(huge.find("\"app\""), R"("big":")" + std::string(10 << 20, 'x') + "\",");
    wait_until([&] { return server.push("/events", huge + event("create", id_of(4))); });
    reader.next(Kind::Record, id_of(4));
    wait_until([&] { return (*watcher)->stats().refused_large == 2; });
}

TEST_CASE("one container does not take the memory of all") {
    const TempFolder folder;
    StandIn server(folder / "s", [](const std::string& target) {
        return docker(target, {}, [](const std::string& id) {
            std::string with = inspect_of(id);
            with.insert(with.find("\"Labels\""),
                        R"("Env":["A=1",")" + std::string(3 << 20, 'x') + R"(","B=2"],)");
            return answer(with);
        });
    });
    const auto watcher = Watcher::start(only_docker(server.path()));
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    (*watcher)->ask(id_of(1), "docker", {});
    const containers::ContainerRecord record = reader.next(Kind::Record, id_of(1)).record;
    CHECK(record.name == "web");
    CHECK(record.labels == containers::Labels{{"app", "shop"}});
    CHECK(record.env == std::vector<std::string>{"A=1", "B=2"});
    wait_until([&] { return (*watcher)->stats().cut_records == 1; });
}

TEST_CASE("long labels are left out, but not the pod they name") {
    const TempFolder folder;
    StandIn server(folder / "s", [](const std::string& target) {
        return docker(target, {}, [](const std::string& id) {
            return answer(inspect_of(id, R"(,"long":")" + std::string(101, 'x') +
                                             R"(","io.kubernetes.pod.name":")" +
                                             std::string(200, 'p') + "\""));
        });
    });
    const auto watcher = Watcher::start(only_docker(server.path()));
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    (*watcher)->ask(id_of(1), "docker", {});
    const containers::ContainerRecord record = reader.next(Kind::Record, id_of(1)).record;
    CHECK(record.labels == containers::Labels{{"app", "shop"}});
    CHECK(record.pod_name == std::string(200, 'p'));
}

TEST_CASE("a runtime that dies and returns tells of all it has") {
    const TempFolder folder;
    StandIn server(folder / "s",
                   [](const std::string& target) { return docker(target, {id_of(1)}); });
    const auto watcher = Watcher::start(only_docker(server.path(), 100));
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    reader.next(Kind::Record, id_of(1));
    server.end();
    (*watcher)->ask(id_of(2), "docker", {});
    reader.next(Kind::GaveUp, id_of(2));
    server.begin();
    reader.next(Kind::Record, id_of(1));
}

TEST_CASE("a socket that appears later is found by the first question") {
    const TempFolder folder;
    const auto watcher = Watcher::start(only_docker(folder / "s", 60000));
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    (*watcher)->ask(id_of(1), "docker", {});
    CHECK(reader.next(Kind::GaveUp, id_of(1)).reason == "no runtime that could know it is there");
    StandIn server(folder / "s", [](const std::string& target) {
        return docker(target, {}, [](const std::string& id) { return answer(inspect_of(id)); });
    });
    (*watcher)->ask(id_of(1), "docker", {});
    CHECK(reader.next(Kind::Record, id_of(1)).record.name == "web");
}

TEST_CASE("containers whose makers have no API are known by their id") {
    WatcherOptions options;
    options.docker.enabled = options.podman.enabled = options.cri.enabled = false;
    options.containerd.enabled = false;
    const auto watcher = Watcher::start(options);
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    for (const char* type : {"lxc", "libvirt-lxc", "bpm"}) {
        (*watcher)->ask("a-name-of-many-letters", type, {});
        const News news = reader.next(Kind::Record, "a-name-of-many-letters");
        CHECK(news.record.type == type);
        CHECK(news.record.id == "a-name-of-ma");
    }
}

TEST_CASE("more unknown containers at once than are kept are counted") {
    const TempFolder folder;
    StandIn hangs(folder / "h", [](const std::string&) { return silence(); });
    const auto watcher = Watcher::start(only_docker(hangs.path(), 4000));
    REQUIRE(watcher.has_value());
    for (int k = 0; k < 5000; ++k) (*watcher)->ask(id_of(k), "docker", {});
    CHECK((*watcher)->stats().asked == 4096);
    CHECK((*watcher)->stats().dropped_questions == 5000 - 4096);
}

TEST_CASE("a thousand containers are listed") {
    const TempFolder folder;
    std::vector<std::string> ids;
    for (int k = 0; k < 1000; ++k) ids.push_back(id_of(k));
    StandIn server(folder / "s", [&](const std::string& target) { return docker(target, ids); });
    const auto watcher = Watcher::start(only_docker(server.path(), 2000));
    REQUIRE(watcher.has_value());
    // Several are asked for at once: in any order.
    std::set<std::string> told;
    wait_until([&] {
        for (const News& news : (*watcher)->take()) told.insert(news.record.full_id);
        return told.size() == ids.size();
    });
}
