# SPDX-License-Identifier: Apache-2.0
"""Nothing of a build machine and nothing unfinished in the tree.

    python3 names.py ROOT

No absolute path of a builder's working folders, no host of a package registry or mirror anywhere;
no marker of unfinished work in src/, bpf/ and grammar/; a licence line at the head of each source
file.
"""
import re

import tree

EVERYWHERE = ["src", "bpf", "grammar", "rules", "config", "packaging", "tests", "cmake", "docs",
              ".ci"]
TOP_FILES = ["CMakeLists.txt", "CMakePresets.json", "Makefile", "README.md", "CONTRIBUTING.md",
             "SECURITY.md", ".clang-format", ".clang-tidy"]
_TEXT = {".cpp", ".hpp", ".c", ".h", ".def", ".py", ".sh", ".cmake", ".txt", ".md", ".json",
         ".yaml", ".yml", ".html", ".svg", ".jsonl", ""}

_MACHINE = re.compile(
    r"(?<![\w./)}-])/(?:work|tmp/bash_jobs[\w.]*|workspace|builds?|home/[a-z]\w*)/(?=[\w.]+)")
_EXAMPLES = re.compile(r"/home/")  # what rules and tests speak of
_REGISTRY = re.compile(
    r"\b(?:deb|security|snapshot|ftp)\.debian\.org|\bregistry\.npmjs\.org|\bpypi\.org"
    r"|\bfiles\.pythonhosted\.org|\bproxy\.golang\.org|\bstatic\.crates\.io|\bartifactory\b"
    r"|\bartifact-?registry\b|\b[a-z0-9-]+\.pkg\.dev\b|\bnexus\.[a-z]", re.I)
_UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
_LICENCE = "SPDX-License-Identifier:"


def lines_matching(path, text, pattern, message):
    for number, line in enumerate(text.splitlines(), 1):
        match = pattern.search(line)
        if match:
            yield path, number, f"{message}: {match.group(0)}"


def check_text(path, text):
    found = list(lines_matching(path, text, _MACHINE, "path of a build machine"))
    if path.parts[0] in ("rules", "tests"):
        return [one for one in found if not _EXAMPLES.search(one[2])]
    return found + list(lines_matching(path, text, _REGISTRY, "host of a package registry"))


def check_code(path, text):
    found = list(lines_matching(path, text, _UNFINISHED, "unfinished"))
    if _LICENCE not in "\n".join(text.splitlines()[:3]):
        found.append((path, 1, "no licence line at the head"))
    return found


def check(root):
    found = []
    for path in tree.files(root, EVERYWHERE, _TEXT):
        if path.parts[:2] != ("tests", "lint"):
            found += check_text(path, tree.read(root, path))
    for name in TOP_FILES:
        path = root / name
        if path.is_file():
            found += check_text(path.relative_to(root), tree.read(root, name))
    for path in tree.files(root, ["src", "bpf", "grammar"], tree.CODE | {".def"}):
        found += check_code(path, tree.read(root, path))
    for path in tree.files(root, ["tests"], tree.CODE):
        if _LICENCE not in tree.read(root, path)[:200]:
            found.append((path, 1, "no licence line at the head"))
    return found


if __name__ == "__main__":
    tree.main(check)
