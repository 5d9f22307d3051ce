# SPDX-License-Identifier: Apache-2.0
"""Runs of falco-ebpf in an empty folder of their own, and comparing what they print. Used by the
tests beside this file: each is a function that gets a Checks."""

import argparse
import difflib
import os
import subprocess
import sys
import tempfile


class Checks:
    def __init__(self, options, folder):
        self.sensor = options.sensor
        self.data = options.data
        self.folder = folder
        self.count = 0
        self.failures = []

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)
        return name

    def run(self, *arguments, config="", **environment):
        """One run with `config` as its configuration."""
        self.write("falco.yaml", config)
        return subprocess.run([self.sensor, "-c", "falco.yaml", *arguments], cwd=self.folder,
                              env={**os.environ, "TZ": "UTC", "FALCO_HOSTNAME": "HOST",
                                   **environment},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                              check=False)

    def replay(self, *arguments, config=""):
        """The same over our small capture, by the interpreter and by machine code: their output
        must be the same. Returns the alerts' lines and the last run."""
        capture = os.path.join(self.data, "shell_from_server.scap")
        both = [self.run("-e", capture, *arguments, *how, config=SILENT + config)
                for how in (["--interpret"], ["-o", "engine.cache_dir="])]
        self.same("interpreter and machine code", both[0].stdout, both[1].stdout)
        end = both[1].stdout.find("Events detected:")
        return both[1].stdout[:end].splitlines(), both[1]

    def same(self, name, found, expected):
        self.count += 1
        if found == expected:
            return
        if isinstance(found, str) and isinstance(expected, str) and "\n" in expected:
            lines = difflib.unified_diff(expected.splitlines(), found.splitlines(), "expected",
                                         "found", lineterm="")
            self.failures.append(name + ":\n" + "\n".join(lines))
        else:
            self.failures.append(f"{name}: {found!r}, expected {expected!r}")

    def has(self, name, text, part):
        self.count += 1
        if part not in text:
            self.failures.append(f"{name}: lacks {part!r}:\n{text}")


SILENT = "stdout_output: {enabled: true}\n"


def main(*tests):
    parser = argparse.ArgumentParser()
    parser.add_argument("--sensor", required=True)
    parser.add_argument("--data", required=True)
    options = parser.parse_args()
    options.sensor = os.path.abspath(options.sensor)
    options.data = os.path.abspath(options.data)
    with tempfile.TemporaryDirectory(prefix="falco-ebpf-cli-") as folder:
        checks = Checks(options, folder)
        for test in tests:
            test(checks)
    for failure in checks.failures:
        print(failure)
    print(f"{checks.count} checks, {len(checks.failures)} failed")
    sys.exit(1 if checks.failures else 0)
