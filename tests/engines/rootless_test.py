# SPDX-License-Identifier: Apache-2.0
"""The sensor and a podman that a user runs without root: found by itself below /run/user, and asked
though the sensor gave up the capability that its socket takes.

    rootless_test.py --sensor PROGRAM

It needs control groups of version 2 and no others, as rootless podman does: the test mounts them
for itself alone, below a group of its own."""

import ctypes
import os
import pathlib
import shutil

import podman_test
import sensor_test
import stage
from sensor_test import start, wait_alert
from stage import check, check_that

USER = 4711
NAME = "engineer"
HOME = pathlib.Path("/run/home")
RUN = pathlib.Path(f"/run/user/{USER}")
SLICE = f"/user.slice/user-{USER}.slice/user@{USER}.service"
NEW_CGROUP_NAMESPACE = 0x02000000
CAP_DAC_OVERRIDE = 1


class Rootless(podman_test.Podman):
    socket = ""  # where it usually is

    def __init__(self, folder, group):
        super().__init__(folder, group)
        self.socket = Rootless.socket
        self.base = ["setpriv", "--reuid", str(USER), "--regid", str(USER), "--clear-groups", "env",
                     f"HOME={HOME}", f"XDG_RUNTIME_DIR={RUN}", "PATH=/usr/bin:/bin:/usr/sbin:/sbin",
                     "podman", "--cgroup-manager", "cgroupfs", "--runtime", "crun",
                     "--storage-driver", "vfs", "--events-backend", "file"]
        self.run_options = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096",
                            "--network", "none", "--pids-limit", "0", "--cgroup-parent",
                            f"{SLICE}/containers"]

    def command(self, *words):
        return stage.run(*self.base, *words, cwd=HOME)

    def start_daemon(self):
        path = RUN / "podman/podman.sock"
        path.parent.mkdir(mode=0o700)
        os.chown(path.parent, USER, USER)
        self.daemon = stage.Daemon([*self.base, "system", "service", "--time=0", f"unix://{path}"],
                                   self.folder / "podman.log", cwd=HOME)
        self.daemon.wait_for(path)


def own_groups(group):
    """Control groups of version 2 in their usual place, with one of ours as their root."""
    place = pathlib.Path("/sys/fs/cgroup")
    unified = place if (place / "cgroup.controllers").exists() else place / "unified"
    if not (unified / "cgroup.procs").exists():
        raise stage.Skip("there are no control groups of version 2")
    (unified / group).mkdir()
    (unified / group / "cgroup.procs").write_text("0")
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_CGROUP_NAMESPACE) != 0:
        raise stage.Skip(f"no namespace of control groups: {os.strerror(ctypes.get_errno())}")
    stage.run("umount", "-R", place)
    stage.run("mount", "-t", "cgroup2", "none", place)
    (place / f".{SLICE}/session").mkdir(parents=True)
    stage.run("chown", "-R", f"{USER}:{USER}", place / f".{SLICE}")
    # Who is there may make groups beside, as in a session of systemd's.
    (place / f".{SLICE}/session/cgroup.procs").write_text("0")


def own_user(folder):
    """A user with numbers for its containers, known to this test only."""
    for name, text in (("passwd", f"{NAME}:x:{USER}:{USER}::{HOME}:/bin/sh\n"),
                       ("group", f"{NAME}:x:{USER}:\n"), ("subuid", f"{NAME}:200000:65536\n"),
                       ("subgid", f"{NAME}:200000:65536\n")):
        place = pathlib.Path("/etc") / name
        before = place.read_text() if name in ("passwd", "group") else ""
        if not place.exists():
            raise stage.Skip(f"{place} is missing (packaging/deps.sh engines)")
        (folder / name).write_text(before + text)
        (folder / name).chmod(0o644)
        stage.run("mount", "--bind", folder / name, place)
    for path in (HOME, RUN):
        path.mkdir(parents=True)
        path.chmod(0o700)
        os.chown(path, USER, USER)


def rootless(folder, group):
    stage.need("podman", "crun", "conmon", "busybox", "newuidmap", "setpriv")
    own_groups(group)
    own_user(folder)
    shutil.copy(stage.root_tar(folder), HOME / "root.tar")
    (HOME / "root.tar").chmod(0o644)
    return podman_test.running(Rootless(folder, group), HOME / "root.tar")


def told_by_its_daemon(engine, program):
    """What no file says: the daemon was asked, by a sensor that may not open its socket itself."""
    with sensor_test.sensor(engine, program) as run:
        status = pathlib.Path(f"/proc/{run.process.pid}/status").read_text()
        held = int(status.split("CapEff:")[1].split()[0], 16)
        check("may open what is others'", held >> CAP_DAC_OVERRIDE & 1, 0)
        start(engine, "mounted", "sleep", "1000", options=["-v", "/etc:/host/etc:ro"])
        _, alert = wait_alert(run, "Sensitive mount", "event of a container with a mount")
        check("name", alert["output_fields"]["container.name"], "mounted")
        told = [line for line in run.log if "tells nothing" in line and str(RUN) in line]
        check_that("no trouble with its socket", not told, told)


if __name__ == "__main__":
    sensor_test.ENGINES = {"podman": rootless, "docker": None, "cri": None}
    sensor_test.CASES = [told_by_its_daemon, sensor_test.first_acts, sensor_test.at_once,
                         sensor_test.decided_by_names]
    sensor_test.GROUPS = []
    sensor_test.main()
