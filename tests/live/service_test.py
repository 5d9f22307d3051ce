# SPDX-License-Identifier: Apache-2.0
"""What a live sensor offers beside alerts: health by a synthetic detection, versions, metrics,
reload by HTTP, snapshots as alerts and lines of a file; a start with damaged rules goes on by the
last good ones; engine.kind nodriver runs without events.

  service_test.py --sensor falco-ebpf
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
import urllib.error
import urllib.request

from sensor import Sensor
from stage import Stage, enter_namespaces

RULES = """
- rule: marker opened
  desc: every open of the marker
  condition: evt.type in (open, openat) and fd.name = {folder}/marker
  output: "%proc.name"
  priority: WARNING
  tags: [test, files]
- rule: never
  desc: nothing does that
  condition: evt.type = mkdir and proc.name = nobody
  output: "%proc.name"
  priority: INFO
"""
CONFIG = """
rules_files: [{folder}/rules.yaml]
json_output: true
stdout_output: {{enabled: true}}
log_level: info
engine: {{kind: {kind}, cache_dir: {folder}/cache}}
webserver:
  enabled: true
  listen_port: 0
  listen_address: 127.0.0.1
  prometheus_metrics_enabled: true
  token_file: {folder}/token
  canary_interval_s: 1
metrics: {{enabled: true, interval: 1s, output_rule: true, output_file: {folder}/metrics.jsonl}}
"""


class Service:
    """A sensor over a shell, and its web server."""

    def __init__(self, options, folder, kind="modern_ebpf", *more):
        self.folder = folder
        self.wrong = []
        write(f"{folder}/falco.yaml", CONFIG.format(folder=folder, kind=kind))
        self.stage = Stage()
        scope = [] if kind == "nodriver" else ["--scope", f"tree={self.stage.shell.pid}"]
        self.sensor = Sensor(options.sensor, ["-c", f"{folder}/falco.yaml", "-o",
                                              f"engine.cache_dir={folder}/cache", *scope, *more])
        if not self.sensor.wait_ready(30):
            self.wrong.append("not ready: " + "\n".join(self.sensor.log))
        self.port = self.sensor.web_port()
        if not self.port:
            self.wrong.append("no port: " + "\n".join(self.sensor.log))

    def ask(self, path, method="GET", token=True):
        """(status, body)"""
        headers = {"Authorization": "Bearer secret-of-the-test"} if token else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method,
                                         headers=headers, data=b"" if method == "POST" else None)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def expect(self, name, condition, detail=""):
        if not condition:
            self.wrong.append(f"{name}: {detail}")

    def end(self):
        self.stage.close()
        if self.sensor.stop() != 0:
            self.wrong.append("the sensor failed: " + "\n".join(self.sensor.log[-5:]))
        return self.wrong


def write(path, text, mode=0o600):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def new_folder():
    folder = tempfile.mkdtemp(prefix="sensor-service-")
    os.mkdir(f"{folder}/cache", 0o700)
    write(f"{folder}/token", "secret-of-the-test\n")
    write(f"{folder}/marker", "")
    write(f"{folder}/rules.yaml", RULES.format(folder=folder))
    return folder


def value_of(metrics, series):
    for line in metrics.splitlines():
        if line.startswith(series + " ") or line.startswith(series + "{"):
            return float(line.rsplit(" ", 1)[1])
    return None


def answers(options):
    folder = new_folder()
    os.environ["FALCO_STATS_EXTRA_run"] = "of a test"
    service = Service(options, folder, "modern_ebpf", "-s", f"{folder}/statistics",
                      "--stats-interval", "300")
    del os.environ["FALCO_STATS_EXTRA_run"]
    service.stage.run(f": < {folder}/marker")
    service.expect("alert", service.sensor.wait_alert(lambda a: a["rule"] == "marker opened", 10))
    status, body = service.ask("/healthz", token=False)
    service.expect("healthz", (status, json.loads(body)) == (200, {"status": "ok"}), (status, body))
    status, body = service.ask("/versions", token=False)
    service.expect("versions", status == 200 and "engine_version_semver" in json.loads(body), body)
    service.expect("no token", service.ask("/metrics", token=False)[0] == 401)
    status, metrics = service.ask("/metrics")
    service.expect("metrics", status == 200, status)
    hits = ('falcosecurity_falco_rules_matches_total{priority="4",rule_name="marker opened",'
            'source="syscall",tag_files="true",tag_test="true"}')
    service.expect("matches", value_of(metrics, hits) == 1, metrics[:3000])
    for series in ("falcosecurity_scap_n_evts_total", "falcosecurity_falco_memory_rss_bytes",
                   "falcosecurity_scap_n_threads_total", "falco_ebpf_rule_evaluations_total",
                   "falco_ebpf_events_seen_total"):
        service.expect(series, value_of(metrics, series), "absent or 0")
    service.expect("drops", value_of(metrics, "falcosecurity_scap_n_drops_total") == 0)
    snapshot = service.sensor.wait_alert(
        lambda a: a["rule"] == "Falco internal: metrics snapshot", 10)
    service.expect("snapshot alert", snapshot and "falco.version" in snapshot[1]["output_fields"])
    with open(f"{folder}/metrics.jsonl", encoding="utf-8") as lines:
        service.expect("metrics file", json.loads(lines.readline())["sample"] == 1)

    deadline = time.monotonic() + 20
    lines = []
    while len(lines) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
        if os.path.exists(f"{folder}/statistics"):
            with open(f"{folder}/statistics", encoding="utf-8") as file:
                lines = file.read().splitlines()
    service.expect("-s", len(lines) >= 2 and all(line.endswith("},") for line in lines), lines)
    for number, line in enumerate(lines, 1):
        found = json.loads(line.removesuffix(","))
        service.expect("-s", (found["sample"], found["run"], found["cur"]["drops"],
                              list(found["delta"])) ==
                       (number, "of a test", 0, ["events", "drops", "preemptions"]), line)
    service.expect("-s", json.loads(lines[0][:-1])["cur"]["events"] > 0 if lines else True, lines)

    before = service.ask("/metrics")[1]
    service.expect("reload needs the token", service.ask("/reload", "POST", token=False)[0] == 401)
    status, body = service.ask("/reload", "POST")
    service.expect("reload", (status, json.loads(body)) == (200, {"status": "ok"}), (status, body))
    service.stage.run(f": < {folder}/marker")
    deadline = time.monotonic() + 10
    while value_of(service.ask("/metrics")[1], hits) != 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    after = service.ask("/metrics")[1]
    service.expect("counts go on after a reload", value_of(after, hits) == 2, after[:3000])
    stamp = "falcosecurity_falco_reload_timestamp_nanoseconds"
    service.expect("reload stamp", value_of(after, stamp) > value_of(before, stamp))
    write(f"{folder}/rules.yaml", "- rule: [")
    status, body = service.ask("/reload", "POST")
    service.expect("bad reload", status == 422 and "rules.yaml" in json.loads(body)["reason"], body)
    service.sensor.process.send_signal(signal.SIGSTOP)
    time.sleep(0.2)
    service.sensor.process.send_signal(signal.SIGCONT)
    service.expect("healthy after all", service.ask("/healthz")[0] == 200)
    wrong = service.end()

    # The file is still damaged: a new start goes on by what ran last.
    service = Service(options, folder)
    alert = service.sensor.wait_alert(
        lambda a: a["rule"] == "Falco internal: start with the last good rules", 10)
    service.expect("last good", alert and alert[1]["priority"] == "Critical", service.sensor.log)
    service.stage.run(f": < {folder}/marker")
    service.expect("old rules", service.sensor.wait_alert(
        lambda a: a["rule"] == "marker opened", 10))
    write(f"{folder}/rules.yaml", RULES.format(folder=folder).replace("marker opened", "mended"))
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not any(
            "rules judge from now on" in line for line in service.sensor.log):
        time.sleep(0.05)
    service.stage.run(f": < {folder}/marker")
    service.expect("mended", service.sensor.wait_alert(lambda a: a["rule"] == "mended", 10))
    return wrong + service.end() + strict(options, folder)


def strict(options, folder):
    write(f"{folder}/rules.yaml", "- rule: [")
    sensor = Sensor(options.sensor, ["-c", f"{folder}/falco.yaml", "--strict", "-o",
                                     f"engine.cache_dir={folder}/cache"])
    code = sensor.process.wait(20)
    return [] if code == 1 else [f"--strict with damaged rules: {code}"]


def idle(options):
    folder = new_folder()
    service = Service(options, folder, "nodriver", "-M", "5")
    status, body = service.ask("/healthz")
    service.expect("nodriver healthz", status == 200, body)
    write(f"{folder}/rules.yaml", RULES.format(folder=folder) + "\n")
    code = service.sensor.process.wait(20)
    service.expect("nodriver -M", code == 0, code)
    service.sensor.stop()
    service.expect("nodriver reload", any(
        "SIGHUP received, restarting..." in line for line in service.sensor.log))
    service.stage.close()
    return service.wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sensor", required=True)
    options = parser.parse_args()
    options.sensor = os.path.abspath(options.sensor)
    enter_namespaces()
    os.system("ip link set lo up")
    wrong = answers(options) + idle(options)
    for text in wrong:
        print("FAILED: " + str(text))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
