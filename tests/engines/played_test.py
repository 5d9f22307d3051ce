# SPDX-License-Identifier: Apache-2.0
"""The sensor and a docker that answers late, or for a thousand containers.

    played_test.py --sensor PROGRAM"""

import os
import pathlib
import re
import sys
import time

import played_docker
import sensor_test
import stage
from sensor_test import wait_alert
from stage import check, check_that

MANY = int(os.environ.get("ENGINE_MANY", 1000))
AT_ONCE = 100
LATE_S = 0.15

sensor_test.RULES += """
- rule: Image makes a folder
  desc: nothing but the image decides
  condition: evt.type in (mkdir, mkdirat) and container.image.repository = IMAGE
  output: folder (process=%proc.name image=%container.image.repository)
  priority: WARNING
"""


def memory_of(run):
    """Resident, in bytes, without what the rings take."""
    status = pathlib.Path(f"/proc/{run.process.pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+)", status).group(1)) << 10


def late_answers(docker, program):
    """First acts of containers of which a rule asks for the image, with the kernel filter on."""
    docker.delay_s = LATE_S
    folder = docker.folder / "made"
    with sensor_test.sensor(docker, program) as run:
        for k in range(10):
            start = len(run.alerts)
            docker.start(f"late-{k}", f"mkdir {folder}-{k}; cat /etc/passwd; sleep 1000")
            for rule in ("Image makes a folder", "Image reads passwd"):
                _, alert = wait_alert(run, rule, f"{rule} {k}", start=start)
                check("complete", alert.get("incomplete"), None)
        docker.end_all()
    waited = [line for line in run.log if "waited for the names" in line]
    check_that("the summary says what waited", waited, run.log[-12:])
    print(waited[0], flush=True)


def too_late_answers(docker, program):
    """They come after the alert: another alert brings them."""
    docker.delay_s = 0.6
    with sensor_test.sensor(docker, program, patience_ms=300) as run:
        docker.start("slow", "cat /etc/shadow; sleep 1000")
        _, alert = wait_alert(run, "Shadow read", "alert without names")
        check("marked", alert.get("incomplete"), True)
        check("no name", alert["output_fields"]["container.name"], None)
        found = run.wait_alert(lambda alert: alert["rule"].startswith("Falco internal: names of"),
                               stage.PATIENCE_S)
        check_that("names follow", found is not None, run.log[-10:])
        check("name", found[1]["output_fields"]["container.name"], "slow")
        check("alerts", found[1]["output_fields"]["alerts"], 1)
        docker.end_all()


def without_patience(docker, program):
    """Nothing waits; what is known by the next act is used."""
    docker.delay_s = LATE_S
    with sensor_test.sensor(docker, program, patience_ms=0) as run:
        process = docker.start("plain", "cat /etc/shadow; read line; cat /etc/shadow; sleep 1000")
        _, alert = wait_alert(run, "Shadow read", "alert at once")
        check("no name", alert["output_fields"]["container.name"], None)
        check("marked", alert.get("incomplete"), True)
        stage.wait_until("names follow", lambda: any(
            alert["rule"].startswith("Falco internal: names of") for _, alert in run.alerts))
        start = len(run.alerts)
        process.stdin.write(b"\n")
        process.stdin.flush()
        _, alert = wait_alert(run, "Shadow read", "alert with names", start=start)
        check("name", alert["output_fields"]["container.name"], "plain")
        docker.end_all()


def started(docker, program):
    """out: a run, how long it took to be ready, its memory"""
    begin = time.monotonic()
    context = sensor_test.sensor(docker, program)
    run = context.__enter__()
    return context, run, time.monotonic() - begin, memory_of(run)


def a_thousand(docker, program):
    docker.delay_s = 0.0
    context, _, took_none, memory_none = started(docker, program)
    context.__exit__(None, None, None)
    for k in range(MANY):
        docker.start(f"many-{k}", "read line; cat /etc/shadow; read line", listed=True)
    context, run, took, memory = started(docker, program)
    try:
        for done in range(0, MANY, AT_ONCE):  # what fits into the rings while nobody reads them
            for process in docker.processes[done:done + AT_ONCE]:
                process.stdin.write(b"\n")
                process.stdin.flush()
            wanted = min(done + AT_ONCE, MANY)
            check_that(f"{wanted} alerted", run.wait_alerts(
                "Shadow read", wanted, stage.PATIENCE_S), (len(run.alerts), run.log[-5:]))
        alerts = [alert for _, alert in run.alerts if alert["rule"] == "Shadow read"]
        told = {alert["output_fields"]["container.name"] for alert in alerts}
        check("all named", told, {f"many-{k}" for k in range(MANY)})
        check("all complete", [a for a in alerts if a.get("incomplete")], [])
    finally:
        context.__exit__(*sys.exc_info())
    docker.end_all()
    print(f"{MANY} containers: {(memory - memory_none) / MANY / 1024:.1f} KB each; ready after "
          f"{took * 1000:.0f} ms instead of {took_none * 1000:.0f} ms", flush=True)


CASES = [late_answers, too_late_answers, without_patience, a_thousand]


if __name__ == "__main__":
    sensor_test.ENGINES = {"docker": played_docker.docker, "podman": None, "cri": None}
    sensor_test.CASES = CASES
    sys.argv += ["--engine", "docker"]
    sensor_test.main()
