# SPDX-License-Identifier: Apache-2.0
"""The sensor and containers whose makers nobody can ask: real ones of LXC and of systemd-nspawn,
known by their control groups.

    silent_test.py --sensor PROGRAM"""

import contextlib
import pathlib
import shutil
import sys

import sensor_test
import stage
from sensor_test import wait_alert
from stage import check

LXC = """
lxc.rootfs.path = dir:{root}
lxc.net.0.type = none
lxc.apparmor.profile = unconfined
lxc.console.path = none
lxc.pty.max = 0
lxc.tty.max = 0
"""

sensor_test.RULES += """
- rule: Kind of container
  desc: all there is to know
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/shadow and container
  output: kind (type=%container.type id=%container.id name=%container.name)
  priority: WARNING
"""


class Silent:
    kind, image, socket = "docker", "none:1", "/nowhere"

    def __init__(self, folder, group):
        self.folder, self.group = folder, group
        stage.root_tar(folder)
        self.root = folder / "root"
        for name in ("dev", "proc", "sys", "usr", "tmp", "run"):
            (self.root / name).mkdir()
        (self.root / "etc/os-release").write_text("ID=test\n")


def check_kind(docker, program, kind, name, *words):
    with sensor_test.sensor(docker, program) as run:
        stage.run(*words, "/bin/cat", "/etc/shadow")
        _, alert = wait_alert(run, "Kind of container", f"alert of {kind}",
                              lambda fields: fields["container.type"] == kind)
        check("id", alert["output_fields"]["container.id"], name)
        check("complete", alert.get("incomplete"), None)


def lxc(engine, program):
    stage.need("lxc-execute")
    folder = engine.folder / "lxc" / engine.group
    folder.mkdir(parents=True)
    (folder / "config").write_text(LXC.format(root=engine.root))
    check_kind(engine, program, "lxc", engine.group[:12], "lxc-execute", "-P", folder.parent, "-n",
               engine.group, "--")


def nspawn(engine, program):
    """As systemd would start it, which is not there to make the scope."""
    stage.need("systemd-nspawn")
    scope = pathlib.Path("/sys/fs/cgroup/cpu") / engine.group / "machine-web.scope"
    scope.mkdir(parents=True)
    check_kind(engine, program, "nspawn", "web", "sh", "-c",
               f'echo $$ > {scope}/cgroup.procs; exec "$@"', "sh", "systemd-nspawn",
               "--register=no", "--keep-unit", "-q", "-D", engine.root)


@contextlib.contextmanager
def silent(folder, group):
    yield Silent(folder, group)


if __name__ == "__main__":
    if not shutil.which("lxc-execute") and not shutil.which("systemd-nspawn"):
        print("skipped: neither lxc nor systemd-container is installed")
        sys.exit(stage.SKIPPED)
    sensor_test.ENGINES = {"docker": silent, "podman": None, "cri": None}
    sensor_test.CASES = [lxc, nspawn]
    # lxc leaves this one where it was not before.
    left = list(pathlib.Path("/sys/fs/cgroup").glob("*/lxc.pivot"))
    sensor_test.GROUPS = [] if left else ["lxc.pivot"]
    sys.argv += ["--engine", "docker"]
    sensor_test.main()
