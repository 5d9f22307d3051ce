# SPDX-License-Identifier: Apache-2.0
"""The program web_example as tests use it, and namespaces of their own for them."""

import fcntl
import json
import os
import re
import socket
import struct
import subprocess
import sys

INSIDE = "SENSOR_SERVICE_INSIDE"
HOST = "127.0.0.1"


def skip(reason):
    print("skipped:", reason)
    sys.exit(77)


def enter_namespaces():
    """As root, starts this test again in namespaces for processes and network; returns only there.
    Others stay: nothing here needs more than loopback and the test's own children."""
    if os.environ.get(INSIDE) or os.geteuid() != 0:
        return
    command = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--net"]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
        return
    os.execvpe(command[0], [*command, sys.executable, *sys.argv], {**os.environ, INSIDE: "1"})


def raise_loopback():
    if not os.environ.get(INSIDE):
        return
    up, running, set_flags = 1, 0x40, 0x8914
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, set_flags, struct.pack("16sH14x", b"lo", up | running))


class Example:
    """web_example, running; killed with the `with` block."""

    def __init__(self, path, *arguments):
        self.process = subprocess.Popen([path, *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline().split()
        if len(ready) != 4 or ready[0] != "ready":
            raise RuntimeError(f"web_example did not start: {ready}")
        self.port = int(ready[1])
        self.start_text = f"started in {ready[2]} us for {ready[3]} kB"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def command(self, text):
        """Lines that it printed, without the last, "done"."""
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line == "done\n":
                return lines
            lines.append(line)
        raise RuntimeError("web_example ended")

    def stats(self):
        return json.loads(self.command("stats")[0])

    def stop(self):
        """Microseconds that it took."""
        self.process.stdin.write("stop\n")
        self.process.stdin.flush()
        words = self.process.stdout.readline().split()
        if words[:1] != ["stopped"] or self.process.wait() != 0:
            raise RuntimeError("web_example did not stop well")
        return int(words[1])

    def memory_kb(self, name="VmRSS"):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(rf"^{name}:\s+(\d+) kB", status.read(), re.M).group(1))

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))


def make_certificate(path, days=2):
    """A new key and a certificate of its own for 127.0.0.1, both in one file."""
    done = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
         "-addext", f"subjectAltName=IP:{HOST}", "-days", str(days), "-keyout", path + ".key",
         "-out", path + ".crt"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    with open(path + ".new", "w", encoding="ascii") as both:
        for part in (".crt", ".key"):
            with open(path + part, encoding="ascii") as one:
                both.write(one.read())
    os.chmod(path + ".new", 0o600)
    os.rename(path + ".new", path)
