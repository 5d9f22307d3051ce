# SPDX-License-Identifier: Apache-2.0
"""Prints the beginning of a case (event_case.hpp) for each event named, from the table.

  skeleton.py EVENT...
"""

import pathlib
import re
import sys

TABLE = pathlib.Path(__file__).parents[3] / "grammar" / "events.def"
VARIABLE = {"CHARBUF", "BYTEBUF", "FSPATH", "FSRELPATH", "SOCKADDR", "SOCKTUPLE", "FDLIST", "DYN",
            "CHARBUFARRAY", "CHARBUF_PAIR_ARRAY", "IPV6ADDR", "IPADDR", "IPNET"}


def skeleton(event, table):
    group = re.search(rf"^EVENT\({event},.*?^END_EVENT", table, re.DOTALL | re.MULTILINE)
    if group is None:
        sys.exit(f"no event {event} in {TABLE}")
    lines = [f"EVENT_CASE({event}) {{", f"    const long result = call(SYS_{event});"]
    for name, kind in re.findall(r"PARAM\((\w+), (\w+),", group.group(0)):
        if kind in VARIABLE:
            lines.append(f'    expect.text("{name}", "");')
        else:
            value = "result" if name in ("res", "fd") else "0"
            lines.append(f'    expect.number("{name}", {value});')
    return "\n".join(lines + ["}"])


def main():
    table = TABLE.read_text(encoding="utf-8")
    print("\n\n".join(skeleton(event, table) for event in sys.argv[1:]))


if __name__ == "__main__":
    main()
