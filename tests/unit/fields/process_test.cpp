// SPDX-License-Identifier: Apache-2.0
// proc.*, thread.*, user.*, group.*, container.*, k8s.*.
#include "containers/json.hpp"
#include "tests/unit/fields/fixture.hpp"

using namespace sensor;
using namespace sensor::testing;

TEST_CASE("a process by itself") {
    Fixture f;
    f.begin(EventType::getuid, {{"uid", 1000}});
    check(f, {{"proc.name", "cat"},
              {"proc.exe", "/bin/cat"},
              {"proc.exepath", "/usr/bin/cat"},
              {"proc.args", "-n a b"},
              {"proc.args[1]", "a b"},
              {"proc.args[9]", ""},
              {"proc.cmdline", "cat -n a b"},
              {"proc.exeline", "/bin/cat -n a b"},
              {"proc.cmdnargs", "2"},
              {"proc.cmdlenargs", "5"},
              {"proc.env", "PATH=/bin HOME=/home/alice"},
              {"proc.env[HOME]", "/home/alice"},
              {"proc.env[NOPE]", ""},
              {"proc.cwd", "/home/alice/"},
              {"proc.tty", "34816"},
              {"proc.pid", "100"},
              {"proc.ppid", "50"}});
}

TEST_CASE("a process among others") {
    Fixture f;
    f.begin(EventType::getuid, {{"uid", 1000}});
    check(f, {{"proc.pname", "bash"},
              {"proc.pcmdline", "bash --login"},
              {"proc.pexe", "-bash"},
              {"proc.pexepath", "/usr/bin/bash"},
              {"proc.aname[0]", "cat"},
              {"proc.aname[1]", "bash"},
              {"proc.aname[2]", "systemd"},
              {"proc.aname[3]", "(absent)"},
              {"proc.aname", "[bash,systemd]"},
              {"proc.apid", "[50,1]"},
              {"proc.apid[1]", "50"},
              {"proc.acmdline[1]", "bash --login"},
              {"proc.aargs", "--login"},
              {"proc.aenv[TERM]", "xterm"},
              {"proc.aenv[EMPTY]", "(absent)"},
              {"proc.aenv[1]", "TERM=xterm EMPTY="},
              {"proc.sid", "50"},
              {"proc.sname", "bash"},
              {"proc.sid.exe", "-bash"},
              {"proc.vpgid.name", "cat"},
              {"proc.pgid.name", "cat"},
              {"proc.is_sid_leader", "false"},
              {"proc.is_vpgid_leader", "true"},
              {"proc.is_pgid_leader", "true"},
              {"proc.loginshellid", "50"}});
}

TEST_CASE("age, rights, threads of a process") {
    Fixture f;
    f.begin(EventType::getuid, {{"uid", 1000}});
    check(f, {{"proc.duration", "5000000000"},
              {"proc.exe_ino", "4711"},
              {"proc.exe_ino.mtime", "(absent)"},
              {"proc.exe_ino.ctime_duration_proc_start", "2000000000"},
              {"proc.is_exe_writable", "false"},
              {"thread.cap_effective", "CAP_CHOWN CAP_SYS_ADMIN CAP_SYS_RESOURCE"},
              {"thread.cap_permitted", ""},
              {"thread.cgroup.memory", "/b/c"},
              {"thread.cgroup.io", "(absent)"},
              {"thread.cgroups", "cpu=/a memory=/b/c"},
              {"proc.nthreads", "1"},
              {"proc.nchilds", "0"},
              {"thread.ismain", "true"},
              {"thread.nametid", "cat100"}});
}

TEST_CASE("who a process is, and that the host is no container") {
    Fixture f;
    f.begin(EventType::getuid, {{"uid", 1000}});
    check(f, {{"user.uid", "1000"},
              {"user.name", "alice"},
              {"user.homedir", "/home/alice"},
              {"user.shell", "/bin/zsh"},
              {"user.loginuid", "1000"},
              {"user.loginname", "alice"},
              {"group.gid", "100"},
              {"group.name", "users"},
              {"container.id", "host"},
              {"container.name", "host"},
              {"container.image", "(absent)"},
              {"container.image.repository", "(absent)"},
              {"container.privileged", "(absent)"},
              {"k8s.ns.name", "(absent)"}});
}

TEST_CASE("who is unknown has the text <NA>, not nothing") {
    Fixture f;
    ProcessSpec spec;
    spec.tid = 200;
    spec.uid = 4242;
    spec.gid = 4242;
    spec.sid = 999;
    f.state.add_process(spec);
    f.begin(EventType::getuid, {{"uid", 4242}}, {.tgid = 200});
    check(f, {{"user.name", "<NA>"},
              {"user.homedir", "<NA>"},
              {"group.name", "<NA>"},
              {"user.loginuid", "-1"},
              {"user.loginname", "<NA>"},
              {"proc.sname", ""},
              {"proc.pname", "(absent)"},
              {"proc.aname", "(absent)"},
              {"proc.apid[0]", "200"},
              {"evt.args", "uid=4242(<NA>)"}});
}

TEST_CASE("sessions below a PID namespace are found by the chain of ancestors") {
    Fixture f;
    ProcessSpec top;
    top.tid = 400;
    top.ptid = 50;
    top.comm = "entry";
    top.vtid = top.vpid = 1;
    top.sid = 4711;
    top.vpgid = 1;
    top.pgid = 0;
    f.state.add_process(top);
    top.tid = 401;
    top.ptid = 400;
    top.comm = "child";
    top.vtid = top.vpid = 2;
    f.state.add_process(top);
    f.begin(EventType::getuid, {{"uid", 0}}, {.tgid = 401});
    check(f, {{"proc.sname", "entry"},
              {"proc.vpgid.name", "entry"},
              {"proc.vpid", "2"},
              {"proc.pvpid", "1"}});
}

TEST_CASE("fields of the event that tells of a container are those of it") {
    Fixture f;
    containers::ContainerRecord record;
    record.id = record.full_id = "0123456789ab";
    record.name = "web";
    record.image = "localhost/bb:1";
    record.labels = {{"app", "web"}, {"io.kubernetes.pod.name", "pod"}, {"annotation.a", "b"}};
    record.known = containers::Known::Complete;
    f.begin(EventType::asyncevent,
            {{"plugin_id", 0}, {"name", "container"}, {"data", containers::record_json(record)}},
            {.tgid = 0});
    check(f, {{"evt.type", "container"},
              {"evt.asynctype", "container"},
              {"container.id", "0123456789ab"},
              {"container.name", "web"},
              {"container.image", "localhost/bb:1"},
              {"container.labels", "app:web"},
              {"k8s.pod.name", "pod"},
              {"proc.name", "(absent)"},
              {"container.start_ts", "(absent)"}});
}

TEST_CASE("containers and pods as the state gives them") {
    Fixture f;
    auto container = state::make_ref<state::Container>();
    container->id = "0123456789ab";
    container->name = "web";
    container->image = "docker.io/nginx:1.2";
    container->image_repository = "docker.io/nginx";
    container->image_tag = "1.2";
    container->type = "docker";
    container->privileged = true;
    container->known = containers::Known::Complete;
    container->mounts = {{"/var/run/docker.sock", "/run/d.sock", "ro", "rprivate", false},
                         {"/proc", "/host/proc", "", "", true}};
    container->labels = {{"app", "web"}, {"tier", "1"}};
    container->pod_name = "pod-1";
    container->pod_namespace = "prod";
    container->pod_labels = {{"a", "b"}};
    ProcessSpec spec;
    spec.tid = 300;
    spec.container = container;
    spec.pidns_start_ns = kNow - 3 * kSecond;
    f.state.add_process(spec);
    f.begin(EventType::getuid, {{"uid", 0}}, {.tgid = 300});
    check(f, {{"container.id", "0123456789ab"},
              {"container.name", "web"},
              {"container.image", "docker.io/nginx:1.2"},
              {"container.image.repository", "docker.io/nginx"},
              {"container.image.tag", "1.2"},
              {"container.type", "docker"},
              {"container.privileged", "true"},
              {"container.mount.dest[/proc*]", "/host/proc"},
              {"container.mount.dest[0]", "/run/d.sock"},
              {"container.mount.source[/host/*]", "/proc"},
              {"container.mount.rdwr[/proc]", "true"},
              {"container.mount.dest[/nope]", "(absent)"},
              {"container.mount[0]", "/var/run/docker.sock:/run/d.sock:ro:false:rprivate"},
              {"container.mount.dest[7]", "(absent)"},
              {"container.mounts",
               "/var/run/docker.sock:/run/d.sock:ro:false:rprivate,/proc:/host/proc::true:"},
              {"container.label[app]", "web"},
              {"container.labels", "app:web, tier:1"},
              {"container.duration", "3000000000"},
              {"k8s.pod.name", "pod-1"},
              {"k8s.ns.name", "prod"},
              {"k8s.pod.label[a]", "b"},
              {"k8s.pod.label[z]", "(absent)"}});
}
