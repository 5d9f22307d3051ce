# SPDX-License-Identifier: Apache-2.0
"""What the configuration and the command line add to alerts: append_output, static_fields, -p, the
json_* settings. Each is judged by the alert of one event of our small capture: cat opens
/etc/shadow.

  outputs_test.py --sensor falco-ebpf --data tests/data
"""

import json
import os
import re

import cli

RULE = """- rule: Opened
  desc: d
  condition: evt.type = openat and proc.name = cat
  output: "{output}"
  priority: WARNING
  tags: [b, a]
"""
TIME = "12:26:40.005000000"
TIME_NS = 1600000000005000000


def alert(checks, output, *arguments, config=""):
    """The text of the alert without its time and priority."""
    checks.write("rules.yaml", RULE.format(output=output))
    lines, done = checks.replay("-r", "rules.yaml", *arguments, config=config)
    if len(lines) != 1:
        checks.same("one alert", done.stdout + done.stderr, "one alert")
        return ""
    return lines[0].removeprefix(f"{TIME}: Warning ")


def alert_json(checks, output, *arguments, config=""):
    text = alert(checks, output, "-o", "json_output=true", *arguments, config=config)
    return json.loads(text or "{}")


def refused(checks, name, config, *parts, arguments=()):
    checks.write("rules.yaml", RULE.format(output="o"))
    done = checks.run("-r", "rules.yaml", "--dry-run", *arguments, config=cli.SILENT + config)
    checks.same(name + ": exit", done.returncode, 1)
    checks.same(name + ": said once", done.stderr.count("Error: "), 1)
    for part in parts:
        checks.has(name, done.stderr, part)


def extra_output(checks):
    config = """append_output:
  - {extra_output: "pid=%proc.name"}
  - {match: {rule: Opened}, extra_output: by rule}
  - {match: {rule: Other}, extra_output: no}
  - {match: {source: syscall}, extra_output: by source}
  - {match: {source: k8s_audit}, extra_output: "%ka.verb"}
  - {match: {tags: [a]}, extra_output: by tag}
  - {match: {tags: [a, b]}, extra_output: by tags}
  - {match: {tags: [a, c]}, extra_output: no}
  - {match: {rule: Opened, source: syscall, tags: [b]}, extra_output: all}
  - {extra_output: ""}
  - {extra_output: "%container.info|"}
"""
    checks.same("extra_output", alert(checks, "o", config=config),
                "o pid=cat by rule by source by tag by tags all |")


def suggested_output(checks):
    expected = ("o container_id=<NA> container_name=<NA> container_image_repository=<NA> "
                "container_image_tag=<NA> k8s_pod_name=<NA> k8s_ns_name=<NA>")
    config = "append_output: [{suggested_output: true}]\n"
    found = alert(checks, "o", config=config)
    checks.same("suggested_output: names", [w.split("=")[0] for w in found.split()],
                [w.split("=")[0] for w in expected.split()])
    config += "static_fields: {site: north, app.name: shop}\n"
    found = alert(checks, "o", config=config)
    checks.has("suggested_output: static fields", found,
               " static_app_name=shop static_site=north")


def extra_fields(checks):
    config = """append_output:
  - extra_fields:
    - proc.name
    - "proc.aname[1]"
    - fd.num
    - fd.sport
    - opener: "%proc.name (%fd.num)"
    - port: "p=%fd.sport"
    - nothing: ""
  - match: {rule: Other}
    extra_fields: [fd.name]
"""
    found = alert_json(checks, "on %fd.name", config=config)
    checks.same("extra_fields", found["output_fields"],
                {"evt.time": TIME_NS, "fd.name": "/etc/shadow", "proc.name": "cat",
                 "proc.aname[1]": "sh", "fd.num": 3, "fd.sport": None, "opener": "cat (3)",
                 "port": "p=<NA>"})
    checks.same("extra_fields: not in the text", found["output"],
                f"{TIME}: Warning on /etc/shadow")
    checks.same("extra_fields: text lines", alert(checks, "o", config=config), "o")


def static_fields(checks):
    config = "static_fields: {site: north, level: 3}\n"
    found = alert_json(checks, "at %static.site, %static.level.", config=config)
    checks.same("static_fields", found["output_fields"],
                {"evt.time": TIME_NS, "static.site": "north", "static.level": "3"})
    checks.has("static_fields", found["output"], " at north, 3.")
    condition = RULE.replace("proc.name = cat", "({})")
    for text, holds in (("static.site = north", True), ("static.site = south", False),
                        ("static.site in (south, north)", True), ("static.site != north", False),
                        ("toupper(static.site) = NORTH", True), ("static.site exists", True),
                        ("proc.name = val(static.site)", False), ("static.level = 3", True),
                        ("not static.site startswith nor", False)):
        checks.write("static.yaml", condition.format(text, output="o"))
        lines, _ = checks.replay("-r", "static.yaml", config=config)
        checks.same("static_fields: " + text, len(lines), int(holds))
    refused(checks, "unknown static field", config, "static.sit", "static.site",
            arguments=["-p", "%static.sit"])
    refused(checks, "static field of another kind", "static_fields: {a: [1]}\n", "falco.yaml:2:20",
            "static field 'a' must be a text")
    refused(checks, "static fields of another kind", "static_fields: [a]\n", "falco.yaml:2:16")
    refused(checks, "name of a static field", "static_fields: {'a b': x}\n", "falco.yaml:2:17",
            "'a b' is no name")


def mistakes(checks):
    head = "append_output:\n"
    refused(checks, "unknown field", head + "  - extra_output: x %no.such\n", "falco.yaml:3:19",
            "unknown field 'no.such'")
    refused(checks, "unknown bare field", head + "  - extra_fields: [proc.nme]\n",
            "falco.yaml:3:20", "extra field 'proc.nme'", "proc.name")
    refused(checks, "text as a bare field", head + "  - extra_fields: ['proc.name x']\n",
            "falco.yaml:3:20")
    refused(checks, "unknown field of a text", head + "  - extra_fields: [a: '%no.such']\n",
            "falco.yaml:3:20", "extra field 'a'")
    refused(checks, "key twice", head + "  - extra_fields: [a: x, a: y]\n", "falco.yaml:3:26",
            "extra field 'a' is named twice")
    refused(checks, "no list", head + "  - extra_fields: a\n", "falco.yaml:3:19")
    refused(checks, "no map", head + "  - x\n", "falco.yaml:3:5")
    refused(checks, "tags no list", head + "  - match: {tags: a}\n", "falco.yaml:3:19")
    refused(checks, "no truth", head + "  - suggested_output: perhaps\n", "falco.yaml:3:23")
    refused(checks, "wrong -p", "", "-p '%no.such': unknown field 'no.such'",
            arguments=["-p", "%no.such"])
    checks.write("rules.yaml", RULE.format(output="o"))
    done = checks.run("-r", "rules.yaml", "--dry-run",
                      config=cli.SILENT + head + "  - {extra_outptu: x}\n"
                      "  - {match: {rule: A, tags: [b]}, extra_output: x}\n")
    checks.same("unknown key: exit", done.returncode, 0)
    checks.has("unknown key", done.stderr,
               "falco.yaml:3:6: there is no key 'append_output[].extra_outptu'")
    checks.has("rule and tags", done.stderr, "rule 'A' and for tags")


def print_option(checks):
    for nothing in ("-pc", "-pk", "-pcontainer", "-pkubernetes"):
        checks.same(nothing, alert(checks, "o", nothing), "o")
    checks.same("-p", alert(checks, "o", "-p", "by %proc.name"), "o by cat")
    checks.same("--print", alert(checks, "o", "--print=%fd.num"), "o 3")


def one_line(checks):
    checks.same("JSON-like", alert(checks, "a \\\"b\\\" \\\\ c\\td\\ne"),
                'a \\"b\\" \\\\ c\\td\\ne')
    checks.same("widths", alert(checks, "[%2proc.name][%5proc.name][%6fd.sport]"),
                "[ca][cat  ][<NA>  ]")
    checks.same("star", alert(checks, "*%proc.name **"), "cat **")
    checks.same("transformers", alert(checks, "%toupper(proc.name) %len(fd.name)"), "CAT 11")
    found = alert_json(checks, "%toupper(proc.name) %fd.types", config="")
    checks.same("keys of transformers", sorted(found["output_fields"]),
                ["evt.time", "fd.types", "proc.name"])
    checks.same("lists", isinstance(found["output_fields"]["fd.types"], list), True)


def json_settings(checks):
    found = alert_json(checks, "o %proc.name", "-o", "json_include_message_property=true", "-o",
                       "time_format_iso_8601=true")
    checks.same("json: everything", found, {
        "hostname": "HOST", "message": "o cat",
        "output": "2020-09-13T12:26:40.005000000+0000: Warning o cat",
        "output_fields": {"evt.time.iso8601": TIME_NS, "proc.name": "cat"}, "priority": "Warning",
        "rule": "Opened", "source": "syscall", "tags": ["a", "b"],
        "time": "2020-09-13T12:26:40.005000000Z"})
    off = [word for key in ("output", "output_fields", "tags")
           for word in ("-o", f"json_include_{key}_property=false")]
    checks.same("json: least", sorted(alert_json(checks, "o", *off)),
                ["hostname", "priority", "rule", "source", "time"])


ANY = RULE.replace("evt.type = openat and proc.name = cat", "evt.num > 0")
NO_STDOUT = "stdout_output: {enabled: false}\n"


def replayed(checks, rules, config):
    """One replay, without the comparison of two, since files are written: alerts on stdout."""
    checks.write("rules.yaml", rules.format(output="o %proc.name"))
    capture = os.path.join(checks.data, "shell_from_server.scap")
    done = checks.run("-e", capture, "-r", "rules.yaml", config=config)
    return done.stdout[:done.stdout.find("Events detected:")].splitlines(), done


def read(checks, name):
    with open(os.path.join(checks.folder, name), encoding="utf-8") as file:
        return file.read().splitlines()


def channels(checks):
    expected, _ = replayed(checks, ANY, cli.SILENT)
    checks.same("many alerts", len(expected) > 5, True)
    for keep_alive in ("true", "false"):
        name = f"events-{keep_alive}"
        alerts, _ = replayed(checks, ANY, NO_STDOUT + f"file_output: {{enabled: true, filename: "
                             f"{name}, keep_alive: {keep_alive}}}\n")
        checks.same("file: not on standard output", alerts, [])
        checks.same("file", read(checks, name), expected)
        program = (NO_STDOUT + f"program_output: {{enabled: true, program: cat, "
                   f"keep_alive: {keep_alive}}}\n")
        checks.same("program", replayed(checks, ANY, program)[0], expected)
    _, done = replayed(checks, ANY, NO_STDOUT + "output_timeout: 100\nprogram_output: "
                       "{enabled: true, program: 'exit 3'}\n")
    # On a slow run the alert of the sensor that tells of it is refused as well.
    count = re.search(r"program, refused: (\d+)", done.stderr)
    checks.same("refused", count is not None and int(count[1]) - len(expected) in (0, 1), True)


def rate(checks):
    all_of, _ = replayed(checks, ANY, cli.SILENT)
    config = cli.SILENT + "outputs: {rate: 0.000001, max_burst: 3}\nlog_level: debug\n"
    alerts, done = replayed(checks, ANY, config)
    checks.same("the burst", alerts, all_of[:3])
    checks.has("said", done.stderr, "Skipping rate-limited notification for rule Opened")
    checks.has("counted", done.stderr, f"Alerts skipped by outputs.rate: {len(all_of) - 3}")


def aggregation(checks):
    all_of, _ = replayed(checks, ANY, cli.SILENT)
    alerts, _ = replayed(checks, ANY, cli.SILENT + "aggregation: {window_ms: 3600000}\n")
    counts = [int(line.split("alert.count=")[1].split()[0]) if "alert.count=" in line else 1
              for line in alerts]
    checks.same("aggregation: fewer", len(alerts) < len(all_of), True)
    checks.same("aggregation: all are counted", sum(counts), len(all_of))


if __name__ == "__main__":
    cli.main(extra_output, suggested_output, extra_fields, static_fields, mistakes, print_option,
             one_line, json_settings, channels, rate, aggregation)
