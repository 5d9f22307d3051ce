# SPDX-License-Identifier: Apache-2.0
"""Our own captures (tests/data, made by tests/unit/app/data_test.cpp): what `dump` prints of them,
what our rules say, and what is said of a file that is cut.

  own_test.py --sensor falco-ebpf --captures UNUSED --data tests/data --rules FILE
"""

import json
import os
import sys
import tempfile

import peer

ATTACK = [
    "1 clone nginx <- nginx",
    "2 execve sh <- nginx",
    "3 clone sh <- sh",
    "4 execve cat <- sh",
    "5 openat cat <- sh /etc/shadow",
    "6 read cat <- sh /etc/shadow",
    "7 close cat <- sh /etc/shadow",
    "8 procexit cat <- sh",
]


class Checks:
    def __init__(self, given):
        self.given = given
        self.failures = []
        self.count = 0

    def same(self, name, found, expected):
        self.count += 1
        if found != expected:
            self.failures.append(f"{name}: {found!r}, expected {expected!r}")

    def file(self, name):
        return os.path.join(self.given.data, name)

    def dump(self, file, *arguments, **more):
        return peer.run(self.given, "dump", "-e", file, *arguments, text=True, **more)


def dumps(checks):
    attack, pairs = checks.file("shell_from_server.scap"), checks.file("pairs_of_2014.scap")
    done = checks.dump(attack, "-p", "%evt.num %evt.type %proc.name <- %proc.pname %fd.name")
    checks.same("lines", [line.removesuffix(" <NA>") for line in done.stdout.splitlines()], ATTACK)
    done = checks.dump(attack, "--json", "-f", "evt.type = read", "-p",
                       "%evt.time.iso8601 %fd.name %fd.ino %proc.ppid %fd.sport %evt.arg.data")
    checks.same("json", json.loads(done.stdout), {
        "evt.time.iso8601": 1600000000006000000, "fd.name": "/etc/shadow", "fd.ino": 77,
        "proc.ppid": 950, "fd.sport": None, "evt.arg.data": "root:"})
    checks.same("count", checks.dump(attack, "--count", "-f", "proc.name = cat").stdout, "5\n")
    checks.same("top", checks.dump(attack, "--top", "proc.name").stdout.split(),
                ["5", "cat", "2", "sh", "1", "nginx"])
    checks.same("limit", len(checks.dump(attack, "-n", "2").stdout.splitlines()), 2)
    done = checks.dump(pairs, "-p", "%evt.type %fd.name %evt.rawres %evt.arg.size")
    checks.same("old pairs", done.stdout.splitlines(),
                ["open /etc/hosts 3 <NA>", "read /etc/hosts 9 4096"])
    with open(attack, "rb") as file:
        done = peer.run(checks.given, "dump", "-e", "-", "--count", stdin=file, text=True)
    checks.same("standard input", done.stdout, "8\n")
    done = checks.dump(attack, "-f", "fd.nme = a")
    checks.same("wrong condition", (done.returncode, done.stdout), (1, ""))
    checks.same("its message", [part in done.stderr for part in ("unknown field 'fd.nme'",
                                                                "\n  ^", "did you mean")],
                [True, True, True])
    done = checks.dump(attack, "-p", "%no.such")
    checks.same("wrong format", (done.returncode, "no.such" in done.stderr), (1, True))


def alerts(checks):
    seen = peer.Sensor(checks.given, checks.file("shell_from_server.scap"), checks.given.rules)
    checks.same("rules", seen.hits(), {"Server started a shell": 1, "Secret file read": 1})
    engine = peer.Sensor(checks.given, "", checks.given.rules, options=[
        "-o", "engine.kind=replay", "-o",
        f"engine.replay.capture_file={checks.file('shell_from_server.scap')}"])
    checks.same("engine.kind", engine.hits(), seen.hits())


def cut(checks):
    with open(checks.file("shell_from_server.scap"), "rb") as file:
        whole = file.read()
    with tempfile.TemporaryDirectory(prefix="falco-ebpf-own-") as folder:
        path = os.path.join(folder, "cut.scap")
        for name, data in (("cut", whole[:-30]), ("head only", whole[:40]), ("text", b"no scap")):
            with open(path, "wb") as out:
                out.write(data)
            done = checks.dump(path, "--count")
            checks.same(f"{name}: exit", done.returncode, 1)
            checks.same(f"{name}: names the file", path in done.stderr, True)
            if name == "cut":
                checks.same("cut: events before", done.stdout, "7\n")
                checks.same("cut: place", "byte" in done.stderr or "offset" in done.stderr, True)
        done = checks.dump(os.path.join(folder, "none"), "--count")
        checks.same("missing", (done.returncode, "No such file" in done.stderr), (1, True))


def main():
    checks = Checks(peer.options("data", "rules"))
    for part in (dumps, alerts, cut):
        part(checks)
    print("\n".join(checks.failures))
    print(f"{checks.count} checks, {len(checks.failures)} failures")
    return 1 if checks.failures else 0


if __name__ == "__main__":
    sys.exit(main())
