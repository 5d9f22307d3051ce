# SPDX-License-Identifier: Apache-2.0
"""Files of at most 450 lines, functions of at most 60, lines of at most 100 columns.

    python3 sizes.py ROOT

Tables (.def) are exempt, they have a row per thing. In a function a `case` that fits on its line
does not count, so a flat switch may be longer. The content of raw strings has no column limit.
"""
import re

import tree

FILE_LINES = 450
FUNCTION_LINES = 60
COLUMNS = 100
SCRIPTS = {".py", ".sh", ".cmake"}

_RAW = re.compile(r'R"([^(\s]*)\(.*?\)\1"', re.S)
_SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")
_CASE = re.compile(r"^\s*(case\b.*:|default:)\s*\S.*[;}]\s*$")
_OPERATOR = re.compile(r"\boperator\s*(?:\(\)|\[\]|[^\s\w(]+)")
_PARENTHESES = re.compile(r"\([^()]*\)")


def raw_string_lines(text):
    lines = set()
    for match in _RAW.finditer(text):
        first = text.count("\n", 0, match.start()) + 1
        lines.update(range(first, first + match.group(0).count("\n") + 1))
    return lines


def is_function(head):
    """Whether the text before a brace, up to the last ; { or }, is a function's head."""
    head = _OPERATOR.sub("name", head)
    before, opened, _ = head.partition("(")
    while opened and (shorter := _PARENTHESES.sub("", head)) != head:
        head = shorter
    if not opened or "=" in head:
        return False  # a scope without arguments, or an initialiser
    scope = _SCOPE.search(before)
    # A function may return a struct or an enum.
    return scope is None or scope.group(1) in ("struct", "extern", "enum")


def functions(code):
    """(first line, last line) of every function that is in no other function, in blanked code."""
    depth = head_begin = begin_line = 0  # depth of braces within the present function
    for match in re.finditer(r"[{};]", code):
        char, at = match.group(0), match.start()
        if depth:
            depth += {"{": 1, "}": -1, ";": 0}[char]
            if depth:
                continue
            if re.match(r"\s*[{,]", code[at + 1:at + 200]):
                continue  # it was a member's initialiser: the head goes on
            yield begin_line, code.count("\n", 0, at) + 1
        elif char == "{" and is_function(code[head_begin:at]):
            depth = 1
            start = re.compile(r"\S").search(code, head_begin).start()
            begin_line = code.count("\n", 0, start) + 1
            continue
        head_begin = at + 1


def check_functions(path, text):
    lines = text.splitlines()
    for first, last in functions(tree.without_comments(text)):
        body = lines[first - 1:last]
        length = len(body) - sum(1 for line in body if _CASE.match(line))
        if length > FUNCTION_LINES:
            yield path, first, f"function of {length} lines (at most {FUNCTION_LINES})"


def check_file(path, text, file_limit=FILE_LINES):
    lines = text.splitlines()
    if len(lines) > file_limit:
        yield path, len(lines), f"file of {len(lines)} lines (at most {file_limit})"
    raw = raw_string_lines(text) if path.suffix in tree.CODE else set()
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS and number not in raw:
            yield path, number, f"line of {len(line)} columns (at most {COLUMNS})"


def check(root):
    found = []
    for path in tree.files(root, ["src", "bpf", "grammar", "tests"], tree.CODE):
        text = tree.read(root, path)
        found += check_file(path, text)
        found += check_functions(path, text)
    for path in tree.files(root, ["cmake", "packaging", "tests", ".ci"], SCRIPTS):
        found += check_file(path, tree.read(root, path))
    return found


if __name__ == "__main__":
    tree.main(check)
