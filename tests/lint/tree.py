# SPDX-License-Identifier: Apache-2.0
"""What the lint programs share: which files there are, C++ text without comments, how to report.

Every program takes the root of the tree as its only argument, prints one line "file:line: message"
per violation and ends with 1 if there was any.
"""
import re
import sys
from pathlib import Path

CODE = {".cpp", ".hpp", ".c", ".h"}
_SKIPPED = {"build", ".git", "__pycache__"}

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.)*(?:\\\n(?:[^\n\\]|\\.)*)*", re.M | re.S)


def files(root, folders, suffixes):
    """Paths below `folders` with one of `suffixes` (None: any), relative to root, in order."""
    found = []
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            relative = path.relative_to(root)
            if path.is_file() and not _SKIPPED & set(relative.parts):
                if suffixes is None or path.suffix in suffixes:
                    found.append(relative)
    return found


def read(root, path):
    return (root / path).read_text(encoding="utf-8", errors="replace")


def _blank(match):
    """Same length and lines, nothing that looks like code; literals keep their quotes."""
    text = match.group(0)
    kept = re.sub(r"[^\n]", " ", text)
    if text[0] in "\"'" or text.startswith('R"'):
        return '"' + kept[1:-1] + '"' if len(text) > 1 else kept
    return kept


def without_comments(text, directives=True):
    """C++ text with comments and literals (and preprocessor lines) blanked; lines stay in place."""
    # An apostrophe between digits separates them: not a character literal.
    text = re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", "_", text)
    text = _TOKEN.sub(_blank, text)
    if directives:
        text = _DIRECTIVE.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)
    return text


def main(check):
    """Runs check(root) -> list of (path, line, message) for a program."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: program ROOT")
    violations = check(Path(sys.argv[1]))
    for path, line, message in violations:
        print(f"{path}:{line}: {message}")
    sys.exit(1 if violations else 0)
