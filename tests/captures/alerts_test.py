# SPDX-License-Identifier: Apache-2.0
"""Alerts of a recorded capture, word for word what the peer prints: text, JSON, summary. The rules
are those of tests/cli.

  alerts_test.py --sensor falco-ebpf --captures FOLDER
"""

import json
import os
import sys
import tempfile

import peer

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import rules  # noqa: E402

EXTRAS = ("container_id=host container_name=host container_image_repository=<NA> "
          "container_image_tag=<NA> k8s_pod_name=<NA> k8s_ns_name=<NA>")
FIRST = ("02:21:20.288350081: Warning Shadow opened (user=root command=cat /etc/shadow "
         "file=/etc/shadow parent=trig.sh cport=<NA> q=\"x\") " + EXTRAS)
TEXT = [FIRST.replace('"', '\\"'),
        "02:21:20.290261807: Informational Link /srv/demo/t/lnk to /etc/shadow " + EXTRAS]
OBJECT = {
    "hostname": "HOST", "output": FIRST,
    "output_fields": {
        "container.id": "host", "container.image.repository": None, "container.image.tag": None,
        "container.name": "host", "evt.time": 1795314080288350081, "fd.cport": None,
        "fd.name": "/etc/shadow", "k8s.ns.name": None, "k8s.pod.name": None,
        "proc.cmdline": "cat /etc/shadow", "proc.pname": "trig.sh", "user.name": "root"},
    "priority": "Warning", "rule": "Shadow opened", "source": "syscall",
    "tags": ["filesystem", "mitre_credential_access"], "time": "2026-11-22T02:21:20.288350081Z"}
SUMMARY = """Events detected: 11
Rule counts by severity:
   WARNING: 8
   INFO: 3
Triggered rules by rule name:
   Shadow opened: 8
   Odd link: 3
"""


def run(given, capture, config, file, *more):
    done = peer.run(given, "-c", config, "-e", capture, "-r", file, "-o",
                    "append_output[].suggested_output=true", *more, text=True,
                    env={**os.environ, "TZ": "UTC", "FALCO_HOSTNAME": "HOST"})
    alerts, head, rest = done.stdout.partition("Events detected")
    return alerts.splitlines(), head + rest


def main():
    given = peer.options()
    capture = os.path.join(given.captures, "triggers.scap.gz")
    with tempfile.TemporaryDirectory(prefix="falco-ebpf-alerts-") as folder:
        file = os.path.join(folder, "good.yaml")
        with open(file, "w", encoding="utf-8") as out:
            out.write(rules.GOOD)
        config = os.path.join(folder, "falco.yaml")
        with open(config, "w", encoding="utf-8") as out:
            out.write("stdout_output: {enabled: true}\nengine: {cache_dir: ''}\n")
        text, summary = run(given, capture, config, file)
        objects, _ = run(given, capture, config, file, "-o", "json_output=true")
    expected = json.dumps(OBJECT, sort_keys=True, separators=(",", ":"))
    failed = 0
    for name, found, wanted in (("alerts", len(text), 11), ("text", text[:2], TEXT),
                                ("summary", summary, SUMMARY), ("objects", len(objects), 11),
                                ("json", objects[:1], [expected])):
        if found != wanted:
            failed += 1
            print(f"{name}: {found!r}, expected {wanted!r}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
