// SPDX-License-Identifier: Apache-2.0
#include "state/container_id.hpp"

#include "state/state.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;
using state::container_of_cgroups;

namespace {

const std::string kId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// "type id" of a process whose only control group is at this path; "host" if in no container.
std::string of(const std::string& path) {
    const std::string block = "cpu=" + path + '\0';
    const state::ContainerId found = container_of_cgroups(block);
    if (found.full_id.empty()) return "host";
    return std::string(found.type) + " " + std::string(found.full_id);
}

}  // namespace

TEST_CASE("containers are known by the paths that engines make") {
    CHECK(of("/machine.slice/libpod-" + kId + ".scope") == "podman " + kId);
    CHECK(of("/machine.slice/libpod-" + kId + ".scope/container") == "podman " + kId);
    CHECK(of("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + kId + ".scope") ==
          "podman " + kId);
    CHECK(of("/libpod_parent/libpod-" + kId) == "podman " + kId);
    CHECK(of("/libpod-payload-" + kId) == "podman " + kId);
    CHECK(of("/machine.slice/libpod-payload-" + kId + ".scope/container") == "podman " + kId);
    CHECK(of("/docker/" + kId) == "docker " + kId);
    CHECK(of("/system.slice/docker-" + kId + ".scope") == "docker " + kId);
    CHECK(of("/kubepods/burstable/pod123/" + kId) == "cri " + kId);
    CHECK(of("/kubepods.slice/kubepods-pod1.slice/cri-containerd-" + kId + ".scope") ==
          "cri " + kId);
    CHECK(of("/kubepods.slice/crio-" + kId + ".scope") == "cri " + kId);
    CHECK(of("/kubepods/crio-" + kId) == "cri " + kId);
    CHECK(of("/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:" + kId) ==
          "cri " + kId);
    CHECK(of("/system.slice/nerdctl-" + kId + ".scope") == "cri " + kId);
    CHECK(of("/default/redis") == "containerd redis");
    CHECK(of("/k8s.io/" + kId) == "docker " + kId);  // who made it is known once somebody asks
    CHECK(of("/moby/some.name_1-2") == "containerd some.name_1-2");
    CHECK(of("/lxc/web") == "lxc web");
    CHECK(of("/lxc/web/system.slice/ssh.service") == "lxc web");
    CHECK(of("/lxc.payload/web/init.scope") == "lxc web");
    CHECK(of("/lxc.payload.web/init.scope") == "lxc web");
    CHECK(of("/machine/guest.libvirt-lxc") == "libvirt-lxc guest");
    CHECK(of("/machine.slice/machine-lxc\\x2d12\\x2dguest.scope") == "libvirt-lxc 12\\x2dguest");
    CHECK(of("/machine.slice/machine-lxc\\x2d12\\x2dguest.scope/libvirt") ==
          "libvirt-lxc 12\\x2dguest");
    CHECK(of("/libvirt/lxc/guest/x") == "libvirt-lxc guest");
    CHECK(of("/machine.slice/machine-web.scope") == "nspawn web");
    CHECK(of("/machine.slice/machine-web.scope/payload/user.slice/session-1.scope") ==
          "nspawn web");
    CHECK(of("/machine.slice/systemd-nspawn@web.service/payload") == "nspawn web");
    CHECK(of("/system.slice/bpm-garden_job.scope") == "bpm garden_job");
}

TEST_CASE("what is no container is the host") {
    for (const char* path :
         {"/", "", "/init.scope", "/user.slice/user-1000.slice/session-3.scope",
          "/system.slice/ssh.service", "/system.slice/docker.service",
          "/user.slice/user-0.slice/user@0.service/app.slice/dbus.service",
          "/machine.slice/-.mount", "/machine.slice/machine-qemu\\x2d1\\x2dguest.scope",
          "/machine.slice/machine-.scope", "/lxc/", "/docker/abc/def/ghi", "/b/c",
          "/some_service/66779974d26dd75188c8e29804a3462f", "/default/", "/default/a/b"}) {
        INFO(path);
        CHECK(of(path) == "host");
    }
    CHECK(of("/docker/" + kId.substr(1) + "/x") == "host");  // a digit is missing
    CHECK(of("/docker-" + kId.substr(1) + "G.scope") == "host");
    CHECK(container_of_cgroups("").full_id.empty());
    CHECK(container_of_cgroups("no path").full_id.empty());
}

TEST_CASE("any of the hierarchies may tell") {
    std::string block("cpuset=/\0cpu=/system.slice\0memory=/docker/", 42);
    block += kId + '\0';
    CHECK(container_of_cgroups(block).full_id == kId);
    CHECK(container_of_cgroups(block).short_id() == "0123456789ab");
    CHECK(container_of_cgroups("cpu=/default/ab" + std::string(1, '\0')).short_id() == "ab");
}

TEST_CASE("processes of a container share what is known of it") {
    state::State state;
    state::ProcessSpec spec;
    spec.tid = 10;
    spec.cgroups = "cpu=/docker/" + kId + '\0';
    const state::Thread& one = state.add_process(spec);
    REQUIRE(one.container);
    CHECK(one.container->id == kId.substr(0, 12));
    CHECK(one.container->full_id == kId);
    CHECK(one.container->type == "docker");
    CHECK(one.container->known == containers::Known::Id);
    spec.tid = 11;
    CHECK(state.add_process(spec).container.get() == one.container.get());
    spec.tid = 12;
    spec.cgroups = std::string("cpu=/system.slice\0", 18);
    CHECK_FALSE(state.add_process(spec).container);
}
