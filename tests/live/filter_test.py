# SPDX-License-Identifier: Apache-2.0
"""What the filter in the kernel drops and what it must not: a process that no rule can want is
dropped unread once the kernel was told so, and wanted again as soon as it is another user's; files
below a directory that no rule names are dropped, whatever way they are named.

  filter_test.py --sensor falco-ebpf --config falco.yaml
"""

import argparse
import os
import re
import sys
import tempfile
import time

from sensor import Sensor
from stage import Stage, enter_namespaces

RULES = """
- rule: late
  desc: wanted of a process that becomes another user's late
  condition: evt.type in (open, openat) and user.uid = 4242 and fd.filename = marker
  output: "name=%fd.name"
  priority: INFO
- rule: made
  desc: wanted of every process
  condition: evt.type = creat and fd.name = {folder}/made
  output: "name=%fd.name"
  priority: INFO
"""
# Opens many files, waits until that was noticed, becomes another user's and opens once more.
CHANGES = """
import os, time
for n in range(400):
    os.close(os.open("marker", os.O_RDONLY))
    if n % 100 == 99:
        time.sleep(0.3)
os.setuid(4242)
os.close(os.open("marker", os.O_RDONLY))
"""
# creat(2) by its number, of files below the folder.
MAKES = """
import ctypes
libc = ctypes.CDLL(None)
for n in range(400):
    libc.syscall(85, b"other%d" % n, 0o600)
libc.syscall(85, b"made", 0o600)
"""


def dropped(lines, event):
    """Events of a kind, and of them those no process was wanted for, those no rule wants."""
    for line in lines:
        match = re.match(event + r" +(\d+) +\d+ +(\d+) +(\d+)$", line)
        if match:
            return [int(number) for number in match.groups()]
    return [0, 0, 0]


def run(options, folder, compiled):
    """What is wrong."""
    stage = Stage()
    sensor = Sensor.of_tree(options, stage.shell.pid, "--stats", "-o",
                            f"engine.jit={'true' if compiled else 'false'}")
    wrong = []
    if not sensor.wait_ready(30):
        return ["the sensor was not ready: " + "\n".join(sensor.log)]
    deadline = time.monotonic() + 30
    while not any("The kernel drops what" in line for line in sensor.log):
        if time.monotonic() > deadline:
            return ["no filter: " + "\n".join(sensor.log)]
        time.sleep(0.05)
    for script in ("changes", "makes"):
        status, text = stage.run(f"cd {folder} && {sys.executable} {script}.py")
        if status != 0:
            wrong.append(f"{script}.py: {status}\n{text}")
    for name in ("marker", "made"):
        if sensor.wait_alert(lambda a, n=name: f"name={folder}/{n} " in a["output"], 10) is None:
            wrong.append("no alert for " + name)
    stage.close()
    if sensor.stop() != 0:
        wrong.append("the sensor failed")
    if len(sensor.alerts) != 2:
        wrong.append(f"{len(sensor.alerts)} alerts, not 2: {sensor.alerts}")
    _, no_interest, _ = dropped(sensor.log, "openat")
    if no_interest < 200:
        wrong.append(f"only {no_interest} opens were dropped unread")
    if os.uname().machine == "x86_64":
        count, _, no_rule = dropped(sensor.log, "creat")
        if count != 401 or no_rule != 400:
            wrong.append(f"{no_rule} of {count} creat were dropped, not 400 of 401")
    return wrong + (["\n".join(sensor.log)] if wrong else [])


def main():
    parser = argparse.ArgumentParser()
    for name in ("sensor", "config"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    enter_namespaces()
    wrong = []
    for compiled in (True, False):
        with tempfile.TemporaryDirectory(prefix="falco-ebpf-filter-") as folder:
            options.rules = folder + "/rules.yaml"
            os.chmod(folder, 0o755)
            for name, text in (("rules.yaml", RULES.format(folder=folder)), ("marker", "x"),
                               ("changes.py", CHANGES), ("makes.py", MAKES)):
                with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
                    file.write(text)
            wrong += [f"compiled {compiled}: {text}" for text in run(options, folder, compiled)]
    for text in wrong:
        print(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
