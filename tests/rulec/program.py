# SPDX-License-Identifier: Apache-2.0
"""Runs falco-rulec for the tests of this folder."""
import argparse
import os
import pathlib
import subprocess
import tempfile
import unittest

OPTIONS = argparse.Namespace()


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.tree = pathlib.Path(OPTIONS.tree).resolve()
        self.rules = str(self.tree / "rules/falco-ebpf_rules.yaml")
        self.capture = str(self.tree / "tests/data/shell_from_server.scap")

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def run_rulec(self, *words, expect=0, stdin="", **env):
        done = subprocess.run([OPTIONS.rulec, *words], input=stdin, capture_output=True, text=True,
                              timeout=120, check=False, env={**os.environ, **env})
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def on_terminal(self, *words, **env):
        """What it prints where standard output is a terminal."""
        leader, follower = os.openpty()
        child = subprocess.Popen([OPTIONS.rulec, *words], stdout=follower, stdin=subprocess.DEVNULL,
                                 env={**os.environ, "TERM": "xterm", **env})
        os.close(follower)
        text = b""
        try:
            while chunk := os.read(leader, 65536):
                text += chunk
        except OSError:
            pass  # the other end is closed
        os.close(leader)
        child.wait(timeout=60)
        return text.decode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rulec", required=True)
    parser.add_argument("--tree", required=True)
    parser.parse_known_args(namespace=OPTIONS)
    unittest.main(argv=["falco-rulec tests"], module="__main__")
