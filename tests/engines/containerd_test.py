# SPDX-License-Identifier: Apache-2.0
"""The watcher against containerd's own API, with containers that its client ctr makes.

    containerd_test.py --watch PROGRAM"""

import containerd_engine
import stage
from stage import Watch, check, check_that, latency

IMAGE = containerd_engine.IMAGE
SENSITIVE = "/etc"


def start(engine, name, *options, words=("sleep", "1000"), space="default"):
    engine.ctr(space, "run", "-d", "--null-io", "--cgroup", f"/{engine.group}/{space}/{name}",
               *options, IMAGE, name, *words)
    return name


def remove(engine, *names, space="default"):
    for name in names:
        engine.ctr(space, "tasks", "rm", "-f", name)
        engine.ctr(space, "containers", "rm", name)


def pid_of(engine, name):
    rows = [row.split() for row in engine.ctr("default", "tasks", "ls").splitlines()]
    return next(int(row[1]) for row in rows if row[0] == name)


WEB = ["--label", "app=shop", "--label", f"long={'x' * 101}", "--env", "GREETING=hello", "--mount",
       f"type=bind,src={SENSITIVE},dst=/outside,options=rbind:ro"]


def check_web(line):
    record = line["record"]
    check("type", line["type"], "containerd")
    check("id", record["id"], "a-long-name-for-a-web"[:12])
    check("name", record["name"], record["id"])
    check("image", record["image"], IMAGE)
    check("repository", record["imagerepo"], "localhost/bb")
    check("tag", record["imagetag"], "1")
    check_that("digest", record["imagedigest"].startswith("sha256:"), record["imagedigest"])
    check("label", record["labels"].get("app"), "shop")
    check_that("long label", "long" not in record["labels"], record["labels"])
    check("mounts", [(m["Source"], m["RW"]) for m in record["Mounts"]
                     if m["Destination"] == "/outside"], [(SENSITIVE, False)])
    check("privileged", record["privileged"], False)
    check("host namespaces", [record[f"host_{k}"] for k in ("pid", "network", "ipc")], [False] * 3)
    check_that("environment", "GREETING=hello" in record["env"], record["env"])


def announced_before_it_runs(engine, program):
    with Watch(program, "--containerd", engine.socket) as watch:
        name = start(engine, "a-long-name-for-a-web", *WEB)
        check_web(watch.record(name))
        check("asked", watch.stats()["asked"], 0)
        remove(engine, name)
        watch.wait("removal", lambda line: line["news"] == "removed" and line["id"] == name)


def new_namespace(engine, program):
    """One that was not there when it began; asked for, since a listener may have missed it."""
    with Watch(program, "--containerd", engine.socket) as watch:
        engine.ctr("other", "images", "import", engine.folder / "image.tar")
        engine.ctr("other", "containers", "create", containerd_engine.PAUSE, "late")
        check("name", watch.ask("late", "containerd")[-1]["record"]["name"], "late")
        engine.ctr("other", "containers", "rm", "late")


def asked_for(engine, program):
    names = [start(engine, f"n{k}") for k in range(10)]
    took = []
    for _ in range(5):
        with Watch(program, "--containerd", engine.socket) as watch:
            for name in names:
                watch.record(name)
            for name in names:
                took.append(watch.ask(name, "containerd")[-1]["after_us"])
    latency(took, "containerd: from question to record")
    remove(engine, *names)


def privileged_and_of_the_host(engine, program):
    name = start(engine, "all", "--privileged", "--net-host", "--mount",
                 f"type=bind,src={SENSITIVE},dst=/outside,options=rbind")
    with Watch(program, "--containerd", engine.socket) as watch:
        watch.record(name)
        lines = watch.ask(name, "containerd", pid_of(engine, name))
        check("known", [line["known"] for line in lines], ["local", "complete"])
        for line in lines:
            record = line["record"]
            check(f"privileged of {line['known']}", record["privileged"], True)
            check(f"host's network of {line['known']}", record["host_network"], True)
            check(f"host's processes of {line['known']}", record["host_pid"], False)
            sources = [m["Source"] for m in record["Mounts"] if m["Destination"] == "/outside"]
            check(f"mounts of {line['known']}", sources, [SENSITIVE])
    remove(engine, name)


def those_of_kubernetes_are_left_to_cri(engine, program):
    with Watch(program, "--containerd", engine.socket, "--cri", engine.socket) as watch:
        engine.ctr("k8s.io", "containers", "create", IMAGE, "stray")
        engine.ctr("default", "containers", "create", IMAGE, "own")
        watch.record("own")
        check_that("record", not any(line.get("id") == "stray" for line in watch.lines))
        engine.ctr("k8s.io", "containers", "rm", "stray")
        engine.ctr("default", "containers", "rm", "own")


def without_cri(engine, program):
    """As docker's containerd is: nothing to ask, and no wait."""
    with Watch(program, "--cri", engine.socket) as watch:
        last = watch.ask("0" * 64, "cri")[-1]
        check("news", last["news"], "gave_up")
        check_that("reason", "Unimplemented" in last["reason"] or "12" in last["reason"],
                   last["reason"])


def containerd_alone(folder, group):
    return containerd_engine.containerd(folder, group, '"io.containerd.grpc.v1.cri"')


if __name__ == "__main__":
    stage.main(containerd_alone, [
        announced_before_it_runs, new_namespace, asked_for, privileged_and_of_the_host,
        those_of_kubernetes_are_left_to_cri, without_cri])
