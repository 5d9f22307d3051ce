# SPDX-License-Identifier: Apache-2.0
"""The container image: built without a network and run by podman and by docker with no more than
the rights of the manifests. The sensor sees only the process namespace of this test (--scope
pidns).

    python3 container_test.py --archive FILE
"""
import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

import overlay

BUILD = pathlib.Path(__file__).resolve().parents[2] / "packaging/container/build.sh"
TAG = "localhost/falco-ebpf:test"
RIGHTS = ["BPF", "PERFMON", "SYS_PTRACE"]
OLD_RIGHTS = ["SYS_ADMIN", "SYS_PTRACE"]  # for engines that do not know the first two yet
WAIT_S = 90


def can(*command):
    return overlay.run(*command).returncode == 0


class Engine:
    """Starts the image, watches its output. command: the engine, its options always there"""

    def __init__(self, command, environment=None):
        self.command = command
        self.environment = {**os.environ, **(environment or {})}

    def __call__(self, *arguments, ok=True):
        done = subprocess.run([*self.command, *arguments], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, env=self.environment)
        if ok and done.returncode != 0:
            raise AssertionError(f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def build(self, archive):
        done = subprocess.run([str(BUILD), archive, " ".join(self.command), TAG], text=True,
                              capture_output=True, env=self.environment)
        if done.returncode != 0:
            raise AssertionError(done.stdout + done.stderr)

    def start(self, *more):
        try:
            return self.run(RIGHTS, *more)
        except AssertionError as error:
            if "unknown capability" not in str(error):
                raise
            return self.run(OLD_RIGHTS, *more)

    def run(self, rights, *more):
        rights = [f"--cap-add={right}" for right in rights]
        return self("run", "-d", "--network", "none", "--pid=host", "--cap-drop=all", *rights,
                    "--security-opt", "seccomp=unconfined", "--security-opt", "no-new-privileges",
                    "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096",
                    "--read-only", "--tmpfs", "/var/cache/falco-ebpf:mode=0700", *more,
                    "-v", "/proc:/host/proc:ro", "-v", "/etc:/host/etc:ro", TAG,
                    "/usr/bin/falco-ebpf", "--scope", "pidns", "-r",
                    "/etc/falco/falco-ebpf_rules.yaml").split()[-1]

    def await_alert(self, container):
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            pathlib.Path("/etc/shadow").read_bytes()
            said = self("logs", container)
            if "Secret file read" in said:
                return said
            if "true" not in self("inspect", "-f", "{{.State.Running}}", container):
                break
            time.sleep(0.2)
        raise AssertionError("no alert\n" + self("logs", container))


class Image(unittest.TestCase):
    archive = None

    def check(self, engine):
        engine.build(self.archive)
        image = json.loads(engine("image", "inspect", TAG))[0]
        self.assertLess(image["Size"], 120 << 20)
        self.assertIn("HOST_ROOT=/host", image["Config"]["Env"])
        container = engine.start()
        try:
            engine.await_alert(container)
            engine("kill", "-s", "TERM", container)
            self.assertEqual(engine("wait", container).split()[-1], "0")
        finally:
            engine("rm", "-f", container, ok=False)

    def test_podman(self):
        if not can("podman", "--version") or not can("runc", "--version"):
            self.skipTest("no podman with runc here")
        folder = tempfile.mkdtemp(prefix="podman-", dir=self.base)
        self.check(Engine(["podman", "--root", f"{folder}/root", "--runroot", f"{folder}/run",
                           "--tmpdir", f"{folder}/tmp", "--storage-driver", "vfs",
                           "--cgroup-manager=cgroupfs", "--runtime", "runc"]))

    def test_docker(self):
        if not can("/usr/sbin/dockerd", "--version"):
            self.skipTest("no docker here")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="docker-", dir=self.base))
        config = {"iptables": False, "ip6tables": False, "bridge": "none", "ip-forward": False,
                  "data-root": f"{folder}/root", "exec-root": f"{folder}/run",
                  "pidfile": f"{folder}/pid", "hosts": [f"unix://{folder}/socket"],
                  "storage-driver": "vfs",
                  "default-ulimits": {"nofile": {"Name": "nofile", "Hard": 1024, "Soft": 1024}}}
        (folder / "daemon.json").write_text(json.dumps(config))
        with (folder / "log").open("w") as log:
            daemon = subprocess.Popen(
                ["/usr/sbin/dockerd", "--config-file", folder / "daemon.json"],
                stdout=log, stderr=log)
        try:
            engine = Engine(["/usr/bin/docker", "-H", f"unix://{folder}/socket"],
                            {"DOCKER_BUILDKIT": "0"})
            end = time.monotonic() + WAIT_S
            while "Server Version" not in engine("info", ok=False):
                self.assertIsNone(daemon.poll(), (folder / "log").read_text()[-2000:])
                self.assertLess(time.monotonic(), end, "dockerd did not start")
                time.sleep(0.1)
            self.check(engine)
        finally:
            daemon.terminate()
            daemon.wait()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--archive", required=True)
    given, rest = arguments.parse_known_args()
    overlay.enter()
    Image.archive = given.archive
    Image.base = tempfile.mkdtemp(prefix="packaging-")
    overlay.Machine.mount("-t", "tmpfs", "tmpfs", Image.base)
    unittest.main(argv=["container_test", *rest])
