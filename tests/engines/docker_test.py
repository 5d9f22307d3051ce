# SPDX-License-Identifier: Apache-2.0
"""The watcher against a real docker.

    docker_test.py --watch PROGRAM"""

import contextlib
import json

import docker_like
import stage


class Docker:
    kind = "docker"
    image = "bb:1"
    remove_options = []
    not_told = []
    early = "local"

    def __init__(self, folder, group):
        self.folder = folder
        self.group = group
        self.socket = str(folder / "docker.sock")
        self.run_options = ["--network", "none"]
        limit = {"Name": "nofile", "Soft": 1024, "Hard": 1024}
        self.config = folder / "docker.json"
        self.config.write_text(json.dumps({
            "iptables": False, "bridge": "none", "ip-forward": False, "live-restore": True,
            "data-root": str(folder / "data"), "exec-root": str(folder / "exec"),
            "pidfile": str(folder / "docker.pid"), "hosts": [f"unix://{self.socket}"],
            "default-ulimits": {"nofile": limit}, "cgroup-parent": f"/{group}",
            "default-runtime": "held",
            "runtimes": {"held": {"path": stage.runc_that_is_held(folder)}}}))
        self.daemon = None

    def command(self, *words):
        if "host" in words:
            words = [w for k, w in enumerate(words)
                     if not (w == "none" or (w == "--network" and words[k + 1] == "none"))]
        return stage.run("/usr/bin/docker", "-H", f"unix://{self.socket}", *words)

    def start_daemon(self):
        self.daemon = stage.Daemon(["dockerd", "--config-file", self.config],
                                   self.folder / "docker.log")
        self.daemon.wait_for(self.socket)
        stage.wait_until("docker", lambda: self.command("info"))

    def stop_daemon(self):
        self.daemon.stop()


@contextlib.contextmanager
def docker(folder, group):
    stage.need("dockerd", "/usr/bin/docker", "runc", "busybox")
    engine = Docker(folder, group)
    engine.start_daemon()
    try:
        engine.command("import", stage.root_tar(folder), engine.image)
        yield engine
    finally:
        names = engine.command("ps", "-aq").split()
        if names:
            engine.command("rm", "-f", *names)
        engine.stop_daemon()


if __name__ == "__main__":
    stage.main(docker, docker_like.CASES)
