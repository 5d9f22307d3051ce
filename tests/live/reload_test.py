# SPDX-License-Identifier: Apache-2.0
"""Rules and configuration change while events come: by SIGHUP, by files that are written in place,
replaced, swapped behind links as Kubernetes does, in folders that are renamed. No event is judged
by neither the old nor the new rules, and what cannot be read changes nothing and raises an alert.

  reload_test.py --sensor falco-ebpf [--events 1000000] [--reloads 50]
"""

import argparse
import os
import re
import signal
import sys
import tempfile
import time

from sensor import Sensor
from stage import Stage, enter_namespaces

RULE = """
- rule: seen by {name}
  desc: every open of the marker
  condition: evt.type in (open, openat) and fd.name = {folder}/marker{more}
  output: "{name}"
  priority: INFO
"""
OPENS = """
import os, sys, time
count, pause = int(sys.argv[1]), float(sys.argv[2])
for n in range(count):
    os.close(os.open("{folder}/marker", os.O_RDONLY))
    if n % 1000 == 999:
        time.sleep(pause)
"""
SETTLED = "rules judge from now on"


class Watch:
    """The sensor over a shell, and its rules file."""

    def __init__(self, options, folder, rules, *more):
        self.folder, self.rules = folder, rules
        self.wrong = []
        self.stage = Stage()
        self.sensor = Sensor(options.sensor, ["-c", f"{folder}/falco.yaml", "--scope",
                                              f"tree={self.stage.shell.pid}", *more])
        if not self.sensor.wait_ready(30):
            self.wrong.append("not ready: " + "\n".join(self.sensor.log))

    def count(self, text):
        return sum(text in line for line in self.sensor.log)

    def settles(self, change, expected=SETTLED, seconds=30):
        """Makes a change and waits until the log tells of it."""
        before = self.count(expected)
        change()
        deadline = time.monotonic() + seconds
        while self.count(expected) == before:
            if time.monotonic() > deadline or self.sensor.process.poll() is not None:
                self.wrong.append(f"no '{expected}' after {change.__name__}:\n"
                                  + "\n".join(self.sensor.log[-8:]))
                return False
            time.sleep(0.01)
        return True

    def judged_by(self, name, others=()):
        """Opens the marker once: exactly the named rule must see it."""
        with self.sensor.changed:
            start = len(self.sensor.alerts)
        self.stage.run(f": < {self.folder}/marker")
        rule = f"seen by {name}"
        if self.sensor.wait_alert(lambda a: a["rule"] == rule, 10, start) is None:
            self.wrong.append(f"nothing from {rule}")
        for _, alert in self.sensor.alerts[start:]:
            if alert["rule"] != rule and alert["source"] != "internal":
                self.wrong.append(f"{alert['rule']} instead of {rule}")

    def end(self):
        self.stage.close()
        if self.sensor.stop() != 0:
            self.wrong.append("the sensor failed: " + "\n".join(self.sensor.log[-5:]))
        return self.wrong


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def rule(folder, name, more=""):
    return RULE.format(folder=folder, name=name, more=more)


def prepare(options, folder, rules, extra=""):
    write(f"{folder}/marker", "")
    write(f"{folder}/opens.py", OPENS.format(folder=folder))
    write(f"{folder}/falco.yaml", f"""
rules_files: [{rules}]
json_output: true
stdout_output: {{enabled: true}}
outputs_queue: {{capacity: 1000}}
engine: {{kind: modern_ebpf, cache_dir: ""}}
{extra}""")


def every_way(options):
    """What is wrong with what makes the sensor read anew."""
    folder = tempfile.mkdtemp(prefix="sensor-reload-")
    held = f"{folder}/etc"
    os.makedirs(f"{held}/..one")
    os.symlink("..one", f"{held}/..data")
    os.symlink("..data/rules.yaml", f"{held}/rules.yaml")
    write(f"{held}/..one/rules.yaml", rule(folder, "one"))
    prepare(options, folder, f"{held}/rules.yaml, {folder}/rules.d")
    watch = Watch(options, folder, f"{held}/rules.yaml")
    watch.judged_by("one")

    def write_in_place():
        write(f"{held}/..one/rules.yaml", rule(folder, "two"))

    def swap_link():
        os.makedirs(f"{held}/..two")
        write(f"{held}/..two/rules.yaml", rule(folder, "three"))
        os.symlink("..two", f"{held}/..new")
        os.rename(f"{held}/..new", f"{held}/..data")

    def replace_file():
        os.unlink(f"{held}/rules.yaml")
        write(f"{folder}/next.yaml", rule(folder, "four"))
        os.rename(f"{folder}/next.yaml", f"{held}/rules.yaml")

    def rename_folder():
        os.rename(held, f"{folder}/old")
        os.makedirs(f"{folder}/new")
        write(f"{folder}/new/rules.yaml", rule(folder, "five"))
        os.rename(f"{folder}/new", held)

    def new_folder():
        os.makedirs(f"{folder}/rules.d")
        write(f"{folder}/rules.d/00.yaml",
              rule(folder, "five") + "  enabled: false\n" + rule(folder, "six"))

    def configuration():
        text = open(f"{folder}/falco.yaml", encoding="utf-8").read()
        write(f"{folder}/falco.yaml", text.replace(f", {folder}/rules.d", ""))

    def signal_it():
        watch.sensor.process.send_signal(signal.SIGHUP)

    def broken():
        write(f"{held}/rules.yaml", "- rule: [")

    def mended():
        write(f"{held}/rules.yaml", rule(folder, "seven", " and fd.num >= 0"))

    for change, name in ((write_in_place, "two"), (swap_link, "three"), (replace_file, "four"),
                         (rename_folder, "five"), (new_folder, "six"), (configuration, "five"),
                         (signal_it, "five")):
        if watch.settles(change):
            watch.judged_by(name)
    watch.settles(broken, "stay as they were")
    failure = "Falco internal: hot restart failure"
    alert = watch.sensor.wait_alert(lambda a: a["rule"] == failure, 10)
    said = alert[1] if alert else {"priority": "", "output": ""}
    if said["priority"] != "Critical" or "rules.yaml" not in said["output"]:
        watch.wrong.append(f"no alert of the failure: {alert}")
    watch.judged_by("five")
    if watch.settles(mended):
        watch.judged_by("seven")
    return watch.end()


def none_missed(options):
    """Every open of many is judged by one rule set of two that change all the time."""
    folder = tempfile.mkdtemp(prefix="sensor-reload-")
    rules = f"{folder}/rules.yaml"
    write(rules, rule(folder, "0"))
    prepare(options, folder, rules)
    watch = Watch(options, folder, rules)
    seconds = 0.7 * options.reloads
    pause = seconds / (options.events / 1000)
    watch.stage.shell.stdin.write(
        f"{sys.executable} {folder}/opens.py {options.events} {pause}; echo \"== done\"\n")
    watch.stage.shell.stdin.flush()
    for n in range(options.reloads):
        # Every other rule set also wants calls that the rest does not.
        text = rule(folder, str(n % 2)) + (rule(folder, "calls").replace(
            "(open, openat)", "(close, mkdir)") if n % 3 == 0 else "")

        def change():
            write(f"{folder}/next.yaml", text)
            os.rename(f"{folder}/next.yaml", rules)
        if not watch.settles(change):
            break
    for line in watch.stage.shell.stdout:
        if line == "== done\n":
            break
    watch.end()
    hits = {}
    for line in watch.sensor.other:
        match = re.match(r"   seen by (\w+): (\d+)$", line)
        if match:
            hits[match.group(1)] = int(match.group(2))
    total = hits.get("0", 0) + hits.get("1", 0)
    lost = next((line for line in watch.sensor.log if line.startswith("Events delivered")), "")
    print(f"{options.reloads} reloads, {total} of {options.events} opens judged {hits}; {lost}")
    if total != options.events or not hits.get("0") or not hits.get("1"):
        watch.wrong.append(f"judged {hits} of {options.events}")
    if ", lost: 0, gaps in the sequence: 0" not in lost:
        watch.wrong.append("lost: " + lost)
    return watch.wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sensor", required=True)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--reloads", type=int, default=10)
    options = parser.parse_args()
    options.sensor = os.path.abspath(options.sensor)
    enter_namespaces()
    wrong = every_way(options) + none_missed(options)
    for text in wrong:
        print("FAILED: " + text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
