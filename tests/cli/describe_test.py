# SPDX-License-Identifier: Apache-2.0
"""-L and -l RULE: the table of rules, and all that is known of them as JSON, compared with the
peer's key by key. Lists of fields, operators and events stand in sorted order here.

  describe_test.py --sensor falco-ebpf --data UNUSED
"""

import json

import cli
import rules

CONFIG = "append_output: [{suggested_output: true}]\n"
EXTRA_FIELDS = [word.split("=%")[1] for word in rules.EXTRAS.split()]

TABLE = """Rule                                               Description
----                                               -----------
Shadow opened                                      a process opens the shadow file\x20

Odd link                                           link created\x20

"""

SHADOW_OUTPUT = ('Shadow opened (user=%user.name command=%proc.cmdline file=%fd.name '
                 'parent=%proc.pname cport=%fd.cport q="x")')
OPENED = "(evt.type in (open, openat, openat2) and fd.num >= 0)"
OPEN_EVENTS = ["asyncevent", "open", "openat", "openat2"]

WHOLE = {
    "lists": [{"details": {"items_compiled": ["bash", "sh"], "lists": [], "plugins": [],
                           "used": True},
               "info": {"items": ["bash", "sh"], "name": "my_shells"}}],
    "macros": [{"details": {"condition_compiled": OPENED,
                            "condition_fields": ["evt.type", "fd.num"],
                            "condition_operators": [">=", "in"], "events": OPEN_EVENTS,
                            "lists": [], "macros": [], "plugins": [], "used": True},
                "info": {"condition": "(evt.type in (open,openat,openat2) and fd.num>=0)",
                         "name": "opened"}}],
    "required_engine_version": "0.0.0",
    "required_plugin_versions": [],
    "rules": [
        {"details": {"condition_compiled": f"({OPENED} and fd.name = /etc/shadow and not proc.name "
                                           "in (bash, sh))",
                     "condition_fields": ["evt.type", "fd.name", "fd.num", "proc.name"],
                     "condition_operators": ["=", ">=", "in"], "events": OPEN_EVENTS,
                     "exception_fields": [], "exception_names": [], "exception_operators": [],
                     "lists": ["my_shells"], "macros": ["opened"],
                     "output_compiled": SHADOW_OUTPUT + " " + rules.EXTRAS,
                     "output_fields": ["user.name", "proc.cmdline", "fd.name", "proc.pname",
                                       "fd.cport", *EXTRA_FIELDS],
                     "plugins": ["container"]},
         "info": {"capture": False, "capture_duration": 0,
                  "condition": "opened and fd.name=/etc/shadow and not proc.name in (my_shells)",
                  "description": "a process opens the shadow file", "enabled": True,
                  "name": "Shadow opened", "output": SHADOW_OUTPUT, "priority": "Warning",
                  "source": "syscall", "tags": ["filesystem", "mitre_credential_access"]}},
        {"details": {"condition_compiled": "(evt.type in (symlink, symlinkat) and "
                                           "evt.arg.target contains shadow)",
                     "condition_fields": ["evt.arg.target", "evt.type"],
                     "condition_operators": ["contains", "in"],
                     "events": ["asyncevent", "symlink", "symlinkat"],
                     "exception_fields": [], "exception_names": [], "exception_operators": [],
                     "lists": [], "macros": [],
                     "output_compiled": "Link %evt.arg.linkpath to %evt.arg.target " +
                                        rules.EXTRAS,
                     "output_fields": ["evt.arg.linkpath", "evt.arg.target", *EXTRA_FIELDS],
                     "plugins": ["container"]},
         "info": {"capture": False, "capture_duration": 0,
                  "condition": "evt.type in (symlink, symlinkat) and evt.arg.target contains "
                               "shadow",
                  "description": "link created", "enabled": True, "name": "Odd link",
                  "output": "Link %evt.arg.linkpath to %evt.arg.target",
                  "priority": "Informational", "source": "syscall", "tags": []}}]}


def describe(checks, *arguments):
    checks.write("good.yaml", rules.GOOD)
    return checks.run("-r", "good.yaml", *arguments, config=CONFIG)


def as_text(checks):
    done = describe(checks, "-L")
    checks.same("-L: exit", done.returncode, 0)
    checks.same("-L", done.stdout, TABLE)
    lines = TABLE.splitlines(keepends=True)
    checks.same("-l", describe(checks, "-l", "Odd link").stdout, "".join(lines[:2] + lines[4:]))


def as_json(checks):
    done = describe(checks, "-L", "-o", "json_output=true")
    checks.same("-L json: one line", done.stdout.count("\n"), 1)
    whole = json.loads(done.stdout)
    for key, value in WHOLE.items():
        checks.same("-L json: " + key, json.dumps(whole[key], indent=1, sort_keys=True),
                    json.dumps(value, indent=1, sort_keys=True))
    checks.same("-L json: keys", sorted(whole), sorted(WHOLE))
    one = json.loads(describe(checks, "-l", "Odd link", "-o", "json_output=true").stdout)
    checks.same("-l json", one, {"rules": [WHOLE["rules"][1]]})


def failures(checks):
    done = describe(checks, "-l", "Odd lnk")
    checks.same("unknown rule: exit", done.returncode, 1)
    checks.same("unknown rule: stdout", done.stdout, "")
    checks.has("unknown rule", done.stderr, "Error: Unable to find rule 'Odd lnk'")
    checks.write("bad.yaml", rules.BAD)
    done = checks.run("-r", "bad.yaml", "-L")
    checks.same("bad rules: exit", done.returncode, 1)
    checks.same("bad rules: stdout", done.stdout, "")


if __name__ == "__main__":
    cli.main(as_text, as_json, failures)
