# SPDX-License-Identifier: Apache-2.0
"""Cases that docker and podman have in common: their commands and answers differ little. An engine
is an object with `kind`, `socket`, `image`, `command(...)`, `start_daemon()` and `stop_daemon()`;
`not_told` are flags that it gets wrong, `early` is how much is known before it answers."""

from stage import Watch, check, check_that, latency

SENSITIVE = "/etc"


def start(engine, *options, name, words=("sleep", "1000")):
    """Starts a container in the background. out: its whole id"""
    return engine.command("run", "-d", "--name", name, *engine.run_options, *options, engine.image,
                          *words).splitlines()[-1]


def remove(engine, *names):
    engine.command("rm", "-f", *engine.remove_options, *names)


def pid_of(engine, container):
    return int(engine.command("inspect", "-f", "{{.State.Pid}}", container))


def check_web(engine, line):
    record = line["record"]
    check("type", line["type"], engine.kind)
    check("id", record["id"], record["full_id"][:12])
    check("name", record["name"], "web")
    check("image", record["image"], engine.image)
    check("repository", record["imagerepo"], engine.image.rsplit(":", 1)[0])
    check("tag", record["imagetag"], "1")
    check("length of the image's id", len(record["imageid"]), 64)
    check("label", record["labels"].get("app"), "shop")
    check_that("long label", "long" not in record["labels"], record["labels"])
    check("privileged", record["privileged"], False)
    check("host namespaces", [record[f"host_{k}"] for k in ("pid", "network", "ipc")], [False] * 3)
    mount = [m for m in record["Mounts"] if m["Destination"] == "/outside"]
    check("mounts", [(m["Source"], m["RW"]) for m in mount], [(SENSITIVE, False)])
    check_that("environment", "GREETING=hello" in record["env"], record["env"])
    check("memory", record["memory_limit"], 64 << 20)
    check("user", record["User"], "7")
    check_that("created", record["created_time"] > 1_600_000_000, record["created_time"])


WEB = ["-l", "app=shop", "-l", f"long={'x' * 101}", "-v", f"{SENSITIVE}:/outside:ro", "-e",
       "GREETING=hello", "-m", "64m", "-u", "7"]


def announced_before_it_runs(engine, program):
    """The record is there without anybody asking."""
    with Watch(program, f"--{engine.kind}", engine.socket) as watch:
        container = start(engine, *WEB, name="web")
        check_web(engine, watch.record(container))
        check("asked", watch.stats()["asked"], 0)
        remove(engine, "web")
        watch.wait("removal", lambda line: line["news"] == "removed" and line["id"] == container)


def listed_at_start(engine, program):
    container = start(engine, *WEB, name="web")
    with Watch(program, f"--{engine.kind}", engine.socket) as watch:
        check_web(engine, watch.record(container))
    remove(engine, "web")


def asked_for(engine, program):
    """Fifty times: nothing was announced."""
    names = [f"n{k}" for k in range(10)]
    containers = [start(engine, name=name) for name in names]
    took = []
    for _ in range(5):
        with Watch(program, f"--{engine.kind}", engine.socket) as watch:
            for container in containers:
                watch.record(container)
            for container in containers:
                last = watch.ask(container, engine.kind)[-1]
                check("answer", last["news"], "record")
                took.append(last["after_us"])
            check("gave up", watch.stats()["gave_up"], 0)
    latency(took, f"{engine.kind}: from question to record")
    remove(engine, *names)


def privileged_and_of_the_host(engine, program):
    """What the kernel and the bundle say is what the runtime says."""
    options = ["--privileged", "--pid", "host", "--network", "host", "--ipc", "host", "-v",
               f"{SENSITIVE}:/outside"]
    container = start(engine, *options, name="all")
    pid = pid_of(engine, container)
    with Watch(program, f"--{engine.kind}", engine.socket) as watch:
        lines = watch.ask(container, engine.kind, pid)
        check("known", sorted({line["known"] for line in lines}), ["complete", engine.early])
        for line in lines:
            record = line["record"]
            flags = ["privileged", "host_pid", "host_network", "host_ipc"]
            if line["known"] == "complete":
                flags = [flag for flag in flags if flag not in engine.not_told]
            for flag in flags:
                check(f"{flag} of {line['known']}", record[flag], True)
            sources = [m["Source"] for m in record["Mounts"] if m["Destination"] == "/outside"]
            check(f"mounts of {line['known']}", sources, [SENSITIVE])
    remove(engine, "all")


def known_without_its_daemon(engine, program):
    """No socket: what it may do is known all the same, and the wait for its names is short."""
    container = start(engine, *WEB, name="web")
    pid = pid_of(engine, container)
    with Watch(program, f"--{engine.kind}", engine.socket + ".none") as watch:
        local, last = watch.ask(container, engine.kind, pid)
        check("known", local["known"], engine.early)
        record = local["record"]
        check("privileged", record["privileged"], False)
        check("host namespaces", [record[f"host_{k}"] for k in ("pid", "network", "ipc")],
              [False] * 3)
        sources = [m["Source"] for m in record["Mounts"] if m["Destination"] == "/outside"]
        check("mounts", sources, [SENSITIVE])
        check("memory", record["memory_limit"], 64 << 20)
        check("name", record["name"], "web")
        check("image", record["image"], engine.image)
        check("tag", record["imagetag"], "1")
        check("news", last["news"], "gave_up")
        check_that("reason", "no runtime" in last["reason"], last["reason"])
    remove(engine, "web")


def one_after_another(engine, program):
    """Each lives for a moment; each has a record with its names, asked for or not: by what its
    daemon announced, if it is gone before that can answer."""
    count = 20
    with Watch(program, f"--{engine.kind}", engine.socket) as watch:
        for k in range(count):
            engine.command("run", "--rm", "--name", f"s{k}", *engine.run_options, engine.image,
                           "cat", "/etc/shadow")
        for k in range(count):
            line = watch.wait(f"record of s{k}", lambda line: (
                line["news"] == "record" and line["record"]["name"] == f"s{k}"))
            check("image", line["record"]["image"], engine.image)
            container = line["id"]
            watch.wait(f"removal of s{k}", lambda line, container=container: (
                line["news"] == "removed" and line["id"] == container))
        # A question may come when it is long gone: the event thread is behind.
        complete = {line["id"] for line in watch.lines if line.get("known") == "complete"}
        print(f"{engine.kind}: complete before they ended: {len(complete)} of {count}")
        told = [line for line in watch.ask(container, engine.kind) if line["news"] == "record"]
        check("late question", told[-1]["record"]["name"], f"s{count - 1}")


def daemon_comes_back(engine, program):
    """It dies, its containers are asked for in vain, it returns and tells of all by itself."""
    with Watch(program, f"--{engine.kind}", engine.socket, "--patience-ms", "200") as watch:
        container = start(engine, name="web")
        watch.record(container)
        engine.stop_daemon()
        missing = "0" * 64
        check("answer", watch.ask(missing, engine.kind)[-1]["news"], "gave_up")
        since = len(watch.lines)
        engine.start_daemon()
        watch.record(container, since=since)
        other = start(engine, name="other")
        watch.record(other, since=since)
    remove(engine, "web", "other")


CASES = [announced_before_it_runs, listed_at_start, asked_for, privileged_and_of_the_host,
         known_without_its_daemon, one_after_another, daemon_comes_back]
