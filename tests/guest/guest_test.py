# SPDX-License-Identifier: Apache-2.0
"""The sensor in other kernels: boots each in a machine made of software (QEMU without KVM) that has
nothing but what is needed, runs `falco-ebpf doctor`, the sensor over actions that rules look for,
and the kernel tests there (init.sh), and judges by what the console said. Where the kernel is too
old, the sensor must say so. A kernel that cannot be had is skipped with the reason.

  guest_test.py --bin FOLDER --helpers FOLDER --root TREE [--cache FOLDER] [--kernel NAME]...

bin and helpers are those of one build folder. Needs apt with its archive, QEMU and a static busybox
(packaging/deps.sh guest).
"""

import argparse
import collections
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import threading
import time

import kernels
from guest_files import write_initramfs

SKIP = 77
MEMORY_MB = 2048
LONGEST_S = 1500  # of one guest
QEMU = "qemu-system-x86_64"
LEAST_KERNEL = "boot 5.12 or newer"

Alert = collections.namedtuple("Alert", "rule fields")
# What actions.sh must raise, in its order.
ALERTS = [
    Alert("Secret file read",
          {"proc.name": "cat", "proc.pname": "sh", "proc.cmdline": "cat /etc/shadow",
           "fd.name": "/etc/shadow", "fd.realpath": "/etc/shadow", "user.name": "root",
           "container.id": "host"}),
    Alert("Secret file read",
          {"proc.name": "cat", "fd.name": "/tmp/alias/shadow", "fd.realpath": "/etc/shadow"}),
    Alert("Ordinary file made below /dev",
          {"proc.name": "cp", "proc.exepath": "/usr/bin/busybox", "fd.name": "/dev/guest-mark"}),
    Alert("File written below the configuration directory",
          {"proc.name": "cp", "fd.name": "/etc/guest-mark"}),
    Alert("Server started a shell",
          {"proc.name": "sh", "proc.pname": "nginx", "proc.aname[2]": "sh"}),
]

Check = collections.namedtuple("Check", "status lines")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1bc")


def boot(kernel, told, initramfs, console):
    """Runs a guest to its end or for LONGEST_S. Returns the lines of its console."""
    # One processor: with several, translated code of the guest and its changes to itself race.
    command = [QEMU, "-accel", "tcg", "-cpu", "max", "-smp", "1", "-m", str(MEMORY_MB),
               "-display", "none", "-nodefaults", "-no-reboot", "-serial", "stdio",
               "-kernel", kernel.image, "-initrd", initramfs,
               "-append", "console=ttyS0 quiet panic=-1 rdinit=/init " + told]
    lines = []
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace") as guest:
        stopper = threading.Timer(LONGEST_S, guest.kill)
        stopper.start()
        for line in guest.stdout:
            lines.append(_ESCAPES.sub("", line).rstrip())
            if console:
                print("    " + lines[-1], flush=True)
        stopper.cancel()
    return lines


def checks_of(lines):
    """Name of each check that came to its end -> Check."""
    checks, name, start = {}, None, 0
    for number, line in enumerate(lines):
        if begin := re.fullmatch(r"#begin (\w+)", line):
            name, start = begin.group(1), number + 1
        elif end := re.fullmatch(r"#end (\w+) (\d+)", line):
            if end.group(1) == name:
                checks[name] = Check(int(end.group(2)), lines[start:number])
    return checks


def alerts_of(lines):
    """Of rules: where others are emulated, the sensor rightly tells that it got no processor."""
    found = []
    for line in lines:
        if line.startswith('{"'):
            try:
                found.append(json.loads(line))
            except ValueError:  # cut by a message of the kernel
                found.append({"rule": line})
    return [alert for alert in found if alert["rule"] != "Falco internal: tampering"]


def differences(alerts):
    """What is wrong with the alerts: they must be those of ALERTS, no more."""
    wrong = []
    for got, want in zip(alerts, ALERTS):
        if got["rule"] != want.rule:
            wrong.append(f"alert '{got['rule']}' where '{want.rule}' was to come")
            continue
        fields = got["output_fields"]
        wrong += [f"'{want.rule}': {name} is {fields.get(name)!r}, not {value!r}"
                  for name, value in want.fields.items() if fields.get(name) != value]
    if len(alerts) != len(ALERTS):
        wrong.append(f"{len(alerts)} alerts, not {len(ALERTS)}")
    return wrong


def judge_run(checks):
    """What is wrong where the sensor is to run."""
    wrong = []
    doctor, alerts, tests = checks["doctor"], checks["alerts"], checks["kernel_tests"]
    if doctor.status != 0 or not any("falco-ebpf runs here" in line for line in doctor.lines):
        wrong.append(f"doctor: status {doctor.status}")
    # From 7.0 on the kernel leaves a preempted program out for others, so something may be missing:
    # the sensor counts it, and here it counts as known.
    left_out = any("Not shown to the preempted probe" in line for line in alerts.lines)
    of_alerts = [] if left_out else differences(alerts_of(alerts.lines))
    if alerts.status != 0 or of_alerts:
        wrong += [f"sensor: status {alerts.status}", *of_alerts]
    if not any(", lost: 0, gaps in the sequence: 0" in line for line in alerts.lines):
        wrong.append("sensor: it lost events, or did not say that it lost none")
    if not any("The kernel drops what no rule can want" in line for line in alerts.lines):
        wrong.append("sensor: this kernel took no filter of the rules")
    skipped = any("tests skipped" in line for line in tests.lines)
    if skipped or (tests.status != 0 and not left_out):
        wrong.append(f"kernel tests: status {tests.status}")
    return wrong


def judge_refusal(checks):
    """What is wrong where the kernel is too old."""
    wrong = []
    for name in ("doctor", "alerts"):
        if checks[name].status != 1:
            wrong.append(f"{name}: status {checks[name].status}, not 1")
    for name, check in checks.items():
        if not any(LEAST_KERNEL in line for line in check.lines):
            wrong.append(f"{name}: does not say '{LEAST_KERNEL}'")
    return wrong


def judge(wanted, lines):
    """What is wrong with a run, with what the guest printed about it."""
    checks = checks_of(lines)
    unfinished = [name for name in ("doctor", "alerts", "kernel_tests") if name not in checks]
    if unfinished:
        return [f"the guest came to no end of {unfinished[0]}:", *lines[-60:]]
    wrong = judge_run(checks) if wanted.runs else judge_refusal(checks)
    if wrong:
        for name, check in checks.items():
            wrong += [f"-- {name}, status {check.status}:", *check.lines[-60:]]
    return wrong


def try_kernel(options, wanted):
    """Returns None for a skip, else whether all went well. Prints which, and why."""
    try:
        kernel = kernels.fetch(wanted, "amd64", options.cache)
    except kernels.Missing as reason:
        print(f"{wanted.name}: skipped: {reason}", flush=True)
        return None
    initramfs = f"{options.cache}/initramfs"
    write_initramfs(initramfs, options, kernel)
    start = time.monotonic()
    lines = boot(kernel, wanted.told, initramfs, options.console)
    wrong = judge(wanted, lines)
    outcome = "failed" if wrong else "passed" if wanted.runs else "passed: refuses, and says why"
    print(f"{wanted.name}: {kernel.release}: {outcome}, {time.monotonic() - start:.0f} s",
          flush=True)
    for line in wrong:
        print("    " + line)
    return not wrong


def why_not():
    if platform.machine() != "x86_64":
        return "only for x86_64"
    for program in (QEMU, "busybox", "apt-get", "dpkg-deb"):
        if shutil.which(program) is None:
            return f"no {program} here (packaging/deps.sh guest)"
    return None


def main():
    parser = argparse.ArgumentParser()
    for name in ("bin", "helpers", "root"):
        parser.add_argument("--" + name, required=True, type=os.path.abspath)
    parser.add_argument("--cache", default="build/guest", type=os.path.abspath)
    parser.add_argument("--kernel", action="append", choices=[k.name for k in kernels.KERNELS])
    parser.add_argument("--console", action="store_true", help="print what the guests print")
    options = parser.parse_args()
    reason = why_not()
    if reason:
        print("skipped: " + reason)
        return SKIP
    os.makedirs(options.cache, exist_ok=True)
    results = [try_kernel(options, wanted) for wanted in kernels.KERNELS
               if not options.kernel or wanted.name in options.kernel]
    if all(result is None for result in results):
        return SKIP
    return 1 if False in results else 0


if __name__ == "__main__":
    sys.exit(main())
