# SPDX-License-Identifier: Apache-2.0
"""The whole way, live: in a PID, mount and network namespace of its own, a shell does what each
rule is about, and the sensor, told to watch that shell and its descendants only, must raise each
alert with the right process, parent, user, file and address, and none for a quiet shell. Then
SIGINT and the summary; then all of it once more without the filter in the kernel, and interpreted
with the table in its place: the alerts must be equal. Delays are reported, not
judged.

  live_test.py --sensor falco-ebpf --config falco.yaml --rules FILE --helpers DIR
"""

import argparse
import collections
import fcntl
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time

from sensor import Sensor, event_time
from stage import Stage, enter_namespaces

ADDRESS, PORT = "198.51.100.7", 4444
WAIT_S = 10


def raise_network():
    """Gives the loopback device of this namespace the test address and listens there."""
    control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def request(number, name, body):
        fcntl.ioctl(control, number, struct.pack("16s16s", name.encode(), body))

    def address(text):
        return struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(text))

    up, running = 1, 0x40
    request(0x8914, "lo", struct.pack("h14x", up | running))     # SIOCSIFFLAGS
    request(0x8916, "lo:1", address(ADDRESS))                    # SIOCSIFADDR
    control.close()
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((ADDRESS, PORT))
    listener.listen(16)
    return listener


Action = collections.namedtuple("Action", "name command rule fields")


def actions(helpers, mark, payload):
    """What is done, and what the alert must say. A field's value may be a function."""
    return [
        Action("secret file", "cat /etc/shadow > /dev/null", "Secret file read",
               {"proc.name": "cat", "proc.pname": "bash", "proc.cmdline": "cat /etc/shadow",
                "fd.name": "/etc/shadow",
                "fd.realpath": "/etc/shadow"}),
        Action("secret file by an alias",
               f"ln -s /etc {payload}/alias && cat {payload}/alias/shadow > /dev/null",
               "Secret file read",
               {"proc.name": "cat", "fd.name": f"{payload}/alias/shadow",
                "fd.realpath": "/etc/shadow"}),
        Action("server's shell", f"{helpers}/nginx", "Server started a shell",
               {"proc.name": "sh", "proc.pname": "nginx", "proc.aname[2]": "bash"}),
        Action("file below /dev", f"cp {payload}/data /dev/{mark}",
               "Ordinary file made below /dev",
               {"proc.name": "cp", "proc.pname": "bash", "fd.name": f"/dev/{mark}"}),
        Action("file below /etc", f"cp {payload}/data /etc/{mark}",
               "File written below the configuration directory",
               {"proc.name": "cp", "proc.pname": "bash", "fd.name": f"/etc/{mark}"}),
        Action("connection of a system program",
               f"LD_PRELOAD={helpers}/libpreload_connect.so cat /dev/null",
               "System program opened a connection",
               {"proc.name": "cat", "proc.pname": "bash", "fd.rip": ADDRESS, "fd.rport": PORT,
                "fd.l4proto": "tcp",
                "fd.name": lambda text: text.endswith(f"->{ADDRESS}:{PORT}")}),
        Action("connection of the shell", f"exec 9<>/dev/tcp/{ADDRESS}/{PORT}; exec 9>&-",
               "Shell opened a connection itself",
               {"proc.name": "bash", "fd.rip": ADDRESS, "fd.rport": PORT}),
        Action("attaching", f"{helpers}/attach", "Another process attached to",
               {"proc.name": "attach", "proc.pname": "bash", "evt.arg.request": "PTRACE_ATTACH"}),
        Action("program from memory", f"{helpers}/memory_exec /bin/true",
               "Program run from memory",
               {"proc.pname": "bash",
                "proc.exepath": lambda text: text.startswith("/memfd:payload")
                or text == "memfd:payload"}),
    ]


def differences(alert, action):
    """Fields of an alert that are not as they should be."""
    got = alert["output_fields"]
    wrong = []
    for name, want in {"user.name": "root", "user.uid": 0, "container.id": "host",
                       **action.fields}.items():
        value = got.get(name)
        fits = want(value) if callable(want) and isinstance(value, str) else value == want
        if not fits:
            expected = "" if callable(want) else f", expected {want!r}"
            wrong.append(f"{name} is {value!r}" + expected)
    return wrong


class Run:
    """One run of the sensor over all actions."""

    def __init__(self, options, payload, number, *more):
        self.failures = []
        self.delays = []
        self.mark = f"falco-ebpf-test-{os.getpid()}-{number}"
        self.payload = payload
        self.options = options
        self.stage = Stage()
        self.sensor = Sensor(options.sensor, [
            "-c", options.config, "-r", options.rules, "--scope", f"tree={self.stage.shell.pid}",
            "-U",
            "-o", "json_output=true", "-o", f"engine.cache_dir={payload}/cache", *more])

    def check(self, fine, text):
        if not fine:
            self.failures.append(text)

    def quiet(self):
        for command in ("true", "ls / > /dev/null", "cat /etc/passwd > /dev/null",
                        f"echo x > {self.payload}/data",
                        "for i in 1 2 3; do /bin/true; done", "id > /dev/null", "sh -c :",
                        "grep root /etc/passwd > /dev/null"):
            self.stage.run(command)
        time.sleep(1)
        for _, alert in list(self.sensor.alerts):
            self.failures.append("a quiet shell raised: " + alert["output"])

    def act(self, action):
        start = len(self.sensor.alerts)
        status, text = self.stage.run(action.command)
        if status != 0:
            self.failures.append(f"{action.name}: the command failed ({status}): {text.strip()}")
            return
        found = self.sensor.wait_alert(lambda a: a["rule"] == action.rule
                                       and not differences(a, action), WAIT_S, start)
        if found is None:
            near = [a for _, a in self.sensor.alerts[start:]]
            self.failures.append(f"{action.name}: no alert '{action.rule}' as expected")
            for alert in near:
                wrong = "; ".join(differences(alert, action))
                self.failures.append(f"    got '{alert['rule']}': {wrong}")
                self.failures.append("        " + alert["output"])
            return
        arrival, alert = found
        self.delays.append((action.name, 1e3 * (arrival - event_time(alert))))

    def summary(self, code):
        self.check(code == 0, f"SIGINT ended it with {code}")
        text = "\n".join(self.sensor.other)
        count = len(self.sensor.alerts)
        for part in (f"Events detected: {count}", "Rule counts by severity:", "   WARNING: ",
                     "Triggered rules by rule name:",
                     "   Secret file read: "):
            self.check(part in text, f"the summary lacks '{part}':\n{text}")
        log = "\n".join(self.sensor.log)
        self.check("Syscall event drop monitoring:" in log, "the log lacks the drop summary")
        self.check("   - event drop detected: 0 occurrences" in log,
                   "events were dropped:\n" + log)

    def go(self):
        try:
            if not self.sensor.wait_ready(60):
                self.sensor.stop()
                log = "\n".join(self.sensor.log)
                self.failures.append("the sensor did not become ready:\n" + log)
                return self
            self.quiet()
            for action in actions(self.options.helpers, self.mark, self.payload):
                self.act(action)
        finally:
            for folder in ("/dev", "/etc"):
                if os.path.exists(f"{folder}/{self.mark}"):
                    os.unlink(f"{folder}/{self.mark}")
            if os.path.islink(f"{self.payload}/alias"):
                os.unlink(f"{self.payload}/alias")
            self.stage.close()
        time.sleep(0.3)
        self.summary(self.sensor.stop())
        return self

    def essence(self):
        """Alerts without what differs from run to run."""
        names = ("proc.name", "proc.pname", "proc.cmdline", "proc.exepath", "user.name",
                 "fd.realpath")
        return sorted((a["rule"], a["priority"],
                       tuple(str(a["output_fields"].get(n)).replace(self.mark, "MARK")
                             for n in names))
                      for _, a in self.sensor.alerts)


def not_ending(options):
    """-M ends a run by the clock, also where nothing happens. Returns what is wrong."""
    wrong = []
    asleep = subprocess.Popen(["sleep", "120"])
    scope = ["--scope", f"tree={asleep.pid}", "-M", "1"]
    for name, command in (("watching", ["-c", options.config, "-r", options.rules, *scope]),
                          ("dump", ["dump", *scope])):
        try:
            done = subprocess.run([options.sensor, *command], capture_output=True, timeout=60,
                                  check=False)
            if done.returncode != 0:
                wrong.append(f"{name} -M 1: exit {done.returncode}: {done.stderr.decode()}")
        except subprocess.TimeoutExpired:
            wrong.append(f"{name} -M 1: does not end")
    asleep.kill()
    asleep.wait()
    return wrong


def main():
    parser = argparse.ArgumentParser()
    for name in ("sensor", "config", "rules", "helpers"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    enter_namespaces()
    listener = raise_network()
    failures = []
    with tempfile.TemporaryDirectory(prefix="falco-ebpf-live-") as payload:
        os.mkdir(payload + "/cache", 0o700)
        ways = [[], ["-o", "engine.kernel_filter=false"], ["-o", "engine.jit=false"]]
        runs = [Run(options, payload, number, *way).go() for number, way in enumerate(ways, 1)]
    for number, run in enumerate(runs, 1):
        failures += [f"run {number}: {text}" for text in run.failures]
        for name, delay in run.delays:
            print(f"run {number}: {name}: alert {delay:.1f} ms after the event")
    for run in runs[1:]:
        if not failures and runs[0].essence() != run.essence():
            failures.append(f"two runs differ:\n{runs[0].essence()}\n{run.essence()}")
    listener.close()
    failures += not_ending(options)
    for text in failures:
        print(text)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
