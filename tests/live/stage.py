# SPDX-License-Identifier: Apache-2.0
"""Where the live tests happen: namespaces of their own, and the shell that the sensor watches.
Used by live_test.py and quiet_test.py."""

import os
import subprocess
import sys

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
