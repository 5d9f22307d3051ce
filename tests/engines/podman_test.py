# SPDX-License-Identifier: Apache-2.0
"""The watcher against a real podman with runc.

    podman_test.py --watch PROGRAM"""

import contextlib

import docker_like
import stage


class Podman:
    kind = "podman"
    image = "localhost/bb:1"
    remove_options = ["-t", "0"]
    not_told = ["host_ipc"]  # podman 4.3 says "shareable"
    early = "named"  # it writes its events to a file

    def __init__(self, folder, group):
        self.folder = folder
        self.group = group
        self.socket = str(folder / "podman.sock")
        self.base = ["podman", "--root", folder / "images", "--runroot", folder / "run", "--tmpdir",
                     folder / "tmp", "--cgroup-manager", "cgroupfs", "--runtime", "runc",
                     "--events-backend", "file"]
        self.run_options = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096",
                            "--network", "none", "--cgroup-parent", f"/{group}"]
        self.daemon = None

    def command(self, *words):
        if "host" in words:  # another network
            words = [w for k, w in enumerate(words)
                     if not (w == "none" or (w == "--network" and words[k + 1] == "none"))]
        return stage.run(*self.base, *words)

    def start_daemon(self):
        self.daemon = stage.Daemon([*self.base, "system", "service", "--time=0",
                                    f"unix://{self.socket}"], self.folder / "podman.log")
        self.daemon.wait_for(self.socket)

    def stop_daemon(self):
        self.daemon.stop()


@contextlib.contextmanager
def running(engine, root_tar):
    """Its image and its daemon, and nothing of either afterwards."""
    engine.command("import", root_tar, engine.image)
    engine.start_daemon()
    try:
        yield engine
    finally:
        engine.command("rm", "-f", "-a", "-t", "0")
        engine.stop_daemon()


def podman(folder, group):
    stage.need("podman", "runc", "conmon", "busybox")
    return running(Podman(folder, group), stage.root_tar(folder))


if __name__ == "__main__":
    stage.main(podman, docker_like.CASES, ["libpod_parent"])
