# SPDX-License-Identifier: Apache-2.0
"""falco-ebpf compare: the alerts of our small capture against edited copies of them.

  compare_test.py --sensor falco-ebpf --data tests/data
"""

import gzip
import json
import os

import cli

RULES = """- rule: Opened
  desc: d
  condition: evt.type = openat
  output: opened %fd.name by %proc.name %proc.pid
  priority: WARNING
- rule: Started
  desc: d
  condition: evt.type = execve
  output: started %proc.cmdline %user.name %proc.pid
  priority: NOTICE
"""


def alerts(checks):
    """The alerts as objects, in the order of time."""
    checks.write("rules.yaml", RULES)
    lines, _ = checks.replay("-r", "rules.yaml", "-o", "json_output=true",
                             "-o", "rule_matching=all")
    return [json.loads(line) for line in lines]


def write(checks, name, objects, *more):
    lines = [json.dumps(one) for one in objects] + list(more)
    return checks.write(name, "".join(line + "\n" for line in lines))


def equal(checks):
    found = alerts(checks)
    checks.same("there are alerts of both rules", sorted({one["rule"] for one in found}),
                ["Opened", "Started"])
    a = write(checks, "a.jsonl", found, "Events detected: 3", "   Opened: 3")
    b = write(checks, "b.jsonl", reversed(found))
    done = checks.run("compare", a, b)
    checks.same("equal: exit", done.returncode, 0)
    checks.has("equal", done.stdout, f"\nequal: {len(found)} pairs, 0 only in A, 0 only in B, 0 ")
    checks.same("equal: stderr", done.stderr, "")
    with gzip.open(os.path.join(checks.folder, "a.gz"), "wb") as file:
        file.write(open(os.path.join(checks.folder, a), "rb").read())
    checks.same("gzip: exit", checks.run("compare", "a.gz", b).returncode, 0)


def different(checks):
    found = alerts(checks)
    a = write(checks, "a.jsonl", found)
    del found[1]
    changed = found[0]["output_fields"]
    key = next(key for key in changed if key.endswith("name"))
    changed[key] = "x"
    b = write(checks, "b.jsonl", found, '{"rule": "cut o')
    done = checks.run("compare", a, b)
    checks.same("different: exit", done.returncode, 1)
    checks.has("different: missing", done.stdout, "\nonly in A\n")
    checks.has("different: field", done.stdout, f"{key}: 1 pair differs\n")
    checks.has("different: values", done.stdout, 'B:1 "x"\n')
    checks.has("different: damage", done.stdout, f"b.jsonl:{len(found) + 1}: no JSON from byte")
    one = json.loads(checks.run("compare", "--json", a, b).stdout)
    checks.same("json: differs", one["differs"], True)
    checks.same("json: only a", sum(rule["only"][0] for rule in one["rules"]), 1)
    checks.same("json: only b", sum(rule["only"][1] for rule in one["rules"]), 0)
    checks.same("json: damaged", (one["a"]["damaged"], one["b"]["damaged"]), (0, 1))
    fields = [field for rule in one["rules"] for field in rule["fields"]]
    checks.same("json: field", [(one["field"], one["count"]) for one in fields], [(key, 1)])
    done = checks.run("compare", "--ignore", "a,user.*", a, b)
    checks.has("ignored", done.stdout, " 0 with differing fields\n")


def mistakes(checks):
    found = alerts(checks)
    a = write(checks, "a.jsonl", found)
    text = checks.write("text.log", "12:26:40.005000000: Warning opened\n")
    for name, arguments, part in (
            ("text", (a, text), "text.log:1: this alert is text"),
            ("missing", (a, "none.jsonl"), "none.jsonl"),
            ("one file", (a,), "B is required"),
            ("a window of nothing", (a, a, "--window", "0"), "--window"),
            ("twice standard input", ("-", "-"), "only one of the two can be -")):
        done = checks.run("compare", *arguments)
        checks.same(name + ": exit", done.returncode, 2)
        checks.has(name, done.stderr, part)
        checks.same(name + ": stdout", done.stdout, "")
    empty = checks.write("empty.jsonl", "")
    checks.same("both empty: exit", checks.run("compare", empty, empty).returncode, 0)
    done = checks.run("compare", empty, a)
    checks.same("one empty: exit", done.returncode, 1)
    checks.has("one empty", done.stdout,
               f"{len(found)} of these before the first alert of A or after its last")


if __name__ == "__main__":
    cli.main(equal, different, mistakes)
