# SPDX-License-Identifier: Apache-2.0
"""What the sensor says of rules and files that are wrong: a clear error with its position, exit
1, and nothing started. Needs no privileges: it must end before it touches the kernel.

  errors_test.py --sensor falco-ebpf --config falco.yaml
"""

import argparse
import collections
import os
import subprocess
import sys
import tempfile

RULE = """- rule: r
  desc: d
  condition: {condition}
  output: {output}
  priority: INFO
"""

Wrong = collections.namedtuple("Wrong", "name text says")


def wrong_files():
    """Rules files and texts that the error must hold; FILE stands for the name of the file."""
    loop = ("- macro: one\n  condition: proc.name = a\n"
            "- macro: two\n  condition: one or proc.name = b\n"
            "- macro: one\n  condition: two or proc.name = c\n" + RULE.format(condition="one",
                                                                              output="o"))
    return [
        Wrong("YAML error", "- rule: [r\n  desc: d\n", ["FILE:", "LOAD_ERR_YAML_PARSE"]),
        Wrong("unknown field",
              RULE.format(condition="evt.type = open and proc.nme = cat", output="o"),
              ["FILE:3:", "proc.nme", "LOAD_ERR_COMPILE_CONDITION"]),
        Wrong("operator of the wrong type",
              RULE.format(condition="evt.type = open and proc.pid contains 5", output="o"),
              ["FILE:3:", "contains", "LOAD_ERR_COMPILE_CONDITION"]),
        Wrong("macro loop", loop, ["FILE:", "one", "LOAD_ERR_VALIDATE"]),
        Wrong("unknown field of an output",
              RULE.format(condition="evt.type = open", output="x %no.such.field"),
              ["FILE:4:", "no.such.field", "LOAD_ERR_COMPILE_OUTPUT"]),
        Wrong("unknown priority",
              RULE.format(condition="evt.type = open", output="o").replace("INFO", "LOUD"),
              ["FILE:5:", "LOUD", "LOAD_ERR_YAML_VALIDATE"]),
    ]


def run(options, rules):
    ready, told = os.pipe()
    # Should it start all the same, then for this test's own processes only.
    done = subprocess.run([options.sensor, "-c", options.config, "-r", rules, "--ready-fd",
                           str(told), "--scope", f"tree={os.getpid()}", "-M", "1"],
                          pass_fds=[told], capture_output=True, text=True, timeout=60,
                          check=False)
    os.close(told)
    started = os.read(ready, 64)
    os.close(ready)
    return done, started


def judge(name, done, started, says):
    failures = []
    if done.returncode != 1:
        failures.append(f"{name}: exit {done.returncode}, expected 1")
    if started or "Opening 'syscall' source" in done.stderr:
        failures.append(f"{name}: it started all the same")
    if done.stdout:
        failures.append(f"{name}: printed to stdout: {done.stdout}")
    if "Error: " not in done.stderr:
        failures.append(f"{name}: no error on stderr")
    for text in says:
        if text not in done.stderr:
            failures.append(f"{name}: the error lacks '{text}':\n{done.stderr}")
    return failures


def without_rights(options, folder):
    """Started without the capabilities, the sensor names them and what to do."""
    rules = os.path.join(folder, "rules.yaml")
    with open(rules, "w", encoding="utf-8") as file:
        file.write(RULE.format(condition="evt.type = open", output="o"))
    drop = [] if os.geteuid() != 0 else ["setpriv", "--bounding-set=-sys_admin,-bpf,-perfmon"]
    done = subprocess.run([*drop, options.sensor, "-c", options.config, "-r", rules, "--scope",
                           f"tree={os.getpid()}"],
                          capture_output=True, text=True, timeout=60, check=False)
    failures = []
    if done.returncode != 1:
        failures.append(f"no rights: exit {done.returncode}, expected 1")
    for text in ("Error: the kernel refuses the probe", "no CAP_BPF and CAP_PERFMON: run as root"):
        if text not in done.stderr:
            failures.append(f"no rights: the error lacks '{text}':\n{done.stderr}")
    return failures


def main():
    parser = argparse.ArgumentParser()
    for name in ("sensor", "config"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    failures = []
    with tempfile.TemporaryDirectory(prefix="falco-ebpf-errors-") as folder:
        missing = os.path.join(folder, "missing.yaml")
        failures += judge("missing file", *run(options, missing), [missing])
        for number, wrong in enumerate(wrong_files()):
            path = os.path.join(folder, f"wrong{number}.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(wrong.text)
            failures += judge(wrong.name, *run(options, path),
                              [text.replace("FILE", path) for text in wrong.says])
        failures += without_rights(options, folder)
    for text in failures:
        print(text)
    print(f"{len(wrong_files()) + 1} wrong files tried")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
