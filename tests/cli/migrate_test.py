# SPDX-License-Identifier: Apache-2.0
"""falco-ebpf migrate: an installation of Falco with something of every verdict in it.

  migrate_test.py --sensor falco-ebpf --data UNUSED
"""

import json
import os
import shutil

import cli
import rules

FILES = {
    "etc/falco/falco.yaml": """config_files: [/etc/falco/config.d]
rules_files: [/etc/falco/falco_rules.yaml, /etc/falco/rules.d, /etc/falco/missing.yaml]
engine: {kind: kmod}
plugins:
  - {name: k8saudit, library_path: libk8saudit.so}
grpc_output: {enabled: true}
json_output: true
webserver: {enabled: true, listen_address: 0.0.0.0}
wobserver: 1
""",
    "etc/falco/config.d/container.yaml": "load_plugins: [container]\n",
    "etc/falco/falco_rules.yaml": rules.GOOD,
    "etc/falco/rules.d/site.yaml": """- macro: named
  condition: (evt.type = connect and fd.sip.name = evil.example)
- rule: Name of a server
  desc: d
  condition: named and proc.name = curl
  output: o
  priority: WARNING
- rule: Group
  desc: d
  condition: evt.type = connect and proc.pgid = 7
  output: o
  priority: WARNING
- rule: Entry
  desc: d
  condition: evt.type = open and evt.dir = >
  output: o
  priority: WARNING
- rule: Secret
  desc: d
  condition: ka.verb = create
  output: o
  priority: WARNING
  source: k8s_audit
""",
    "usr/lib/systemd/system/falco-kmod.service": """[Service]
Environment="HOST_ROOT=/host" FALCO_BPF_PROBE=
EnvironmentFile=-/etc/default/falco
ExecStart=/usr/bin/falco -o engine.kind=kmod --pidfile=/run/falco.pid \\
    -k https://kubernetes $FALCO_OPTS
ExecReload=/bin/kill -1 $MAINPID
""",
    "usr/lib/systemd/system/falcoctl-artifact-follow.service":
        "[Service]\nExecStart=/usr/bin/falcoctl artifact follow\n",
    "etc/default/falco": "FALCO_OPTS=\"-A -D 'a b'\"\nOTHER=x\n"}
REFUSED = """- rule: Port
  desc: d
  condition: evt.type = connect and fd.sport = 70000
  output: o
  priority: WARNING
"""


def install(checks, **more):
    """An installation below the folder of the test."""
    root = os.path.join(checks.folder, "host")
    shutil.rmtree(root, ignore_errors=True)
    for name, text in {**FILES, **more}.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    return root


def migrate(checks, *arguments, **more):
    """The findings by part and name, and the whole."""
    root = install(checks, **more)
    done = checks.run("migrate", os.path.join(root, "etc/falco"), "--json", *arguments)
    whole = json.loads(done.stdout)
    return {(one["part"], one["name"]): one for one in whole["findings"]}, whole, done


def verdicts(checks):
    found, whole, done = migrate(checks)
    checks.same("exit", done.returncode, 0)
    checks.same("starts", (whole["starts"], whole["unreadable"]), (True, []))
    for part, name, verdict, reason in (
            ("settings", "json_output: true", "same", ""),
            ("settings", "engine.kind: kmod", "changed", "modern_ebpf"),
            ("settings", "grpc_output: {enabled: true}", "unsupported", "http_output"),
            ("settings", "wobserver: 1", "unsupported", "did you mean 'webserver'?"),
            ("settings", "webserver.listen_address: 0.0.0.0", "same", ""),
            ("settings", "log_stderr (not set)", "changed", "where it is not set"),
            ("options", "HOST_ROOT", "same", ""),
            ("options", "FALCO_BPF_PROBE", "ignored", "probe"),
            ("options", "-o engine.kind=kmod", "changed", "modern_ebpf"),
            ("options", "--pidfile=/run/falco.pid", "same", ""),
            ("options", "-k https://kubernetes", "ignored", "API server"),
            ("options", "-A", "same", ""),
            ("options", "-D a b", "changed", "taken as"),
            ("plugins", "plugins[0] (k8saudit)", "unsupported", "not available"),
            ("plugins", "load_plugins: [container]", "same", ""),
            ("rules", "Shadow opened", "same", ""),
            ("rules", "Name of a server", "unsupported", "fd.sip.name: no name server"),
            ("rules", "Group", "changed", "proc.pgid: "),
            ("rules", "Entry", "changed", "evt.dir = > never holds"),
            ("rules", "Secret", "unsupported", "k8s_audit"),
            ("macros", "opened", "same", ""),
            ("macros", "named", "unsupported", "fd.sip.name"),
            ("lists", "my_shells", "same", ""),
            ("fields", "fd.name", "same", ""),
            ("fields", "proc.pgid", "changed", "(in 1 condition, 0 outputs)")):
        one = found.get((part, name), {"verdict": None, "reason": ""})
        checks.same(f"{part} {name}", one["verdict"], verdict)
        checks.has(f"{part} {name}: reason", one["reason"], reason)
    names = [one["name"] for one in whole["findings"] if one["part"] == "options"]
    checks.same("options: no others", len(names), 7)
    checks.has("place", found["rules", "Entry"]["place"], "rules.d/site.yaml:13")
    checks.has("place of a key", found["settings", "wobserver: 1"]["place"], "falco.yaml:9")
    checks.same("counts", sum(whole["counts"].values()), len(whole["findings"]))


def as_text(checks):
    root = install(checks)
    before = {name: os.stat(os.path.join(root, name)).st_mtime_ns for name in FILES}
    done = checks.run("migrate", os.path.join(root, "etc/falco"))
    checks.has("text: heading", done.stdout, "\nrules (2 same, 2 changed, 0 ignored, 2 unsupp")
    checks.has("text: a rule", done.stdout, "\n  changed     Entry  ")
    checks.has("text: advice", done.stdout, "\n              -> leave the check out")
    checks.has("text: same", done.stdout, "\n  same        Shadow opened, Odd link\n")
    checks.has("text: end", done.stdout, "\nfalco-ebpf starts with them as they are\n")
    done = checks.run("migrate", "--all", os.path.join(root, "etc/falco/falco.yaml"))
    checks.has("all", done.stdout, "\n  same        Odd link  ")
    checks.same("nothing is written",
                {name: os.stat(os.path.join(root, name)).st_mtime_ns for name in FILES}, before)


def refused(checks):
    found, whole, done = migrate(checks, **{"etc/falco/rules.d/bad.yaml": REFUSED})
    checks.same("refused: exit", (done.returncode, whole["starts"]), (0, False))
    one = found["rules", "Port"]
    checks.same("refused", one["verdict"], "unsupported")
    checks.has("refused: reason", one["reason"], "refused: ")
    checks.has("refused: advice", one["advice"], "0 to 65535")
    found, whole, _ = migrate(checks, **{"etc/falco/rules.d/bad.yaml": "- rule: x\n  desc: ["})
    checks.same("no YAML", whole["starts"], False)
    checks.same("no YAML: other rules are there", found["rules", "Group"]["verdict"], "changed")


def unreadable(checks):
    for name, arguments in (("no folder", ("none",)),
                            ("no unit", (os.path.join(install(checks), "etc/falco"), "--unit",
                                         "none.service"))):
        done = checks.run("migrate", *arguments)
        checks.same(name + ": exit", done.returncode, 1)
        checks.has(name, done.stdout, "\nnot read: Could not open file " if name == "no unit"
                   else "not read: Could not open file ")
    _, whole, done = migrate(checks, **{"etc/falco/falco.yaml": "json_output: [1\n"})
    checks.same("bad YAML: exit", (done.returncode, whole["starts"]), (1, False))
    checks.same("bad YAML: said once", len(whole["unreadable"]), 1)


if __name__ == "__main__":
    cli.main(verdicts, as_text, refused, unreadable)
