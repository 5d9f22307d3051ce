# SPDX-License-Identifier: Apache-2.0
"""docs/configuration.md and config/falco.yaml from grammar/config.def, for tables.py."""
import re
import textwrap

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([\w.]+)')
_COLUMNS = {
    "SECTION": ("path", "required", "meaning"),
    "KEY": ("path", "type", "fallback", "shipped", "limits", "member", "standing", "meaning",
            "note"),
    "LIST": ("path", "type", "fallback", "shipped", "standing", "meaning", "note"),
    "ITEM": ("path", "type", "limits", "standing", "meaning"),
    "MOVED": ("path", "successor", "since", "note"),
    "DEAD": ("path", "since", "note"),
}
_TEXTS = {"Text", "Word", "Level", "Span"}


def rows(root):
    """The table's rows in order, each a dict with its kind and columns."""
    found = []
    for number, line in enumerate((root / "grammar/config.def").read_text().splitlines(), 1):
        match = re.match(r"(\w+)\((.*)\)$", line)
        if line.startswith("//") or not line.strip():
            continue
        values = [text.replace('\\"', '"') if text or not word else word
                  for text, word in _TOKEN.findall(match.group(2))] if match else []
        names = _COLUMNS.get(match.group(1) if match else "", ())
        if len(values) != len(names):
            raise SystemExit(f"grammar/config.def:{number}: a row that is none")
        row = dict(zip(names, values), kind=match.group(1))
        row.setdefault("limits", "")
        found.append(row)
    return found


def choices(row):
    return row["limits"].partition("=")[2].split("|") if "=" in row["limits"] else []


def limits_text(row):
    """What a comment says of the values there are, beside the meaning."""
    if row["type"] == "Level":
        return "One of " + ", ".join(choices(row)) + "."
    least, dots, most = row["limits"].partition("..")
    return f"From {least} to {most}." if dots and most and row["type"] == "Number" else ""


def shipped(row):
    """The value in config/falco.yaml; None: the key is not in there."""
    if row.get("shipped") == "NONE" or row["standing"] in ("Absent", "Old"):
        return None
    return row["fallback"] if row["shipped"] == "SAME" else row["shipped"]


def yaml_scalar(text):
    return text if re.fullmatch(r"[\w./][\w./-]*", text) else '"' + text.replace('"', '\\"') + '"'


def flow_items(text):
    return [part.strip() for part in re.split(r",(?![^{]*\})", text.strip()[1:-1]) if part.strip()]


def value_lines(name, row, value, indent):
    if row["type"] in ("Texts", "List") and value != "[]":
        return [f"{indent}{name}:", *(f"{indent}  - {item}" for item in flow_items(value))]
    text = yaml_scalar(value) if row["type"] in _TEXTS else value
    return [f"{indent}{name}: {text}"]


def comment(text, indent):
    return [indent + "# " + line for line in textwrap.wrap(text, 97 - len(indent), break_on_hyphens=False)]


def item_comments(row, table):
    """The keys of a list's entries."""
    below = [one for one in table if one["kind"] == "ITEM" and "." in one["path"]
             and one["path"].startswith(row["path"] + "[]")]
    width = max((len(one["path"]) for one in below), default=0) - len(row["path"]) - 1
    out = []
    for one in below:
        name = one["path"][len(row["path"]) + 3:]
        out += textwrap.wrap(f"{name:{width}}{one['meaning']}", 98, initial_indent="#   ",
                             subsequent_indent="#   " + " " * width, break_on_hyphens=False)
    return out


YAML_HEAD = """# Configuration of falco-ebpf, made from its table of keys: docs/configuration.md says more. A
# falco.yaml of Falco can be used in its place unchanged. What is left out has the value that stands
# here, but where another is named; -o key=value overrides one for a run, and
# falco-ebpf --print-config shows all that is in force and where it was set.
"""


def falco_yaml(root):
    table = rows(root)
    sections = {row["path"]: row["meaning"] for row in table if row["kind"] == "SECTION"}
    out = [YAML_HEAD.rstrip()]
    opened = []
    for row in table:
        if row["kind"] not in ("KEY", "LIST") or shipped(row) is None:
            continue
        *parents, name = row["path"].split(".")
        top = not parents
        for depth in range(len(parents)):
            if parents[:depth + 1] != opened[:depth + 1]:
                indent = "  " * depth
                out += [""] if depth == 0 else []
                out += comment(sections.get(".".join(parents[:depth + 1]), ""), indent)
                out.append(f"{indent}{parents[depth]}:")
        opened = parents
        indent = "  " * len(parents)
        words = [row["meaning"], limits_text(row)]
        if shipped(row) != row["fallback"]:
            words.append(f"Left out: {row['fallback'].strip('[]') or 'none'}.")
        said = comment(" ".join(word for word in words if word), indent)
        out += ([""] if top else []) + said
        out += item_comments(row, table) if row["kind"] == "LIST" else []
        out += value_lines(name, row, shipped(row), indent)
    return "\n".join(out) + "\n"


PAGE_HEAD = """# Configuration

Made by `docs/tables.py` from `grammar/config.def`; a test fails when they differ.

A `falco.yaml` of Falco works unchanged. `falco-ebpf --print-config` prints all settings that are in
force, each with the place it was set at (with `-o json_output=true` as JSON); `--config-schema`
prints the JSON schema of what follows; `--strict` refuses to start where the log would only warn of
an unknown key, a plugin that is not available, or a file that does not fit the schema.

## From where settings come

1. The file of `-c`, else `/etc/falco/falco.yaml`, else built-in defaults with alerts on standard
   output.
2. The files of `config_files`, in order. An entry is a path, or a map of `path` and `strategy`; a
   folder stands for all files directly in it, by name. Paths that do not exist are left out; relative
   ones start at the working directory. An included file may not include others.
3. `-o KEY=VALUE`, in order; those that begin with `config_files` count before the files are read.
4. Other options that stand for a key: `-r` for `rules_files`, `-e` for `engine.kind`, `-A`, `-U`,
   `--interpret`.

Included files are merged by top-level key:

| strategy | a list | another value | a key that is not there yet |
|---|---|---|---|
| `append` (default) | grows | is replaced as a whole | is added |
| `override` | is replaced | is replaced as a whole | is added |
| `add-only` | stays | stays | is added |

`-o` takes a path of names with dots, `[n]` for an element of a list and `[]` for a new one; a
backslash stands before a dot, bracket or backslash that belongs to a name. A value in braces is YAML,
any other a text: `-o 'rules[]={"disable": {"tag": "x"}}'`, `-o rules[].enable.rule=*`,
`-o engine.kind=replay -o engine.replay.capture_file=F`.

In values of files, not of `-o`, `${NAME}` is the environment variable NAME, or nothing if it is not
set; what comes out is looked through again. `$${NAME}` stays as `${NAME}`. Beside that the program
reads `FALCO_HOSTNAME` (name of this machine in alerts), `HOST_ROOT` (where the host's files are seen,
in a container), `FALCO_CGROUP_MEM_PATH` (file with the memory of the container) and
`FALCO_K8S_NODE_NAME` (`k8s.node.name` of the otlp output's resource).

A value of a wrong type or range ends the start with file, line and column. Keys that nothing reads
are warned of with the nearest one there is.

## Keys

*default* is the value of a key that is not set. `[]` is an entry of a list. Keys marked **own** are
not known to Falco; *differs* says how a key works in another way.

"""
_TYPES = {"Flag": "true or false", "Number": "number", "Real": "number", "Text": "text",
          "Texts": "list of texts", "TextMap": "names and texts", "Span": "duration",
          "List": "list", "Any": ""}


def type_text(row):
    if choices(row):
        return ", ".join(f"`{word}`" for word in choices(row))
    least, dots, most = row["limits"].partition("..")
    return _TYPES[row["type"]] + (f" {least} to {most}" if dots and most
                                  else f" from {least}" if dots else "")


def key_line(row):
    standing = row["standing"]
    words = {"Ours": " **own**", "Absent": " **no effect**"}.get(standing, "")
    text = row["meaning"]
    if row.get("note") and standing in ("Changed", "Default", "Absent"):
        text += ("" if not text else " ") + f"*differs: {row['note']}*"
    default = "" if row["kind"] == "ITEM" else f"`{row['fallback']}`" if row["fallback"] else "empty"
    return f"| `{row['path']}`{words} | {type_text(row)} | {default} | {text} |".replace("||", "\\|")


def old_line(row):
    if row["kind"] == "MOVED":
        return f"| `{row['path']}` | {row['since']} | works as `{row['successor']}` |"
    if row["kind"] == "DEAD":
        return f"| `{row['path']}` | {row['since']} | no effect: {row['note']} |"
    return f"| `{row['path']}` | 0.41 | works; today: `{row['note']}` |"


def configuration_page(root):
    table = rows(root)
    sections = {row["path"]: row["meaning"] for row in table if row["kind"] == "SECTION"}
    out = [PAGE_HEAD.rstrip()]
    groups = {"": []}
    for row in table:
        if row["kind"] in ("KEY", "LIST", "ITEM") and row["standing"] != "Old":
            top = row["path"].split(".")[0].split("[")[0]
            single = top not in sections and f"{top}[]" not in sections
            groups.setdefault("" if single else top, []).append(row)
    for name, group in groups.items():
        head = f"### {name}\n\n{sections.get(name, '')}" if name else "### Single keys"
        out.append(f"\n{head.rstrip()}\n\n| key | value | default | |\n|---|---|---|---|")
        out += [key_line(row) for row in group]
    out.append("\n## Keys of older versions\n\nThey are taken with a warning.\n\n"
               "| key | until | |\n|---|---|---|")
    out += [old_line(row) for row in table
            if row["kind"] in ("MOVED", "DEAD") or row.get("standing") == "Old"]
    return "\n".join(out) + "\n"
