# SPDX-License-Identifier: Apache-2.0
"""-V FILE: the report of rules files, as text and as JSON, word for word where the peer's is known.

  validate_test.py --sensor falco-ebpf --data UNUSED
"""

import json

import cli
import rules

GOOD_REPORT = """good.yaml: Ok
3 Schema warnings:
------
failed for <root>[3][priority]: Failed to match against any enum values.
------
failed for <root>[3]: Failed to validate against schema associated with property name 'priority'.
------
failed for <root>: Failed to validate item #3 in array.
------

"""

# Up to its first error the same as the peer's, which ends there.
BAD_HEAD = """bad.yaml: Invalid
5 Schema warnings:
------
failed for <root>[1][priority]: Failed to match against any enum values.
------
failed for <root>[1]: Failed to validate against schema associated with property name 'priority'.
------
failed for <root>: Failed to validate item #1 in array.
------
failed for <root>[2]: Object contains a property that could not be validated using 'properties' or \
'additionalProperties' constraints: 'frob'.
------
failed for <root>: Failed to validate item #2 in array.
------

"""
BAD_FIRST = """In rules content: (bad.yaml:0:0)
    rule 'One': (bad.yaml:2:2)
    rule priority: (bad.yaml:6:12)
------
  priority: LOUD
            ^
------
LOAD_ERR_YAML_VALIDATE (Error validating internal structure of YAML file): Invalid priority
"""

BAD_SCHEMA = [line for line in BAD_HEAD.splitlines() if line.startswith("failed for")]
GOOD_SCHEMA = [line for line in GOOD_REPORT.splitlines() if line.startswith("failed for")]


def place(name, line, column, offset):
    return {"column": column, "line": line, "name": name, "offset": offset}


def step(item_type, item_name, position):
    return {"item_name": item_name, "item_type": item_type, "position": position}


CONTENT = step("rules content", "", place("bad.yaml", 0, 0, 0))
PRIORITY_ERROR = {
    "code": "LOAD_ERR_YAML_VALIDATE",
    "codedesc": "Error validating internal structure of YAML file",
    "context": {"locations": [CONTENT, step("rule", "One", place("bad.yaml", 2, 2, 53)),
                              step("rule priority", "", place("bad.yaml", 6, 12, 164))],
                "snippet": "  priority: LOUD\n            ^\n"},
    "message": "Invalid priority"}
MACRO_ERROR = {
    "code": "LOAD_ERR_VALIDATE",
    "codedesc": "Error validating rule/macro/list/exception objects",
    "context": {"locations": [CONTENT, step("macro", "m", place("bad.yaml", 0, 2, 2)),
                              step("condition expression", "",
                                   place('"proc.name = cat a..."', 1, 23, 22))],
                # The caret stands under the name; the peer's stands two bytes behind it.
                "snippet": "proc.name = cat and nosuch\n                    ^\n"},
    "message": "Undefined macro 'nosuch' used in filter."}


def good_text(checks):
    checks.write("good.yaml", rules.GOOD)
    done = checks.run("-V", "good.yaml")
    checks.same("good: exit", done.returncode, 0)
    checks.same("good: report", done.stdout, GOOD_REPORT)
    checks.same("good: no error", "Error" in done.stderr, False)
    checks.same("good: long option", checks.run("--validate", "good.yaml").stdout, GOOD_REPORT)
    checks.write("clean.yaml", rules.GOOD.replace("priority: info", "priority: INFORMATIONAL"))
    checks.same("clean", checks.run("-V", "clean.yaml").stdout, "clean.yaml: Ok\n")


def bad_text(checks):
    checks.write("bad.yaml", rules.BAD)
    done = checks.run("-V", "bad.yaml")
    checks.same("bad: exit", done.returncode, 1)
    head, _, rest = done.stdout.partition("Errors:\n")
    checks.same("bad: head", head[:len(BAD_HEAD)], BAD_HEAD)
    count = int(head[len(BAD_HEAD):])
    checks.same("bad: first error", rest[:len(BAD_FIRST)], BAD_FIRST)
    errors, _, warnings = rest.partition("\n1 Warnings:\n")
    checks.same("bad: as many as said", errors.count("In rules content"), count)
    for part in ("Undefined macro 'nosuch'", "proc.nme", "fd.nme", "rule 'Two'", "rule 'Three'",
                 "missing key 'desc'", "LOAD_ERR_COMPILE_CONDITION (",
                 "LOAD_ERR_COMPILE_OUTPUT ("):
        checks.has("bad: all errors", errors, part)
    checks.has("bad: warnings", warnings, "LOAD_UNKNOWN_KEY (")
    checks.same("bad: error on stderr", done.stderr[done.stderr.find("Error: "):],
                "Error: " + done.stdout)


def several_files(checks):
    done = checks.run("-V", "bad.yaml", "-V", "good.yaml")
    checks.same("both: exit", done.returncode, 1)
    checks.has("both: one after the other", done.stdout, "\n\ngood.yaml: Ok\n3 Schema")
    checks.same("both: bad first", done.stdout.startswith("bad.yaml: Invalid\n"), True)


def as_json(checks):
    done = checks.run("-V", "bad.yaml", "-V", "good.yaml", "-o", "json_output=true")
    checks.same("json: exit", done.returncode, 1)
    checks.same("json: one line", done.stdout.count("\n"), 1)
    whole = json.loads(done.stdout)
    checks.same("json: sorted", json.dumps(whole, sort_keys=True, separators=(",", ":"),
                                           ensure_ascii=False) + "\n", done.stdout)
    checks.same("json: keys", list(whole), ["falco_load_results"])
    bad, good = whole["falco_load_results"]
    checks.same("json: first error", bad["errors"][0], PRIORITY_ERROR)
    checks.same("json: macro", [e for e in bad["errors"] if "nosuch" in e["message"]],
                [MACRO_ERROR])
    checks.same("json: schema", bad["schema_warnings"], BAD_SCHEMA)
    checks.same("json: rest", [bad[k] for k in ("name", "schema_valid", "successful")],
                ["bad.yaml", False, False])
    checks.same("json: warnings", [w["code"] for w in bad["warnings"]], ["LOAD_UNKNOWN_KEY"])
    checks.same("json: good", good,
                {"errors": [], "name": "good.yaml", "schema_valid": False,
                 "schema_warnings": GOOD_SCHEMA, "successful": True, "warnings": []})
    checks.has("json: error on stderr", done.stderr, "Error: bad.yaml: Invalid\n")


def with_listing(checks):
    done = checks.run("-V", "good.yaml", "-L", "-o", "json_output=true")
    whole = json.loads(done.stdout)
    checks.same("with -L: keys", list(whole), ["falco_describe_results", "falco_load_results"])
    listed = json.loads(checks.run("-r", "good.yaml", "-L", "-o", "json_output=true").stdout)
    checks.same("with -L: as -L alone", whole["falco_describe_results"], listed)
    one = json.loads(checks.run("-V", "good.yaml", "-l", "Odd link", "-o",
                                "json_output=true").stdout)["falco_describe_results"]
    checks.same("with -l", [r["info"]["name"] for r in one["rules"]], ["Odd link"])
    bad = json.loads(checks.run("-V", "bad.yaml", "-L", "-o", "json_output=true").stdout)
    checks.same("with -L: not of a bad file", list(bad), ["falco_load_results"])
    text = checks.run("-V", "good.yaml", "-l", "Odd link").stdout
    checks.same("with -l: text", text, GOOD_REPORT + checks.run("-r", "good.yaml", "-l",
                                                                "Odd link").stdout)


def warnings_only(checks):
    checks.write("unused.yaml", "- list: l\n  items: []\n")
    done = checks.run("-V", "unused.yaml")
    checks.same("warned: exit", done.returncode, 0)
    checks.same("warned: report", done.stdout, "unused.yaml: Ok, with warnings\n")
    checks.has("warned: log", done.stderr, "1 Warnings:\n")
    checks.has("warned: log", done.stderr, "LOAD_UNUSED_LIST (Unused list): ")


def odd_files(checks):
    done = checks.run("-V", "nofile.yaml")
    checks.same("missing: exit", done.returncode, 1)
    checks.same("missing: stdout", done.stdout, "")
    checks.has("missing", done.stderr, "Error: Could not open file nofile.yaml for reading")
    checks.write("broken.yaml", "- rule: [a\n")
    done = checks.run("-V", "broken.yaml")
    checks.same("broken: exit", done.returncode, 1)
    checks.has("broken", done.stdout, "broken.yaml: Invalid\n1 Errors:\nIn rules content: ")
    checks.has("broken", done.stdout, "LOAD_ERR_YAML_PARSE (")
    checks.write("empty.yaml", "")
    checks.same("empty", checks.run("-V", "empty.yaml").stdout, "empty.yaml: Ok\n")
    checks.has("no file named", checks.run("-V").stderr, "Error: ")


def log_at_start(checks):
    checks.write("broken.conf", "evt.type=open\n")
    done = checks.run("-r", "good.yaml", "-r", "broken.conf", "--dry-run",
                      config="stdout_output: {enabled: true}\n")
    checks.has("log", done.stderr, ": Loading rules from:\n")
    checks.has("log", done.stderr, ":    good.yaml | schema validation: failed for "
               "<root>[3][priority]: Failed to match against any enum values.\n")
    checks.has("log", done.stderr, ":    broken.conf | schema validation: none\n")
    checks.write("clean.yaml", "- list: l\n  items: []\n")
    done = checks.run("-r", "clean.yaml", "--dry-run", config=cli.SILENT)
    checks.has("log", done.stderr, ":    clean.yaml | schema validation: ok\n")


if __name__ == "__main__":
    cli.main(good_text, bad_text, several_files, as_json, with_listing, warnings_only, odd_files,
             log_at_start)
