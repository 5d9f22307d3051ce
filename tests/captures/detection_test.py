# SPDX-License-Identifier: Apache-2.0
"""Rules on recorded captures, whole program: how many alerts, and their exact lines.

  detection_test.py --sensor falco-ebpf --captures FOLDER --rules FILE --old_rules FILE
"""

import collections
import json
import os
import sys
import tempfile

import peer

OPEN = """
- list: cat_binaries
  items: [cat]
- list: cat_capable
  items: [cat_binaries]
- macro: is_cat
  condition: proc.name in (cat_capable)
- rule: open_from_cat
  desc: a process named cat opens something
  condition: evt.type=open and is_cat
  output: "An open was seen (command=%proc.cmdline)"
  priority: WARNING
"""
LINES = [f"2016-08-04T16:17:57.{ns}+0000: Warning An open was seen (command=cat /dev/null)"
         for ns in ("881785348", "881799840", "882008208", "882054739")]
NOT_CAT = """
- list: cat_capable
  items: [not_cat]
"""


def rule(name, condition, priority="INFO", more="", output="o"):
    return (f"- rule: {name}\n  desc: d\n  condition: {condition}\n  output: \"{output}\"\n"
            f"  priority: {priority}\n{more}")


def exception(more):
    """The base rule with exceptions."""
    return rule("r", "evt.type=open and proc.name=cat", "WARNING", "  exceptions:\n" + more)


def judge(given, capture, *rules, options=(), env=None):
    """The rules (one text a file) over a capture."""
    with tempfile.TemporaryDirectory(prefix="falco-ebpf-detection-") as folder:
        files = []
        for number, text in enumerate(rules):
            files.append(os.path.join(folder, f"rules{number}.yaml"))
            with open(files[-1], "w", encoding="utf-8") as out:
                out.write(text)
        return peer.Sensor(given, peer.path(given, capture), *files, options=options, env=env)


class Cases:
    def __init__(self, given):
        self.given = given
        self.failures = []
        self.count = 0

    def check(self, name, found, expected):
        self.count += 1
        if found != expected:
            self.failures.append(f"{name}: {found!r}, expected {expected!r}")

    def hits(self, name, expected, capture, *rules, **more):
        self.check(name, judge(self.given, capture, *rules, **more).hits(), expected)


def texts(cases):
    run = judge(cases.given, "cat_write", OPEN, options=["-o", "time_format_iso_8601=true"])
    cases.check("exact lines", run.alerts, LINES)
    cases.check("summary", run.summary[:3],
                ["Events detected: 4", "Rule counts by severity:", "   WARNING: 4"])
    cases.check("log in UTC", run.stderr[:2] + run.stderr.split(": ")[0][-5:], "20+0000")
    tagged = OPEN + "  tags: [filesystem, process, testing]\n"
    run = judge(cases.given, "cat_write", tagged, options=["-o", "json_output=true"],
              env={"FALCO_HOSTNAME": "test-falco-hostname"})
    output = "16:17:57.{}: Warning An open was seen (command=cat /dev/null)"
    found = [json.loads(line) for line in run.alerts]
    for alert, ns in zip(found, ("881785348", "881799840", "882008208", "882054739")):
        cases.check("json", alert, {
            "hostname": "test-falco-hostname",
            "output": output.format(ns),
            "output_fields": {"evt.time": 1470327477 * 10**9 + int(ns),
                              "proc.cmdline": "cat /dev/null"},
            "priority": "Warning",
            "rule": "open_from_cat",
            "source": "syscall",
            "tags": ["filesystem", "process", "testing"],
            "time": f"2016-08-04T16:17:57.{ns}Z",
        })
    cases.check("json lines", len(found), 4)
    run = judge(cases.given, "cat_write", rule("r", "evt.type=open and proc.name=cat",
                                             output="port=%fd.cport"))
    cases.check("null field", {line.partition(": ")[2] for line in run.alerts},
                {"Informational port=<NA>"})
    for switch, key in (("output", "output"), ("tags", "tags")):
        run = judge(cases.given, "cat_write", tagged,
                  options=["-o", "json_output=true", "-o",
                           f"json_include_{switch}_property=false"])
        cases.check(f"json without {key}", [key in json.loads(line) for line in run.alerts],
                    [False] * 4)
    run = judge(cases.given, "cat_write", OPEN, options=["-o", "json_output=true"])
    cases.check("no tags", [json.loads(line)["tags"] for line in run.alerts], [[]] * 4)


def loading(cases):
    cat = {"open_from_cat": 4}
    cases.hits("single rule", cat, "cat_write", OPEN)
    cases.hits("list overridden", {}, "cat_write", OPEN, NOT_CAT)
    cases.hits("macro overridden", {}, "cat_write", OPEN,
               "- macro: is_cat\n  condition: proc.name in (not_cat)\n")
    cases.hits("rule overridden", {}, "cat_write", OPEN,
               rule("open_from_cat", "evt.type=open and proc.name=not_cat"))
    cases.hits("list appended", cat, "cat_write", OPEN.replace("items: [cat]", "items: [not_cat]"),
               "- list: cat_binaries\n  append: true\n  items: [cat]\n")
    cases.hits("macro appended", cat, "cat_write",
               OPEN.replace("(cat_capable)", "(nothing)"),
               "- macro: is_cat\n  append: true\n  condition: or proc.name=cat\n")
    cases.hits("rule appended", {}, "cat_write", OPEN,
               "- rule: open_from_cat\n  append: true\n  condition: and fd.name=/tmp/none\n")
    cases.hits("append: false replaces", {}, "cat_write", OPEN,
               "- list: cat_binaries\n  append: false\n  items: [not_cat]\n")
    cases.hits("list name within a word", {}, "cat_write",
               "- list: my_list\n  items: [cat]\n" +
               rule("r", "evt.type=open and proc.name=file_my_list"))
    for place, text in (("front", "(mine, not_cat)"), ("end", "(not_cat, mine)"),
                        ("middle", "(a, mine, b)"), ("alone", "(mine)"), ("blank", "( mine )")):
        cases.hits(f"list at the {place}", {"r": 4}, "cat_write",
                   "- list: mine\n  items: [cat]\n" +
                   rule("r", f"evt.type=open and proc.name in {text}"))
    cases.hits("several files, least priority", {"open_from_cat": 4, "exec": 1}, "cat_write",
               OPEN, rule("exec", "evt.type=execve and proc.name=cat", "ERROR"),
               rule("access", "evt.type=access and proc.name=cat", "INFO"),
               options=["-o", "priority=WARNING", "-o", "base_syscalls.all=true"])
    cases.hits("documents", {"open_from_cat": 4, "exec": 1, "access": 3}, "cat_write",
               OPEN + "---\n" + rule("exec", "evt.type=execve and proc.name=cat", "ERROR") +
               "---\n" + rule("access", "evt.type=access and proc.name=cat"))
    cases.hits("empty file first", cat, "cat_write", "", OPEN)
    cases.hits("empty file last", cat, "cat_write", OPEN, "")
    off, on = "- rule: open_from_cat\n  enabled: {}\n".format, OPEN
    cases.hits("disabled later", {}, "cat_write", on, off("false"))
    cases.hits("enabled again", cat, "cat_write", on, off("false"), off("true"))
    cases.hits("disabled in place", {}, "cat_write", on + "  enabled: false\n")
    cases.hits("disabled by name", {}, "cat_write", on,
               options=["-o", "rules[].disable.rule=open_from*"])
    first = rule("open_dev_null", "evt.type=open and fd.name=/dev/null")
    second = rule("dev_null", "fd.name=/dev/null")
    for name, how, expected in (("first", [], {"open_dev_null": 1}),
                                ("all", ["-o", "rule_matching=all"],
                                 {"open_dev_null": 1, "again": 1})):
        cases.hits(f"rule_matching {name}", expected, "cat_write", first,
                   rule("again", "evt.type=open and fd.name=/dev/null"), options=how)
    found = judge(cases.given, "cat_write", first + second).hits()
    cases.check("catch-all", (found.get("open_dev_null"), found.get("dev_null", 0) > 1), (1, True))
    run = judge(cases.given, "cat_write", first, options=["-o", "rule_matching=sometimes"])
    cases.check("unknown matching", (run.exit, "rule_matching" in run.stderr or
                                     "rule matching" in run.stderr), (1, True))
    cases.hits("arguments of fields", {}, "cat_write",
               rule("r", "evt.type=open and evt.arg.path=x and evt.arg[0]=y and "
                    "proc.aname[1]=z and proc.apid[1]=1"))
    cases.hits("netmask in a list", {"r": 1}, "connect_localhost",
               rule("r", 'evt.type=connect and fd.net in ("127.0.0.1/24")'))


def exceptions(cases):
    forms = {
        "first item": "  - name: e\n    fields: [proc.name]\n    values: [[cat]]\n",
        "second item": "  - name: a\n    fields: [proc.name]\n    values: [[dog]]\n"
                       "  - name: e\n    fields: [proc.name, evt.type]\n"
                       "    values: [[cat, open]]\n",
        "second row": "  - name: e\n    fields: [proc.name]\n    values: [[dog], [cat]]\n",
        "comps": "  - name: e\n    fields: [proc.name]\n    comps: [contains]\n"
                 "    values: [[ca]]\n",
        "quoted": "  - name: e\n    fields: [proc.name]\n    values: [['\"cat\"']]\n",
        "single field": "  - name: e\n    fields: proc.name\n    comps: in\n"
                        "    values: [dog, cat]\n",
        "a list as value": "  - name: e\n    fields: [proc.name]\n    comps: [in]\n"
                           "    values: [[[dog, cat]]]\n",
        "a list by name": "  - name: e\n    fields: [proc.name]\n    comps: [in]\n"
                          "    values: [[animals]]\n",
        "a list in parentheses": "  - name: e\n    fields: [proc.name]\n    comps: [in]\n"
                                 "    values: [[(animals)]]\n",
    }
    animals = "- list: animals\n  items: [dog, cat]\n"
    for name, text in forms.items():
        cases.hits(f"exception, {name}", {}, "cat_write", animals + exception(text))
    bare = "  - name: e\n    fields: [proc.name]\n"
    cases.hits("exception without values", {"r": 4}, "cat_write", exception(bare))
    for name, text in (("appended", "  - name: e\n    values: [[cat]]\n"),
                       ("new", "  - name: f\n    fields: [proc.name]\n    values: [[cat]]\n")):
        cases.hits(f"exception {name}", {}, "cat_write", exception(bare),
                   "- rule: r\n  append: true\n  exceptions:\n" + text)


def more_exceptions(cases):
    """Values in any item and row, of several fields, added by later files."""
    item = "  - name: {}\n    fields: [{}]\n    values: [[{}]]\n".format
    dog, two = item("a", "proc.name", "dog"), item("b", "proc.name, fd.name", "dog, /x")
    cases.hits("exception, third item", {}, "cat_write",
               exception(dog + two + item("e", "proc.name", "cat")))
    cases.hits("exception, one that does not fit", {"r": 4}, "cat_write", exception(dog + two))
    cases.hits("exception, both fields must fit", {"r": 3}, "cat_write",
               exception(item("e", "proc.name, fd.name", "cat, /dev/null")))
    bare = "".join(f"  - name: {name}\n    fields: [proc.name]\n" for name in "abc")
    later = "- rule: r\n  append: true\n  exceptions:\n{}".format
    override = "- rule: r\n  override: {{exceptions: append}}\n  exceptions:\n{}".format
    values = "  - name: {}\n    values: [{}]\n".format
    for name, more in (("first", values("a", "[cat]")), ("second", values("b", "[cat]")),
                       ("third", values("c", "[cat]")),
                       ("several", values("a", "[dog]") + values("c", "[cat]")),
                       ("second row", values("b", "[dog], [cat]"))):
        for how in (later, override):
            cases.hits(f"exception appended to the {name}", {}, "cat_write", exception(bare),
                       how(more))
    cases.hits("exception appended, none that fits", {"r": 4}, "cat_write", exception(bare),
               later(values("a", "[dog]")))
    single = "  - name: e\n    fields: proc.name\n    comps: in\n    values: [dog]\n"
    cases.hits("exception of a single field, appended", {}, "cat_write", exception(single),
               later("  - name: e\n    values: [cat]\n"))
    contains = "  - name: e\n    fields: [proc.name]\n    comps: [contains]\n"
    cases.hits("contains, appended", {}, "cat_write", exception(contains),
               later("  - name: e\n    values: [[ca]]\n"))


def names(cases):
    """Names of rules are any text; the last definition counts, at the place of the first."""
    for name in ("Open From Cat", "Open.*From[Cat](x)|{1,2}", "open_from_cat?", "\\d+ $^"):
        cases.hits(f"rule '{name}'", {name: 4}, "cat_write",
                   rule(f"'{name}'", "evt.type=open and proc.name=cat"))
    cases.hits("endswith", {"r": 1}, "cat_write",
               rule("r", "evt.type=open and fd.name endswith null"))
    opens = "evt.type=open and proc.name=cat"
    first, second = rule("first", opens), rule("second", opens)
    cases.hits("order of rules", {"first": 4}, "cat_write", first, second)
    cases.hits("defined again: the place of the first", {"first": 4}, "cat_write",
               rule("first", opens + " and fd.name=none"), second, first)
    cases.hits("a part of a name is none", {"first": 4}, "cat_write", first,
               options=["-o", "rules[].disable.rule=firs"])
    cases.hits("a macro that comes later counts", {"r": 4}, "cat_write",
               "- macro: m\n  condition: proc.name=none\n" + rule("r", "evt.type=open and m") +
               "- macro: m\n  condition: proc.name=cat\n")
    found = judge(cases.given, "cat_write", OPEN,
                  options=["-o", "json_output=true", "-o",
                           "json_include_output_fields_property=false"])
    cases.check("json without output_fields",
                ["output_fields" in json.loads(line) for line in found.alerts], [False] * 4)


def quiet(cases):
    """On a capture in which nothing of interest happens no rule set of ours says anything."""
    for rules in (cases.given.rules, cases.given.old_rules):
        run = peer.Sensor(cases.given, peer.path(cases.given, "empty"), rules)
        cases.check(f"{os.path.basename(rules)} on empty", run.hits(), {})


def tagged_rules():
    sets = ["a", "b", "c", "a b", "a c", "b c", "a b c", "b a", "c a", "b c a", "d", "", ""]
    text = "".join(
        rule(f"open_{k}", f"evt.type=open and fd.name=/tmp/file-{k}", "WARNING",
             f"  tags: [{', '.join(names.split())}]\n" if names else "")
        for k, names in enumerate(sets, 1))
    return sets, text


def former_options(cases):
    """-t, -T and -D of Falco until 0.38, with the same results."""
    sets, text = tagged_rules()

    def chosen(name, options, numbers):
        cases.hits(name, {f"open_{k}": 1 for k in numbers}, "open-multiple-files", text,
                   options=options)

    for tag in ("a", "b", "c", "ab", "bc", "ac", "abc", "d"):
        have = [k for k, of in enumerate(sets, 1) if set(tag) & set(of.split())]
        lack = [k for k in range(1, 14) if k not in have]
        chosen(f"-t {tag}", [word for t in tag for word in ("-t", t)], have)
        chosen(f"-T {tag}", [word for t in tag for word in ("-T", t)], lack)
    chosen("-D open_1", ["-D", "open_1"], range(2, 10))
    chosen("-D of a whole name", ["-D", "^open_1$"], range(2, 14))
    chosen("-D of several", ["-D", "_[2-9]$", "-D", "_1.$"], [1])
    chosen("-D and -T", ["-D", "open_1$", "-T", "b"], [3, 5, 9, 11, 12, 13])
    run = judge(cases.given, "open-multiple-files", text, options=["-t", "a", "-D", "x"])
    cases.check("-t and -D", (run.exit, "both disabled (-D/-T) and enabled (-t)" in run.stderr),
                (1, True))


def tags(cases):
    sets, text = tagged_rules()
    cases.hits("no selection", {f"open_{k}": 1 for k in range(1, 14)}, "open-multiple-files", text)

    def select(verb, names):
        options = ["-o", "rules[].disable.rule=*"] if verb == "enable" else []
        for name in names:
            options += ["-o", f"rules[].{verb}.tag={name}"]
        return options

    wanted = collections.OrderedDict(
        (("a", (1, 4, 5, 7, 8, 9, 10)), ("b", (2, 4, 6, 7, 8, 10)), ("c", (3, 5, 6, 7, 9, 10)),
         ("ab", (1, 2, 4, 5, 6, 7, 8, 9, 10)), ("bc", tuple(range(2, 11))),
         ("abc", tuple(range(1, 11))), ("d", (11,))))
    for names, rules in wanted.items():
        cases.hits(f"only {names}", {f"open_{k}": 1 for k in rules}, "open-multiple-files", text,
                   options=select("enable", names))
    for names in ("a", "b", "c", "ab", "bc", "ac", "abc"):
        left = [k for k, of in enumerate(sets, 1) if not set(names) & set(of.split())]
        cases.hits(f"without {names}", {f"open_{k}": 1 for k in left}, "open-multiple-files", text,
                   options=select("disable", names))


def main():
    cases = Cases(peer.options(recorded=("rules", "old_rules")))
    for part in (texts, loading, exceptions, more_exceptions, names, quiet, tags, former_options):
        part(cases)
    print("\n".join(cases.failures))
    print(f"{cases.count} checks, {len(cases.failures)} failures")
    return 1 if cases.failures else 0


if __name__ == "__main__":
    sys.exit(main())
