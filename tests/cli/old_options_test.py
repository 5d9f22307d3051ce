# SPDX-License-Identifier: Apache-2.0
"""Options of Falco 0.9 and later that are gone: each is accepted, does what it did or says what to
use instead, in one line of the log. The check-list of what a user of 0.9 had, by test:

  every option              here (accepted), options_test.py
  -e, -D, -T, -t            here (choices), tests/captures/detection_test.py (recorded captures)
  -p c/k/m, %container.info here (formats)
  -V, -L, -l                validate_test.py, describe_test.py
  -M, -d and pid file, -w   options_test.py, tests/live/live_test.py, tests/live/record_test.py
  json, log, statistics     outputs_test.py, here (logs, statistics)
  -s                        tests/live/service_test.py

  old_options_test.py --sensor falco-ebpf --data tests/data
"""

import json
import os

import cli


def rule(name, condition, tags="", output="o", priority="WARNING"):
    return (f"- rule: {name}\n  desc: d\n  condition: {condition}\n  output: \"{output}\"\n"
            f"  priority: {priority}\n  tags: [{tags}]\n")


OPENED = "evt.type = openat and proc.name = cat"
STARTED = "evt.type = execve and proc.name = "
THREE = (rule("Cat opened a file", OPENED, "file, cat") +
         rule("Cat started", STARTED + "cat", "process, cat") +
         rule("Shell (sh) started", STARTED + "sh", "process"))
ALL = {"Cat opened a file": 1, "Cat started": 1, "Shell (sh) started": 1}

# Option, what the log says it is taken as; None: ignored, with advice.
FORMER = (
    (["-b"], "-o buffer_format_base64=true"),
    (["--print-base64"], "-o buffer_format_base64=true"),
    (["-S", "4096"], "-o falco_libs.snaplen=4096"),
    (["-S4096"], "-o falco_libs.snaplen=4096"),
    (["--snaplen=4096"], "-o falco_libs.snaplen=4096"),
    (["-D", "x.*y"], "rules[].disable for every rule whose name it matches"),
    (["-T", "t"], "-o rules[].disable.tag=t"),
    (["-t", "t"], "-o rules[].disable.rule=* -o rules[].enable.tag=t"),
    (["--modern-bpf"], "-o engine.kind=modern_ebpf"),
    (["--nodriver"], "-o engine.kind=nodriver"),
    (["--cri", "/run/c.sock"], "-o container_engines.cri.sockets[]=/run/c.sock"),
    (["-k", "http://k"], None),
    (["--k8s-api=http://k"], None),
    (["-K", "token"], None),
    (["--k8s-api-cert", "token"], None),
    (["--k8s-node", "n"], None),
    (["-m", "http://m,http://marathon"], None),
    (["--mesos-api", "http://m"], None),
    (["--disable-cri-async"], None),
    (["-u"], None),
    (["--userspace"], None),
    (["-g", "f"], None),
    (["--gvisor-config", "f"], None),
    (["--gvisor-root", "d"], None),
    (["--alternate-lua-dir", "d"], None),
)


def accepted(checks):
    checks.write("rules.yaml", THREE)
    for words, taken_as in FORMER:
        name = " ".join(words)
        done = checks.run("-V", "rules.yaml", *words, config=cli.SILENT)
        checks.same(name, (done.returncode, done.stdout), (0, "rules.yaml: Ok\n"))
        said = [line for line in done.stderr.splitlines() if ": an option of Falco " in line]
        checks.same(name + ": said once", len(said), 1)
        if said:
            checks.has(name, said[0], f", taken as {taken_as}" if taken_as else ", ignored: ")
    done = checks.run("-V", "rules.yaml", "-s", "f", "--stats-interval", "2000", config=cli.SILENT)
    checks.same("-s", (done.returncode, done.stdout), (0, "rules.yaml: Ok\n"))
    done = checks.run("-s", "f", "--stats-interval", "often", config=cli.SILENT)
    checks.same("--stats-interval often", done.returncode, 1)
    checks.has("--stats-interval often", done.stderr, "--stats-interval")
    done = checks.run("--gvisor-generate-config")
    checks.same("--gvisor-generate-config: exit", done.returncode, 1)
    checks.has("--gvisor-generate-config", done.stderr, "gVisor sandboxes cannot be watched")
    for old, new in ((["--list-syscall-events"], ["--list-events"]),
                     (["--list", "--markdown"], ["--list", "--format", "markdown"])):
        done = checks.run(*old)
        checks.same(" ".join(old), done.stdout, checks.run(*new).stdout)
        checks.has(" ".join(old), done.stderr, "is deprecated, use ")


def hits(checks, *options):
    """Alerts by rule."""
    checks.write("rules.yaml", THREE)
    _, done = checks.replay("-r", "rules.yaml", *options)
    lines = done.stdout.splitlines()
    if done.returncode != 0 or "Triggered rules by rule name:" not in lines:
        return done.stderr
    begin = lines.index("Triggered rules by rule name:")
    return {line.strip().rpartition(": ")[0]: int(line.rpartition(": ")[2])
            for line in lines[begin + 1:]}


def choices(checks):
    def only(*names):
        return {name: 1 for name in names}

    opened, cat, shell = ALL
    for options, expected in (
            ([], ALL), (["-A"], ALL),
            (["-D", "^Cat"], only(shell)), (["-D", "started$"], only(opened)),
            (["-D", "opened|Shell"], only(cat)), (["-D", r"\(sh\)"], only(opened, cat)),
            (["-D", "Cat o", "-D", "Shell"], only(cat)), (["-D", "cat"], ALL),
            (["-T", "cat"], only(shell)), (["-T", "file", "-T", "process"], {}),
            (["-T", "none"], ALL), (["-D", "Shell", "-T", "file"], only(cat)),
            (["-t", "cat"], only(opened, cat)), (["-t", "file", "-t", "process"], ALL),
            (["-t", "none"], {})):
        checks.same(" ".join(options) or "no choice", hits(checks, *options), expected)
    for other in ("-D", "-T"):
        done = checks.run("-t", "a", other, "b", "-r", "rules.yaml")
        checks.same(f"-t with {other}: exit", done.returncode, 1)
        text = "You can not specify both disabled (-D/-T) and enabled (-t) rules"
        checks.has(f"-t with {other}", done.stderr, f"Error: {text}\n")
        checks.has(f"-t with {other}", done.stderr, f"Runtime error: {text}. Exiting.\n")
    done = checks.run("-D", "(", "-r", "rules.yaml", "--dry-run", config=cli.SILENT)
    checks.same("-D of no expression: exit", done.returncode, 1)
    checks.has("-D of no expression", done.stderr, "Could not compile the regular expression of")


def formats(checks):
    """%container.info is gone from outputs, whatever -p says: today's meaning is the default."""
    checks.write("rules.yaml", rule("r", OPENED, output="file=%fd.name %container.info end"))
    plain = "12:26:40.005000000: Warning file=/etc/shadow  end"
    for options, expected in (
            ([], plain), (["-pc"], plain), (["-p", "container"], plain), (["-pk"], plain),
            (["--print=kubernetes"], plain), (["-pm"], plain), (["-p", "mesos"], plain),
            (["-p", "by=%proc.name"], plain + " by=cat"),
            (["-p", "a,b", "-p", "c=%proc.name"], plain + " a,b c=cat")):
        lines, done = checks.replay("-r", "rules.yaml", *options)
        checks.same(" ".join(options) or "no -p", lines, [expected])
        for text in options:
            if text.startswith("-p") and len(text) > 2:
                checks.has(text, done.stderr, f": -p {text[2:]}: does nothing")
    done = checks.run("-r", "rules.yaml", "-p", "%no.field", "--dry-run", config=cli.SILENT)
    checks.same("-p of an unknown field", done.returncode, 1)


def settings(checks):
    """What former options set is what the same -o sets."""
    checks.write("rules.yaml", rule("r", "evt.type = read and proc.name = cat",
                                    output="%evt.buffer"))
    plain, _ = checks.replay("-r", "rules.yaml", "-A")
    base64, _ = checks.replay("-r", "rules.yaml", "-A", "-b")
    option, _ = checks.replay("-r", "rules.yaml", "-A", "-o", "buffer_format_base64=true")
    checks.same("-b", base64, option)
    checks.same("-b changes something", base64 != plain, True)


def logs(checks):
    """log_level, log_stderr and priority."""
    checks.write("rules.yaml", THREE + rule("Quiet", STARTED + "sh", priority="INFO"))
    done = checks.run("-r", "rules.yaml", "--dry-run", "-b",
                      config=cli.SILENT + "log_level: error\n")
    checks.same("log_level", done.stderr, "")
    done = checks.run("-r", "rules.yaml", "--dry-run", config=cli.SILENT + "log_level: debug\n")
    checks.has("log_level debug", done.stderr, ": CLI args: ")
    done = checks.run("-r", "rules.yaml", "--dry-run", "-T", "x", config=cli.SILENT)
    checks.has("what is chosen is said", done.stderr, ": Disabling rules with tag: x\n")
    _, done = checks.replay("-r", "rules.yaml", "-o", "priority=warning", "-o",
                            "rule_matching=all")
    checks.has("priority", done.stdout, "Events detected: 3\n")
    done = checks.run("-r", "rules.yaml", "--dry-run", "--version", config=cli.SILENT,
                      FALCO_HOSTNAME="web-1")
    checks.has("FALCO_HOSTNAME", done.stderr,
               ": Hostname value has been overridden via environment variable to: web-1\n")


def statistics(checks):
    checks.write("rules.yaml", THREE)
    lines, done = checks.replay("-r", "rules.yaml")
    checks.same("statistics at exit", done.stdout.splitlines()[len(lines):],
                ["Events detected: 3", "Rule counts by severity:", "   WARNING: 3",
                 "Triggered rules by rule name:", *(f"   {name}: 1" for name in ALL)])
    checks.write("rules.yaml", THREE)
    capture = os.path.join(checks.data, "shell_from_server.scap")
    done = checks.run("-e", capture, "-r", "rules.yaml", "-o", "json_output=true",
                      config=cli.SILENT)
    alerts = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    checks.same("the keys of 0.9 are there",
                [{"output", "priority", "rule", "time", "output_fields"} <= set(alert)
                 for alert in alerts], [True] * 3)


if __name__ == "__main__":
    cli.main(accepted, choices, formats, settings, logs, statistics)
