# SPDX-License-Identifier: Apache-2.0
"""`falco-bench flood` with the real sensor: a gentle flood loses nothing and everything hidden in
it is found, also in one that no rule wants, which is dropped in the kernel; one beyond its budget
is told of.

  flood_test.py --bench falco-bench --config falco.yaml
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
from sensor import SKIP, why_not_live  # noqa: E402


def flood(options, *arguments):
    """Figures by subject; the text of the terminal."""
    with tempfile.TemporaryDirectory(prefix="falco-bench-flood-") as folder:
        path = os.path.join(folder, "run.jsonl")
        done = subprocess.run([options.bench, "flood", "-c", options.config, "--json", path,
                               *arguments], capture_output=True, text=True, timeout=120,
                              check=False)
        if done.returncode != 0:
            return {}, done.stdout + done.stderr
        with open(path, encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
    figures = {row["subject"]: row["rounds"][0] for row in rows if row["type"] == "series"}
    return figures, done.stdout + done.stderr


def main():
    parser = argparse.ArgumentParser()
    for name in ("bench", "config"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    reason = why_not_live()
    if reason:
        print("skipped: " + reason)
        return SKIP
    wrong = []

    def expect(good, what, text):
        if not good:
            wrong.append(f"{what}:\n{text}")

    figures, text = flood(options, "--seconds", "3", "--rate", "2000")
    expect(figures.get("execs alerted") == [100], "a hidden start of a program was missed", text)
    expect(figures.get("planted reads alerted") == [100], "a hidden read was missed", text)
    expect(figures.get("events lost") == [0], "a gentle flood lost events", text)
    expect(figures.get("opens", [0])[0] > 0, "there was no flood", text)
    # All that the processors can, wanted by no rule: dropped in the kernel, once it was told.
    figures, text = flood(options, "--seconds", "6", "--unwanted")
    expect(figures.get("execs alerted") == [100], "a start of a program was missed", text)
    expect(figures.get("planted reads alerted") == [100], "a hidden read was missed", text)
    expect(figures.get("events delivered", [1])[0] < 4 * figures.get("opens", [0])[0],
           "what no rule wants was delivered all the same", text)
    # All that the processors can, over a budget: what is dropped is said.
    figures, text = flood(options, "--seconds", "2", "--more", "-o", "--more",
                          "engine.cgroup_budget=100")
    expect(figures.get("execs alerted") == [100], "a start of a program was missed", text)
    expect(figures.get("events lost", [0])[0] > 0, "a flood over its budget lost nothing", text)
    expect("budget: " in text, "the reason is not said", text)
    for each in wrong:
        print(each)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
