#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes docs/fields.md from grammar/fields.def and grammar/availability.def, and checks that every
item of docs/pitfalls.md which names a unit test has one.

usage: tables.py ROOT           writes docs/fields.md
       tables.py --check ROOT   fails if it differs, or an item has no test
"""
import re
import sys
from pathlib import Path

HEAD = """# Fields and where their values come from

Made by `docs/tables.py` from `grammar/fields.def` and `grammar/availability.def`; a test fails when
they differ. *live* is this machine's kernel, *capture* a .scap file; a capture of an old sensor may
lack what its version did not record. Where a value differs from the peer's: `compat.md`.
"""
WORDS = {"LIVE": "live", "CAPTURE": "capture", "BOTH": "both", "CONSTANT": "constant",
         "NEVER": "never"}
PITFALLS = 92
EDGES = 120


def fields(root):
    text = (root / "grammar/fields.def").read_text()
    return re.findall(r'^FIELD\((\w+), "([^"]+)", \w+, \w+, (\w+),', text, re.M)


def availability(root):
    text = (root / "grammar/availability.def").read_text()
    rows = re.findall(r'^AVAILABLE\((\w+), (\w+), "([^"]*)"\)$', text, re.M)
    if len(rows) != len(re.findall(r"^AVAILABLE", text, re.M)):
        raise SystemExit("grammar/availability.def: a row that is none")
    return {name: (where, reason) for name, where, reason in rows}


def fields_page(root):
    where_of = availability(root)
    known = fields(root)
    for name in where_of.keys() - {row[0] for row in known}:
        raise SystemExit(f"grammar/availability.def: no field {name}")
    out = [HEAD]
    last = None
    for name, text, group in known:
        if group != last:
            out.append(f"\n## {group.lower().replace('_', ' ')}\n\n| field | where | |\n|---|---|---|")
            last = group
        where, reason = where_of.get(name, ("BOTH", ""))
        out.append(f"| `{text}` | {WORDS[where]} | {reason} |")
    return "\n".join(out) + "\n"


def numbers(text):
    """ "1, 3-5" -> 1 3 4 5 """
    for part in re.findall(r"\d+(?:-\d+)?", text):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def pitfall_problems(root):
    tested = set()
    for path in (root / "tests/unit").rglob("*_test.cpp"):
        for title in re.findall(r'TEST_CASE\(\s*"pitfalls? ([^:"]*):', path.read_text()):
            tested.update(numbers(title.replace(" and ", ", ")))
    rows = re.findall(r"^\| (\d+) \| .* \| ([^|]+) \|$",
                      (root / "docs/pitfalls.md").read_text(), re.M)
    found = [int(number) for number, _ in rows]
    if found != list(range(1, PITFALLS + 1)):
        yield "docs/pitfalls.md: the items are not 1 to 92 in order"
    for number, where in rows:
        if where.startswith("unit") and int(number) not in tested:
            yield f"docs/pitfalls.md: {number} has no unit test of its number"


def edge_problems(root):
    tested = set()
    for path in [*(root / "tests/unit").rglob("*_test.cpp"),
                 *(root / "tests/cases").rglob("*.yaml")]:
        text = path.read_text(errors="replace")  # some files are broken on purpose
        tested.update(int(n) for n in re.findall(r"[\"']edge (\d+): ", text))
    for number in sorted(set(range(1, EDGES + 1)) - tested):
        yield f"docs/edges.md: no test is named edge {number}"


def main(arguments):
    check = "--check" in arguments
    root = Path([one for one in arguments if one != "--check"][0])
    page = root / "docs/fields.md"
    if not check:
        page.write_text(fields_page(root))
        return 0
    problems = [*pitfall_problems(root), *edge_problems(root)]
    if not page.exists() or page.read_text() != fields_page(root):
        problems.append("docs/fields.md differs from the tables: run docs/tables.py")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
