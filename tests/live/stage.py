# SPDX-License-Identifier: Apache-2.0
"""Where the live tests happen: namespaces of their own, and the shell that the sensor watches.
Used by live_test.py and quiet_test.py."""

import argparse
import os
import subprocess
import sys
import tempfile

from sensor import SKIP, why_not_live

INSIDE = "LIVE_TEST_INSIDE"


def skip(reason):
    print("skipped: " + reason)
    sys.exit(SKIP)


def enter_namespaces():
    """Starts this test again in namespaces of its own; returns only there."""
    if os.environ.get(INSIDE):
        return
    reason = why_not_live()
    if reason:
        skip(reason)
    command = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--mount", "--net"]
    probe = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        skip("no namespaces of its own: " + probe.stderr.strip())
    os.execvpe(command[0], [*command, sys.executable, *sys.argv], {**os.environ, INSIDE: "1"})


def run_in_folder(run, add_options=None):
    """The main of a test that needs the sensor, a folder and the loopback interface.
    run(options, folder): what is wrong, a line each. out: the exit code"""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sensor", required=True)
    if add_options:
        add_options(parser)
    options = parser.parse_args()
    options.sensor = os.path.abspath(options.sensor)
    enter_namespaces()
    os.system("ip link set lo up")
    with tempfile.TemporaryDirectory(prefix="falco-ebpf-live-") as folder:
        wrong = run(options, folder)
    print("\n".join(wrong))
    return 1 if wrong else 0


class Stage:
    """The shell that is watched."""

    def __init__(self):
        self.shell = subprocess.Popen(["bash", "--norc", "--noprofile"], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True,
                                      env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        self.run(":")

    def run(self, command):
        """Runs one line and waits for it. Returns (exit status, output)."""
        self.shell.stdin.write(command + "\necho \"== $?\"\n")
        self.shell.stdin.flush()
        lines = []
        for line in self.shell.stdout:
            if line.startswith("== "):
                return int(line[3:]), "".join(lines)
            lines.append(line)
        raise RuntimeError("the shell ended")

    def close(self):
        self.shell.stdin.close()
        self.shell.wait()
