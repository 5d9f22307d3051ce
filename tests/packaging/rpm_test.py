# SPDX-License-Identifier: Apache-2.0
"""The .rpm in the place of Falco's, by rpm itself with a data base of its own: the same promises as
takeover_test.py makes for the .deb.

    python3 rpm_test.py --rpm FILE
"""
import argparse
import pathlib
import unittest

import overlay
import peer

OWN = "/etc/falco/config.d/falco-ebpf.yaml"
UNITS = "/etc/systemd/system"


class Rpm(unittest.TestCase):
    rpm = None

    @classmethod
    def setUpClass(cls):
        cls.machine = overlay.Machine()
        cls.ours = cls.machine.copy_in(cls.rpm, "tmp/ours.rpm")
        cls.peer = cls.machine.copy_in(peer.rpm(cls.machine.base), "tmp/peer.rpm")

    def setUp(self):
        self.machine.sh("rpm -e --nodeps falco-ebpf", ok=None)
        self.machine.sh("rpm -e --nodeps falco", ok=None)
        self.machine.sh(f"rm -rf /etc/falco /var/lib/falco-ebpf {UNITS}/falco*")

    tearDown = setUp

    def install(self, package):
        # This system's rpm knows of no shell in its data base.
        return self.machine.sh(f"rpm -U --nodeps {package}")

    def peer_with_changes(self):
        self.install(self.peer)
        self.machine.write("/etc/falco/falco_rules.local.yaml", "# mine\n")
        return self.machine.files("/etc/falco")

    def test_what_the_peer_left_stays_and_it_goes(self):
        before = self.peer_with_changes()
        self.install(self.ours)
        self.machine.sh("rpm -q falco", ok=False)
        after = self.machine.files("/etc/falco")
        self.assertEqual({p: after.get(p) for p in before}, before)
        self.assertNotIn(OWN, after)
        self.assertEqual(self.machine.sh("readlink /usr/bin/falco").strip(), "falco-ebpf")
        self.assertIn("falco-ebpf.service", self.machine.sh(f"readlink {UNITS}/falco.service"))

    def test_the_peer_comes_back_to_what_it_left(self):
        before = self.peer_with_changes()
        self.install(self.ours)
        self.machine.sh("rpm -e --nodeps falco-ebpf")
        self.machine.sh(f"test -h {UNITS}/falco-kmod.service", ok=False)
        self.install(self.peer)
        after = self.machine.files("/etc/falco")
        self.assertEqual({p: after.get(p) for p in before}, before)
        self.assertEqual(self.machine.sh("falco"), "peer\n")
        self.assertIn("falco-modern-bpf", self.machine.sh(f"readlink {UNITS}/falco.service"))

    def test_a_configuration_nobody_packaged_survives(self):
        mine = {"/etc/falco/falco.yaml": peer.CONFIG.replace("true", "false"),
                "/etc/falco/falco_rules.yaml": peer.RULES}
        for path, text in mine.items():
            self.machine.write(path, text)
        self.install(self.ours)
        self.machine.sh("rpm -e --nodeps falco-ebpf")
        self.assertEqual(self.machine.files("/etc/falco"), mine)

    def test_a_machine_without_any_gets_our_rules(self):
        self.install(self.ours)
        self.assertIn("falco-ebpf_rules.yaml", self.machine.read(OWN))
        self.assertTrue(self.machine.path("/etc/falco/falco.yaml").exists())
        self.machine.sh("rpm -e --nodeps falco-ebpf")
        self.assertFalse(self.machine.path("/etc/falco").exists())
        self.assertFalse(self.machine.path("/var/lib/falco-ebpf").exists())

    def test_installed_files_verify(self):
        self.install(self.ours)
        self.assertEqual(self.machine.sh("rpm -V --nodeps falco-ebpf"), "")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rpm", required=True)
    given, rest = arguments.parse_known_args()
    if not pathlib.Path(given.rpm).exists():
        overlay.skip("no .rpm was made")
    overlay.enter()
    if overlay.run("sh", "-c", "command -v rpm rpmbuild systemctl").returncode:
        overlay.skip("no rpm, rpmbuild or systemctl here")
    Rpm.rpm = given.rpm
    unittest.main(argv=["rpm_test", *rest])
