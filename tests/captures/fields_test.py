# SPDX-License-Identifier: Apache-2.0
"""Every field the peer's answers hold, of every event of every capture: equal, but for the rows of
peer.FIELD_DEVIATIONS.

  fields_test.py --sensor falco-ebpf --captures FOLDER
"""

import collections
import gzip
import json
import os
import sys

import peer

CAPTURES = ("cat_write", "open-multiple-files", "connect_localhost", "empty", "triggers")


def answers(given, name):
    file = os.path.join(given.captures, name + ".fields.jsonl.gz")
    with gzip.open(file, "rt", encoding="utf-8", errors="replace") as lines:
        return {event["evt.num"]: event for event in map(json.loads, lines)}


def ours(given, name, fields):
    done = peer.run(given, "dump", "-e", peer.path(given, name), "--json", "-p",
                    " ".join("%" + field for field in fields))
    if done.returncode != 0:
        sys.exit(f"{name}: exit {done.returncode}: {done.stderr.decode(errors='replace')}")
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return {event["evt.num"]: event for event in map(json.loads, lines)}


def compare(name, expected, found):
    """-> lines that say what differs"""
    failures = []
    for number in expected.keys() ^ found.keys():
        side = "ours" if number in found else "theirs"
        failures.append(f"{name}: event {number} is only in {side}")
    differs = collections.defaultdict(list)
    for number in sorted(expected.keys() & found.keys()):
        for field, value in expected[number].items():
            if found[number].get(field) != value:
                differs[field].append((number, value, found[number].get(field)))
    for field, cases in differs.items():
        reason = peer.FIELD_DEVIATIONS.get((name, field))
        number, theirs, mine = cases[0]
        line = (f"{name}: {field} differs in {len(cases)} events, first {number}: "
                f"{theirs!r}, here {mine!r}")
        if reason is None:
            failures.append(line)
        else:
            print(f"{line}; the peer {reason}")
    for (capture, field) in peer.FIELD_DEVIATIONS:
        if capture == name and field not in differs:
            failures.append(f"{name}: {field} is listed as differing and does not")
    return failures


def main():
    given = peer.options()
    failures = []
    events = 0
    for name in CAPTURES:
        expected = answers(given, name)
        fields = sorted({field for event in expected.values() for field in event})
        failures += compare(name, expected, ours(given, name, fields))
        events += len(expected)
    print("\n".join(failures))
    print(f"{events} events of {len(CAPTURES)} captures compared, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
