#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes docs/fields.md from grammar/fields.def and grammar/availability.def, docs/metrics.md from
grammar/metrics.def, docs/configuration.md and config/falco.yaml from grammar/config.def, and checks
that every item of docs/pitfalls.md which names a unit test has one.

usage: tables.py ROOT           writes the pages
       tables.py --check ROOT   fails if one differs, or an item has no test
"""
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import config_pages  # noqa: E402

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


METRICS_HEAD = """# Metrics

Made by `docs/tables.py` from `grammar/metrics.def`; a test fails when they differ. Names that begin with
`falcosecurity_` are those of Falco, `falco_ebpf_` are ours. *Prometheus* is the name at `/metrics`, *snapshot*
the one in the alert "Falco internal: metrics snapshot" and in the file of JSON lines; *switch* the option
`metrics.NAME` that turns it off. {name} stands for the value of that label. Words of memory in snapshots: `_mb`, or `_kb` and
`_bytes` without `convert_memory_to_mb`.
"""


def def_rows(text, macro):
    """Rows of a table, their arguments without quotes."""
    for row in re.findall(rf"^{macro}\((.*)\)$", text, re.M):
        parts = re.findall(r'"((?:[^"\\]|\\.)*)"|(\w+)', row)
        yield [quoted.replace('\\"', '"') if quoted or not word else word for quoted, word in parts]


def metric_name(prefix, name, word):
    return re.sub(r"_+", "_", f"{prefix}{name}_{word}".rstrip("_")) if name else ""


def option(member):
    return f"`{member if member == 'enabled' else member + '_enabled'}`"


def metrics_page(root):
    text = (root / "grammar/metrics.def").read_text()
    prefixes = {row[0]: row[1] for row in def_rows(text, "METRIC_PART")}
    units = {row[0]: row[1] for row in def_rows(text, "METRIC_UNIT")}
    switches = {row[0]: row[1] for row in def_rows(text, "METRIC_SWITCH")}
    rows = list(def_rows(text, "METRIC"))
    if len(rows) != len(re.findall(r"^METRIC\(", text, re.M)):
        raise SystemExit("grammar/metrics.def: a row that is none")
    out = [METRICS_HEAD]
    for title, wanted in (("Names of Falco", lambda part: part != "own"),
                          ("Our own", lambda part: part == "own")):
        out.append(f"\n## {title}\n\n| Prometheus | type | labels | snapshot | switch | |\n"
                   "|---|---|---|---|---|---|")
        for _, part, name, unit, kind, switch, key, labels, meaning in rows:
            if not wanted(part):
                continue
            full = metric_name(prefixes[part], name, units[unit])
            key += "_mb" if unit in ("kib", "bytes") and key else ""
            shown = " ".join(one for one in labels.split() if f"{{{one}}}" not in name)
            cells = [f"`{full}`" if full else "", kind if full else "", shown if full else "",
                     f"`{key}`" if key else "", option(switches[switch]), meaning]
            out.append("| " + " | ".join(cells) + " |")
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


PAGES = {"docs/fields.md": fields_page, "docs/metrics.md": metrics_page,
         "docs/configuration.md": config_pages.configuration_page,
         "config/falco.yaml": config_pages.falco_yaml}


def main(arguments):
    check = "--check" in arguments
    root = Path([one for one in arguments if one != "--check"][0])
    problems = [*pitfall_problems(root), *edge_problems(root)] if check else []
    for name, make in PAGES.items():
        page = root / name
        if not check:
            page.write_text(make(root))
        elif not page.exists() or page.read_text() != make(root):
            problems.append(f"{name} differs from the tables: run docs/tables.py")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
