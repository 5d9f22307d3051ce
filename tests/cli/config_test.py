# SPDX-License-Identifier: Apache-2.0
"""What the sensor says of its configuration: the schema, all settings with their origins, warnings
with places, and what it does not start with.

  config_test.py --sensor falco-ebpf --data tests/data
"""

import json
import os
import subprocess

import cli

RULES = "- {rule: r, desc: d, condition: evt.type = mkdir, output: o, priority: INFO}\n"
PLAIN = cli.SILENT + "rules_files: [rules.yaml]\n"


def dry_run(checks, *arguments, config="", **environment):
    checks.write("rules.yaml", RULES)
    return checks.run("--dry-run", *arguments, config=PLAIN + config, **environment)


def warned(checks, name, config, *parts):
    done = dry_run(checks, config=config)
    checks.same(name + ": exit", done.returncode, 0)
    for part in parts:
        checks.has(name, done.stderr, part)
    return done


def schema(checks):
    done = checks.run("--config-schema")
    checks.same("schema: exit", done.returncode, 0)
    whole = json.loads(done.stdout)
    checks.same("schema: draft", whole["$schema"], "http://json-schema.org/draft-06/schema#")
    root = whole["definitions"]["FalcoConfig"]
    checks.same("schema: closed", root["additionalProperties"], False)
    checks.same("schema: a key", root["properties"]["json_output"]["type"], "boolean")
    for definition in whole["definitions"].values():
        for value in definition["properties"].values():
            target = value.get("$ref", "").removeprefix("#/definitions/")
            if target and target not in whole["definitions"]:
                checks.same("schema: refers to", target, "a definition")


def schema_beside_a_broken_file(checks):
    done = checks.run("--config-schema", config="[broken")
    checks.same("schema beside a broken file", (done.returncode, done.stderr), (0, ""))


def settings(checks):
    checks.write("more.yaml", "priority: ${LEAST}\nrules_files:\n  - b\n")
    config = "config_files: [more.yaml]\nrules_files: [a]\nlog_level: debug\nfrob: 1\n"
    done = checks.run("--print-config", "-o", "engine.jit=false", "-A", config=config,
                      LEAST="error")
    checks.same("settings: exit", done.returncode, 0)
    for line in ("priority: error  # more.yaml:1:11 (environment: LEAST)",
                 "rules_files:\n  - a  # falco.yaml:2:15\n  - b  # more.yaml:3:5\n",
                 "  jit: false  # -o engine.jit=false\n", "  all: true  # -A\n",
                 "log_level: debug  # falco.yaml:3:12", "output_timeout: 2000  # default",
                 "frob: 1  # falco.yaml:4:7"):
        checks.has("settings", done.stdout, line)
    checks.same("settings: files", done.stdout.splitlines()[:2], ["# falco.yaml", "# more.yaml"])
    checks.has("settings: warnings", done.stderr, "falco.yaml:4:1: there is no key 'frob'")
    hidden = checks.run("--print-config", "-o", "http_output.headers.Cookie=open-sesame")
    checks.has("--print-config: secrets", hidden.stdout, "Cookie: \"***\"")
    checks.write("rules.yaml", "- list: empty\n  items: []\n")
    for option in ("--print-config", "--support"):
        shown = checks.run(option, "-r", "rules.yaml", "-o",
                           "http_output.headers.Cookie=open-sesame")
        checks.same(option + " with a secret", shown.returncode, 0)
        checks.same(option + " with a secret", "open-sesame" in shown.stdout, False)
    again = checks.run("--print-config", config=done.stdout)
    values = [[line.partition("  # ")[0] for line in one.stdout.splitlines()]
              for one in (done, again)]
    values = [[line for line in one if not line.startswith("#")] for one in values]
    checks.same("settings: what is printed loads", again.returncode, 0)
    checks.same("settings: the same again", values[1], values[0])


def settings_as_json(checks):
    done = checks.run("--print-config", config="json_output: true\nfalco_libs: {snaplen: 90}\n")
    whole = json.loads(done.stdout)
    checks.same("json: value", whole["config"]["falco_libs"]["snaplen"], 90)
    checks.same("json: origin", whole["origins"]["falco_libs.snaplen"], "falco.yaml:2:23")


def files(checks):
    os.makedirs(os.path.join(checks.folder, "config.d"), exist_ok=True)
    checks.write("config.d/a.yaml", "load_plugins: [container]\n")
    checks.write("config.d/b.yaml", "frob: 1\n")
    done = warned(
        checks, "files", "config_files: [config.d]\n",
        "Falco initialized with configuration files:\n", "   falco.yaml | schema validation: ok\n",
        "   config.d/a.yaml | schema validation: ok\n",
        "   config.d/b.yaml | schema validation: failed for <root>: Object contains a property",
        "config.d/b.yaml:1:1: there is no key 'frob', nothing reads it")
    checks.same("files: a plugin that is built in", "plugin" in done.stderr, False)
    quiet = dry_run(checks, "-o", "log_level=warning", config="config_files: [config.d]\n")
    checks.same("files: good ones are said by info", "a.yaml" in quiet.stderr, False)
    checks.has("files: bad ones by warning", quiet.stderr, "config.d/b.yaml | schema")
    checks.write("config.d/b.yaml", "a: 1\nb: [\n")
    done = dry_run(checks, config="config_files: [config.d]\n")
    checks.same("files: broken: exit", done.returncode, 1)
    checks.has("files: broken", done.stderr, "Error: config.d/b.yaml:2:4: ")


def warnings(checks):
    warned(checks, "unknown", "json_ouput: true\n",
           "falco.yaml:3:1: there is no key 'json_ouput', nothing reads it; did you mean "
           "'json_output'?")
    warned(checks, "old", "syscall_buf_size_preset: 5\n",
           "falco.yaml:3:1: syscall_buf_size_preset was renamed in 0.38: use "
           "engine.modern_ebpf.buf_size_preset")
    warned(checks, "dead", "grpc: {enabled: true}\n", "falco.yaml:3:1: grpc is gone since 0.43: ")
    warned(checks, "absent", "plugins_hostinfo: false\n",
           "falco.yaml:3:19: plugins_hostinfo has no effect: ")
    done = warned(checks, "plugin", "load_plugins: [container, json, json]\n",
                  "falco.yaml:3:27: the plugin 'json' is not available: ")
    checks.same("plugin: said once", done.stderr.count("'json'"), 1)
    done = dry_run(checks, FALCO_HOSTNAME="node-7")
    checks.has("hostname", done.stderr,
               "Hostname value has been overridden via environment variable to: node-7\n")


def stock(checks):
    with open(os.path.join(checks.data, "config", "stock.yaml"), encoding="utf-8") as file:
        text = file.read()
    checks.write("rules.yaml", RULES)
    done = checks.run("--dry-run", "-r", "rules.yaml", "-o", "log_level=warning", config=text)
    checks.same("stock", (done.returncode, done.stderr), (0, ""))
    strict = checks.run("--dry-run", "--strict", "-r", "rules.yaml", config=text)
    checks.same("stock, strict", strict.returncode, 0)


def refused(checks):
    for name, config, part in (
            ("type", "json_output: 3\n", "falco.yaml:3:14: json_output must be true or false"),
            ("range", "engine:\n  modern_ebpf: {buf_size_preset: 11}\n", "falco.yaml:4:34: "),
            ("nowhere", "metrics: {enabled: true}\n", "metrics are enabled, but go nowhere"),
            ("itself", "config_files: [falco.yaml]\n", "falco.yaml includes itself"),
            ("matching", "rule_matching: other\n", "Unknown rule matching strategy")):
        done = dry_run(checks, config=config)
        checks.same(name + ": exit", done.returncode, 1)
        checks.has(name, done.stderr, part)
        checks.same(name + ": one error", done.stderr.count("Error: "), 1)
    done = dry_run(checks, "-o", "engine")
    checks.has("option", done.stderr, "Error: -o engine: must be of the form key=val")
    empty = checks.run("--dry-run", config="")
    checks.same("empty: exit", empty.returncode, 1)
    checks.has("empty", empty.stderr, "You must specify at least one rules file")


def without_events(checks):
    """engine.kind nodriver: runs, reads rules anew when they change, ends by a signal."""
    checks.write("rules.yaml", RULES)
    checks.write("falco.yaml", PLAIN + "engine: {kind: nodriver}\nlog_syslog: false\n")
    scope = ["--scope", f"tree={os.getpid()}"]  # in case it does watch
    ready, says_ready = os.pipe()
    with subprocess.Popen([checks.sensor, "-c", "falco.yaml", "--interpret", "--ready-fd",
                           str(says_ready), *scope], cwd=checks.folder, pass_fds=[says_ready],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as sensor:
        os.close(says_ready)
        checks.same("without events: ready", os.read(ready, 6), b"ready\n")
        os.close(ready)
        for name, text, line in (
                ("broken", "- rule: x\n", "The rules and the configuration stay as they were"),
                ("good", RULES + "# changed\n", "SIGHUP received, restarting...")):
            checks.write("rules.yaml", text)
            seen = next((one for one in sensor.stderr if line in one), "")
            checks.has(f"without events: {name} rules", seen, line)
        sensor.terminate()
        output, _ = sensor.communicate()
    checks.same("without events: exit", sensor.returncode, 0)
    checks.has("without events: summary", output, "Events detected: 0\n")
    done = checks.run("-M", "0.1", "--interpret", *scope,
                      config=PLAIN + "engine: {kind: nodriver}\n")
    checks.same("without events: for a while", done.returncode, 0)


def strictly(checks):
    for name, config, part in (("key", "frob: 1\n", "falco.yaml:3:1: there is no key 'frob'"),
                               ("plugin", "load_plugins: [json]\n", "the plugin 'json'"),
                               ("schema", "webserver: {}\n", "schema validation failed for")):
        done = dry_run(checks, "--strict", config=config)
        checks.same(f"strict, {name}: exit", done.returncode, 1)
        checks.has(f"strict, {name}", done.stderr, part)
    checks.same("strict, nothing wrong", dry_run(checks, "--strict").returncode, 0)


if __name__ == "__main__":
    cli.main(schema, schema_beside_a_broken_file, settings, settings_as_json, files, warnings,
             stock, refused, without_events, strictly)
