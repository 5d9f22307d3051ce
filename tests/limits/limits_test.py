# SPDX-License-Identifier: Apache-2.0
"""Rules files of a size nobody writes: the compiler ends in bounds, with success or an error.

  limits_test.py --rulec falco-rulec [--table] [NAME...]

Every file goes through `falco-rulec check` and `falco-rulec compile --emit bundle`, each with at
most 10 s of processor time and 1 GB of address space. --table prints what each took.
"""

import argparse
import collections
import os
import resource
import subprocess
import sys
import tempfile

CPU_SECONDS = 10
ADDRESS_SPACE = 1 << 30

# `error`: a text that must be in what is printed; None: the file is good.
# `slow`: why `compile` is not run in a test; --slow runs it all the same, without a limit of time.
Case = collections.namedtuple("Case", "name extension write error slow", defaults=[None])

LLVM = "LLVM takes longer for its machine code, see docs/limits.md"


def rule(name, condition, output="%proc.name", more=""):
    return (f"- rule: {name}\n  desc: d\n  condition: {condition}\n"
            f"  output: \"{output}\"\n  priority: NOTICE\n{more}")


def many_rules(count):
    """Rules as people write them: shared macros and lists, and texts of their own."""
    parts = ["- list: shells\n  items: [bash, sh, zsh, dash]\n"
             "- macro: spawned\n"
             "  condition: evt.type in (execve, execveat) and evt.rawres >= 0\n"
             "- macro: opened\n"
             "  condition: evt.type in (open, openat, openat2) and fd.num >= 0\n"]
    for k in range(count):
        if k % 2:
            condition = (f"spawned and proc.name in (shells, tool{k})"
                         f" and (proc.args contains \"--opt{k}\" or proc.pname = parent{k % 97})"
                         f" and not user.uid = {k % 50}")
        else:
            condition = (f"opened and (fd.name startswith /srv/app{k}/"
                         f" or fd.name = /etc/app{k}.conf)"
                         f" and not proc.name in (app{k}, app{k}d)"
                         f" and proc.aname[2] != init{k % 7}")
        parts.append(rule(f"Rule {k}", condition,
                          f"number {k} by %proc.name of %user.name on %fd.name"))
    return "".join(parts)


def long_condition(size):
    parts = []
    total = 0
    while total < size:
        parts.append(f"fd.name = /data/file{len(parts)}")
        total += len(parts[-1]) + 4
    return rule("Long", "evt.type = openat and (" + " or ".join(parts) + ")")


def nested(depth):
    return rule("Deep", "(" * depth + "evt.type = openat" + ")" * depth)


def macro_bomb(levels):
    parts = ["- macro: m0\n  condition: proc.name = a\n"]
    parts += [f"- macro: m{k}\n  condition: (m{k - 1} or m{k - 1})\n" for k in range(1, levels + 1)]
    return "".join(parts) + rule("Bomb", f"evt.type = execve and m{levels}")


def large_macro_in_rules(levels, count):
    return macro_bomb(levels) + "".join(
        rule(f"Rule {k}", f"evt.type = execve and m{levels} and proc.pid = {k}")
        for k in range(count))


def macro_chain(levels):
    parts = ["- macro: m0\n  condition: proc.name = a\n"]
    parts += [f"- macro: m{k}\n  condition: not (m{k - 1} and proc.pid = {k})\n"
              for k in range(1, levels + 1)]
    return "".join(parts) + rule("Chain", f"evt.type = execve and m{levels}")


def list_bomb(levels):
    parts = ["- list: l0\n  items: [a, b]\n"]
    parts += [f"- list: l{k}\n  items: [l{k - 1}, l{k - 1}]\n" for k in range(1, levels + 1)]
    return "".join(parts) + rule("Bomb", f"evt.type = execve and proc.name in (l{levels})")


def long_list(count):
    items = ", ".join(f"program{k}" for k in range(count))
    return f"- list: names\n  items: [{items}]\n" + rule(
        "Listed", "evt.type = execve and proc.name in (names)")


def large_file(size):
    """A file that is large by its texts, not by its rules."""
    filler = "# " + "x" * 98 + "\n"
    comments = filler * (size // 2 // len(filler))
    words = ("word " * 40).strip()
    described = "".join(f"    {words}\n" for _ in range(size // 2 // (len(words) + 5)))
    return comments + ("- rule: Large\n  desc: >\n" + described +
                       "  condition: evt.type = execve and proc.name = nc\n"
                       "  output: \"%proc.name\"\n  priority: NOTICE\n")


def large_rules_file(size):
    """A file that is large by its rules, which are switched off or on one by one."""
    parts = []
    total = 0
    while total < size:
        parts.append(rule(f"Rule {len(parts)}", "evt.type = execve and proc.name = nc",
                          "text " * 300 + "%proc.name"))
        total += len(parts[-1])
    return "".join(parts)


def alias_bomb(levels):
    parts = ["- list: l0\n  items: &a0 [a, a, a, a, a, a, a, a, a, a]\n"]
    for k in range(1, levels + 1):
        parts.append(f"- list: l{k}\n  items: &a{k} [" + ", ".join([f"*a{k - 1}"] * 10) + "]\n")
    return "".join(parts)


def alias_bomb_in_exceptions(levels):
    text = "- x: &a0 [a, a, a, a, a, a, a, a, a, a]\n"
    for k in range(1, levels + 1):
        text += f"- x: &a{k} [" + ", ".join([f"*a{k - 1}"] * 10) + "]\n"
    return text + rule("Bomb", "evt.type = execve", more="  exceptions:\n    - name: e\n"
                       f"      fields: [proc.name, proc.args]\n      values: *a{levels}\n")


def deep_yaml(depth):
    return "- list: deep\n  items: " + "[" * depth + "a" + "]" * depth + "\n"


def deep_block_yaml(depth):
    return "- " * depth + "a\n"


def many_exceptions(count):
    parts = [f"    - name: e{k}\n      fields: [proc.name, proc.args]\n"
             f"      comps: [=, contains]\n      values:\n        - [tool{k}, --flag{k}]\n"
             for k in range(count)]
    return rule("Excepted", "evt.type = execve", more="  exceptions:\n" + "".join(parts))


def many_values(count):
    rows = "".join(f"        - [tool{k}, --flag{k}]\n" for k in range(count))
    return rule("Excepted", "evt.type = execve", more="  exceptions:\n    - name: e\n"
                "      fields: [proc.name, proc.args]\n      comps: [=, contains]\n"
                "      values:\n" + rows)


def many_mistakes(count):
    return "".join(rule(f"Rule {k}", f"evt.type = execve and proc.nmae = a{k}")
                   for k in range(count))


def long_line_of_mistakes(count):
    """All in one line, which every message quotes."""
    return rule("Line", "evt.type = execve and (" +
                " or ".join(f"proc.nmae = a{k}" for k in range(count)) + ")")


def broken_yaml(size):
    return large_rules_file(size) + "- rule: [never closed\n"


def one_line(count):
    lines = ["spawned: evt.type = execve\n"]
    lines += [f"spawned and proc.name = tool{k} | WARNING number {k} by %user.name\n"
              for k in range(count)]
    return "".join(lines)


CASES = [
    Case("10,000 rules", ".yaml", lambda: many_rules(10000), None, LLVM),
    Case("10,000 rules of 2016", ".conf", lambda: one_line(10000), None, LLVM),
    Case("a condition of 1 MB", ".yaml", lambda: long_condition(1000000), None),
    Case("1,000 nested parentheses", ".yaml", lambda: nested(1000), None),
    Case("100,000 nested parentheses", ".yaml", lambda: nested(100000), "levels deep"),
    Case("macros that double 30 times", ".yaml", lambda: macro_bomb(30), "most of it comes from m"),
    Case("1,000 rules with a macro of 130,000 parts", ".yaml",
         lambda: large_macro_in_rules(16, 1000), "all conditions together"),
    Case("a chain of 450 macros", ".yaml", lambda: macro_chain(450), None),
    Case("a chain of 5,000 macros", ".yaml", lambda: macro_chain(5000), "levels deep once"),
    Case("lists that double 30 times", ".yaml", lambda: list_bomb(30), "items"),
    Case("a list of 100,000 items", ".yaml", lambda: long_list(100000), None),
    Case("a file of 10 MB, texts", ".yaml", lambda: large_file(10000000), None),
    Case("a file of 10 MB, 5,700 rules", ".yaml", lambda: large_rules_file(10000000), None,
         LLVM),
    Case("a file of 10 MB, broken at its end", ".yaml", lambda: broken_yaml(10000000),
         "not closed"),
    Case("aliases in aliases, 10^9", ".yaml", lambda: alias_bomb(9), "not a text"),
    Case("aliases in exceptions, 10^9", ".yaml", lambda: alias_bomb_in_exceptions(9), "not a text"),
    Case("YAML lists 100,000 deep", ".yaml", lambda: deep_yaml(100000), "error"),
    Case("YAML blocks 100,000 deep", ".yaml", lambda: deep_block_yaml(100000), "error"),
    Case("a rule with 10,000 exceptions", ".yaml", lambda: many_exceptions(10000), None, LLVM),
    Case("an exception with 10,000 rows", ".yaml", lambda: many_values(10000), None, LLVM),
    Case("10,000 rules with a mistake each", ".yaml", lambda: many_mistakes(10000), "proc.nmae"),
    Case("an output of 100,000 fields", ".yaml",
         lambda: rule("Output", "evt.type = execve", "%proc.name " * 100000), None),
    Case("an output with a name of 100 KB", ".yaml",
         lambda: rule("Output", "evt.type = execve", "%proc" + ".name" * 20000), None),
    Case("a line with 10,000 mistakes", ".yaml", lambda: long_line_of_mistakes(10000),
         "proc.nmae"),
]


def limit(seconds):
    if seconds:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(command, seconds=CPU_SECONDS):
    """Exit status, everything printed, seconds of processor time, peak memory in MB."""
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT,
                                 stdin=subprocess.DEVNULL, preexec_fn=lambda: limit(seconds))
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    return child.returncode, text, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def judge(case, what, outcome):
    """What is wrong with an outcome, or ""."""
    status, said, _, _ = outcome
    if status < 0:
        return f"{what}: ended by signal {-status}"
    if case.error is None:
        return "" if status == 0 else f"{what}: exit {status}: {said[:400]}"
    if status != 1:
        return f"{what}: exit {status}, not 1: {said[:400]}"
    return "" if case.error in said else f"{what}: no '{case.error}' in {said[:400]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rulec", required=True)
    parser.add_argument("--table", action="store_true", help="print what each case took")
    parser.add_argument("--slow", action="store_true",
                        help="also what is known to take longer, without a limit of time")
    parser.add_argument("name", nargs="*", help="only cases whose name holds this")
    options = parser.parse_args()
    failures = 0
    for case in CASES:
        if options.name and not any(name in case.name for name in options.name):
            continue
        with tempfile.TemporaryDirectory() as folder:
            rules = os.path.join(folder, "rules" + case.extension)
            with open(rules, "w", encoding="utf-8") as file:
                file.write(case.write())
            bundle = os.path.join(folder, "bundle")
            outcomes = [run([options.rulec, "check", rules])]
            wrong = [judge(case, "check", outcomes[0])]
            if case.slow and not options.slow:
                print(f"not run: compile of {case.name}: {case.slow}")
            else:
                command = [options.rulec, "compile", "--emit", "bundle", "-o", bundle, rules]
                outcomes.append(run(command, None if case.slow else CPU_SECONDS))
                wrong.append(judge(case, "compile", outcomes[1]))
                if case.error is None and not os.path.exists(bundle):
                    wrong.append("compile: no bundle")
        if options.table:
            figures = " | ".join(f"{o[2]:.1f} s | {o[3]:.0f} MB" for o in outcomes)
            print(f"| {case.name} | {figures} | {'success' if case.error is None else 'error'} |",
                  flush=True)
        for problem in filter(None, wrong):
            failures += 1
            print(f"FAILED {case.name}: {problem}", flush=True)
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
