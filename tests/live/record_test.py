# SPDX-License-Identifier: Apache-2.0
"""Recording, live: while a watched shell does what the rules are about, every event goes to a file
(-w) as well. A replay of that file must raise the same alerts, field by field; sysdig, where it is
installed, must read it. Then a sensor in the background (-d), which must leave its terminal.

  record_test.py --sensor falco-ebpf --config falco.yaml --rules FILE --helpers DIR
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from live_test import actions, raise_network
from sensor import Sensor
from stage import Stage, enter_namespaces

WAIT_S = 20
# The shell was there before the recording began; a capture of others does not know since when.
MORE = ["-p", "parent=%proc.ppid.duration ns=%thread.ns.mnt"]


def wait_for(what):
    """True as soon as what() holds; False if it never does."""
    deadline = time.monotonic() + WAIT_S
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def record(options, folder, payload):
    """Acts before a recording sensor. Returns its alerts, its log and its exit status."""
    stage = Stage()
    mark = f"falco-ebpf-record-{os.getpid()}"
    sensor = Sensor.of_tree(options, stage.shell.pid, "-w", folder + "/trace.scap", *MORE)
    try:
        if not sensor.wait_ready(60):
            raise RuntimeError("the sensor did not become ready:\n" + "\n".join(sensor.log))
        with open(payload + "/data", "w", encoding="utf-8") as data:
            data.write("x\n")
        for action in actions(options.helpers, mark, payload):
            start = len(sensor.alerts)
            stage.run(action.command)
            sensor.wait_alert(lambda alert, rule=action.rule: alert["rule"] == rule, WAIT_S, start)
    finally:
        for made in (f"/dev/{mark}", f"/etc/{mark}"):
            if os.path.exists(made):
                os.unlink(made)
        stage.close()
        code = sensor.stop()
    return [alert for _, alert in sensor.alerts], "\n".join(sensor.log), code


def replay(options, folder):
    done = subprocess.run([options.sensor, "-c", options.config, "-r", options.rules, "-e",
                           folder + "/trace.scap", "-o", "json_output=true", "-o",
                           "engine.cache_dir=", *MORE], capture_output=True, text=True,
                          timeout=120, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return [json.loads(line) for line in lines], done


def round_trip(options, folder, payload):
    live, log, code = record(options, folder, payload)
    again, done = replay(options, folder)
    wrong = []
    if code != 0 or done.returncode != 0:
        wrong.append(f"exit {code} live, {done.returncode} replayed:\n{log}\n{done.stderr}")
    if not live:
        wrong.append("no alert was raised live")
    for name in ("proc.ppid.duration", "thread.ns.mnt"):
        if any(alert["output_fields"][name] is None for alert in again):
            wrong.append(f"a replayed alert lacks {name}")
    if len(live) != len(again):
        wrong.append(f"{len(live)} alerts live, {len(again)} replayed: "
                     f"{[a['rule'] for a in live]} {[a['rule'] for a in again]}")
    for one, other in zip(live, again):
        for alert in (one, other):
            alert["output_fields"].pop("evt.num", None)
        if one != other:
            wrong.append(f"an alert differs:\n  live   {one}\n  replay {other}")
    if os.stat(folder + "/trace.scap").st_mode & 0o777 != 0o600:
        wrong.append("the trace can be read by others")
    for word in ("could not be read", "damaged"):
        if word in done.stderr:
            wrong.append("the replay found problems:\n" + done.stderr)
    print(f"{len(live)} alerts, {os.path.getsize(folder + '/trace.scap')} bytes of trace")
    return wrong


def read_by_sysdig(folder):
    if shutil.which("sysdig") is None:
        print("not compared with sysdig: it is not installed")
        return []
    done = subprocess.run(["sysdig", "-r", folder + "/trace.scap", "-p", "%evt.type %fd.name",
                           "proc.name=cat and fd.name=/etc/shadow"], capture_output=True,
                          text=True, timeout=120, check=False)
    found = {line for line in done.stdout.splitlines() if line}
    # The descriptor of a read stands in its enter event, for such readers.
    if done.returncode != 0 or not {"openat /etc/shadow", "close /etc/shadow"} <= found:
        return [f"sysdig, exit {done.returncode}: {sorted(found)} {done.stderr}"]
    return []


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def background(options, folder):
    wrong = []
    asleep = subprocess.Popen(["sleep", "300"])
    try:
        begun = subprocess.run(
            [options.sensor, "-d", "-P", "sensor.pid", "-c", options.config, "-r", options.rules,
             "-w", "daemon.scap", "--scope", f"tree={asleep.pid}"],
            cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        if begun.returncode != 0:
            return [f"-d: exit {begun.returncode}: {begun.stderr}"]
        with open(folder + "/sensor.pid", encoding="utf-8") as file:
            text = file.read()
        pid = int(text)
        seen = {
            "number without a newline": (text, str(pid)),
            "session": (os.getsid(pid), pid),
            "folder": (os.readlink(f"/proc/{pid}/cwd"), "/"),
            "umask": (status_of(pid)["Umask"], "0027"),
            "files": ({os.readlink(f"/proc/{pid}/fd/{fd}") for fd in (0, 1, 2)}, {"/dev/null"}),
        }
        wrong += [f"-d, {name}: {found!r}, expected {expected!r}"
                  for name, (found, expected) in seen.items() if found != expected]
        os.kill(pid, signal.SIGTERM)
        if not wait_for(lambda: not os.path.exists(f"/proc/{pid}")
                        or status_of(pid)["State"].startswith("Z")):
            wrong.append("-d: SIGTERM does not end it")
        if not os.path.exists(folder + "/daemon.scap"):
            wrong.append("-d: -w with a relative path wrote nothing where it was started")
        failed = subprocess.run([options.sensor, "-d", "-P", folder + "/none/pid", "-c",
                                 options.config, "-r", options.rules, "--scope",
                                 f"tree={asleep.pid}"], capture_output=True, text=True,
                                timeout=120, check=False)
        if failed.returncode != 255 or "cannot write the pid file" not in failed.stderr:
            wrong.append(f"-d without a place for the pid file: {failed.returncode} "
                         f"{failed.stderr}")
    finally:
        asleep.kill()
        asleep.wait()
    return wrong


def main():
    parser = argparse.ArgumentParser()
    for name in ("sensor", "config", "rules", "helpers"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    for name in ("sensor", "config", "rules"):
        setattr(options, name, os.path.abspath(getattr(options, name)))
    enter_namespaces()
    listener = raise_network()
    with tempfile.TemporaryDirectory(prefix="falco-ebpf-record-") as folder:
        payload = folder + "/payload"
        os.mkdir(payload)
        wrong = round_trip(options, folder, payload)
        wrong += read_by_sysdig(folder)
        wrong += background(options, folder)
    listener.close()
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
