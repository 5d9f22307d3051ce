# SPDX-License-Identifier: Apache-2.0
"""A flood of wanted opens from every processor against a sensor that may use a quarter of one
processor and 128 MiB: it is not killed, no start of a program is missed, and what it loses it
counts. Not part of `make test`: it takes half a minute of the whole machine.

  pressure_test.py --bench falco-bench --config falco.yaml [--seconds 30]
"""

import argparse
import os
import sys

from flood_test import flood
from sensor import SKIP, why_not_live

MIB = 1 << 20


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(str(text))


def make_groups(name):
    """Groups with those limits; v1 or v2. Returns their folders, or None where there are none."""
    root = "/sys/fs/cgroup"
    two = f"{root}/{name}"
    if os.path.exists(f"{root}/cgroup.controllers"):
        with open(f"{root}/cgroup.subtree_control", encoding="utf-8") as file:
            if not {"cpu", "memory"} <= set(file.read().split()):
                return None
        os.mkdir(two)
        write(f"{two}/cpu.max", "25000 100000")
        write(f"{two}/memory.max", 128 * MIB)
        return [two]
    groups = [f"{root}/cpu/{name}", f"{root}/memory/{name}"]
    if not all(os.path.isdir(os.path.dirname(group)) for group in groups):
        return None
    for group in groups:
        os.mkdir(group)
    write(f"{groups[0]}/cpu.cfs_period_us", 100000)
    write(f"{groups[0]}/cpu.cfs_quota_us", 25000)
    write(f"{groups[1]}/memory.limit_in_bytes", 128 * MIB)
    return groups


def main():
    parser = argparse.ArgumentParser()
    for name in ("bench", "config"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--seconds", default="30")
    options = parser.parse_args()
    reason = why_not_live()
    groups = None if reason else make_groups(f"falco-bench-{os.getpid()}")
    if groups is None:
        print("skipped: " + (reason or "no control groups with limits for processors and memory"))
        return SKIP
    try:
        limits = [word for group in groups for word in ("--cgroup", group)]
        figures, text = flood(options, "--seconds", options.seconds, *limits)
    finally:
        for group in groups:
            os.rmdir(group)
    print(text)
    wrong = []
    if figures.get("execs alerted") != [100]:
        wrong.append("a start of a program was missed")
    if figures.get("events lost", [0])[0] > 0 and "ring_full: " not in text:
        wrong.append("losses without a reason")
    if max(figures.get("resident", [1000])) > 128:
        wrong.append("the sensor grew beyond its limit")
    for each in wrong:
        print("failed: " + each)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
