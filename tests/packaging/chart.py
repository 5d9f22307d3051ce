# SPDX-License-Identifier: Apache-2.0
"""Renders a Helm chart as far as ours needs it: the actions if, else, with, range, end, define,
include, the functions default, quote, toYaml, indent, nindent, and pipes. Anything else is an
error, so that a template stays this plain. Used by chart_test.py, and by hand for the manifest:

    python3 chart.py CHART [--set VALUES.yaml] >packaging/kubernetes/falco-ebpf.yaml
"""
import pathlib
import re
import sys

import yaml

_ACTION = re.compile(r"\{\{(-?)\s*(.*?)\s*(-?)\}\}", re.S)


def to_yaml(value):
    return yaml.safe_dump(value, default_flow_style=False, sort_keys=False, width=1000).rstrip("\n")


def indented(text, count):
    return "\n".join(" " * count + line if line else "" for line in text.split("\n"))


def tokens(text):
    """[(text) or (action,)...] with the blanks gone that '-' takes away."""
    parts, at, trim = [], 0, False
    for match in _ACTION.finditer(text):
        before = text[at:match.start()]
        before = before.lstrip() if trim else before
        parts.append(before.rstrip() if match.group(1) else before)
        parts.append((match.group(2),))
        at, trim = match.end(), bool(match.group(3))
    parts.append(text[at:].lstrip() if trim else text[at:])
    return parts


def tree(parts, at=0, inside=False):
    """Nested blocks: (text | ('do', expression) | (kind, expression, body, other))."""
    body, other, current = [], [], None
    current = body
    while at < len(parts):
        part = parts[at]
        at += 1
        if isinstance(part, str):
            current.append(part)
            continue
        word, _, rest = part[0].partition(" ")
        if word in ("if", "with", "range", "define"):
            inner, alternative, at = tree(parts, at, True)
            current.append((word, rest, inner, alternative))
        elif word == "else" and not rest:
            current = other
        elif word == "end":
            if not inside:
                raise ValueError("end without a beginning")
            return body, other, at
        elif word == "else":
            raise ValueError("else if is not known here")
        else:
            current.append(("do", part[0]))
    if inside:
        raise ValueError("a block has no end")
    return body, other, at


class Chart:
    def __init__(self, folder, values=None, release="falco-ebpf", namespace="falco"):
        self.folder = pathlib.Path(folder)
        about = yaml.safe_load((self.folder / "Chart.yaml").read_text())
        merged = yaml.safe_load((self.folder / "values.yaml").read_text())
        self.merge(merged, values or {})
        self.top = {"Values": merged,
                    "Chart": {"AppVersion": about["appVersion"], "Name": about["name"]},
                    "Release": {"Name": release, "Namespace": namespace, "Service": "Helm"}}
        self.defined = {}

    def merge(self, into, values):
        for key, value in values.items():
            if isinstance(value, dict) and isinstance(into.get(key), dict):
                self.merge(into[key], value)
            else:
                into[key] = value

    def look_up(self, path, dot):
        if path == ".":
            return dot
        value = dot
        for name in path[1:].split("."):
            if not isinstance(value, dict) or (name not in value and value is self.top):
                raise KeyError(f"{path}: nothing has {name}")
            if name not in value:
                raise KeyError(f"{path}: no such value")
            value = value[name]
        return value

    def one(self, word, dot):
        if word.startswith('"'):
            return word[1:-1]
        if word.startswith("."):
            return self.look_up(word, dot)
        return int(word)

    def call(self, text, dot, *piped):
        words = re.findall(r'"[^"]*"|\S+', text)
        if len(words) == 1 and not piped and not words[0].isalpha():
            return self.one(words[0], dot)
        name, given = words[0], [self.one(w, dot) for w in words[1:]] + list(piped)
        functions = {
            "include": lambda which, where: self.run(self.defined[which], where),
            "default": lambda other, value: value or other,
            "quote": lambda value: '"' + str(value).replace('"', '\\"') + '"',
            "toYaml": to_yaml,
            "nindent": lambda count, value: "\n" + indented(value, count),
            "indent": lambda count, value: indented(value, count),
        }
        return functions[name](*given)

    def evaluate(self, expression, dot):
        first, *rest = [part.strip() for part in expression.split("|")]
        value = self.call(first, dot)
        for part in rest:
            value = self.call(part, dot, value)
        return value

    def run(self, body, dot):
        out = ""
        for node in body:
            if isinstance(node, str):
                out += node
            elif node[0] == "do":
                if node[1].startswith("/*"):
                    continue
                value = self.evaluate(node[1], dot)
                out += str(value).lower() if isinstance(value, bool) else str(value)
            elif node[0] == "define":
                self.defined[node[1].strip('"')] = node[2]
            else:
                value = self.evaluate(node[1], dot)
                if not value:
                    out += self.run(node[3], dot)
                elif node[0] == "if":
                    out += self.run(node[2], dot)
                elif node[0] == "with":
                    out += self.run(node[2], value)
                else:
                    out += "".join(self.run(node[2], one) for one in value)
        return out

    def files(self):
        """{name: text} of every template that yields something."""
        found = {}
        for path in sorted((self.folder / "templates").iterdir()):
            try:
                text = self.run(tree(tokens(path.read_text()))[0], self.top)
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path.name}: {error}") from error
            if path.suffix == ".yaml" and text.strip():
                found[path.name] = text.strip("\n") + "\n"
        return found


def main():
    values = yaml.safe_load(open(sys.argv[3], encoding="utf-8")) if "--set" in sys.argv else None
    print("# Made by tests/packaging/chart.py from packaging/chart; the test of it says when to do "
          "so again.\n# SPDX-License-Identifier: Apache-2.0\n"
          "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: falco\n  labels:\n"
          "    pod-security.kubernetes.io/enforce: privileged")
    for text in Chart(sys.argv[1], values).files().values():
        print("---\n" + text, end="")


if __name__ == "__main__":
    main()
