# SPDX-License-Identifier: Apache-2.0
"""Every option of today: in all spellings, what it prints, its exit status, and which of several
wins. Options of former versions: old_options_test.py.

  options_test.py --sensor falco-ebpf --data tests/data
"""

import json
import os
import re
import subprocess
import time

import cli
import rules

RULE = """- rule: Opened
  desc: a file is opened
  condition: evt.type = openat
  output: opened %fd.name
  priority: WARNING
"""
HIGH_VOLUME = ("pread", "preadv", "pwrite", "pwritev", "read", "readv", "recv", "send", "sendfile",
               "write", "writev")
# Options with a value, and one that can be taken without opening anything: long or short name.
VALUES = (("-r", "rules.yaml"), ("-o", "priority=debug"), ("--option", "priority=debug"),
          ("-p", "x"), ("--print", "x"), ("-M", "1"), ("-P", "pid"), ("--pidfile", "pid"),
          ("--scope", "pidns"), ("-e", "none.scap"), ("-w", "none.scap"),
          ("--writefile", "none.scap"), ("--enable-source", "syscall"), ("--compiler", "none"),
          ("--bundle", "none"), ("--ready-fd", "2"), ("--format", "text"), ("-l", "Opened"))
FLAGS = ("-A", "-U", "--unbuffered", "-v", "--dry-run", "--interpret", "--stats", "-L")


def spellings(name, value):
    if name.startswith("--"):
        return [[name, value], [f"{name}={value}"]]
    return [[name, value], [name + value]]


def accepted(checks):
    """Judged with -V, which is reached before anything is opened."""
    checks.write("rules.yaml", RULE)
    for name, value in VALUES:
        for words in spellings(name, value):
            done = checks.run("-V", "rules.yaml", *words)
            checks.same(" ".join(words), (done.returncode, done.stdout.splitlines()[:1]),
                        (0, ["rules.yaml: Ok"]))
    for flag in FLAGS:
        checks.same(flag, checks.run("-V", "rules.yaml", flag).returncode, 0)
    for words in (["-V", "rules.yaml"], ["-Vrules.yaml"], ["--validate", "rules.yaml"],
                  ["--validate=rules.yaml"]):
        checks.same(" ".join(words), checks.run(*words).stdout, "rules.yaml: Ok\n")
    done = checks.run("-V", "rules.yaml", "-V", "rules.yaml")
    checks.same("-V twice", done.stdout.count("rules.yaml: Ok"), 2)
    done = checks.run("-V", "rules.yaml", "rules.yaml")
    checks.same("-V takes one value", done.stdout.count("rules.yaml: Ok"), 1)
    done = checks.run("-V", "a,b.yaml")
    checks.has("a comma does not split", done.stderr, "a,b.yaml")
    for word in ("-h", "--help"):
        done = checks.run(word)
        checks.same(word + ": exit", done.returncode, 0)
        checks.same(word + ": silent", done.stderr, "")
        for name, _ in VALUES:
            checks.has(word, done.stdout, name)
        for name in FLAGS + HELP_ONLY:
            checks.has(word, done.stdout, name)


HELP_ONLY = ("-c", "-i", "-N", "-d", "--daemon", "-h", "--help", "--rule-schema", "--list",
             "--list-events", "--list-plugins", "--plugin-info", "--support", "--version",
             "--page-size", "--disable-source", "--validate", "Usage:", "[OPTION...]")


def refused(checks):
    checks.write("rules.yaml", RULE)
    for words, text in (
            (["--zork"], "Option \u2018zork\u2019 does not exist"),
            (["--zork=1"], "Option \u2018zork\u2019 does not exist"),
            (["-z"], "Option \u2018z\u2019 does not exist"),
            (["-Uzork"], "Option \u2018z\u2019 does not exist"),
            (["dump", "--zork"], "Option \u2018zork\u2019 does not exist"),
            (["-M", "soon"], "invalid duration soon"),
            (["-M", "0"], "invalid duration 0"),
            (["-M", "-1"], "invalid duration -1"),
            (["--format", "xml", "--list"], "--format must be text, markdown or json, not 'xml'"),
            (["-N"], "-N needs --list"),
            (["--enable-source", "syscall", "--disable-source", "syscall"], "--disable-source"),
            (["--bundle", "b", "--interpret"], "--interpret"),
            (["dump", "zork"], "'zork' is not expected here")):
        done = checks.run(*words)
        checks.same(" ".join(words), (done.returncode, done.stdout), (1, ""))
        checks.has(" ".join(words), done.stderr, "Error: ")
        checks.has(" ".join(words), done.stderr, text)
    for name, _ in VALUES:
        done = subprocess.run([checks.sensor, name], capture_output=True, text=True, check=False)
        checks.same(name + " without value: exit", done.returncode, 1)
        long_name = {"-o": "option", "-p": "print", "-P": "pidfile", "-w": "writefile"}.get(name)
        checks.has(name, done.stderr, f"Error: Option \u2018{long_name or name.lstrip('-')}\u2019 "
                   "is missing an argument")
    done = checks.run("surplus", "-V", "rules.yaml", "more")
    checks.same("words that no option takes: exit", done.returncode, 0)
    for word in ("surplus", "more"):
        checks.has("words that no option takes", done.stderr, f"'{word}' is not an option and is")
    checks.same("behind --", checks.run("-V", "rules.yaml", "--", "--zork").returncode, 0)


def missing_files(checks):
    done = subprocess.run([checks.sensor, "-c", "/none.yaml", "--version"], capture_output=True,
                          text=True, check=False)
    checks.same("-c of no file", (done.returncode, done.stdout), (1, ""))
    checks.has("-c of no file", done.stderr, "Error: Could not open file /none.yaml for reading")
    done = checks.run("-r", "none.yaml")
    checks.same("-r of no file", done.returncode, 1)
    done = checks.run(config=cli.SILENT)
    checks.same("no rules", done.returncode, 1)
    checks.has("no rules", done.stderr, "You must specify at least one rules file")
    checks.has("no rules", done.stderr, "-r")
    checks.write("rules.yaml", RULE)
    done = checks.run("-r", "rules.yaml", config="stdout_output: {enabled: false}\n")
    checks.same("no output", done.returncode, 1)
    checks.has("no output", done.stderr, "No output configured")


VERSION = re.compile(r"""Falco version: \d+\.\d+\.\d+\S*
Libs version:  \d+\.\d+\.\d+\S*
Plugin API:    \d+\.\d+\.\d+
Engine:        0\.63\.0
Driver:
  API version:    \d+\.\d+\.\d+
  Schema version: \d+\.\d+\.\d+
  Default driver: \d+\.\d+\.\d+\S*
""")


def versions(checks):
    done = checks.run("--version")
    checks.same("--version: exit", done.returncode, 0)
    checks.same("--version", VERSION.fullmatch(done.stdout) is not None, True)
    checks.has("--version: start of the log", done.stderr, ": Falco version: ")
    for how in (["-o", "json_output=true"], []):
        config = "" if how else "json_output: true\n"
        whole = json.loads(checks.run("--version", *how, config=config).stdout)
        checks.same("--version json: keys", sorted(whole), [
            "default_driver_version", "driver_api_version", "driver_schema_version",
            "engine_version", "engine_version_semver", "falco_version", "libs_version",
            "plugin_api_version", "plugin_versions"])
        checks.same("--version json: engine", (whole["engine_version"],
                                               whole["engine_version_semver"]), ("63", "0.63.0"))
        checks.same("--version json: plugins", list(whole["plugin_versions"]), ["container"])


def lists(checks):
    text = checks.run("-i").stdout
    checks.same("-i", text.splitlines()[0], "Ignored syscall(s):")
    checks.same("-i: names", [name for name in HIGH_VOLUME if f"- {name}" not in text], [])
    checks.same("-i: blank line at the end", text.endswith("\n\n"), True)
    names = checks.run("--list", "-N").stdout.split()
    whole = json.loads(checks.run("--list", "--format", "json").stdout)
    fields = [field for cls in whole["fieldclasses"] for field in cls["fields"]]
    checks.same("--list json: the same fields", sorted(field["name"] for field in fields),
                sorted(names))
    checks.same("--list json: keys", {tuple(sorted(field)) for field in fields},
                {("argument", "desc", "is_list", "name", "type")})
    aname = next(field for field in fields if field["name"] == "proc.aname")
    checks.same("--list json: an index that may be left out", aname["argument"],
                {"required": False, "type": ["INDEX"]})
    checks.same("--list -N json", json.loads(checks.run("--list", "-N", "--format", "JSON").stdout),
                {"fieldnames": names})
    table = checks.run("--list", "--format=markdown").stdout
    checks.same("--list markdown: rows", table.count("\n`"), len(names))
    for part in ("## Field Class: evt\n", "\nName | Type | Description\n", "Event Sources: syscall",
                 "\n`proc.name` | CHARBUF | "):
        checks.has("--list markdown", table, part)
    checks.same("--list syscall", checks.run("--list", "syscall").stdout,
                checks.run("--list").stdout)
    checks.has("--list -v: types", checks.run("--list", "-v").stdout, "(Type: CHARBUF)")
    done = checks.run("--list", "k8s_audit")
    checks.same("--list of no source: exit", done.returncode, 1)
    checks.has("--list of no source", done.stderr, "must be a valid source type")


SECTIONS = ["Syscall events", "Tracepoint events", "Plugin events", "Metaevents"]


def events(checks):
    text = checks.run("--list-events").stdout
    checks.has("--list-events", text.splitlines()[0], "The events below are valid for Falco *Schem")
    titles = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    checks.same("--list-events: sections", titles, SECTIONS)
    lines = [line for line in text.splitlines() if line[:2] in ("< ", "> ")]
    whole = json.loads(checks.run("--list-events", "--format", "json").stdout)
    checks.same("--list-events json: keys", sorted(whole), sorted(["schema_version", *SECTIONS]))
    rows = [(title, event) for title in SECTIONS for event in whole[title]]
    checks.same("--list-events json: all", len(rows), len(lines))
    checks.same("--list-events json: keys of one", {tuple(sorted(event)) for _, event in rows},
                {("available", "dir", "name", "params")})
    by_name = {(event["name"], event["dir"]): event for _, event in rows}
    checks.same("--list-events json: close", by_name["close", "<"]["params"],
                [{"name": "res", "type": "ERRNO"}, {"name": "fd", "type": "FD"}])
    checks.same("--list-events json: what -A adds", by_name["read", "<"]["available"], False)
    table = checks.run("--list-events", "--format", "markdown").stdout
    checks.has("--list-events markdown", table, "\nDefault | Dir | Name | Params \n")
    checks.has("--list-events markdown", table,
               "\nYes | `<` | `close` | ERRNO **res**, FD **fd**\n")
    checks.has("--list-events markdown", table, "\nNo | `<` | `read` | ")


def plugins(checks):
    done = checks.run("--list-plugins")
    checks.same("--list-plugins: exit", done.returncode, 0)
    for part in ("1 Plugins Loaded:\n", "Name: container\n", "  - Field Extraction\n"):
        checks.has("--list-plugins", done.stdout, part)
    for name in ("container", "/usr/share/falco/plugins/libcontainer.so"):
        done = checks.run("--plugin-info", name)
        checks.same("--plugin-info: exit", done.returncode, 0)
        checks.has("--plugin-info", done.stdout, "Name: container\n")
    done = checks.run("--plugin-info", "json")
    checks.same("--plugin-info of none", (done.returncode, done.stdout), (1, ""))


def schema_and_support(checks):
    schema = json.loads(checks.run("--rule-schema").stdout)
    checks.same("--rule-schema: type", schema["type"], "array")
    item = schema["items"]
    checks.same("--rule-schema: no other keys", item["additionalProperties"], False)
    checks.same("--rule-schema: words", "WARNING" in item["properties"]["priority"]["enum"], True)
    checks.same("--rule-schema: keys", {"rule", "condition", "output", "tags", "override"}
                <= set(item["properties"]), True)
    checks.write("rules.yaml", RULE)
    done = checks.run("--support", "-r", "rules.yaml", config=cli.SILENT)
    checks.same("--support: exit", done.returncode, 0)
    whole = json.loads(done.stdout)
    checks.same("--support: keys", sorted(whole), ["cmdline", "config", "engine_info",
                                                   "rules_files", "system_info", "version"])
    checks.same("--support: system", sorted(whole["system_info"]),
                ["machine", "nodename", "release", "sysname", "version"])
    checks.same("--support: rules", whole["rules_files"],
                [{"name": "rules.yaml", "variants": [{"content": RULE}]}])
    checks.same("--support: engine", whole["engine_info"]["engine_version"], "63")
    checks.has("--support: configuration", whole["config"], "stdout_output")
    checks.same("--support: command line", whole["cmdline"].split()[1:],
                ["-c", "falco.yaml", "--support", "-r", "rules.yaml"])


def page_size(checks):
    done = checks.run("--page-size")
    checks.same("--page-size", (done.returncode, done.stdout), (0, ""))
    checks.has("--page-size", done.stderr,
               f": Your system page size is: {os.sysconf('SC_PAGESIZE')} bytes\n")


def order(checks):
    """Of several actions the earliest one wins; what it prints begins with this."""
    checks.write("rules.yaml", RULE)
    actions = ((["-h"], "falco-ebpf - "), (["--rule-schema"], "{\n"), (["-i"], "Ignored"),
               (["--list-events"], "The events below"), (["--version"], "Falco version: "),
               (["--plugin-info", "container"], "Name: container"),
               (["--list-plugins"], "1 Plugins Loaded"), (["--list"], "-----"),
               (["-V", "rules.yaml"], "rules.yaml: Ok"), (["-l", "Opened"], "Rule  "),
               (["--support"], "{\"cmdline\""), (["--dry-run"], ""))
    for k, (words, begin) in enumerate(actions):
        later = [word for other, _ in actions[k + 1:] for word in other]
        done = checks.run(*later, *words, "-r", "rules.yaml", config=cli.SILENT)
        name = " ".join(words) + " before all that come later"
        checks.same(name + ": exit", done.returncode, 0)
        checks.same(name, done.stdout[:len(begin)], begin)


def sources(checks):
    checks.write("rules.yaml", RULE)
    for words, text in ((["--disable-source", "syscall"], "at least one event source"),
                        (["--disable-source", "zork"], "unknown event source 'zork'"),
                        (["--enable-source", "zork"], "unknown event source 'zork'")):
        done = checks.run("-r", "rules.yaml", *words, "--dry-run", config=cli.SILENT)
        checks.same(" ".join(words), done.returncode, 1)
        checks.has(" ".join(words), done.stderr, text)
    done = checks.run("-r", "rules.yaml", "--enable-source", "syscall", "--dry-run",
                      config=cli.SILENT)
    checks.same("--enable-source syscall", done.returncode, 0)
    lines, _ = checks.replay("-r", "rules.yaml", "--disable-source", "syscall")
    checks.same("a replay has no sources to choose from", len(lines), 1)


def running(checks):
    checks.write("rules.yaml", RULE)
    lines, done = checks.replay("-r", "rules.yaml", "-v", "-P", "pid")
    checks.same("one alert", len(lines), 1)
    with open(os.path.join(checks.folder, "pid"), encoding="utf-8") as file:
        checks.same("-P: a number without a newline", file.read().isdigit(), True)
    checks.same("-v: the last line", re.fullmatch(
        r"Elapsed time: \d+\.\d{3}, Captured Events: \d+, \d+\.\d\d eps",
        done.stderr.splitlines()[-1]) is not None, True)
    checks.has("-v: events of rules", done.stderr, "Event types for rule Opened: openat\n")
    done = checks.run("-e", capture(checks), "-r", "rules.yaml", "-P", "none/pid",
                      config=cli.SILENT)
    checks.same("-P: no such folder", done.returncode, 255)
    checks.has("-P: no such folder", done.stderr,
               ": cannot write the pid file none/pid: No such file or directory\n")
    _, done = checks.replay("-r", "rules.yaml", "-M", "0.000000001")
    checks.has("-M ends a replay by its own time", done.stdout, "Events detected: 0\n")
    _, done = checks.replay("-r", "rules.yaml", "-M", "3600")
    checks.has("-M", done.stdout, "Events detected: 1\n")


def capture(checks):
    return os.path.join(checks.data, "shell_from_server.scap")


def traces(checks):
    """-w of a replay: another capture with the same events."""
    checks.write("rules.yaml", RULE)
    lines, _ = checks.replay("-r", "rules.yaml", "-w", "trace.scap")
    show = ["-p", "%evt.time %proc.cmdline %proc.pname %evt.type %evt.args %fd.name %user.name"]
    path = os.path.join(checks.folder, "trace.scap")
    dumps = [checks.run("dump", "-e", file, *show).stdout for file in (capture(checks), path)]
    checks.same("the trace has the same events", dumps[1], dumps[0])
    done = checks.run("-e", path, "-r", "rules.yaml", config=cli.SILENT)
    checks.same("the trace gives the same alerts", done.stdout.splitlines()[:len(lines)], lines)
    done = checks.run("-e", capture(checks), "-r", "rules.yaml", "-w", "none/x", config=cli.SILENT)
    checks.same("no place for the trace: exit", done.returncode, 1)
    checks.has("no place for the trace", done.stderr,
               "Error: cannot create the capture file none/x: No such file or directory")
    done = checks.run("-e", capture(checks), "-r", "rules.yaml", "-w", "/dev/full",
                      config=cli.SILENT)
    checks.same("a full disk does not end detection", done.returncode, 0)
    checks.has("a full disk", done.stdout, "Events detected: 1")
    checks.has("a full disk", done.stderr, "cannot write /dev/full: No space left on device")


def daemon(checks):
    checks.write("rules.yaml", RULE)
    checks.write("bad.yaml", rules.BAD)
    done = checks.run("-d", "-P", "daemon.pid", "-e", capture(checks), "-r", "rules.yaml", "-w",
                      "daemon.scap", config=cli.SILENT)
    checks.same("-d: exit", done.returncode, 0)
    checks.same("-d: alerts go nowhere", done.stdout, "")
    with open(os.path.join(checks.folder, "daemon.pid"), encoding="utf-8") as file:
        pid = int(file.read())
    for _ in range(1000):  # it ends with its capture
        if not os.path.exists(f"/proc/{pid}"):
            break
        time.sleep(0.01)
    done = checks.run("dump", "--count", "-e", "daemon.scap")
    checks.same("-d: it did its work", done.stdout, checks.run(
        "dump", "--count", "-e", capture(checks)).stdout)
    done = checks.run("-d", "-P", "daemon.pid", "-e", capture(checks), "-r", "bad.yaml",
                      config=cli.SILENT)
    checks.same("-d with bad rules: exit", done.returncode, 1)
    checks.has("-d with bad rules", done.stderr, "Error: ")


if __name__ == "__main__":
    cli.main(accepted, refused, missing_files, versions, lists, events, plugins,
             schema_and_support, page_size, order, sources, running, traces, daemon)
