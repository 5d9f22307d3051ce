// SPDX-License-Identifier: Apache-2.0
#include "runtimes/cri_record.hpp"

#include "containers/pod.hpp"
#include "runtimes/containerd_record.hpp"
#include "runtimes/wire.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;
using namespace sensor::runtimes;
using containers::ContainerRecord;

namespace {

using Fields = std::vector<std::pair<std::uint32_t, std::string>>;

std::string message(const Fields& fields) {
    std::string bytes;
    for (const auto& [number, value] : fields) put_bytes(bytes, number, value);
    return bytes;
}
std::string entry(const std::string& key, const std::string& value) {
    return message({{1, key}, {2, value}});
}
std::string number(std::uint32_t at, std::uint64_t value) {
    std::string bytes;
    put_number(bytes, at, value);
    return bytes;
}

std::string status_of(const std::string& image, const std::string& reference,
                      const std::string& info = "{}") {
    std::string status =
        message({{1, "0123456789abcdef"},
                 {2, message({{1, "app"}})},
                 {8, message({{1, image}})},
                 {9, reference},
                 {12, entry("app", "shop")},
                 {12, entry("long", std::string(101, 'x'))},
                 {13, entry("io.kubernetes.cri.image-name", "anno/app:9")},
                 {14, message({{1, "/in"}, {2, "/out"}}) + number(3, 1) + number(5, 1)},
                 {16, message({{1, number(4, 64) + number(3, 5)}})}});
    status += number(4, 1'700'000'000'000'000'000);
    return message({{1, status}, {2, entry("info", info)}});
}

constexpr const char* kInfo = R"({"sandboxID":"fed","config":{"image":{"image":"sha256:feed"},
    "envs":[{"key":"A","value":"1"}],"linux":{"security_context":{"privileged":true}}},
    "runtimeSpec":{"process":{"user":{"uid":7}}}})";

ContainerRecord container(const std::string& image, const std::string& reference) {
    const auto found = cri_container(status_of(image, reference), 100);
    REQUIRE(found.has_value());
    return found->record;
}

}  // namespace

TEST_CASE("CRI's status of a container is a record") {
    const auto found = cri_container(status_of("host/app:2", "host/app@sha256:beef", kInfo), 100);
    REQUIRE(found.has_value());
    const ContainerRecord& r = found->record;
    CHECK(r.id == "0123456789ab");
    CHECK(r.name == "app");
    CHECK(r.image == "host/app:2");
    CHECK(r.image_repository == "host/app");
    CHECK(r.image_tag == "2");
    CHECK(r.image_digest == "sha256:beef");
    CHECK(r.image_id == "feed");
    CHECK(r.created_s == 1'700'000'000);
    CHECK(r.labels == containers::Labels{{"app", "shop"}});
    CHECK(r.mounts == std::vector<containers::Mount>{{"/out", "/in", "", "rslave", false}});
    CHECK(r.memory_limit == 64);
    CHECK(r.cpu_shares == 5);
    CHECK(r.env == std::vector<std::string>{"A=1"});
    CHECK(r.user == "7");
    CHECK(r.privileged);
    CHECK(found->sandbox_id == "fed");
}

TEST_CASE("images are named in several ways") {
    CHECK(container("host/app:2", "sha256:beef").image == "host/app:2");
    CHECK(container("host/app:2", "sha256:beef").image_digest == "sha256:beef");
    CHECK(container("sha256:feed", "sha256:beef").image == "anno/app:9");
    CHECK(container("", "").image == "anno/app:9");
    CHECK(container("sha256:feed", "host/app@sha256:beef").image == "host/app");
}

TEST_CASE("where the privilege stands depends on the runtime") {
    const auto is = [](const char* info) {
        return cri_container(status_of("a:1", "", info), 100)->record.privileged;
    };
    CHECK(is(R"({"privileged":true})"));
    CHECK(is(R"({"runtimeSpec":{"linux":{"security_context":{"privileged":true}}}})"));
    CHECK_FALSE(is(R"({"runtimeSpec":{"linux":{"security_context":{"privileged":false}}},
                       "privileged":true})"));
    CHECK_FALSE(is("no json"));
}

TEST_CASE("a pod adds its names, address, labels and namespaces") {
    const std::string options = number(1, 2) + number(3, 2);
    const std::string status = message({{1, "fed"},
                                        {2, message({{1, "web-0"}, {2, "uid"}, {3, "shop"}})},
                                        {5, message({{1, "10.0.0.1"}})},
                                        {6, message({{1, message({{2, options}})}})},
                                        {7, entry("tier", "front")}});
    const std::string info = R"({"cniResult":{"Interfaces":{"lo":{},"eth0":{"a":1},"veth1":{}}}})";
    const auto pod = cri_pod(message({{1, status}, {2, entry("info", info)}}));
    REQUIRE(pod.has_value());
    CHECK(pod->cni_json == R"({"eth0":{"a":1}})");
    ContainerRecord record;
    add_pod(record, *pod, 100);
    CHECK(record.pod_name == "web-0");
    CHECK(record.pod_namespace == "shop");
    CHECK(record.pod_uid == "uid");
    CHECK(record.pod_ip == "10.0.0.1");
    CHECK((record.host_network && record.host_ipc && !record.host_pid));
    CHECK(record.pod_labels == containers::Labels{{"tier", "front"}});
    CHECK(containers::label_of(record.labels, "io.kubernetes.sandbox.id") == "fed");
    const ContainerRecord own = pod_record(*pod, 100);
    CHECK(own.is_pod_sandbox);
    CHECK(own.full_id == "fed");
    const std::string huge =
        R"({"cniResult":{"Interfaces":{"eth0":")" + std::string(5000, 'x') + "\"}}}";
    CHECK(cri_pod(message({{1, status}, {2, entry("info", huge)}}))->cni_json.empty());
}

TEST_CASE("lists, names, sizes and events of CRI") {
    const std::string list =
        message({{1, message({{1, "a"}, {2, "p"}})}, {1, message({{1, "b"}})}, {1, ""}});
    const auto listed = cri_listed(list);
    REQUIRE(listed.has_value());
    REQUIRE(listed->size() == 2);
    CHECK(listed->front().pod_sandbox_id == "p");
    CHECK(cri_type(message({{2, "containerd"}})) == "containerd");
    CHECK(cri_type(message({{2, "cri-o"}})) == "cri-o");
    CHECK(cri_type(message({{2, "another"}})) == "cri");
    CHECK(cri_size(message({{1, message({{4, message({{3, number(1, 9)}})}})}})) == 9);
    CHECK(cri_size("") == -1);
    CHECK(cri_event(message({{1, "a"}}) + number(2, 3))->kind == CriEvent::Kind::Deleted);
    CHECK_FALSE(cri_event(number(2, 1)).has_value());
    CHECK_FALSE(cri_event(message({{1, "a"}}) + number(2, 9)).has_value());
}

TEST_CASE("containerd's container is a record") {
    const std::string spec = R"({"process":{"env":["A=1"],"user":{"uid":3}},"linux":{
        "namespaces":[{"type":"pid"}],"seccomp":{}},"mounts":[]})";
    const std::string box = message({{1, "a-name-of-many-letters"},
                                     {2, entry("io.cri-containerd.kind", "sandbox")},
                                     {3, "host/app:2"},
                                     {5, message({{1, "url"}, {2, spec}})},
                                     {8, number(1, 77)}});
    const auto record = containerd_container(message({{1, box}}), 100);
    REQUIRE(record.has_value());
    CHECK(record->id == "a-name-of-ma");
    CHECK(record->name == record->id);
    CHECK(record->image_tag == "2");
    CHECK(record->is_pod_sandbox);
    CHECK(record->created_s == 77);
    CHECK((!record->host_pid && record->host_network && record->host_ipc));
    CHECK_FALSE(record->privileged);
    CHECK_FALSE(containerd_container(message({{1, message({{1, "a"}})}}), 100).has_value());
    CHECK_FALSE(containerd_container("garbage", 100).has_value());
}

TEST_CASE("containerd's events of containers are told from others") {
    const auto of = [](const std::string& topic) {
        return containerd_event(message(
            {{2, "space"}, {3, topic}, {4, message({{1, "url"}, {2, message({{1, "id"}})}})}}));
    };
    REQUIRE(of("/containers/create").has_value());
    CHECK(of("/containers/create")->space == "space");
    CHECK(of("/tasks/start")->kind == ContainerdEvent::Kind::Started);
    CHECK(of("/containers/delete")->kind == ContainerdEvent::Kind::Deleted);
    CHECK_FALSE(of("/tasks/exit").has_value());
    CHECK_FALSE(containerd_event("\xff").has_value());
    CHECK(containerd_subscribe_request("k8s.io").find(R"(namespace=="k8s.io")") !=
          std::string::npos);
}

TEST_CASE("every cut of a message is read or refused") {
    const std::string whole = status_of("host/app:2", "host/app@sha256:beef", kInfo);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::string cut = whole.substr(0, size);
        (void)cri_container(cut, 100).has_value();
        (void)cri_pod(cut).has_value();
        (void)cri_listed(cut).has_value();
        (void)containerd_container(cut, 100).has_value();
        (void)containerd_event(cut).has_value();
        (void)cri_event(cut).has_value();
    }
    CHECK(cri_container(whole, 100).has_value());
}
