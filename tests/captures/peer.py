# SPDX-License-Identifier: Apache-2.0
"""What the tests of this folder share: their options, running the sensor, and the places where the
peer's answer is not ours. Each of those is a row of docs/compat.md.
"""

import argparse
import os
import subprocess
import sys

SKIP = 77

# (capture, field) -> why its values differ; the test names every event that does.
FIELD_DEVIATIONS = {
    ("triggers", "proc.sid"): "setsid stores the number of the caller's PID namespace",
    ("triggers", "proc.sname"): "the same",
    ("triggers", "evt.abspath"): "doubles the slash below /",
    ("triggers", "fs.path.name"): "does not know the name of a descriptor it knows",
    ("triggers", "fd.is_server"): "calls both ends of a local connection servers",
    ("connect_localhost", "fd.is_server"): "the same",
}


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sensor", required=True)
    parser.add_argument("--captures", required=True)
    given = parser.parse_args()
    if not os.path.isdir(given.captures):
        print(f"skipped: no recorded captures in {given.captures}")
        sys.exit(SKIP)
    return given


def path(given, name):
    """The capture file of that name, packed or not."""
    for suffix in (".scap", ".scap.gz"):
        if os.path.exists(os.path.join(given.captures, name + suffix)):
            return os.path.join(given.captures, name + suffix)
    raise FileNotFoundError(name)


def run(given, *arguments, **more):
    return subprocess.run([given.sensor, *arguments], capture_output=True, timeout=200,
                          check=False, **more)
