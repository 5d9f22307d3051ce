# SPDX-License-Identifier: Apache-2.0
"""`falco-ebpf doctor` as root and as nobody: it says what it found and what is missing, and its
exit status is the answer. It loads programs and attaches none.

  doctor_test.py --sensor falco-ebpf
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

from sensor import why_not_live


def run(sensor, *arguments, user=None):
    return subprocess.run([sensor, "-o", "engine.cache_dir=", "doctor", *arguments],
                          cwd="/" if user else None,
                          user=user, group=user, extra_groups=[] if user else None,
                          capture_output=True, text=True, timeout=120, check=False)


def run_as_nobody(sensor, *arguments):
    """A copy of it: the folder it was built in may be closed to others."""
    with tempfile.TemporaryDirectory(prefix="falco-ebpf-doctor-") as folder:
        os.chmod(folder, 0o755)
        copy = shutil.copy(sensor, folder)
        return run(copy, *arguments, user=65534)


def states(done):
    return {f["name"]: f["state"] for f in json.loads(done.stdout)["findings"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sensor", required=True)
    options = parser.parse_args()
    failures = []

    def check(good, name):
        if not good:
            failures.append(name)

    done = run(options.sensor, "--json")
    whole = json.loads(done.stdout)
    found = states(done)
    check(done.returncode == (0 if whole["can_run"] else 1), "the exit status is the answer")
    check(whole["can_run"] == ("missing" not in found.values()), "what is missing is the reason")
    for area in ("kernel", "rights", "maps", "programs", "blind spots", "rules"):
        check(any(f["area"] == area for f in whole["findings"]), f"nothing said of {area}")
    if why_not_live() is None:
        check(whole["can_run"], f"it can run here: {done.stdout}")
        check(found.get("the probe") == "ok", "the probe was tried")
        check(found.get("machine code") == "ok", "machine code was tried")
    text = run(options.sensor).stdout
    check("falco-ebpf runs here" in text or "falco-ebpf cannot run here" in text, "the conclusion")
    check("\x1b" not in text, "colours are for terminals")
    if os.geteuid() == 0:
        done = run_as_nobody(options.sensor, "--json")
        check(done.returncode == 1, "nobody cannot run it")
        found = states(done)
        check([found["CAP_BPF"], found["CAP_PERFMON"]] == ["missing"] * 2, "and is told why")
        check("this machine lacks" in done.stderr, "the error says so")
    for failure in failures:
        print("failed:", failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
