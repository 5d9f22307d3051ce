# SPDX-License-Identifier: Apache-2.0
"""What the tests of this folder share: their options, running the sensor, and the places where the
peer's answer is not ours. Each of those is a row of docs/compat.md.
"""

import argparse
import os
import subprocess
import sys
import tempfile

SKIP = 77

# (capture, field) -> why its values differ; the test names every event that does.
SETSID = "stores the number of the caller's PID namespace at setsid"
SERVERS = "calls both ends of a local connection servers"
OLD_CWD = "leaves out the directory that old captures give"
FIELD_DEVIATIONS = {
    ("triggers", "proc.sid"): SETSID,
    ("triggers", "proc.sname"): SETSID,
    ("triggers", "evt.abspath"): "doubles the slash below /",
    ("triggers", "fs.path.name"): "does not know the name of a descriptor it knows",
    ("triggers", "fd.is_server"): SERVERS,
    ("cat_write", "proc.cwd"): OLD_CWD,
    ("connect_localhost", "fd.is_server"): SERVERS,
    ("connect_localhost", "proc.cwd"): "makes up a directory for a process it does not know",
    ("connect_localhost", "proc.pid"): "gives -1 for a process it does not know",
    ("open-multiple-files", "proc.sname"): "does not name leaders of sessions in containers",
}


def options(*more, recorded=()):
    """Ends the test as skipped if it needs recorded captures (no `more`) and there are none.
    recorded: options beside them of a test that does."""
    parser = argparse.ArgumentParser()
    for name in ("sensor", "captures", *more, *recorded):
        parser.add_argument("--" + name, required=True)
    given = parser.parse_args()
    if not more and not os.path.isdir(given.captures):
        print(f"skipped: no recorded captures in {given.captures}")
        sys.exit(SKIP)
    return given


class Sensor:
    """One run of rules files over a capture file, with a configuration of its own."""

    def __init__(self, given, capture, *rules_files, options=(), env=None):
        with tempfile.TemporaryDirectory(prefix="falco-ebpf-captures-") as folder:
            config = os.path.join(folder, "falco.yaml")
            with open(config, "w", encoding="utf-8") as out:
                out.write("stdout_output: {enabled: true}\n"
                          f"engine: {{cache_dir: {folder}/cache}}\n")
            arguments = [word for file in rules_files for word in ("-r", file)]
            done = run(given, "-c", config, "-e", capture, *arguments, *options, text=True,
                       env={**os.environ, **(env or {})})
        self.exit = done.returncode
        self.stderr = done.stderr
        lines = done.stdout.splitlines()
        end = next((k for k, line in enumerate(lines) if line.startswith("Events detected: ")),
                   len(lines))
        self.alerts = lines[:end]
        self.summary = lines[end:]

    def hits(self):
        """Alerts by rule, from the summary."""
        if self.exit != 0:
            return {"exit": self.exit, "stderr": self.stderr}
        begin = self.summary.index("Triggered rules by rule name:")
        pairs = (line.strip().rpartition(": ") for line in self.summary[begin + 1:])
        return {name: int(count) for name, _, count in pairs}


def path(given, name):
    """The capture file of that name, packed or not."""
    for suffix in (".scap", ".scap.gz"):
        if os.path.exists(os.path.join(given.captures, name + suffix)):
            return os.path.join(given.captures, name + suffix)
    raise FileNotFoundError(name)


def run(given, *arguments, **more):
    return subprocess.run([given.sensor, *arguments], capture_output=True, timeout=200,
                          check=False, **more)
