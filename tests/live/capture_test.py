# SPDX-License-Identifier: Apache-2.0
"""Capture files around alerts (capture.*), live: a rule with `capture: true` fires, and a file
holds what follows, the event of the alert first. A replay of it raises that alert again and those
that came while the file was open, none that came later; other rules begin no file, the metrics
count.

  capture_test.py --sensor falco-ebpf
"""

import glob
import json
import os
import subprocess
import sys
import time
import urllib.request

from sensor import Sensor
from stage import Stage, run_in_folder

WAIT_S = 20
RULES = """
- rule: begins a file
  desc: d
  condition: evt.type = mkdir and evt.arg.path endswith /first
  output: made %evt.arg.path
  priority: WARNING
  capture: true
  capture_duration: 400
- rule: begins none
  desc: d
  condition: evt.type = mkdir and evt.arg.path contains /more
  output: made %evt.arg.path
  priority: WARNING
"""
CONFIG = """
rules_files: [{folder}/rules.yaml]
json_output: true
time_format_iso_8601: true
capture: {{enabled: {enabled}, path_prefix: {folder}/around, mode: rules}}
webserver: {{enabled: true, listen_port: 0, listen_address: 127.0.0.1,
             prometheus_metrics_enabled: true}}
metrics: {{enabled: true}}
stdout_output: {{enabled: true}}
buffered_outputs: false
"""


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def recorded(port):
    """Figures of capture files, by what they count."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        lines = answer.read().decode().splitlines()
    begin = "falco_ebpf_recorded_total{what="
    return {line.split('"')[1]: int(float(line.rsplit(" ", 1)[1]))
            for line in lines if line.startswith(begin)}


def act(stage, sensor, folder):
    """Makes folders while a file is open and after. Returns the names of those made meanwhile."""
    def made(name):
        start = len(sensor.alerts)
        stage.run(f"mkdir {folder}/{name}")
        return sensor.wait_alert(lambda a: f"/{name}" in a["output"], WAIT_S, start)

    port = sensor.web_port()
    wrong = [] if made("more-before") else ["no alert before"]
    if recorded(port)["files"] != 0:
        wrong.append("a rule without capture began a file")
    if not made("first"):
        wrong.append("no alert of the rule with capture")
    wrong += [] if made("more-while") else ["no alert while the file was open"]
    # It is over once an event comes and is not recorded.
    deadline, number, before = time.monotonic() + WAIT_S, 0, -1
    while recorded(port)["events"] != before:
        if time.monotonic() > deadline:
            return wrong + ["the file does not end"]
        before, number = recorded(port)["events"], number + 1
        made(f"more-{number}")
    figures = recorded(port)
    if figures["files"] != 1 or figures["events"] < 2 or figures["lost_events"] != 0:
        wrong.append(f"figures: {figures}")
    return wrong


def replayed(options, folder, file):
    done = subprocess.run(
        [options.sensor, "-c", f"{folder}/replay.yaml", "-e", file, "-o", "engine.cache_dir=",
         "-o", "webserver.enabled=false"],
        capture_output=True, text=True, timeout=60, check=False)
    alerts = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [alert["output"].rsplit("/", 1)[-1] for alert in alerts], done


def run(options, folder):
    write(f"{folder}/rules.yaml", RULES)
    write(f"{folder}/falco.yaml", CONFIG.format(folder=folder, enabled="true"))
    write(f"{folder}/replay.yaml", CONFIG.format(folder=folder, enabled="false"))
    stage = Stage()
    sensor = Sensor(options.sensor,
                    ["-c", f"{folder}/falco.yaml", "-o", "engine.cache_dir=", "--scope",
                     f"tree={stage.shell.pid}"])
    try:
        if not sensor.wait_ready(60):
            return ["not ready: " + "\n".join(sensor.log)]
        wrong = act(stage, sensor, folder)
    finally:
        stage.close()
        code = sensor.stop()
    if code != 0:
        wrong.append(f"exit {code}: {sensor.log[-5:]}")
    files = glob.glob(f"{folder}/around_*.scap")
    if len(files) != 1:
        return wrong + [f"files: {files}\n" + "\n".join(sensor.log)]
    if os.stat(files[0]).st_mode & 0o777 != 0o600:
        wrong.append("the file can be read by others")
    names, done = replayed(options, folder, files[0])
    # Those that the wait made before the file was over are in it, too.
    late = [f"more-{number}" for number in range(1, len(names) - 1)]
    if names != ["first", "more-while", *late] or len(names) >= len(sensor.alerts) - 1:
        wrong.append(f"replayed: {names}, exit {done.returncode}: {done.stderr[-2000:]}")
    return wrong


if __name__ == "__main__":
    sys.exit(run_in_folder(run))
