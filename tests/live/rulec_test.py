# SPDX-License-Identifier: Apache-2.0
"""falco-rulec as a person or a script uses it: output, exit status, files. No privileges.

  rulec_test.py --rulec falco-rulec --sensor falco-ebpf --root SOURCE --reference FOLDER
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

GOOD = """- rule: Good
  desc: d
  condition: evt.type = openat and fd.name = /etc/shadow
  output: opened %fd.name
  priority: INFO
  tags: [mitre_credential_access, T1003.008]
"""
WARNED = GOOD.replace("and fd", "and not proc.name = x and fd")
WRONG = GOOD.replace("fd.name = ", "fd.nme = ")


class Test:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.failures = []
        self.checks = 0

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def run(self, *args, program=None, **more):
        return subprocess.run([program or self.options.rulec, *args], capture_output=True,
                              text=True, timeout=120, check=False, cwd=self.folder, **more)

    def check(self, good, what, done=None):
        self.checks += 1
        if good:
            return
        said = f"\n{done.args}\nexit {done.returncode}\n{done.stdout}{done.stderr}" if done else ""
        self.failures.append(what + said)

    def exits(self, status, *args):
        done = self.run(*args)
        self.check(done.returncode == status, f"exit status, expected {status}", done)
        return done


def check_command(test):
    good, warned, wrong = (test.file("good.yaml", GOOD), test.file("warned.yaml", WARNED),
                           test.file("wrong.yaml", WRONG))
    test.exits(0, "check", good)
    test.exits(0, "check", warned)
    test.exits(1, "check", "--strict", warned)
    test.exits(0, "check", "--strict", "--no-lint", warned)
    test.exits(0, "check", "--strict", "--lint", "shadowed", warned)
    done = test.exits(1, "check", wrong)
    test.check(f"{wrong}:3:36: error:" in done.stdout and
               "hint: did you mean 'fd.name'" in done.stdout and "^" in done.stdout,
               "place, caret and hint", done)
    test.check("\033" not in done.stdout, "no colours into a pipe", done)
    test.exits(2, "check")
    test.exits(2, "check", os.path.join(test.folder, "missing.yaml"))
    test.exits(2, "check", "--format", "xml", good)
    test.exits(2, "check", "--lint", "no-such-lint", good)
    test.exits(0, "check", "--condition", "evt.type = open")
    done = test.exits(1, "check", "--condition", "evt.type = open and")
    test.check("<condition>:1:" in done.stdout, "a condition has its own name", done)
    done = test.exits(1, "check", "--format", "json", wrong)
    test.check(json.loads(done.stdout)["errors"] == 1, "JSON counts", done)
    done = test.exits(0, "check", "--format", "sarif", "warned.yaml")
    result = json.loads(done.stdout)["runs"][0]["results"][0]
    test.check(result["ruleId"] == "fakeable-allow-list", "SARIF names the lint", done)
    place = result["locations"][0]["physicalLocation"]
    test.check(place["artifactLocation"]["uri"] == "warned.yaml", "SARIF URI is relative", done)


def own_rules(test):
    rules = os.path.join(test.options.root, "rules")
    test.exits(0, "check", "--strict", os.path.join(rules, "falco-ebpf_rules.yaml"))
    test.exits(0, "check", os.path.join(rules, "falco_rules.conf"))
    plan = test.exits(0, "compile", "--emit", "plan", "--format", "json",
                      os.path.join(rules, "falco-ebpf_rules.yaml"))
    parts = json.loads(plan.stdout)
    test.check("openat" in parts["kernel"]["wanted_by_rules"], "the plan names wanted calls", plan)
    test.check("read" not in parts["kernel"]["wanted_by_rules"], "and no others", plan)
    done = test.exits(0, "list", "mitre", os.path.join(rules, "falco-ebpf_rules.yaml"))
    test.check("privilege escalation" in done.stdout and "T1611" in done.stdout, "mitre", done)


def compile_command(test):
    good, wrong = test.file("good.yaml", GOOD), test.file("wrong.yaml", WRONG)
    for emit in ("plan", "llvm", "asm", "bpf"):
        done = test.exits(0, "compile", "--emit", emit, good)
        test.check(done.stdout != "", f"{emit} prints", done)
        test.exits(1, "compile", "--emit", emit, wrong)
    done = test.exits(0, "compile", "--emit", "ast", wrong)
    test.check("fd.nme = /etc/shadow" in done.stdout, "ast needs no known names", done)
    bad = test.file("bad.yaml", GOOD.replace(" = ", " "))
    done = test.exits(1, "compile", "--emit", "ast", bad)
    test.check("bad.yaml:3:" in done.stderr, "ast says where the syntax is wrong", done)
    done = test.exits(0, "compile", "--emit", "ast", "--format", "json", "--condition",
                      "proc.name in (a) or m")
    tree = json.loads(done.stdout)[0]["tree"]
    test.check([c["kind"] for c in tree["children"]] == ["check", "macro"], "tree as JSON", done)
    test.exits(2, "compile", "--bundle", "x.bundle", "--cpu", "i386", good)
    more = test.file("more.yaml", GOOD + GOOD.replace("Good", "Better").replace(
        "evt.type = openat and", "evt.type in (open, openat) and user.uid = 0 and"))
    done = test.exits(0, "compile", "--emit", "plan", "--format", "json", more)
    plan = json.loads(done.stdout)
    by_event = {e: [r["rule"] for r in group["rules"]]
                for group in plan["events"] for e in group["types"]}
    test.check(by_event == {"openat": ["Good", "Better"], "open": ["Better"]},
               f"rules by event: {by_event}")
    shared = {part["check"]: part["rules"] for part in plan["shared_checks"]}
    test.check(shared == {"fd.name = /etc/shadow": 2}, f"shared checks: {shared}")
    test.check(plan["kernel"]["wanted_by_rules"] == ["open", "openat"], "wanted calls", done)
    test.check("execve" in plan["kernel"]["kept_for_state"], "calls for the state", done)


def bundle(test):
    """A bundle made here is run by the sensor without a compiler; a foreign one is refused."""
    good = test.file("good.yaml", GOOD)
    other = test.file("other.yaml", GOOD.replace("/etc/shadow", "/etc/passwd"))
    test.exits(0, "compile", "--bundle", "good.bundle", "--cpu", "x86-64-v2", "-O", "0", good)
    capture = os.path.join(test.options.root, "tests/data/shell_from_server.scap")
    path = os.path.join(test.folder, "good.bundle")

    def replay(rules, file, config="/dev/null"):
        return test.run("-c", config, "-e", capture, "-r", rules, "--bundle", file,
                        "--compiler", "/nonexistent/falco-rulec",
                        "-o", f"engine.cache_dir={test.folder}/cache",
                        "-o", "stdout_output.enabled=true", program=test.options.sensor)

    done = replay(good, path)
    test.check(f"bytes of machine code of {path}" in done.stderr, "the bundle is run", done)
    config = test.file("falco.yaml", "append_output:\n  - extra_output: by %proc.name\n")
    done = replay(good, path, config)
    test.check("bundle of other rules" in done.stderr, "outputs are part of the rules", done)
    test.exits(0, "compile", "--bundle", "configured.bundle", "-c", config, good)
    done = replay(good, os.path.join(test.folder, "configured.bundle"), config)
    test.check("machine code of" in done.stderr, "made with the configuration it fits", done)
    done = replay(other, path)
    test.check("is not used: bundle of other rules" in done.stderr and
               "rules are interpreted" in done.stderr and done.returncode == 0,
               "other rules: said, interpreted", done)
    with open(path, "r+b") as out:
        out.seek(200)
        out.write(b"xxxx")
    done = replay(good, path)
    test.check("is not used: damaged bundle" in done.stderr, "damage is said", done)
    test.file("text.bundle", "no bundle at all" * 10)
    done = replay(good, os.path.join(test.folder, "text.bundle"))
    test.check("is not used: not a bundle" in done.stderr, "what is none is said", done)
    done = replay(good, os.path.join(test.folder, "missing.bundle"))
    test.check("No such file or directory" in done.stderr, "a missing file is said", done)
    test.exits(0, "compile", "--bundle", "open.bundle", good)
    opened = os.path.join(test.folder, "open.bundle")
    os.chmod(opened, 0o666)
    done = replay(good, opened)
    test.check("other users can write it" in done.stderr, "an open file is not run", done)


def fmt_command(test):
    rough = test.file("rough.yaml", GOOD.replace("  desc: d\n", "").replace(
        "  priority: INFO\n", "  priority: 'INFO'\n  desc: d   # why\n"))
    done = test.exits(1, "fmt", "--check", rough)
    test.check(done.stdout == rough + "\n", "names what would change", done)
    printed = test.exits(0, "fmt", rough).stdout
    test.check(printed == GOOD.replace("desc: d", "desc: d  # why"),
               "prints the layout:\n" + printed)
    os.chmod(rough, 0o640)
    test.exits(0, "fmt", "--write", rough)
    with open(rough, encoding="utf-8") as text:
        test.check(text.read() == printed, "writes what it prints")
    test.check(os.stat(rough).st_mode & 0o777 == 0o640, "keeps the mode")
    test.exits(0, "fmt", "--check", rough)
    test.check(sorted(n for n in os.listdir(test.folder) if n.startswith("rough")) ==
               ["rough.yaml"], "leaves no other file")
    done = test.exits(2, "fmt", test.file("anchor.yaml", "- list: a\n  items: &x [b]\n"))
    test.check("anchor.yaml:2:10: an anchor" in done.stderr, "refuses with a place", done)


def list_command(test):
    good = test.file("good.yaml", GOOD)
    for what in ("fields", "events", "operators", "transformers", "priorities"):
        done = test.exits(0, "list", what)
        entries = json.loads(test.exits(0, "list", what, "--format", "json").stdout)
        test.check(len(entries) >= 8, f"list {what} as JSON", done)
        for line in done.stdout.splitlines():
            test.check(len(line) <= 120 and line == line.rstrip(), f"list {what}: {line}")
    test.exits(2, "list", "fields", good)
    test.exits(2, "list", "rules")
    for what in ("rules", "macros", "lists"):
        json.loads(test.exits(0, "list", what, "--format", "json", good).stdout)
    mitre = json.loads(test.exits(0, "list", "mitre", "--format", "json", good).stdout)
    covered = [t["tactic"] for t in mitre["tactics"] if t["rules"]]
    test.check(covered == ["credential_access"], f"mitre tactics: {covered}")
    test.check(list(mitre["techniques"]) == ["T1003.008"], "mitre techniques")


def complete(test, line):
    """What bash offers for a command line, whose last word is the one typed."""
    words = line.split(" ")
    script = (f'source "{test.options.reference}/falco-ebpf.bash"\n'
              f'COMP_WORDS=({" ".join(words)} {chr(34) * 2 if words[-1] == "" else ""})\n'
              f"COMP_CWORD={len(words) - 1}\n"
              f'_{words[0].replace("-", "_")}\nprintf "%s\\n" "${{COMPREPLY[@]}}"')
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False,
                          cwd=test.folder, timeout=30).stdout.split()


def reference(test):
    test.file("good.yaml", GOOD)
    helps = test.exits(0, "--help").stdout
    commands = [line.split()[0] for line in helps.split("ubcommands:")[1].splitlines()[1:] if line]
    offered = complete(test, "falco-rulec ")
    test.check(sorted(offered) == sorted(commands), f"commands: {offered} {commands}")
    test.check("--strict" in complete(test, "falco-rulec check --s"), "options of a command")
    test.check(complete(test, "falco-rulec check --format s") == ["sarif"], "values of an option")
    test.check("good.yaml" in complete(test, "falco-rulec check goo"), "files")
    test.check("fields" in complete(test, "falco-rulec list f"), "words of a command")
    test.check("--bundle" in complete(test, "falco-ebpf --bu"), "options of the sensor")
    for name in ("falco-rulec.1", "falco-ebpf.8"):
        path = os.path.join(test.options.reference, name)
        with open(path, encoding="utf-8") as page:
            text = page.read()
        test.check(text.count(".SH ") >= 6, name + " has its sections")
        if shutil.which("groff"):
            done = test.run("-man", "-Tutf8", "-ww", "-z", path, program="groff")
            test.check(done.stderr == "", name + " formats without a warning", done)
    with open(os.path.join(test.options.reference, "falco-rulec.1"), encoding="utf-8") as page:
        text = page.read()
    for command in commands:
        test.check(f".SS {command}\n" in text, f"manual page has {command}")
        for word in test.run(command, "--help").stdout.replace(",", " ").split():
            if word.startswith("--") and word[2:3].isalpha():
                name = word.split("=")[0].replace("-", "\\-")
                test.check(f"\\fB{name}\\fR" in text, f"manual page has {command} {word}")
    if not shutil.which("zsh"):
        print("zsh is not installed: its completion is not run")
        return
    done = test.run("-n", os.path.join(test.options.reference, "_falco-ebpf"), program="zsh")
    test.check(done.returncode == 0, "zsh reads its completion", done)


def main():
    parser = argparse.ArgumentParser()
    for name in ("rulec", "sensor", "root", "reference"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    failures = []
    checks = 0
    for part in (check_command, own_rules, compile_command, bundle, fmt_command, list_command,
                 reference):
        with tempfile.TemporaryDirectory(prefix="falco-rulec-") as folder:
            test = Test(options, os.path.realpath(folder))
            part(test)
            failures += [f"{part.__name__}: {text}" for text in test.failures]
            checks += test.checks
    for text in failures:
        print(text)
    print(f"{checks} checks, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
