# SPDX-License-Identifier: Apache-2.0
"""The watcher against containerd's CRI, with real pods.

    cri_test.py --watch PROGRAM"""

import contextlib
import os

import containerd_engine
import stage
from stage import Watch, check, check_that, latency

LABELS = {"app": "shop", "long": "x" * 101}
SENSITIVE = "/etc"


@contextlib.contextmanager
def cri(folder, group):
    try:
        import cri_client
    except ImportError as error:
        raise stage.Skip(f"{error} (packaging/deps.sh engines)") from error
    if not os.path.exists("/usr/lib/cni/ptp"):
        raise stage.Skip("/usr/lib/cni/ptp is not installed (packaging/deps.sh engines)")
    with containerd_engine.containerd(folder, group) as engine:
        stage.run("ip", "link", "set", "lo", "up")
        engine.client = cri_client.Cri
        engine.cri = engine.client(engine.socket)
        engine.pods = 0
        yield engine


def make_pod(engine, **options):
    engine.pods += 1
    uid = f"11-{engine.pods}"
    return engine.cri.pod("web-0", uid, "shop", f"/{engine.group}", {
        "tier": "front", "io.kubernetes.pod.name": "web-0", "io.kubernetes.pod.namespace": "shop",
        "io.kubernetes.pod.uid": uid}, **options)


def make_container(engine, pod, config, name="app", words=("/bin/sleep", "1000"), **options):
    return engine.cri.container(pod, config, name, containerd_engine.IMAGE, words, **options)


def end(engine, pod, *containers):
    for container in containers:
        engine.cri.remove(container)
    engine.cri.remove_pod(pod)


WEB = {"labels": LABELS, "env": {"GREETING": "hello"}, "mounts": [("/outside", SENSITIVE, True)]}


def check_web(engine, line, pod):
    record = line["record"]
    check("type", line["type"], "containerd")
    check("name", record["name"], "app")
    check("image", record["image"], containerd_engine.IMAGE)
    check("repository", record["imagerepo"], "localhost/bb")
    check("tag", record["imagetag"], "1")
    check("length of the image's id", len(record["imageid"]), 64)
    check("label", record["labels"].get("app"), "shop")
    check_that("long label", "long" not in record["labels"], record["labels"])
    check("pod", line["pod"], {"name": "web-0", "namespace": "shop", "uid": f"11-{engine.pods}",
                               "ip": line["pod"]["ip"]})
    check_that("address", line["pod"]["ip"].startswith("10.211.0."), line["pod"])
    check("sandbox", record["pod_sandbox_id"], pod)
    check("label of the pod", record["pod_sandbox_labels"].get("tier"), "front")
    check("mounts", [(m["Source"], m["RW"]) for m in record["Mounts"]
                     if m["Destination"] == "/outside"], [(SENSITIVE, False)])
    check("privileged", record["privileged"], False)
    check("host namespaces", [record[f"host_{k}"] for k in ("pid", "network", "ipc")], [False] * 3)
    check_that("environment", "GREETING=hello" in record["env"], record["env"])
    check_that("interfaces", "eth0" in record["cni_json"], record["cni_json"])
    check("user", record["User"], "0")


def announced_before_it_runs(engine, program):
    with Watch(program, "--cri", engine.socket) as watch:
        pod, config = make_pod(engine)
        check("sandbox", watch.record(pod)["record"]["is_pod_sandbox"], True)
        container = make_container(engine, pod, config, **WEB)
        # It is not even started.
        check_web(engine, watch.record(container), pod)
        check("asked", watch.stats()["asked"], 0)
        engine.cri.start(container)
        end(engine, pod, container)
        watch.wait("removal", lambda line: line["news"] == "removed" and line["id"] == container)


def listed_at_start(engine, program):
    pod, config = make_pod(engine)
    container = make_container(engine, pod, config, **WEB)
    with Watch(program, "--cri", engine.socket) as watch:
        check_web(engine, watch.record(container), pod)
    end(engine, pod, container)


def asked_for(engine, program):
    pod, config = make_pod(engine)
    containers = [make_container(engine, pod, config, f"n{k}") for k in range(10)]
    took = []
    for _ in range(5):
        with Watch(program, "--cri", engine.socket) as watch:
            for container in containers:
                watch.record(container)
            for container in containers:
                took.append(watch.ask(container, "cri")[-1]["after_us"])
            check("pod", watch.ask(pod, "cri")[-1]["record"]["is_pod_sandbox"], True)
    latency(took, "cri: from question to record")
    end(engine, pod, *containers)


def privileged_and_of_the_host(engine, program):
    pod, config = make_pod(engine, host=True)
    container = make_container(engine, pod, config, host=True,
                               mounts=[("/outside", SENSITIVE, False)])
    engine.cri.start(container)
    with Watch(program, "--cri", engine.socket) as watch:
        watch.record(container)
        lines = watch.ask(container, "cri", engine.cri.pids(container))
        check("known", [line["known"] for line in lines], ["local", "complete"])
        for line in lines:
            record = line["record"]
            for flag in ("privileged", "host_pid", "host_network", "host_ipc"):
                check(f"{flag} of {line['known']}", record[flag], True)
            sources = [m["Source"] for m in record["Mounts"] if m["Destination"] == "/outside"]
            check(f"mounts of {line['known']}", sources, [SENSITIVE])
    end(engine, pod, container)


def known_without_its_daemon(engine, program):
    """Pod, name and image are in the bundle, too."""
    pod, config = make_pod(engine)
    container = make_container(engine, pod, config, **WEB)
    engine.cri.start(container)
    pid = engine.cri.pids(container)
    with Watch(program, "--cri", engine.socket + ".none") as watch:
        local, last = watch.ask(container, "cri", pid)
        record = local["record"]
        check("pod", (local["pod"]["name"], local["pod"]["namespace"]), ("web-0", "shop"))
        check("name", record["name"], "app")
        check("image", (record["imagerepo"], record["imagetag"]), ("localhost/bb", "1"))
        check("sandbox", record["pod_sandbox_id"], pod)
        check("privileged", record["privileged"], False)
        check("host namespaces", [record[f"host_{k}"] for k in ("pid", "network", "ipc")],
              [False] * 3)
        check("news", last["news"], "gave_up")
    end(engine, pod, container)


def one_after_another(engine, program):
    count = 20
    with Watch(program, "--cri", engine.socket) as watch:
        pod, config = make_pod(engine)
        containers = []
        for k in range(count):
            container = make_container(engine, pod, config, f"s{k}",
                                       words=("/bin/cat", "/etc/shadow"))
            engine.cri.start(container)
            containers.append(container)
        for k, container in enumerate(containers):
            line = watch.record(container)
            check("name", line["record"]["name"], f"s{k}")
            check("pod", line["pod"]["name"], "web-0")
        end(engine, pod, *containers)


def daemon_comes_back(engine, program):
    pod, config = make_pod(engine)
    container = make_container(engine, pod, config)
    with Watch(program, "--cri", engine.socket, "--patience-ms", "200") as watch:
        watch.record(container)
        engine.stop_daemon()
        check("answer", watch.ask("0" * 64, "cri")[-1]["news"], "gave_up")
        since = len(watch.lines)
        engine.start_daemon()
        engine.cri = engine.client(engine.socket)
        watch.record(container, since=since)
    end(engine, pod, container)


if __name__ == "__main__":
    stage.main(cri, [announced_before_it_runs, listed_at_start, asked_for,
                     privileged_and_of_the_host, known_without_its_daemon, one_after_another,
                     daemon_comes_back])
