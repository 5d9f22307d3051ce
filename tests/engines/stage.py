# SPDX-License-Identifier: Apache-2.0
"""What the tests of container engines share: namespaces of their own (processes, mounts, network),
a folder, a root file system for containers, and the program that watches runtimes. Engines are
started by the test, with everything of theirs in its folder, and end with it; their control groups
go too."""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import checks  # noqa: E402
from checks import Failure, check, check_that  # noqa: E402, F401: for the tests

SKIPPED = 77
PATIENCE_S = float(os.environ.get("ENGINE_PATIENCE_S", 120))  # on a machine that does much else
INSIDE = "SENSOR_ENGINE_STAGE"
SHARED = ["/run", "/var/lib/cni"]  # what engines keep there whatever they are told
DEBIANS = "/usr/bin/python3"  # has the packages; the first one in the path may be another
APPLETS = ["sh", "cat", "sleep", "ls", "true", "id"]


class Skip(Exception):
    pass


def wait_until(what, condition, seconds=PATIENCE_S):
    return checks.wait_until(what, condition, seconds)


def need(*programs):
    for name in programs:
        if not shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
            raise Skip(f"{name} is not installed (packaging/deps.sh engines)")


def run(*words, **options):
    """Runs a program to its end. out: what it printed"""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=PATIENCE_S, check=False, **options)
    if done.returncode != 0:
        raise Failure(f"{' '.join(map(str, words))}: {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout.strip()


class Daemon:
    """A program of the test's own; its output is kept in a file."""

    def __init__(self, words, log, **options):
        self.log = log
        with open(log, "ab") as out:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            **options)

    def wait_for(self, path):
        def there():
            if self.process.poll() is not None:
                tail = pathlib.Path(self.log).read_text(errors="replace")[-2000:]
                raise Failure(f"{self.process.args[0]} ended: {tail}")
            return os.path.exists(path)
        wait_until(f"{path}", there)
        return self

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Watch:
    """The program that watches runtimes. Its lines are kept as they come."""

    def __init__(self, program, *options):
        self.process = subprocess.Popen([program, *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.lines = []
        self.changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        self.started = self.wait("started", lambda line: line["news"] == "started")

    def _read(self):
        for text in self.process.stdout:
            with self.changed:
                self.lines.append(json.loads(text))
                self.changed.notify_all()
        with self.changed:
            self.lines.append({"news": "ended"})
            self.changed.notify_all()

    def wait(self, what, wanted, since=0):
        """The first line from `since` on that is wanted."""
        end = time.monotonic() + PATIENCE_S
        at = since
        with self.changed:
            while True:
                for line in self.lines[at:]:
                    if wanted(line):
                        return line
                    if line["news"] == "ended":
                        raise Failure(f"{what}: the watching program ended")
                at = len(self.lines)
                if not self.changed.wait(end - time.monotonic()):
                    raise Failure(f"{what}: not told; last: {self.lines[-3:]}")

    def send(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, container, kind, pid=0):
        """Asks, and waits for the end of it. out: the lines about it since"""
        since = len(self.lines)
        self.send(f"ask {container} {kind} {pid}")
        self.wait(f"answer on {container[:12]}", lambda line: line.get("id") == container and (
            line["news"] == "gave_up" or
            (line.get("known") == "complete" and "after_us" in line)), since)
        return [line for line in self.lines[since:] if line.get("id") == container]

    def record(self, container, known="complete", since=0):
        return self.wait(f"{known} record of {container[:12]}", lambda line: (
            line.get("id") == container and line.get("known") == known), since)

    def stats(self):
        since = len(self.lines)
        self.send("stats")
        return self.wait("stats", lambda line: line["news"] == "stats", since)

    def end(self):
        self.process.stdin.close()
        if self.process.wait(30) != 0:
            raise Failure(f"the watching program ended with {self.process.returncode}")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.end()
        else:
            self.process.kill()
            self.process.wait()


def root_tar(folder):
    """A root file system of one static program, as an archive."""
    root = folder / "root"
    (root / "bin").mkdir(parents=True)
    (root / "etc").mkdir()
    shutil.copy("/bin/busybox", root / "bin/busybox")
    for name in APPLETS:
        (root / "bin" / name).symlink_to("busybox")
    for name in ("passwd", "shadow"):
        (root / "etc" / name).write_text("root:x:0:0::/:/bin/sh\nguest:x:4711:4711::/:/bin/sh\n")
    (root / "etc" / "group").write_text("root:x:0:\nguests:x:4711:\n")
    run("tar", "-C", root, "-cf", folder / "root.tar", ".")
    return folder / "root.tar"


def runc_that_is_held(folder):
    """runc, for machines where root itself lacks a capability: engines ask for all there are."""
    path = folder / "runc"
    path.write_text("""#!/bin/sh
for word; do
    [ "$before" = --bundle ] && ! capsh --has-b=cap_sys_resource 2>/dev/null &&
        sed -i 's/"CAP_SYS_RESOURCE",//g' "$word/config.json"
    before=$word
done
exec runc "$@"
""")
    path.chmod(0o755)
    return str(path)


def remove_groups(names):
    """Control groups below these, in every hierarchy: empty, now that nothing of ours is left."""
    for mount in pathlib.Path("/sys/fs/cgroup").iterdir():
        for name in names:
            for path, _, _ in os.walk(mount / name, topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(path)


def latency(values, what):
    """A figure for the report; no judgement, since others share the machine."""
    values = sorted(values)
    print(f"{what}: median {statistics.median(values) / 1000:.2f} ms, "
          f"most {values[-1] / 1000:.2f} ms of {len(values)}", flush=True)


def parts_of(cases, only):
    return [case for case in cases if not only or only in case.__name__]


def outside(groups):
    """Runs this test again in namespaces of its own, and cleans up when all in them has ended."""
    if os.geteuid() != 0:
        print("skipped: engines need root")
        return SKIPPED
    folder = tempfile.mkdtemp(prefix="engine")
    group = f"falco-ebpf-test-{os.urandom(4).hex()}"
    inside = dict(os.environ, **{INSIDE: f"{folder}:{group}"})
    words = ["unshare", "--pid", "--fork", "--kill-child", "--net", "--mount", "--mount-proc",
             DEBIANS if os.path.exists(DEBIANS) else sys.executable, *sys.argv]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    child = subprocess.Popen(words, env=inside)
    try:
        return child.wait()
    finally:
        child.kill()
        child.wait()
        remove_groups([group, *groups])
        shutil.rmtree(folder, ignore_errors=True)


def inside(engine, cases, arguments):
    folder, group = os.environ[INSIDE].split(":")
    for place in SHARED:
        if os.path.isdir(place):
            run("mount", "-t", "tmpfs", "none", place)
    chosen = [case for case in cases if not arguments.only or arguments.only in case.__name__]
    try:
        with engine(pathlib.Path(folder), group) as started:
            for case in chosen:
                print(f"{case.__name__} ...", flush=True)
                case(started, arguments.watch)
        print(f"{len(chosen)} passed, 0 failed")
        return 0
    except Skip as reason:
        print(f"skipped: {reason}")
        return SKIPPED
    except Failure as failure:
        print(f"FAILED: {failure}")
        return 1


def main(engine, cases, groups=()):
    """engine(folder, group): a context with the engine; cases: functions of (engine, program).
    groups: control groups that the engine makes by itself, removed if they are empty."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--watch", required=True, help="path of runtimes_watch")
    parser.add_argument("--only", help="cases with this in their name")
    arguments = parser.parse_args()
    sys.exit(inside(engine, cases, arguments) if INSIDE in os.environ else outside(groups))
