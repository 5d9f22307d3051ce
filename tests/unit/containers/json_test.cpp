// SPDX-License-Identifier: Apache-2.0
#include "containers/json.hpp"

#include "containers/types.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;
using namespace sensor::containers;

namespace {

ContainerRecord full_record() {
    ContainerRecord r;
    r.id = "0123456789ab";
    r.full_id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    r.type = "cri-o";
    r.known = Known::Complete;
    r.name = "app";
    r.image = "registry.example/shop/app:2";
    r.image_id = "feed";
    r.image_repository = "registry.example/shop/app";
    r.image_tag = "2";
    r.image_digest = "sha256:beef";
    r.ip = r.pod_ip = "10.1.2.3";
    r.user = "1000";
    r.cni_json = r.pod_cni_json = R"({"eth0":{}})";
    r.privileged = r.host_pid = true;
    r.mounts = {{"/var/lib/a", "/a", "z", "rprivate", false}, {"/b", "/c", "", "", true}};
    r.ports = {{0x7f000001, 8080, 80}};
    r.env = {"A=1", "B=\"two\""};
    r.labels = {{"app", "shop"},
                {"io.kubernetes.pod.name", "web-0"},
                {"io.kubernetes.pod.namespace", "shop"},
                {"io.kubernetes.pod.uid", "11-22"},
                {"io.kubernetes.sandbox.id", "fed"}};
    r.pod_name = "web-0";
    r.pod_namespace = "shop";
    r.pod_uid = "11-22";
    r.pod_sandbox_id = "fed";
    r.pod_labels = {{"tier", "front"}};
    r.created_s = 1700000000;
    r.size = 12;
    r.memory_limit = 1 << 20;
    r.swap_limit = 2 << 20;
    r.cpu_shares = 512;
    r.cpu_quota = 1000;
    r.cpu_period = 2000;
    r.cpuset_cpu_count = 2;
    return r;
}

}  // namespace

TEST_CASE("a record comes back from its JSON as it was") {
    const ContainerRecord record = full_record();
    const auto back = parse_record(record_json(record));
    REQUIRE(back.has_value());
    CHECK(*back == record);

    ContainerRecord small;
    small.id = small.full_id = "abc";
    small.type = "lxc";
    const auto small_back = parse_record(record_json(small));
    REQUIRE(small_back.has_value());
    CHECK(*small_back == small);
}

TEST_CASE("every kind of container has a number and a name") {
    for (const char* name : {"docker", "lxc", "libvirt-lxc", "mesos", "rkt", "custom", "cri",
                             "containerd", "cri-o", "bpm", "static", "podman", "host"}) {
        INFO(name);
        CHECK(type_name(type_number(name)) == name);
    }
    CHECK(type_number("podman") == 11);
    CHECK(type_number("host") == 0xfffe);
    CHECK(type_number("never heard of") == 0xffff);
    CHECK(type_name(1234) == "unknown");
}

TEST_CASE("the pod is learnt from labels when nothing else says it") {
    const auto record = parse_record(
        R"({"container":{"type":6,"id":"abc","name":"app","ip":"1.2.3.4","labels":{
            "io.kubernetes.pod.name":"web","io.kubernetes.sandbox.id":"fed"},
            "pod_sandbox_labels":null}})");
    REQUIRE(record.has_value());
    CHECK(record->type == "cri");
    CHECK(record->pod_name == "web");
    CHECK(record->pod_sandbox_id == "fed");
    CHECK(record->pod_ip == "1.2.3.4");
    CHECK(record->pod_labels.empty());
}

TEST_CASE("labels tell of the pod even when only the pod's members are known") {
    ContainerRecord record;
    record.id = record.full_id = "abc";
    record.type = "cri";
    record.pod_name = "web";
    const std::string json = record_json(record);
    CHECK(json.find(R"("io.kubernetes.pod.name":"web")") != std::string::npos);
}

TEST_CASE("missing members and members of the wrong kind are the default") {
    const auto record = parse_record(
        R"({"container":{"id":"0123456789abcdef","type":"x","name":7,"labels":[1],"Mounts":{},
            "env":[1,"A=1",null],"port_mappings":[3,{"HostPort":70000,"ContainerPort":-1}],
            "created_time":"170","memory_limit":99999999999999999999,"privileged":"yes"}})" +
        std::string(3, '\0'));
    REQUIRE(record.has_value());
    CHECK(record->full_id == "0123456789abcdef");
    CHECK(record->known == Known::Id);
    CHECK(record->labels.empty());
    CHECK(record->mounts.empty());
    CHECK(record->env == std::vector<std::string>{"A=1"});
    CHECK(record->ports == std::vector<PortMapping>(2));
    CHECK(record->created_s == 170);
    CHECK(record->memory_limit == 0);
    CHECK(record->cpu_shares == 1024);
    CHECK_FALSE(record->privileged);
    const auto no_short = parse_record(R"({"container":{"full_id":"0123456789abcdef"}})");
    REQUIRE(no_short.has_value());
    CHECK(no_short->id == "0123456789ab");
}

TEST_CASE("what is no record is an error") {
    for (const std::string& text :
         {std::string(), std::string("\0", 1), std::string("{"), std::string("[]"),
          std::string("\"container\""), std::string(R"({"container":[]})"),
          std::string(R"({"container":{}})"), std::string(R"({"container":{"id":""}})"),
          std::string(R"({"container":{"id":"a"}} x)"), std::string("\xff\xfe{}"),
          std::string(R"({"container":{"id":"a","name":")") + "\xff\"}}", std::string(200000, '['),
          std::string(kMostRecordText + 1, ' ')}) {
        INFO(text.substr(0, 60));
        CHECK_FALSE(parse_record(text).has_value());
    }
}

TEST_CASE("every cut of a text is read or refused, and no byte of it does harm") {
    const std::string text = record_json(full_record());
    for (std::size_t size = 0; size < text.size(); ++size)
        CHECK_FALSE(parse_record(std::string_view(text).substr(0, size)).has_value());
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const char byte : {'\0', '"', '{', ']', '\x80', '9'}) {
            std::string changed = text;
            changed[at] = byte;
            if (const auto record = parse_record(changed)) CHECK_FALSE(record->id.empty());
        }
    }
}

TEST_CASE("bytes that are no text are written all the same") {
    ContainerRecord record;
    record.id = record.full_id = "abc";
    record.name = "\xff\xfe";
    const auto back = parse_record(record_json(record));
    REQUIRE(back.has_value());
    CHECK(back->name == "\xef\xbf\xbd\xef\xbf\xbd");
}
