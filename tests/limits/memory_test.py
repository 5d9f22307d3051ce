# SPDX-License-Identifier: Apache-2.0
"""What rules cost the sensor once they are loaded: its own memory with 1,000 rules and with one,
and whether any of the compiler's libraries are in it.

  memory_test.py --rulec falco-rulec --sensor falco-ebpf --config falco.yaml --capture FILE

The sensor reads the capture from a pipe that stays open, so it waits, loaded and used, while its
memory is looked at. Its machine code comes from a bundle: no compiler runs beside it.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

from limits_test import many_rules, rule

MOST_ADDED = 5 << 20  # bytes, of 1,000 rules
SECONDS = 60          # until the sensor has read the capture


def compile_bundle(options, rules, bundle):
    subprocess.run([options.rulec, "compile", "-c", options.config, "-O", "0", "--bundle",
                    bundle, rules], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def private_memory(pid):
    """Bytes of memory that are the process's own, and the files mapped into it."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        bytes_used = 1024 * int(re.search(r"RssAnon:\s+(\d+) kB", status.read()).group(1))
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
        files = {line.split(maxsplit=5)[5].strip() for line in maps if line.count("/")}
    return bytes_used, files


def loaded(options, folder, count):
    """Memory of a sensor with `count` rules and one that fires at the first event."""
    rules = os.path.join(folder, f"{count}.yaml")
    bundle = os.path.join(folder, f"{count}.bundle")
    with open(rules, "w", encoding="utf-8") as file:
        file.write(many_rules(count - 1) + rule("Seen", "evt.num = 1", "seen"))
    compile_bundle(options, rules, bundle)
    os.chmod(bundle, 0o600)
    command = [options.sensor, "-c", options.config, "-U", "-r", rules, "--bundle", bundle,
               "-e", "-"]
    with tempfile.TemporaryFile() as said, subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=said, stderr=said) as sensor:
        try:
            with open(options.capture, "rb") as capture:
                sensor.stdin.write(capture.read())
            sensor.stdin.flush()
            end = time.monotonic() + SECONDS
            text = b""
            while b" seen" not in text:
                if sensor.poll() is not None or time.monotonic() > end:
                    sys.exit(f"with {count} rules the sensor did not get there:\n{text.decode()}")
                time.sleep(0.05)
                said.seek(0)
                text = said.read()
            if b"run by" not in text:
                sys.exit(f"the bundle was not used:\n{text.decode()}")
            return private_memory(sensor.pid)
        finally:
            sensor.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("rulec", "sensor", "config", "capture"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        one, _ = loaded(options, folder, 1)
        many, files = loaded(options, folder, 1000)
    print(f"one rule: {one / 1e6:.1f} MB, 1,000 rules: {many / 1e6:.1f} MB")
    compilers = [file for file in files if "LLVM" in file or "clang" in file]
    if compilers:
        sys.exit(f"mapped into the sensor: {compilers}")
    if many - one > MOST_ADDED:
        sys.exit(f"1,000 rules add {many - one} bytes, at most {MOST_ADDED} are right")


if __name__ == "__main__":
    main()
