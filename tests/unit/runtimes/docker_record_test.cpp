// SPDX-License-Identifier: Apache-2.0
#include "runtimes/docker_record.hpp"

#include "tests/support/catch.hpp"

using namespace sensor;
using namespace sensor::runtimes;
using containers::ContainerRecord;

namespace {

constexpr const char* kInspect = R"({"Id":"0123456789abcdef","Name":"/web",
  "Created":"2026-11-23T12:27:36.410135616Z","Image":"sha256:435470","SizeRw":77,
  "ImageName":"localhost/bb:1","ImageDigest":"sha256:7c14",
  "Mounts":[{"Type":"bind","Source":"/tmp","Destination":"/x","Mode":"ro","RW":false,
             "Propagation":"rslave"},7],
  "HostConfig":{"Privileged":true,"PidMode":"host","IpcMode":"private","NetworkMode":"host",
    "Memory":64,"MemorySwap":128,"CpuShares":5,"CpuQuota":6,"CpuPeriod":7,"CpusetCpus":"0-2,5"},
  "NetworkSettings":{"IPAddress":"","Networks":{"a":{"IPAddress":"10.0.0.2"}},
    "Ports":{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"8080"},{"HostIp":"::","HostPort":"1"}],
             "53/udp":[{"HostIp":"","HostPort":"53"}],"99/tcp":null}},
  "Config":{"User":"7","Image":"bb:1","Env":["A=1"],"Labels":{"app":"x",
    "io.kubernetes.pod.name":"pod","io.kubernetes.pod.namespace":"space"}}})";

}  // namespace

TEST_CASE("docker's inspect is a record") {
    const auto found = inspected(DockerKind::Docker, kInspect, 100);
    REQUIRE(found.has_value());
    const ContainerRecord& r = found->record;
    CHECK(r.full_id == "0123456789abcdef");
    CHECK(r.id == "0123456789ab");
    CHECK(r.type == "docker");
    CHECK(r.name == "web");
    CHECK(r.image == "bb:1");
    CHECK(r.image_id == "435470");
    CHECK(r.image_repository == "bb");
    CHECK(r.image_tag == "1");
    CHECK(r.created_s == 1795436856);
    CHECK(r.size == 77);
    CHECK((r.privileged && r.host_pid && r.host_network && !r.host_ipc));
    CHECK(r.mounts.size() == 1);
    CHECK(r.mounts.front() == containers::Mount{"/tmp", "/x", "ro", "rslave", false});
    CHECK(r.ports == std::vector<containers::PortMapping>{{0x7f000001, 8080, 80}});
    CHECK(r.ip == "10.0.0.2");
    CHECK(r.env == std::vector<std::string>{"A=1"});
    CHECK(r.user == "7");
    CHECK(r.memory_limit == 64);
    CHECK(r.swap_limit == 128);
    CHECK(r.cpu_shares == 5);
    CHECK(r.cpu_quota == 6);
    CHECK(r.cpu_period == 7);
    CHECK(r.cpuset_cpu_count == 4);
    CHECK(r.pod_name == "pod");
    CHECK(r.pod_namespace == "space");
    CHECK(r.pod_ip == "10.0.0.2");
    CHECK(found->image_id == "sha256:435470");
    CHECK(found->network_of.empty());
}

TEST_CASE("podman's inspect has the image's names itself") {
    const auto found = inspected(DockerKind::Podman, kInspect, 100);
    REQUIRE(found.has_value());
    CHECK(found->record.type == "podman");
    CHECK(found->record.image == "localhost/bb:1");
    CHECK(found->record.image_digest == "sha256:7c14");
}

TEST_CASE("a container may share another's network") {
    const auto found = inspected(
        DockerKind::Docker, R"({"Id":"a","HostConfig":{"NetworkMode":"container:feed"}})", 100);
    REQUIRE(found.has_value());
    CHECK(found->network_of == "feed");
    CHECK_FALSE(found->record.host_network);
    CHECK(found->record.cpu_shares == 1024);
}

TEST_CASE("docker's files are as its inspect") {
    const auto found = inspected_files(
        R"({"ID":"abc","Name":"/web","Config":{"Image":"bb:1"},"MountPoints":{
            "/x":{"Source":"/tmp","Destination":"/x","Relabel":"ro","RW":false},
            "/v":{"Source":"","Name":"vol","Driver":"local","Destination":"/v","RW":true},
            "/bad":3}})",
        R"({"Privileged":true})", "/var/lib/docker", 100);
    REQUIRE(found.has_value());
    CHECK(found->record.privileged);
    REQUIRE(found->record.mounts.size() == 2);
    CHECK(found->record.mounts[0].source == "/var/lib/docker/volumes/vol/_data");
    CHECK(found->record.mounts[1].mode == "ro");
    CHECK_FALSE(inspected_files("{}", "", "/", 100).has_value());
    CHECK_FALSE(inspected_files("", "{}", "/", 100).has_value());
    CHECK_FALSE(inspected_files("{}", "{}", "/", 100).has_value());
}

TEST_CASE("every cut of an inspect is an error or a record") {
    const std::string text = kInspect;
    for (std::size_t size = 0; size < text.size(); ++size)
        CHECK_FALSE(inspected(DockerKind::Docker, text.substr(0, size), 100).has_value());
    for (const char* odd : {"null", "3", "[]", R"({"Id":7})", R"({"Id":""})"})
        CHECK_FALSE(inspected(DockerKind::Docker, odd, 100).has_value());
    const auto bare = inspected(DockerKind::Docker,
                                R"({"Id":"a","Mounts":7,"Config":[],"HostConfig":"x",
                                    "NetworkSettings":{"Ports":[1],"Networks":7}})",
                                100);
    CHECK(bare.has_value());
}

TEST_CASE("ids are taken from a list of any size, running ones first") {
    const auto ids = listed_ids(
        R"([{"Id":"old","State":"exited","Labels":{"Id":"no"}},{"State":"running","Id":"new",
            "Mounts":[{"Id":"no"}]},{"Names":["x"]},7])");
    REQUIRE(ids.has_value());
    CHECK(*ids == std::vector<std::string>{"new", "old"});
    CHECK(listed_ids("[]")->empty());
    for (const std::string& odd : {std::string("{}"), std::string("["), std::string(""),
                                   std::string("null"), std::string(100000, '[')})
        CHECK_FALSE(listed_ids(odd).has_value());
}

TEST_CASE("events tell names and labels") {
    const auto event = docker_event(
        DockerKind::Podman,
        R"({"Action":"create","Actor":{"ID":"abc","Attributes":{"app":"x","image":"a/b:1",
            "name":"web","containerExitCode":"0","podId":""}}})",
        100);
    REQUIRE(event.has_value());
    CHECK(event->action == "create");
    CHECK(event->sketch.type == "podman");
    CHECK(event->sketch.image_repository == "a/b");
    CHECK(event->sketch.labels == containers::Labels{{"app", "x"}});
    for (const char* odd : {"", "{}", "[]", R"({"Action":"create"})", R"({"Action":7})"})
        CHECK_FALSE(docker_event(DockerKind::Docker, odd, 100).has_value());
}

TEST_CASE("podman's file of events names containers for good") {
    const auto event = podman_file_event(
        R"({"ID":"abc","Image":"a/b:1","Name":"web","Status":"create","Time":"2026-11-23T15:17:31Z",
            "Type":"container","Attributes":{"app":"x","image":"label"}})",
        100);
    REQUIRE(event.has_value());
    CHECK(event->action == "create");
    CHECK(event->id == "abc");
    CHECK(event->sketch.known == containers::Known::Named);
    CHECK(event->sketch.name == "web");
    CHECK(event->sketch.image_repository == "a/b");
    CHECK(event->sketch.image_tag == "1");
    CHECK(event->sketch.labels == containers::Labels{{"app", "x"}, {"image", "label"}});
    const auto by_id = podman_file_event(
        R"({"ID":"abc","Image":"0123456789ab","Name":"web","Status":"create","Type":"container"})",
        100);
    CHECK(by_id->sketch.known == containers::Known::Local);
    for (const char* odd : {"", "{}", "[]", R"({"ID":"abc","Status":"create"})",
                            R"({"ID":"abc","Type":"image"})", R"({"ID":7,"Type":"container"})"})
        CHECK_FALSE(podman_file_event(odd, 100).has_value());
}

TEST_CASE("times and lists of processors are read, whatever they are") {
    CHECK(seconds_of("1970-01-01T00:01:00Z") == 60);
    CHECK(seconds_of("1970-01-01T02:01:00.5+02:00") == 60);
    CHECK(seconds_of("1970-01-01T00:00:00-00:01") == 60);
    CHECK(seconds_of("0001-01-01T00:00:00Z") == 0);
    CHECK(seconds_of("yesterday") == 0);
    CHECK(cpu_count("0-3,8") == 5);
    CHECK(cpu_count("2") == 1);
    CHECK(cpu_count("") == 0);
    CHECK(cpu_count("3-1") == 0);
    CHECK(cpu_count("0-99999999999") == 0);
    CHECK(cpu_count("a") == 0);
}
