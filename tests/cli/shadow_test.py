# SPDX-License-Identifier: Apache-2.0
"""--shadow FILE over our small capture: alerts are in the file only, whatever is configured.

  shadow_test.py --sensor falco-ebpf --data tests/data
"""

import json
import os

import cli

RULE = """- rule: Opened
  desc: d
  condition: evt.type = openat
  output: opened %fd.name
  priority: WARNING
"""
CONFIG = """stdout_output: {enabled: true}
file_output: {enabled: true, filename: peer.txt}
program_output: {enabled: true, program: "cat > program.txt"}
webserver: {enabled: true}
metrics: {enabled: true, interval: 1s, output_file: metrics.txt}
json_include_output_fields_property: false
"""


def only_the_file(checks):
    checks.write("rules.yaml", RULE)
    capture = os.path.join(checks.data, "shell_from_server.scap")
    for run in (1, 2):
        done = checks.run("-r", "rules.yaml", "-e", capture, "--interpret", "--shadow", "s.jsonl",
                          config=CONFIG)
        checks.same("exit", done.returncode, 0)
        checks.same("no alert on standard output", "opened" in done.stdout, False)
        with open(os.path.join(checks.folder, "s.jsonl"), encoding="utf-8") as file:
            alerts = [json.loads(line) for line in file]
        checks.same("alerts, appended", [one["output_fields"]["fd.name"] for one in alerts],
                    ["/etc/shadow"] * run)
    checks.has("what is off is said", done.stderr,
               "Shadow: alerts go to s.jsonl only, as JSON; not in use: stdout_output, "
               "file_output, program_output, webserver, metrics\n")
    for name in ("peer.txt", "program.txt", "metrics.txt"):
        checks.same("no " + name, os.path.exists(os.path.join(checks.folder, name)), False)


if __name__ == "__main__":
    cli.main(only_the_file)
