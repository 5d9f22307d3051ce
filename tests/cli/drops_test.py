# SPDX-License-Identifier: Apache-2.0
"""What the settings syscall_event_drops do, on a capture of ten events a second apart, whose nine
seconds lose an event each by simulation.

  drops_test.py --sensor falco-ebpf --data tests/data
"""

import json
import os
import struct

import cli

RULES = "- {rule: r, desc: d, condition: evt.type = mkdir, output: o, priority: INFO}\n"
NAME = "Falco internal: syscall event drop"
MESSAGE = NAME + ". 1 system calls dropped in last second."
NOT_LOST = ("clone_fork", "close", "connect", "dir_file", "execve", "open")
VALUES = ('ebpf_enabled="1" n_drops="1" '
          + "".join(f'n_drops_buffer_{kind}_exit="0" ' for kind in NOT_LOST)
          + 'n_drops_buffer_other_interest_exit="1" n_drops_buffer_proc_exit="0" '
          'n_drops_buffer_total="1" n_drops_bug="0" n_drops_page_faults="0" '
          'n_drops_scratch_map="0" n_evts="2"')


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


def capture(checks):
    """A file of `close` events."""
    section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 2, -1))
    events = b""
    for second in range(10):
        params = struct.pack("<qq", 0, 3)
        event = struct.pack("<QQIHI", 1_600_000_000_000_000_000 + second * 10**9, 7,
                            26 + 4 + len(params), 5, 2)
        events += block(0x216, struct.pack("<H", 0) + event + struct.pack("<HH", 8, 8) + params)
    path = os.path.join(checks.folder, "seconds.scap")
    with open(path, "wb") as file:
        file.write(section + events)
    return path


def run(checks, *settings, actions=""):
    checks.write("rules.yaml", RULES)
    config = cli.SILENT + "syscall_event_drops: {simulate_drops: true, max_burst: 10"
    config += f", actions: [{actions}]" if actions else ""
    return checks.run("-r", "rules.yaml", "--interpret", "-e", capture(checks), *settings,
                      config=config + "}\n")


def counted(checks, name, done, occurrences, actions):
    checks.has(name, done.stderr, f"   - event drop detected: {occurrences} occurrences\n"
                                  f"   - num times actions taken: {actions}\n")


def nothing_lost(checks):
    done = run(checks, "-o", "syscall_event_drops.simulate_drops=false")
    counted(checks, "nothing lost", done, 0, 0)
    checks.same("nothing lost: no alert", NAME in done.stdout + done.stderr, False)


def every_action(checks):
    done = run(checks)
    counted(checks, "default", done, 9, 9)
    checks.same("default: alerts", done.stdout.count(MESSAGE), 9)
    checks.has("default: text", done.stdout,
               f"12:26:41.000000000: Debug {MESSAGE} ({VALUES})\n")
    checks.same("default: log", done.stderr.count(MESSAGE), 9)
    done = run(checks, actions="ignore")
    counted(checks, "ignore", done, 9, 9)
    checks.same("ignore: quiet", NAME in done.stdout + done.stderr, False)
    done = run(checks, actions="log")
    checks.same("log: only there", (NAME in done.stdout, done.stderr.count(MESSAGE)), (False, 9))
    done = run(checks, actions="alert")
    checks.same("alert: only there", (done.stdout.count(MESSAGE), NAME in done.stderr), (9, False))
    done = run(checks, actions="exit")
    counted(checks, "exit", done, 1, 1)
    checks.same("exit: status", done.returncode, 1)
    checks.has("exit: said", done.stderr, "Exiting.")
    checks.has("exit: said last", done.stderr, "Error: Drop manager internal error")


def as_json(checks):
    done = run(checks, "-o", "json_output=true", actions="alert")
    first = json.loads(done.stdout.splitlines()[0])
    checks.same("json: keys", sorted(first), ["hostname", "output", "output_fields", "priority",
                                              "rule", "source", "time"])
    checks.same("json: rule", (first["rule"], first["source"], first["priority"]),
                (NAME, "internal", "Debug"))
    checks.same("json: values", first["output_fields"]["n_drops"], "1")


def limited(checks):
    done = run(checks, "-o", "syscall_event_drops.max_burst=1")
    counted(checks, "one action in 30 seconds", done, 9, 1)


def mistakes(checks):
    for setting, part in (("threshold=1.1", "in the range [0, 1]"),
                          ("threshold=-1", "in the range [0, 1]"),
                          ("rate=x", "must be a number"),
                          ("max_burst=-1", "not negative"),
                          ("actions[0]=sing", "no action 'sing'")):
        done = run(checks, "-o", "syscall_event_drops." + setting)
        checks.same(setting + ": exit", done.returncode, 1)
        checks.has(setting, done.stderr, part)
    done = run(checks, actions="ignore, log")
    checks.same("ignore and log: exit", done.returncode, 1)
    checks.has("ignore and log", done.stderr, '"log" makes no sense with "ignore"')


if __name__ == "__main__":
    cli.main(nothing_lost, every_action, as_json, limited, mistakes)
