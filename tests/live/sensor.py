# SPDX-License-Identifier: Apache-2.0
"""The sensor as a child process of a test: start, wait until it is ready, read its alerts as they
come with the time of their arrival, stop it. Also says whether this machine can run it at all.
Used by live_test.py and quiet_test.py."""

import ctypes
import json
import os
import platform
import re
import select
import signal
import subprocess
import threading
import time

SKIP = 77


def why_not_live():
    """Reason why eBPF cannot be used here, or None."""
    if os.geteuid() != 0:
        return "needs root"
    if not os.path.exists("/sys/kernel/btf/vmlinux"):
        return "the kernel has no type information (/sys/kernel/btf/vmlinux)"
    number = {"x86_64": 321, "aarch64": 280}.get(platform.machine())
    if number is None:
        return "no number of bpf(2) known for " + platform.machine()

    class LoadProgram(ctypes.Structure):
        _fields_ = [("type", ctypes.c_uint32), ("count", ctypes.c_uint32),
                    ("code", ctypes.c_uint64),
                    ("license", ctypes.c_uint64), ("rest", ctypes.c_uint8 * 96)]

    # r0 = 0; exit
    code = ctypes.create_string_buffer(bytes([0xB7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0,
                                              0]), 16)
    text = ctypes.create_string_buffer(b"GPL")
    tracepoint = 5
    program = LoadProgram(tracepoint, 2, ctypes.addressof(code), ctypes.addressof(text))
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.syscall(ctypes.c_long(number), ctypes.c_int(5), ctypes.byref(program),
                      ctypes.c_uint(ctypes.sizeof(program)))
    if fd < 0:
        return "the kernel refuses eBPF programs: " + os.strerror(ctypes.get_errno())
    os.close(fd)
    return None


def event_time(alert):
    """Time of the event in seconds since the epoch."""
    nanoseconds = alert.get("output_fields", {}).get("evt.time")
    if isinstance(nanoseconds, int):
        return nanoseconds / 1e9
    whole, fraction = re.match(r"(.*)\.(\d+)Z", alert["time"]).groups()
    import calendar
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + int(fraction) / 1e9


class Sensor:
    """One run of falco-ebpf with JSON alerts."""

    def __init__(self, program, arguments):
        ready, told = os.pipe()
        # A system call that src/guard/call_table.cpp does not have ends the sensor, by its name.
        environment = {"FALCO_EBPF_SECCOMP": "fatal", **os.environ}
        self.process = subprocess.Popen(
            [program, *arguments, "--ready-fd", str(told)], pass_fds=[told],
            stdin=subprocess.DEVNULL, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
        os.close(told)
        self.ready_fd = ready
        self.alerts = []      # (arrival, object)
        self.other = []       # lines of stdout that are no alerts: the summary
        self.log = []
        self.changed = threading.Condition()
        self.threads = [threading.Thread(target=self._read_alerts, daemon=True),
                        threading.Thread(target=self._read_log, daemon=True)]
        for thread in self.threads:
            thread.start()

    @classmethod
    def of_tree(cls, options, pid, *more):
        """A run with the options' configuration and rules that watches one process and what it
        starts, writes at once and compiles anew."""
        return cls(options.sensor,
                   ["-c", options.config, "-r", options.rules, "--scope", f"tree={pid}", "-U", "-o",
                    "json_output=true", "-o", "engine.cache_dir=", *more])

    def _read_alerts(self):
        for line in self.process.stdout:
            arrival = time.time()
            with self.changed:
                if line.startswith("{"):
                    self.alerts.append((arrival, json.loads(line)))
                else:
                    self.other.append(line.rstrip("\n"))
                self.changed.notify_all()

    def _read_log(self):
        for line in self.process.stderr:
            with self.changed:
                self.log.append(line.rstrip("\n"))
                self.changed.notify_all()

    def wait_ready(self, seconds):
        """True once the sensor said so; False when it ended or said nothing."""
        got = b""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and b"ready" not in got:
            if select.select([self.ready_fd], [], [], 0.2)[0]:
                piece = os.read(self.ready_fd, 64)
                if not piece:
                    break
                got += piece
        return b"ready" in got

    def wait_alert(self, matches, seconds, start=0):
        """First alert from number `start` on for which matches(object) holds, with its arrival."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while True:
                for arrival, alert in self.alerts[start:]:
                    if matches(alert):
                        return arrival, alert
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self.changed.wait(left)

    def wait_log(self, text, seconds):
        """First line of the log with that text; None if none comes."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while True:
                for line in self.log:
                    if text in line:
                        return line
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self.changed.wait(left)

    def wait_alerts(self, rule, number, seconds):
        """True once a rule has raised that many; False if it does not."""
        with self.changed:
            return self.changed.wait_for(
                lambda: sum(alert["rule"] == rule for _, alert in self.alerts) >= number, seconds)

    def web_port(self):
        """Of its web server; None if it does not say that it listens."""
        line = self.wait_log("listening on", 10)
        return int(line.split(":")[-1].split()[0]) if line else None

    def stop(self, number=signal.SIGINT):
        """Asks it to end. Returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        for thread in self.threads:
            thread.join(5)
        os.close(self.ready_fd)
        return code
