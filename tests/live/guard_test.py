# SPDX-License-Identifier: Apache-2.0
"""The sensor restrains itself and goes on working; what it gave up is gone; whoever tampers with it
is told of; a service manager hears how it is; a user with file capabilities can run it.

  guard_test.py --sensor falco-ebpf --compiler falco-rulec
"""

import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from reload_test import SETTLED, prepare, rule, write
from sensor import Sensor
from stage import Stage, enter_namespaces

NOBODY = 65534
CAPABILITIES = {"cap_dac_read_search": 2, "cap_sys_ptrace": 19, "cap_perfmon": 38, "cap_bpf": 39}
REST = 20  # seconds that something may take which is awaited
wrong = []


def check(good, text):
    if not good:
        wrong.append(text)


class Run:
    """A sensor over a shell, with one rule on a marker file."""

    def __init__(self, options, *more, folder=None):
        self.folder = folder or tempfile.mkdtemp(prefix="sensor-guard-")
        self.rules = f"{self.folder}/rules.yaml"
        if not os.path.exists(self.rules):
            write(self.rules, rule(self.folder, "one"))
        prepare(options, self.folder, self.rules)
        self.stage = Stage()
        self.sensor = Sensor(options.sensor, ["-c", f"{self.folder}/falco.yaml", "--scope",
                                              f"tree={self.stage.shell.pid}", "--compiler",
                                              options.compiler, *more])
        self.ready = self.sensor.wait_ready(60)
        check(self.ready, "not ready:\n" + "\n".join(self.sensor.log))
        self.pid = self.sensor.process.pid

    def opens_marker(self, name="one"):
        with self.sensor.changed:
            start = len(self.sensor.alerts)
        self.stage.run(f": < {self.folder}/marker")
        found = self.sensor.wait_alert(lambda a: a["rule"] == f"seen by {name}", REST, start)
        check(found is not None, f"no alert of {name}:\n" + "\n".join(self.sensor.log[-5:]))

    def tampering(self, kind, part):
        """Waits for the alert of a kind of tampering."""
        found = self.sensor.wait_alert(
            lambda a: a["rule"] == "Falco internal: tampering"
            and a["output_fields"]["tamper.kind"] == kind and part in a["output"], REST)
        check(found is not None, f"no alert of {kind} with '{part}':\n"
              + "\n".join(self.sensor.log[-5:]))
        if found:
            check(found[1]["priority"] == "Critical" and found[1]["source"] == "internal",
                  f"it is no critical alert of the sensor: {found[1]}")

    def settles(self, change):
        before = sum(SETTLED in line for line in self.sensor.log)
        change()
        deadline = time.monotonic() + REST
        while sum(SETTLED in line for line in self.sensor.log) == before:
            if time.monotonic() > deadline or self.sensor.process.poll() is not None:
                wrong.append("it did not read anew:\n" + "\n".join(self.sensor.log[-5:]))
                return
            time.sleep(0.01)

    def end(self, tampered=False):
        self.stage.close()
        ended = self.sensor.stop()
        check(ended == 0, f"it ended with {ended}:\n" + "\n".join(self.sensor.log[-5:]))
        told = [line for line in self.sensor.log if "Tampering" in line]
        check(tampered or not told, f"nobody tampered: {told}")
        return self.sensor.log


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def bits(names):
    return sum(1 << CAPABILITIES[name] for name in names)


def gives_up(options):
    run = Run(options)
    own = int(status_of("self")["CapEff"], 16)
    status = status_of(run.pid)
    expected = bits(CAPABILITIES) & own
    for name in ("CapEff", "CapPrm", "CapBnd"):
        check(int(status[name], 16) == expected, f"{name} is {status[name]}")
    for name, value in (("CapInh", "0" * 16), ("CapAmb", "0" * 16), ("NoNewPrivs", "1"),
                        ("Seccomp", "2"), ("Umask", "0027")):
        check(status[name].strip() == value, f"{name} is {status[name]}")
    with open(f"/proc/{run.pid}/limits", encoding="ascii") as file:
        core = re.search(r"Max core file size +(\d+) +(\d+)", file.read())
    check(core and core.groups() == ("0", "0"), f"core limit: {core}")
    for thread in os.listdir(f"/proc/{run.pid}/task"):
        try:
            status = status_of(f"{run.pid}/task/{thread}")
        except (FileNotFoundError, ProcessLookupError):
            continue  # one that only helped to start
        check(status["Seccomp"] == "2" and int(status["CapEff"], 16) == expected,
              f"thread {status['Name']} kept its rights")
    run.opens_marker()
    run.end()


def every_call_is_known(options):
    """Start, both levels of the compiler, alerts, filters, two reloads, the end: each call that is
    not in the table would end the process (sensor.py), that of the compiler too."""
    folder = tempfile.mkdtemp(prefix="sensor-guard-")
    strict = argparse.Namespace(**vars(options))
    strict.compiler = f"{folder}/rulec"
    write(strict.compiler, "#!/bin/sh\nexport FALCO_EBPF_SECCOMP=fatal\n"
          f"exec {options.compiler} \"$@\"\n")
    os.chmod(strict.compiler, 0o755)
    run = Run(strict)
    run.opens_marker()
    run.settles(lambda: write(run.rules, rule(run.folder, "two")))
    run.opens_marker("two")
    run.settles(lambda: run.sensor.process.send_signal(signal.SIGHUP))
    run.opens_marker("two")
    log = "\n".join(run.end())
    check("refused" not in log, log)
    check("machine code" in log and "interpreted" not in log, "the compiler failed:\n" + log)


def compiler_gives_up(options):
    """Before it reads what it is to compile."""
    compiler = subprocess.Popen([options.compiler, "compile-bundle"], stdin=subprocess.PIPE,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    deadline = time.monotonic() + REST
    while status_of(compiler.pid)["Seccomp"] != "2" and time.monotonic() < deadline:
        time.sleep(0.01)
    status = status_of(compiler.pid)
    for name, value in (("Seccomp", "2"), ("NoNewPrivs", "1"), ("CapEff", "0" * 16),
                        ("CapPrm", "0" * 16), ("CapBnd", "0" * 16)):
        check(status[name].strip() == value, f"of the compiler {name} is {status[name]}")
    _, said = compiler.communicate(b"no request")
    check(compiler.returncode == 2 and b"falco-rulec: " in said, f"it said {said}")


class Manager:
    """A service manager's socket."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(name)
        self.socket.settimeout(REST)
        self.said = []

    def until(self, start, seconds=REST):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                self.said.append(self.socket.recv(4096).decode())
            except socket.timeout:
                break
            if self.said[-1].startswith(start):
                return self.said[-1]
        wrong.append(f"the manager heard no {start}: {self.said}")
        return ""


def manager_hears(options):
    os.environ["FALCO_EBPF_SECCOMP"] = ""  # as users run it
    manager = Manager("\0sensor-guard-test")
    os.environ.update(NOTIFY_SOCKET="@sensor-guard-test", WATCHDOG_USEC="400000")
    run = Run(options)
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC"):
        del os.environ[name]
    check(manager.until("READY=1") == "READY=1\nSTATUS=watching with 1 rules\n", "the first status")
    for _ in range(3):
        manager.until("WATCHDOG=1")
    run.settles(lambda: run.sensor.process.send_signal(signal.SIGHUP))
    check(re.match(r"RELOADING=1\nMONOTONIC_USEC=\d+\n$", manager.until("RELOADING=1")),
          f"no time of the reload: {manager.said[-1]}")
    manager.until("READY=1")
    write(run.rules, "- rule: [")
    manager.until("RELOADING=1")
    check("reload failed" in manager.until("READY=1"), f"a failed reload: {manager.said[-1]}")
    # A loop that hangs says nothing, and the manager ends it.
    run.sensor.process.send_signal(signal.SIGSTOP)
    manager.socket.settimeout(1)
    silent = 0
    while silent == 0:  # what was sent before
        try:
            manager.socket.recv(4096)
        except socket.timeout:
            silent = 1
    run.sensor.process.send_signal(signal.SIGCONT)
    manager.socket.settimeout(REST)
    manager.until("WATCHDOG=1")
    run.end(tampered=True)  # it may have taken long
    manager.until("STOPPING=1")
    manager.socket.close()
    del os.environ["FALCO_EBPF_SECCOMP"]


def tables_of(pid):
    """Ids of the sensor's tables of programs."""
    ids = []
    for fd in os.listdir(f"/proc/{pid}/fdinfo"):
        with open(f"/proc/{pid}/fdinfo/{fd}", encoding="ascii") as file:
            info = dict(line.split(":", 1) for line in file if ":" in line)
        if info.get("map_type", "").strip() == "3":
            ids.append(int(info["map_id"]))
    return ids


def tampering_is_told(options):
    folder = tempfile.mkdtemp(prefix="sensor-guard-")
    copied = argparse.Namespace(**vars(options))
    copied.sensor = shutil.copy(options.sensor, folder)
    run = Run(copied)
    other = subprocess.run(["bash", "-c", f"kill -QUIT {run.pid}; echo $$"], text=True,
                           stdout=subprocess.PIPE, check=True).stdout.strip()
    run.tampering("signal", f"SIGQUIT of process {other}")
    emptied = [] if shutil.which("bpftool") else ["no bpftool"]
    for table in [] if emptied else tables_of(run.pid):
        key = subprocess.run(["bpftool", "map", "dump", "id", str(table)], text=True,
                             capture_output=True, check=True).stdout
        for found in re.findall(r"key: ((?:[0-9a-f]{2} ){4})", key):
            deleted = subprocess.run(["bpftool", "map", "delete", "id", str(table), "key", "hex",
                                      *found.split()], capture_output=True, check=False)
            emptied += [found] if deleted.returncode == 0 else []
    if emptied == ["no bpftool"]:
        print("not tried: tables changed by bpftool, which is not installed")
    else:
        check(len(emptied) > 10, f"the test emptied {len(emptied)} slots only")
        run.tampering("probe", "was changed, so these calls were not seen")
        run.opens_marker()  # they are put back
    os.rename(shutil.copy(copied.sensor, f"{folder}/new"), copied.sensor)
    run.tampering("program", f"{copied.sensor} was replaced")
    # The hole must be longer than those of a busy machine.
    subprocess.run(["bash", "-c", f"kill -STOP {run.pid}; sleep 4; kill -CONT {run.pid}"],
                   check=True)
    run.tampering("stopped", "let it go on")
    run.opens_marker()
    subprocess.run(["bash", "-c", f"kill -TERM {run.pid}"], check=True)
    run.tampering("ended", "by SIGTERM")
    run.end(tampered=True)


def unsafe_files_are_told(options):
    folder = tempfile.mkdtemp(prefix="sensor-guard-")
    write(f"{folder}/rules.yaml", rule(folder, "one"))
    os.chmod(f"{folder}/rules.yaml", 0o666)
    run = Run(options, folder=folder)
    log = "\n".join(run.end())
    check(f"rules.yaml can be changed by others: the file {folder}/rules.yaml belongs to user 0 "
          f"and has mode 0666; chmod go-w {folder}/rules.yaml" in log, "nothing of it:\n" + log)
    check("falco.yaml can be changed" not in log, "falco.yaml is safe:\n" + log)


def nobody_runs_it(options):
    """With capabilities of the file and no other right. Returns why it cannot be tried."""
    folder = tempfile.mkdtemp(prefix="sensor-guard-")
    os.chmod(folder, 0o755)
    sensor = shutil.copy(options.sensor, folder)
    compiler = shutil.copy(options.compiler, folder)
    for path in (sensor, compiler):
        os.chmod(path, 0o755)
    if not shutil.which("setcap"):
        return "setcap is not installed"
    for names, blind in ((("cap_bpf", "cap_perfmon"), True), (tuple(CAPABILITIES), False)):
        given = subprocess.run(["setcap", ",".join(names) + "=ep", sensor], text=True,
                               capture_output=True, check=False)
        if given.returncode != 0:
            return "files cannot have capabilities here: " + given.stderr.strip()
        prepare(options, folder, f"{folder}/rules.yaml")
        write(f"{folder}/rules.yaml", rule(folder, "one"))
        stage = Stage()
        wrapper = f"{folder}/as-nobody"
        write(wrapper, f"#!/bin/sh\ncd /\nexec setpriv --reuid {NOBODY} --regid {NOBODY} "
              f"--clear-groups {sensor} \"$@\"\n")
        os.chmod(wrapper, 0o755)
        started = Sensor(wrapper, ["-c", f"{folder}/falco.yaml", "--scope",
                                   f"tree={stage.shell.pid}", "--compiler", compiler])
        check(started.wait_ready(60), f"nobody with {names}: not ready:\n" + "\n".join(started.log))
        status = status_of(started.process.pid)
        check(status["Uid"].split()[1] == str(NOBODY), f"user {status['Uid']}")
        check(int(status["CapEff"], 16) == bits(names), f"nobody has {status['CapEff']}")
        stage.run(f": < {folder}/marker")
        check(started.wait_alert(lambda a: a["rule"] == "seen by one", REST) is not None,
              f"nobody with {names} saw nothing:\n" + "\n".join(started.log))
        stage.close()
        check(started.stop() == 0, "nobody: it failed:\n" + "\n".join(started.log[-5:]))
        told = subprocess.run([wrapper, "-o", "engine.cache_dir=", "doctor"], text=True,
                              capture_output=True, check=False).stdout
        check("falco-ebpf runs here" in told, told)
        check(("blind   CAP_SYS_PTRACE" in told) == blind, f"what is blind with {names}:\n" + told)
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sensor", required=True)
    parser.add_argument("--compiler", required=True)
    options = parser.parse_args()
    options.sensor = os.path.abspath(options.sensor)
    options.compiler = os.path.abspath(options.compiler)
    enter_namespaces()
    for part in (gives_up, every_call_is_known, compiler_gives_up, manager_hears, tampering_is_told,
                 unsafe_files_are_told, nobody_runs_it):
        before = len(wrong)
        reason = part(options)
        print(f"{part.__name__}: " + (f"not tried: {reason}" if reason else
                                      "good" if len(wrong) == before else "FAILED"))
    for text in wrong:
        print("FAILED: " + text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
