# SPDX-License-Identifier: Apache-2.0
"""The unit of the .deb in a machine that really boots: Debian's systemd in a container of its own,
in which the sensor sees only that container (--scope pidns).

    python3 boot_test.py --deb FILE --roots FOLDER

The container drives itself: driver.sh, a service in it, notes what it sees in /result and powers
off.
"""
import argparse
import pathlib
import subprocess
import unittest

import overlay

HERE = pathlib.Path(__file__).resolve().parent
UNIT = "/etc/systemd/system"


def boot(machine):
    for mounted in ("dev", "proc"):  # the container brings its own
        overlay.run("umount", "-R", "-l", str(machine.root / mounted))
    command = ["systemd-nspawn", "--register=no", "--keep-unit", "-q", "-D", str(machine.root),
               "--capability=all", "--system-call-filter=bpf perf_event_open", "--boot"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=400)
    return done.stdout + done.stderr


class Boot(unittest.TestCase):
    deb = roots = None

    @classmethod
    def setUpClass(cls):
        root = overlay.fresh_root("bookworm", cls.roots,
                                  ("systemd", "systemd-sysv", "dbus", "procps", "apt-utils"))
        machine = overlay.Machine(root, bare=False)
        machine.sh(f"dpkg -i {machine.copy_in(cls.deb, 'tmp/ours.deb')}")
        program = machine.path("/usr/bin/falco-ebpf").read_bytes()
        cls.notifies = b"NOTIFY_SOCKET" in program
        options = "--scope pidns"
        if "Server started a shell" not in machine.sh("falco-ebpf -L 2>/dev/null", ok=None):
            options += " -r /etc/falco/falco-ebpf_rules.yaml -r /etc/falco/rules.d"
        machine.write("/etc/default/falco-ebpf", f"FALCO_OPTIONS='{options}'\n")
        machine.write(f"{UNIT}/falco-ebpf.service.d/10-test.conf",
                      "[Service]\nStandardOutput=append:/var/log/falco/alerts.txt\nRestartSec=1\n" +
                      ("WatchdogSec=4\n" if cls.notifies else "Type=exec\nWatchdogSec=0\n"))
        machine.copy_in(HERE / "driver.sh", "/usr/local/bin/driver")
        machine.write(f"{UNIT}/driver.service", "[Unit]\nAfter=falco-ebpf.service\n[Service]\n"
                      f"ExecStart=/usr/local/bin/driver {'notifies' if cls.notifies else ''}\n")
        machine.path(f"{UNIT}/multi-user.target.wants").mkdir(exist_ok=True)
        machine.sh(f"ln -sf ../driver.service {UNIT}/multi-user.target.wants/")
        cls.console = boot(machine)
        text = machine.read("/result") if machine.path("/result").exists() else ""
        cls.seen = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
        cls.journal = machine.path("/journal").read_text() if machine.path("/journal").exists() \
            else cls.console

    def expect(self, name, value):
        self.assertEqual(self.seen.get(name), value, self.journal)

    def test_it_starts_and_an_alert_arrives(self):
        self.expect("alert", "yes")
        self.expect("state", "active")

    def test_it_answers_to_the_names_of_the_peers_units(self):
        for name in ("falco", "falco-modern-bpf", "falco-kmod", "falco-custom"):
            self.expect(f"name_{name}", "active")

    def test_it_holds_three_rights_at_most(self):
        three = 1 << 39 | 1 << 38 | 1 << 19  # BPF, PERFMON, SYS_PTRACE
        held = int(self.seen.get("CapBnd", "-1"), 16)
        self.assertEqual(held & ~three, 0, self.journal)
        self.expect("NoNewPrivs", "1")
        self.expect("Seccomp", "2")

    def test_its_folders_are_its_own(self):
        self.expect("mode_cache", "700")
        self.expect("mode_spool", "700")

    def test_it_reloads(self):
        if not self.notifies:
            self.skipTest("the program does not speak to systemd")
        self.expect("reload", "yes")
        self.expect("reload_pid", "same")

    def test_the_watchdog_is_fed_and_bites(self):
        if not self.notifies:
            self.skipTest("the program does not speak to systemd")
        self.expect("fed", "yes")
        self.expect("restarted", "yes")

    def test_it_stops_in_good_order(self):
        self.expect("stopped", "inactive")
        if self.notifies:
            self.expect("result", "success")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--deb", required=True)
    arguments.add_argument("--roots", required=True)
    given, rest = arguments.parse_known_args()
    overlay.enter()
    for need in ("systemd-nspawn", "mmdebstrap"):
        if overlay.run("sh", "-c", f"command -v {need}").returncode != 0:
            overlay.skip(f"no {need} here")
    Boot.deb, Boot.roots = given.deb, given.roots
    unittest.main(argv=["boot_test", *rest])
