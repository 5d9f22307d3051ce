# SPDX-License-Identifier: Apache-2.0
"""What rules say of a process's standard files, live: files it had before the sensor came, files a
program is started with, and files put in their place later. Then, with a budget for control groups,
a flood of opens: its excess is alerted, and what happens after it is not missed.

  open_files_test.py --sensor falco-ebpf --config falco.yaml
"""

import argparse
import os
import sys
import tempfile

from sensor import Sensor
from stage import Stage, enter_namespaces

WAIT_S = 10
RULES = """
- rule: standard files
  desc: d
  condition: evt.type = chdir and evt.arg.path startswith /here
  output: "%proc.name in=%proc.stdin.type:%proc.stdin.name out=%proc.stdout.type \
err=%proc.stderr.type:%proc.stderr.name"
  priority: INFO
- rule: started with
  desc: d
  condition: evt.type = execve and proc.name = cat
  output: "in=%proc.stdin.type:%proc.stdin.name out=%proc.stdout.type"
  priority: INFO
- rule: opened
  desc: d
  condition: evt.type in (open, openat) and fd.name = /etc/hostname
  output: "opened %fd.name"
  priority: INFO
"""
STEPS = [
    ("cd /here/1", "bash in=pipe: out=pipe err=pipe:"),
    ("cd /here/2 2> /dev/null", "bash in=pipe: out=pipe err=file:/dev/null"),
    ("cat < /etc/passwd > /dev/null", "in=file:/etc/passwd out=file"),
    ("cat < <(echo a) | cat > /dev/null", "in=pipe: out=file"),
    ("bash -c 'exec 2< /etc/group; cd /here/3'", "bash in=pipe: out=pipe err=file:/etc/group"),
]
BUDGET_RULE = "Falco internal: cgroup over its event budget"


def start(options, folder, stage, *more):
    rules = os.path.join(folder, "rules.yaml")
    with open(rules, "w", encoding="utf-8") as file:
        file.write(RULES)
    options.rules = rules
    sensor = Sensor.of_tree(options, stage.shell.pid, *more)
    return sensor if sensor.wait_ready(60) else None


def standard_files(options, folder):
    stage = Stage()
    sensor = start(options, folder, stage)
    if sensor is None:
        return ["the sensor did not become ready"]
    wrong = []
    for command, text in STEPS:
        before = len(sensor.alerts)
        stage.run(command)
        if not sensor.wait_alert(lambda alert, t=text: t in alert["output"], WAIT_S, before):
            seen = [alert["output"] for _, alert in sensor.alerts[before:]]
            wrong.append(f"{command}: no alert with '{text}'; seen: {seen}")
    stage.close()
    sensor.stop()
    return wrong


def budget(options, folder):
    stage = Stage()
    sensor = start(options, folder, stage, "-o", "engine.cgroup_budget=100",
                   "-o", "engine.kernel_filter=false")  # no rule wants these events
    if sensor is None:
        return ["the sensor did not become ready with a budget"]
    stage.run("for ((i = 0; i < 5000; i++)); do : < /nowhere; done 2> /dev/null")
    stage.run("cat < /dev/null; sleep 2")
    wrong = []
    if not sensor.wait_alert(lambda alert: alert["rule"] == "started with", WAIT_S):
        wrong.append("a start of a program was missed after the flood")
    stage.run(": < /etc/hostname")
    if not sensor.wait_alert(lambda alert: alert["rule"] == "opened", WAIT_S):
        wrong.append("an open was missed long after the flood")
    stage.close()
    sensor.stop()
    told = [alert for _, alert in sensor.alerts if alert["rule"] == BUDGET_RULE]
    if not told:
        return wrong + ["the budget was passed and nobody said so"]
    dropped = sum(int(alert["output_fields"]["n_drops"]) for alert in told)
    counted = [line for line in sensor.log if line.strip() == f"- budget: {dropped}"]
    if dropped < 1000 or not counted:
        wrong.append(f"{dropped} events were alerted as dropped, but the summary says:\n" +
                     "\n".join(sensor.log))
    return wrong


def main():
    parser = argparse.ArgumentParser()
    for name in ("sensor", "config"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    enter_namespaces()
    with tempfile.TemporaryDirectory(prefix="falco-ebpf-files-") as folder:
        wrong = standard_files(options, folder) + budget(options, folder)
    for text in wrong:
        print(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
