# SPDX-License-Identifier: Apache-2.0
"""Real loss: the sensor is stopped while a watched process opens a file more often than small rings
hold. Every open is an alert or counted as lost, in /metrics and at the end alike; programs started
meanwhile have a lane of their own and are all there; the loss is alerted and has a gap.

  loss_test.py --sensor falco-ebpf [--events 200000]
"""

import json
import os
import re
import signal
import sys
import time
import urllib.request

from sensor import Sensor
from stage import Stage, run_in_folder

WAIT_S = 60
STARTS = 20
RULES = """
- rule: opened
  desc: every open of the marker
  condition: evt.type in (open, openat) and fd.name = {folder}/marker
  output: opened
  priority: INFO
- rule: started
  desc: a program with its own name
  condition: evt.type = execve and proc.name = marked
  output: started
  priority: INFO
- rule: gap
  desc: where events are missing
  condition: evt.type = asyncevent and evt.asynctype = sensor.gap
  output: gap %evt.arg.data
  priority: INFO
"""
CONFIG = """
rules_files: [{folder}/rules.yaml]
json_output: true
time_format_iso_8601: true
stdout_output: {{enabled: true}}
buffered_outputs: false
webserver: {{enabled: true, listen_port: 0, listen_address: 127.0.0.1,
             prometheus_metrics_enabled: true}}
metrics: {{enabled: true}}
"""
OPENS = """
import os
for n in range({count}):
    os.close(os.open("{folder}/marker", os.O_RDONLY))
    if n % {each} == 0:
        os.spawnl(os.P_WAIT, "{folder}/marked", "marked")
"""


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def lost(port):
    """Events lost by (lane, kind, reason), as /metrics has them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        text = answer.read().decode()
    rows = re.findall(r'events_lost_total\{kind="(\w+)",lane="(\w+)",reason="(\w+)"\} (\S+)', text)
    return {(lane, kind, reason): int(float(count)) for kind, lane, reason, count in rows}


def told_of_gaps(sensor):
    """Events that are missing, as the events in their place say."""
    with sensor.changed:
        outputs = [alert["output"] for _, alert in sensor.alerts if alert["rule"] == "gap"]
    return sum(json.loads(text[text.index("{"):])["lost"] for text in outputs)


def flood(sensor, stage, folder):
    """What the alerts and the counters say once everything has arrived."""
    port = sensor.web_port()
    sensor.process.send_signal(signal.SIGSTOP)
    stage.run(f"{sys.executable} {folder}/opens.py")
    sensor.process.send_signal(signal.SIGCONT)
    stage.run(f"mkdir {folder}/end; {folder}/marked")
    deadline = time.monotonic() + WAIT_S
    sensor.wait_alerts("started", STARTS + 1, WAIT_S)
    # A first look may be answered before the last alerts are out: two that agree are the end.
    before = None
    while time.monotonic() < deadline:
        now = (lost(port), count(sensor, "opened"), told_of_gaps(sensor))
        if now == before:
            break
        before = now
        time.sleep(0.3)
    return before


def count(sensor, rule):
    with sensor.changed:
        return sum(alert["rule"] == rule for _, alert in sensor.alerts)


def run(options, folder):
    write(f"{folder}/marker", "")
    write(f"{folder}/rules.yaml", RULES.format(folder=folder))
    write(f"{folder}/falco.yaml", CONFIG.format(folder=folder))
    write(f"{folder}/opens.py", OPENS.format(folder=folder, count=options.events,
                                             each=options.events // STARTS))
    os.symlink("/bin/true", f"{folder}/marked")
    stage = Stage()
    sensor = Sensor(options.sensor,
                    ["-c", f"{folder}/falco.yaml", "-o", "engine.cache_dir=", "-o",
                     "engine.memory_mb=0", "-o", "engine.modern_ebpf.buf_size_preset=1",
                     "--scope", f"tree={stage.shell.pid}"])
    try:
        if not sensor.wait_ready(60):
            return ["not ready: " + "\n".join(sensor.log)]
        # From here on the opens of other files are dropped in the kernel, and not lost.
        if not sensor.wait_log("The kernel drops what no rule can want", 60):
            return ["no kernel filter: " + "\n".join(sensor.log)]
        losses, opened, told = flood(sensor, stage, folder)
    finally:
        stage.close()
        code = sensor.stop()
    opens = sum(n for (_, kind, _), n in losses.items() if kind == "open")
    critical = sum(n for (lane, _, _), n in losses.items() if lane == "critical")
    print(f"{options.events} opens: {opened} alerts, {opens} lost, {told} told of; {losses}")
    wrong = []
    if opens == 0:
        wrong.append("nothing was lost: the test proves nothing")
    if opened + opens != options.events:
        wrong.append(f"{opened} alerts and {opens} lost are not {options.events} opens")
    if count(sensor, "started") != STARTS + 1 or critical != 0:
        wrong.append(f"{count(sensor, 'started')} starts alerted, {critical} critical events lost")
    if told != sum(losses.values()):
        wrong.append(f"the stream tells of {told} lost events")
    if not any(a["rule"] == "Falco internal: syscall event drop" for _, a in sensor.alerts):
        wrong.append("no alert of the loss")
    said = next((line for line in sensor.log if line.startswith("Events delivered")), "")
    if f"lost: {sum(losses.values())}," not in said:
        wrong.append(f"at the end: {said!r}, the metrics said {sum(losses.values())}")
    if code != 0:
        wrong.append(f"exit {code}")
    return wrong


def add_options(parser):
    parser.add_argument("--events", type=int, default=200000)


if __name__ == "__main__":
    sys.exit(run_in_folder(run, add_options))
