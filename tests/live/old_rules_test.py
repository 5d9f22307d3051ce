# SPDX-License-Identifier: Apache-2.0
"""Rules in the format of 2016, live: the four lines that the first README proposed to try, once as
they are and once with -A. Touching a file from bash alerts; so do making a folder and renaming; a
write does with -A only, and without it a warning names the call and the option.

  old_rules_test.py --sensor falco-ebpf --config falco.yaml --rules example_2016.conf
"""

import argparse
import os
import sys
import tempfile

from sensor import Sensor
from stage import Stage, enter_namespaces

WAIT_S = 10
STEPS = [("touch x.txt", "line 5", "openat by touch", "x.txt"),
         ("mkdir sysdig.d", "line 4", "by mkdir", "sysdig.d"),
         ("mv x.txt y.txt", "line 5", "by mv", "y.txt")]
WRITE = ("echo a | dd of=y.txt conv=notrunc,nocreat 2> /dev/null", "line 5", "write by dd", "y.txt")


def run(options, folder, more):
    """One run of the sensor. Returns what is wrong."""
    wrong = []
    stage = Stage()
    stage.run(f"mkdir {folder}; cd {folder}")
    sensor = Sensor.of_tree(options, stage.shell.pid, *more)
    if not sensor.wait_ready(60):
        wrong.append("the sensor did not become ready")
    else:
        for command, rule, text, name in STEPS + [WRITE] * (1 if more else 0):
            before = len(sensor.alerts)
            stage.run("ls > /dev/null; bash -c 'cat /dev/null; true'")
            stage.run(command)

            def matches(alert, want=(rule, text, name)):
                return (alert["rule"] == want[0] and want[1] in alert["output"]
                        and f"{folder}/{want[2]}" in alert["output"])

            if not sensor.wait_alert(matches, WAIT_S, before):
                seen = [alert["output"] for _, alert in sensor.alerts[before:]]
                wrong.append(f"{command}: no alert of {rule} with {text}, {name}; seen: {seen}")
    stage.close()
    sensor.stop()
    warned = any("without -A: write" in line for line in sensor.log)
    if warned == bool(more):
        wrong.append("the warning about write " + ("came with -A" if more else "is missing"))
    return [f"{' '.join(more) or 'as it is'}: {text}" for text in wrong]


def main():
    parser = argparse.ArgumentParser()
    for name in ("sensor", "config", "rules"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    enter_namespaces()
    wrong = []
    with tempfile.TemporaryDirectory(prefix="falco-ebpf-old-") as folder:
        for number, more in enumerate(([], ["-A"])):
            wrong += run(options, os.path.join(folder, str(number)), more)
    for text in wrong:
        print(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
