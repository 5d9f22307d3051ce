# SPDX-License-Identifier: Apache-2.0
"""Seeds of fuzz_bundle from real bundles: what falco-rulec makes of a few small rules.

  make_bundle_seeds.py FALCO_RULEC FOLDER

The format is that of fuzz_bundle.cpp. Run it again when the layout of bundles changes; another
version of them is no reason, the fuzz target writes the current one into every seed.
"""

import os
import struct
import subprocess
import sys
import tempfile

CONDITIONS = {
    "equal": "evt.type = execve and proc.name = nc",
    "in": "evt.type in (open, openat) and proc.name in (cat, less) and not user.uid = 0",
    "numbers": "evt.type = connect and fd.sport >= 1024 and fd.snet = 10.0.0.0/8",
    "transform": "evt.type = execve and tolower(proc.name) = nc and len(proc.args) > 9",
    "pattern": "evt.type = openat and fd.name glob /etc/*.conf or proc.cmdline regex \"a.*b\"",
    "fields": "evt.type = execve and proc.name = val(proc.pname) and evt.arg.flags exists",
}
BOTH = 3  # flags of fuzz_bundle.cpp: right checksum and versions
CODE_OFFSET = 48  # of the header field, see eval/bundle.cpp


def rule(name, condition):
    return (f"- rule: {name}\n  desc: d\n  condition: >\n    {condition}\n  output: o\n"
            "  priority: NOTICE\n  warn_evttypes: false\n")


def seed(bundle):
    code_offset, code_size = struct.unpack_from("<QQ", bundle, CODE_OFFSET)
    front = bundle[:code_offset].rstrip(b"\0")
    request_offset, request_size = struct.unpack_from("<QQ", bundle, CODE_OFFSET - 16)
    front = bundle[:max(len(front), request_offset + request_size)]
    return (struct.pack("<BH", BOTH, len(front)) + front +
            bundle[code_offset:code_offset + code_size])


def main():
    rulec, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    files = {name: rule(name, condition) for name, condition in CONDITIONS.items()}
    files["two_rules"] = rule("a", CONDITIONS["equal"]) + rule("b", CONDITIONS["in"])
    files["no_rule"] = "- list: l\n  items: []\n"
    with tempfile.TemporaryDirectory() as work:
        for name, text in files.items():
            rules, bundle = os.path.join(work, name + ".yaml"), os.path.join(work, name)
            with open(rules, "w", encoding="utf-8") as file:
                file.write(text)
            subprocess.run([rulec, "compile", "-o", bundle, rules], check=True,
                           stderr=subprocess.DEVNULL)
            with open(bundle, "rb") as file:
                made = seed(file.read())
            with open(os.path.join(folder, name), "wb") as file:
                file.write(made)
            print(f"{name}: {len(made)} bytes")


if __name__ == "__main__":
    main()
