# SPDX-License-Identifier: Apache-2.0
"""The container image: built without a network and run by podman and by docker with no more than
the rights of the manifests, in the process namespace of the host and in one of its own. The sensor
sees only the process namespace of this test (--scope pidns), or one control group.

    python3 container_test.py --archive FILE
"""
import argparse
import contextlib
import functools
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
# Where control groups are made: of v1, of v2.
GROUPS = [pathlib.Path("/sys/fs/cgroup/cpu"), pathlib.Path("/sys/fs/cgroup")]
LITTLE = ["--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096"]
WAIT_S = 90


def can(*command):
    return overlay.run(*command).returncode == 0


class Engine:
    """Starts the image, watches its output. command: the engine, its options always there; socket:
    its options for a sensor that may ask it"""

    def __init__(self, command, environment=None, socket=()):
        self.command, self.socket = command, socket
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

    def start(self, scope, *more):
        try:
            return self.run(RIGHTS, scope, *more)
        except AssertionError as error:
            if "unknown capability" not in str(error):
                raise
            return self.run(OLD_RIGHTS, scope, *more)

    def run(self, rights, scope, *more):
        rights = [f"--cap-add={right}" for right in rights]
        return self("run", "-d", *LITTLE, "--cap-drop=all", *rights,
                    "--security-opt", "seccomp=unconfined", "--security-opt", "no-new-privileges",
                    "--read-only", "--tmpfs", "/var/cache/falco-ebpf:mode=0700", *more,
                    *self.socket, "-v", "/proc:/host/proc:ro", "-v", "/etc:/host/etc:ro", TAG,
                    "/usr/bin/falco-ebpf", "--scope", scope, "-U", "-r",
                    "/etc/falco/falco-ebpf_rules.yaml").split()[-1]

    def witness(self, folder, group):
        """A container whose first act is to open a file that it should not."""
        (folder / "shadow").write_text("root:*:0::::::\n")
        self("run", "--rm", "--name", "witness", *LITTLE, "--cgroup-parent", f"/{group}", "-v",
             f"{folder}/shadow:/etc/shadow:ro", TAG, "/usr/bin/falco-ebpf", "-c", "/etc/shadow",
             ok=False)

    def await_alert(self, container, act, *wanted):
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            act()
            said = self("logs", container)
            if any(all(word in line for word in ("Secret file read", *wanted))
                   for line in said.splitlines()):
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
        group = f"falco-ebpf-test-{os.urandom(4).hex()}"
        folder = next(folder for folder in GROUPS if folder.is_dir()) / group
        folder.mkdir()
        try:
            with self.subTest("the host's processes"):
                self.check_in(engine, group, "pidns", "--pid=host")
            with self.subTest("processes of its own"):
                self.check_in(engine, group, f"cgroup={folder}", "-v",
                              "/sys/fs/cgroup:/sys/fs/cgroup:ro")
        finally:
            for mount in pathlib.Path("/sys/fs/cgroup").iterdir():
                for path, _, _ in os.walk(mount / group, topdown=False):
                    with contextlib.suppress(OSError):
                        os.rmdir(path)
            with contextlib.suppress(OSError):
                folder.rmdir()

    def check_in(self, engine, group, scope, *more):
        container = engine.start(scope, *more)
        try:
            if scope == "pidns":
                engine.await_alert(container, pathlib.Path("/etc/shadow").read_bytes)
            act = functools.partial(engine.witness, pathlib.Path(self.base), group)
            engine.await_alert(container, act, "container_name=witness",
                               "container_image_repository=localhost/falco-ebpf",
                               "container_image_tag=test")
            engine("kill", "-s", "TERM", container)
            self.assertEqual(engine("wait", container).split()[-1], "0")
        finally:
            engine("rm", "-f", container, ok=False)

    def test_podman(self):
        if not can("podman", "--version") or not can("runc", "--version"):
            self.skipTest("no podman with runc here")
        folder = tempfile.mkdtemp(prefix="podman-", dir=self.base)
        command = ["podman", "--root", f"{folder}/root", "--runroot", f"{folder}/run", "--tmpdir",
                   f"{folder}/tmp", "--storage-driver", "vfs", "--cgroup-manager=cgroupfs",
                   "--runtime", "runc"]
        socket = f"{folder}/socket"
        service = subprocess.Popen([*command, "system", "service", "--time=0", f"unix://{socket}"])
        try:
            end = time.monotonic() + WAIT_S
            while not os.path.exists(socket):
                self.assertLess(time.monotonic(), end, "podman's service did not start")
                time.sleep(0.1)
            self.check(Engine(command, None, ["-v", f"{socket}:/host/run/podman/podman.sock"]))
        finally:
            service.terminate()
            service.wait()

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
                            {"DOCKER_BUILDKIT": "0"},
                            ["-v", f"{folder}/socket:/host/var/run/docker.sock"])
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
