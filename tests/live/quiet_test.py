# SPDX-License-Identifier: Apache-2.0
"""What must not raise an alert: a package being installed and removed, and everyday commands.
Runs in namespaces of its own with overlays over /etc, /usr and /var, so nothing of it reaches the
machine; skips where overlays are refused. The package is made here: it brings a program, a cron
file and a configuration file, and its script adds a user, links, an alternative and a set-user-id
bit.

  quiet_test.py --sensor falco-ebpf --config falco.yaml --rules FILE
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time

from sensor import Sensor
from stage import Stage, enter_namespaces, skip

NAME = "falco-ebpf-quiet-test"
SCRIPT = """#!/bin/sh
set -e
useradd --system --no-create-home quiettest
echo made > /etc/quiet-test/made
ln -sf /usr/bin/quiet-test /usr/bin/quiet-test-link
update-alternatives --install /usr/bin/quiet-test-any quiet-test-any /usr/bin/quiet-test 1
chmod u+s /usr/bin/quiet-test
chmod u-s /usr/bin/quiet-test
"""


def overlay(folder):
    """Overlays over what a package changes. Returns why not, or None."""
    done = subprocess.run(["mount", "-t", "tmpfs", "overlays", folder], capture_output=True,
                          text=True, check=False)
    for name in ("etc", "usr", "var"):
        if done.returncode != 0:
            break
        upper, work = f"{folder}/{name}-upper", f"{folder}/{name}-work"
        os.mkdir(upper)
        os.mkdir(work)
        done = subprocess.run(["mount", "-t", "overlay", "overlay", "-o",
                               f"lowerdir=/{name},upperdir={upper},workdir={work}", f"/{name}"],
                              capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode != 0 else None


def make_package(folder):
    """A package as a file; returns its path."""
    root = f"{folder}/package"
    files = {"DEBIAN/control": f"Package: {NAME}\nVersion: 1\nArchitecture: all\n"
                               "Maintainer: test <t@example.org>\n"
                               "Description: made by a test\n",
             "DEBIAN/postinst": SCRIPT, "etc/quiet-test/conf": "a=b\n",
             "etc/cron.d/quiet-test": "# nothing\n",
             "usr/bin/quiet-test": "#!/bin/sh\n"}
    for name, text in files.items():
        path = f"{root}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755 if text.startswith("#!") else 0o644)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", root, f"{folder}/package.deb"],
                   check=True, capture_output=True)
    return f"{folder}/package.deb"


def commands(folder, package):
    return [f"dpkg -i {package}", f"dpkg -P {NAME}", "ldconfig", "id", "getent passwd root",
            "ls -l /etc", "ps aux",
            "su -s /bin/sh nobody -c true", "find /usr/share/doc -maxdepth 1",
            "tar cf /dev/null /usr/share/doc/base-files",
            f"python3 -c 'import subprocess; subprocess.run([\"sh\", \"-c\", \"true\"])'",
            "systemctl --version",
            f"sed -n 1p /etc/passwd > {folder}/line", "grep root /etc/group", "apt-get check",
            "dmesg --version",
            "for i in 1 2 3 4 5; do sh -c :; done"]


def main():
    parser = argparse.ArgumentParser()
    for name in ("sensor", "config", "rules"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    enter_namespaces()
    failures = []
    with tempfile.TemporaryDirectory(prefix="falco-ebpf-quiet-") as folder:
        reason = overlay(folder)
        if reason:
            skip("no overlay mounts: " + reason)
        try:
            package = make_package(folder)
            stage = Stage()
            sensor = Sensor.of_tree(options, stage.shell.pid)
            if not sensor.wait_ready(60):
                sensor.stop()
                print("the sensor did not become ready:\n" + "\n".join(sensor.log))
                return 1
            for command in commands(folder, package):
                before = len(sensor.alerts)
                status, text = stage.run(f"({command}) > {folder}/out 2>&1; s=$?; "
                                         f"tail -n 3 {folder}/out; (exit $s)")
                time.sleep(0.2)
                print(f"{command.split()[0]}: exit {status}")
                if status != 0 and command.startswith("dpkg"):
                    failures.append(f"{command}: failed: {text}")
                failures += [f"{command}: raised {alert['output']}" for _,
                             alert in sensor.alerts[before:]]
            stage.close()
            sensor.stop()
            if "event drop detected: 0 occurrences" not in "\n".join(sensor.log):
                failures.append("events were dropped:\n" + "\n".join(sensor.log))
        finally:
            for name in ("/var", "/usr", "/etc", folder):
                subprocess.run(["umount", "-l", name], capture_output=True, check=False)
    for text in failures:
        print(text)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
