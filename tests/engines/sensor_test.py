# SPDX-License-Identifier: Apache-2.0
"""The sensor and containers of a real engine: names on the first act of a container, rules that ask
for them, the event that tells of a container, what happens when nobody answers.

    sensor_test.py --sensor PROGRAM --engine podman|docker|cri"""

import argparse
import contextlib
import json
import os
import pathlib
import sys
import threading
import time

import containerd_engine
import cri_test
import docker_test
import podman_test
import stage
from stage import check, check_that, latency

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "live"))
from sensor import Sensor, event_time, why_not_live  # noqa: E402

CONTAINERS = int(os.environ.get("ENGINE_CONTAINERS", 20))
SHIPPED = pathlib.Path(__file__).resolve().parent.parent.parent / "rules/falco-ebpf_rules.yaml"

RULES = """
- macro: container
  condition: (container.id != host)
- rule: Shadow read
  desc: the first act of a container
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/shadow and container
  output: >-
    shadow (id=%container.id name=%container.name repository=%container.image.repository
    tag=%container.image.tag process=%proc.name pod=%k8s.pod.name namespace=%k8s.ns.name
    uid=%k8s.pod.uid user=%user.name group=%group.name)
  priority: WARNING
- rule: Image reads passwd
  desc: decided only when the image is known
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/passwd and
    container.image.repository = IMAGE and not container.name = other
  output: passwd (process=%proc.cmdline)
  priority: WARNING
- rule: Image of others reads passwd
  desc: never
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/passwd and container and
    not container.image.repository = IMAGE
  output: other passwd (process=%proc.cmdline repository=%container.image.repository)
  priority: WARNING
- rule: Privileged container
  desc: from what its runtime says
  condition: evt.type = container and container.privileged = true
  output: privileged (name=%container.name privileged=%container.privileged)
  priority: WARNING
- rule: Sensitive mount
  desc: from what its runtime says
  condition: evt.type = container and container.mount.dest[/etc] exists
  output: mount (name=%container.name dest=%container.mount.dest[/etc] pid=%container.host_pid)
  priority: WARNING
- rule: Shell in a container
  desc: exec into it
  condition: evt.type in (execve, execveat) and container and proc.name = sh and
    proc.cmdline contains marked
  output: shell (name=%container.name cmdline=%proc.cmdline user=%user.name)
  priority: WARNING
"""

CONFIG = """
rules_files: [{rules}]
json_output: true
watch_config_files: false
buffered_outputs: false
rule_matching: all
stdout_output: {{enabled: true}}
engine: {{cache_dir: "", container_patience_ms: {patience}}}
load_plugins: [container]
plugins:
- name: container
  library_path: libcontainer.so
  init_config:
    engines:
      docker: {{enabled: {docker}, sockets: [{socket}]}}
      podman: {{enabled: {podman}, sockets: [{socket}]}}
      containerd: {{enabled: false, sockets: []}}
      cri: {{enabled: {cri}, sockets: [{socket}]}}
      lxc: {{enabled: true}}
      libvirt_lxc: {{enabled: true}}
      bpm: {{enabled: true}}
"""


def repository(engine):
    return engine.image.rsplit(":", 1)[0]


def remove(engine, *names):
    engine.command("rm", "-f", *engine.remove_options, *names)


@contextlib.contextmanager
def sensor(engine, program, patience_ms=2000, more=(), rules=None):
    if rules is None:
        rules = engine.folder / "rules.yaml"
        rules.write_text(RULES.replace("IMAGE", repository(engine)))
    config = engine.folder / "falco.yaml"
    config.write_text(CONFIG.format(
        rules=rules, socket=engine.socket, patience=patience_ms,
        **{kind: str(kind == engine.kind).lower() for kind in ENGINES}))
    run = Sensor(program, ["-c", str(config), "--scope", "pidns", "-U", *more])
    try:
        if not run.wait_ready(120):
            run.stop()
            raise stage.Failure("the sensor did not start: " + "\n".join(run.log[-20:]))
        yield run
        code = run.stop()
        check_that("the sensor's end", code == 0, (code, run.log[-20:]))
    finally:
        if run.process.poll() is None:
            run.process.kill()


def wait_alert(run, rule, what, wanted=lambda fields: True, start=0):
    found = run.wait_alert(lambda alert: alert["rule"] == rule and wanted(
        alert["output_fields"]), stage.PATIENCE_S, start)
    check_that(what, found is not None, run.log[-10:])
    return found


def start(engine, name, *words, options=()):
    """A container that does that and ends. out: its id"""
    return engine.command("run", "-d", *engine.run_options, *options, "--name", name, engine.image,
                          *words)


def first_acts(engine, program):
    """One after the other, each reads /etc/shadow first and lives shortly."""
    added, names = [], {}
    with sensor(engine, program) as run:
        for k in range(CONTAINERS):
            names[start(engine, f"one-{k}", "cat", "/etc/shadow")[:12]] = f"one-{k}"
        for id_, name in names.items():
            arrival, alert = wait_alert(run, "Shadow read", f"alert of {name}", lambda fields: (
                fields["container.id"] == id_ and fields["proc.name"] == "cat"))
            fields = alert["output_fields"]
            check("name", fields["container.name"], name)
            check("repository", fields["container.image.repository"], repository(engine))
            check("tag", fields["container.image.tag"], "1")
            check("complete", alert.get("incomplete"), None)
            added.append((arrival - event_time(alert)) * 1e6)
    latency(added, f"{CONTAINERS} one by one, from event to alert")


def at_once(engine, program):
    with sensor(engine, program) as run:
        ids, threads = {}, []
        for k in range(CONTAINERS):
            def one(k=k):
                ids[start(engine, f"all-{k}", "cat", "/etc/shadow")[:12]] = f"all-{k}"
            threads.append(threading.Thread(target=one))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        check("all started", len(ids), CONTAINERS)
        added = []
        for id_, name in ids.items():
            arrival, alert = wait_alert(run, "Shadow read", f"alert of {name}", lambda fields: (
                fields["container.id"] == id_ and fields["proc.name"] == "cat"))
            check("name", alert["output_fields"]["container.name"], name)
            added.append((arrival - event_time(alert)) * 1e6)
    latency(added, f"{CONTAINERS} at once, from event to alert")


def decided_by_names(engine, program):
    with sensor(engine, program) as run:
        start(engine, "image", "cat", "/etc/passwd")
        wait_alert(run, "Image reads passwd", "rule on the image",
                   lambda fields: fields["proc.cmdline"] == "cat /etc/passwd")
        start(engine, "other", "cat", "/etc/passwd")
        start(engine, "last", "cat", "/etc/shadow")
        wait_alert(run, "Shadow read", "the last container",
                   lambda fields: fields["container.name"] == "last")
        found = [alert for _, alert in run.alerts if alert["rule"] == "Image reads passwd" and
                 alert["output_fields"]["proc.cmdline"] == "cat /etc/passwd"]
        check("but for the one called other", len(found), 1)
        others = [alert for _, alert in run.alerts if alert["rule"].startswith("Image of others")
                  and alert["output_fields"]["proc.cmdline"] == "cat /etc/passwd"]
        check("no image is taken for another", others, [])


def told_of(engine, program):
    with sensor(engine, program) as run:
        start(engine, "strong", "sleep", "1000", options=["--privileged"])
        wait_alert(run, "Privileged container", "event of a privileged container",
                   lambda fields: fields["container.name"] == "strong")
        start(engine, "mounted", "sleep", "1000", options=["-v", "/etc:/host/etc:ro", "--pid",
                                                          "host"])
        _, alert = wait_alert(run, "Sensitive mount", "event of a container with a mount")
        check("mount", alert["output_fields"]["container.mount.dest[/etc]"], "/host/etc")
        check("namespace", alert["output_fields"]["container.host_pid"], True)
        engine.command("exec", "mounted", "sh", "-c", ": marked; true")
        _, alert = wait_alert(run, "Shell in a container", "exec into a container")
        check("its name", alert["output_fields"]["container.name"], "mounted")
        remove(engine, "strong", "mounted")


def wait_shipped(run, rule, name, **more):
    """The alert of a rule of ours on that container. out: its fields"""
    _, alert = wait_alert(run, rule, f"{rule}: {name}", lambda fields: (
        fields["container.name"] == name and all(fields[k] == v for k, v in more.items())))
    check("complete", alert.get("incomplete"), None)
    return alert["output_fields"]


def check_brought(run, name, command):
    """Of the container's shells only the one brought into it is called so, and the engine's own
    work is not called anything."""
    wait_shipped(run, "Shell brought into a running container", name, **{"proc.cmdline": command})
    told = [alert["output_fields"]["proc.cmdline"] for _, alert in run.alerts
            if alert["rule"] == "Shell brought into a running container"]
    check("shells brought", told, [command])
    others = [alert["output"] for _, alert in run.alerts if alert["rule"] not in (
        "Shell brought into a running container", "Container with all privileges started",
        "Container with a sensitive host path started",
        "Container with namespaces of the host started")]
    check("nothing else", others, [])


def by_our_rules(engine, program):
    """How containers are made, and what comes into them, by the rules the sensor comes with."""
    with sensor(engine, program, rules=SHIPPED) as run:
        start(engine, "strong", "sleep", "1000", options=["--privileged"])
        wait_shipped(run, "Container with all privileges started", "strong")
        start(engine, "mounted", "sleep", "1000", options=["-v", "/etc:/host/etc:ro"])
        wait_shipped(run, "Container with a sensitive host path started", "mounted")
        start(engine, "shared", "sleep", "1000", options=["--pid", "host"])
        fields = wait_shipped(run, "Container with namespaces of the host started", "shared")
        check("namespaces", [fields[f"container.host_{k}"] for k in ("pid", "ipc")], [True, False])
        engine.command("exec", "shared", "sh", "-c", ": marked; true")
        check_brought(run, "shared", "sh -c : marked; true")
        remove(engine, "strong", "mounted", "shared")


def users_of_its_own(engine, program):
    """A user that only the container's own files name: of a new one, and of one from before."""
    start(engine, "before", "sleep", "1000", options=["-u", "4711:4711"])
    with sensor(engine, program) as run:
        start(engine, "guest", "sh", "-c", "read line < /etc/shadow; sleep 1000",
              options=["-u", "4711:4711"])
        engine.command("exec", "before", "cat", "/etc/shadow")
        for name in ("guest", "before"):
            _, alert = wait_alert(run, "Shadow read", f"alert of {name}",
                                  lambda fields: fields["container.name"] == name)
            check("user", alert["output_fields"]["user.name"], "guest")
            check("group", alert["output_fields"]["group.name"], "guests")
    remove(engine, "guest", "before")


def known_from_the_start(engine, program):
    start(engine, "before", "sh", "-c", "sleep 1000")
    with sensor(engine, program) as run:
        engine.command("exec", "before", "cat", "/etc/shadow")
        _, alert = wait_alert(run, "Shadow read", "alert of a container from before",
                              lambda fields: fields["proc.name"] == "cat")
        check("name", alert["output_fields"]["container.name"], "before")
        told = [alert for _, alert in run.alerts if alert["rule"] == "Privileged container"]
        check("no event of it", told, [])
    remove(engine, "before")


def nobody_answers(engine, program):
    """A control group looks like a container, and no engine knows it: past the bound the alert goes
    out, marked."""
    group = pathlib.Path("/sys/fs/cgroup/cpu") / engine.group / f"docker-{'ab12' * 16}.scope"
    group.mkdir(parents=True)
    with sensor(engine, program, patience_ms=300) as run:
        stage.run("sh", "-c", f"echo $$ > {group}/cgroup.procs; cat /etc/shadow > /dev/null")
        _, alert = wait_alert(run, "Shadow read", "alert without names")
        check("id", alert["output_fields"]["container.id"], "ab12ab12ab12")
        check("no name", alert["output_fields"]["container.name"], None)
        check("marked", alert.get("incomplete"), True)
    told = [line for line in run.log if "alerts without names: 1" in line]
    check("the summary says so", len(told), 1)


def replayed(engine, program):
    """A recording gives the same alerts."""
    file = str(engine.folder / "trace.scap")
    with sensor(engine, program, more=["-w", file]) as run:
        for k in range(3):
            start(engine, f"trace-{k}", "cat", "/etc/shadow")
            wait_alert(run, "Shadow read", f"alert of trace-{k}", lambda fields: (
                fields["container.name"] == f"trace-{k}" and fields["proc.name"] == "cat"))
        start(engine, "trace-strong", "true", options=["--privileged"])
        wait_alert(run, "Privileged container", "event of a privileged container")
    live = sorted(alert["output"] for _, alert in run.alerts)
    config = engine.folder / "replay.yaml"
    config.write_text((engine.folder / "falco.yaml").read_text())
    out = stage.run(program, "-c", config, "-e", file, "-U")
    again = sorted(json.loads(line)["output"] for line in out.splitlines() if line.startswith("{"))
    check("alerts of the recording", again, live)


def dumped(engine, program):
    """Events that are printed have names, too: they wait for them."""
    with sensor(engine, program, more=[
            "dump", "-f", "evt.type in (open, openat, openat2) and fd.name = /etc/shadow and "
            "container.image.repository exists", "-n", "1", "--json",
            "-p", "%container.name %container.image.repository %container.image.digest"]) as run:
        start(engine, "printed", "cat", "/etc/shadow")
        found = run.wait_alert(lambda line: line["container.name"] == "printed", stage.PATIENCE_S)
        check_that("line", found is not None, run.other)
        check("repository", found[1]["container.image.repository"], repository(engine))


def pods(engine, program):
    """First acts of containers of pods, by CRI."""
    added = []
    with sensor(engine, program) as run:
        for k in range(CONTAINERS):
            pod, config = cri_test.make_pod(engine)
            container = cri_test.make_container(engine, pod, config, f"app-{k}",
                                                ("/bin/cat", "/etc/shadow"))
            engine.cri.start(container)
            arrival, alert = wait_alert(run, "Shadow read", f"alert of {container}",
                                        lambda fields: fields["container.id"] == container[:12])
            fields = alert["output_fields"]
            check("name", fields["container.name"], f"app-{k}")
            check("repository", fields["container.image.repository"], repository(engine))
            check("pod", fields["k8s.pod.name"], "web-0")
            check("namespace", fields["k8s.ns.name"], "shop")
            check("uid", fields["k8s.pod.uid"], f"11-{engine.pods}")
            check("complete", alert.get("incomplete"), None)
            added.append((arrival - event_time(alert)) * 1e6)
            cri_test.end(engine, pod, container)
    latency(added, f"{CONTAINERS} of pods, from event to alert")


def pods_at_once(engine, program):
    """Made one after the other, started together."""
    pod, config = cri_test.make_pod(engine)
    with sensor(engine, program) as run:
        containers = [cri_test.make_container(engine, pod, config, f"all-{k}",
                                              ("/bin/cat", "/etc/shadow"))
                      for k in range(CONTAINERS)]
        threads = [threading.Thread(target=engine.cri.start, args=(one,)) for one in containers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        added = []
        for k, container in enumerate(containers):
            arrival, alert = wait_alert(run, "Shadow read", f"alert of all-{k}", lambda fields: (
                fields["container.id"] == container[:12] and fields["proc.name"] == "cat"))
            check("name", alert["output_fields"]["container.name"], f"all-{k}")
            check("pod", alert["output_fields"]["k8s.pod.name"], "web-0")
            check("complete", alert.get("incomplete"), None)
            added.append((arrival - event_time(alert)) * 1e6)
        cri_test.end(engine, pod, *containers)
    latency(added, f"{CONTAINERS} of a pod at once, from event to alert")


def told_of_pods(engine, program):
    with sensor(engine, program) as run:
        pod, config = cri_test.make_pod(engine, host=True)
        container = cri_test.make_container(engine, pod, config, "strong", host=True,
                                            mounts=[("/host/etc", "/etc", True)])
        wait_alert(run, "Privileged container", "event of a privileged container",
                   lambda fields: fields["container.name"] == "strong")
        _, alert = wait_alert(run, "Sensitive mount", "event of a container with a mount")
        check("mount", alert["output_fields"]["container.mount.dest[/etc]"], "/host/etc")
        check("namespace", alert["output_fields"]["container.host_pid"], True)
        engine.cri.start(container)
        engine.cri.execute(container, "/bin/sh", "-c", ": marked; true")
        _, alert = wait_alert(run, "Shell in a container", "exec into a container")
        check("its name", alert["output_fields"]["container.name"], "strong")
        cri_test.end(engine, pod, container)


def pods_by_our_rules(engine, program):
    with sensor(engine, program, rules=SHIPPED) as run:
        pod, config = cri_test.make_pod(engine, host=True)
        strong = cri_test.make_container(
            engine, pod, config, "strong", ("/bin/sleep", "1000"), host=True,
            mounts=[("/host/etc", "/etc", True)])
        engine.cri.start(strong)
        for rule in ("Container with all privileges started",
                     "Container with a sensitive host path started",
                     "Container with namespaces of the host started"):
            wait_shipped(run, rule, "strong")
        engine.cri.execute(strong, "/bin/sh", "-c", ": marked; true")
        check_brought(run, "strong", "sh -c : marked; true")
        cri_test.end(engine, pod, strong)


@contextlib.contextmanager
def cri(folder, group):
    with cri_test.cri(folder, group) as engine:
        engine.kind, engine.image = "cri", containerd_engine.IMAGE
        yield engine


CASES = [first_acts, at_once, decided_by_names, told_of, by_our_rules, users_of_its_own,
         known_from_the_start, nobody_answers, replayed, dumped]
POD_CASES = [pods, pods_at_once, told_of_pods, pods_by_our_rules]
GROUPS = ["libpod_parent"]  # that engines make by themselves
ENGINES = {"podman": podman_test.podman, "docker": docker_test.docker, "cri": cri}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sensor", required=True, help="path of falco-ebpf")
    parser.add_argument("--engine", choices=ENGINES, default="podman")
    parser.add_argument("--only", help="cases with this in their name")
    arguments = parser.parse_args()
    arguments.watch = os.path.abspath(arguments.sensor)
    if stage.INSIDE in os.environ:
        sys.exit(stage.inside(ENGINES[arguments.engine],
                              POD_CASES if arguments.engine == "cri" else CASES, arguments))
    reason = why_not_live()
    if reason:
        print(f"skipped: {reason}")
        sys.exit(stage.SKIPPED)
    sys.exit(stage.outside(GROUPS))


if __name__ == "__main__":
    main()
