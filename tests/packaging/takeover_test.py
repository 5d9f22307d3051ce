# SPDX-License-Identifier: Apache-2.0
"""The .deb in the place of Falco's: what an operator has in /etc/falco stays as it is and means
what it meant; what we bring goes with us; Falco's package comes back to what it left.

    python3 takeover_test.py --deb FILE
"""
import argparse
import pathlib
import subprocess
import unittest

import overlay
import peer

OWN = "/etc/falco/config.d/falco-ebpf.yaml"
UNITS = "/etc/systemd/system"
LOCAL = "- rule: Shell started\n  enabled: false\n  append: false\n"


class Takeover(unittest.TestCase):
    deb = None

    @classmethod
    def setUpClass(cls):
        cls.machine = overlay.Machine()
        cls.machine.pretend_installed(cls.deb)
        cls.ours = cls.machine.copy_in(cls.deb, "tmp/ours.deb")
        cls.peer = cls.machine.copy_in(peer.deb(cls.machine.base), "tmp/peer.deb")

    def setUp(self):
        self.machine.sh("dpkg -P falco falco-ebpf", ok=None)
        self.machine.sh(f"rm -rf /etc/falco /var/lib/falco-ebpf {UNITS}/falco*")

    tearDown = setUp

    def install(self, package):
        return self.machine.sh(f"dpkg -i {package}")

    def describe(self):
        """What -L prints: by the programs of our package, with the machine's configuration."""
        return self.machine.sh("/opt/falco-ebpf/usr/bin/falco-ebpf -L 2>/dev/null")

    def with_programs_aside(self):
        self.machine.sh(f"dpkg-deb -x {self.ours} /opt/falco-ebpf")

    def stock_with_local(self):
        self.install(self.peer)
        self.machine.write("/etc/falco/falco_rules.local.yaml",
                           peer.RULES.replace("Secret read", "Mine").replace("shells", "mine"))
        self.machine.write("/etc/falco/rules.d/more.yaml", "- macro: started\n  condition: never\n"
                           .replace("never", "evt.type = execve"))
        return self.machine.files("/etc/falco")

    def test_stock_configuration_and_local_rules_stay(self):
        before = self.stock_with_local()
        self.with_programs_aside()
        said = self.describe()
        self.assertIn("Mine", said)
        self.install(self.ours)
        after = self.machine.files("/etc/falco")
        for path, text in before.items():
            self.assertEqual(after.get(path), text, path)
        self.assertEqual(set(after) - set(before), {"/etc/falco/falco-ebpf_rules.yaml"})
        self.assertEqual(self.describe(), said)
        self.assertEqual(self.machine.sh("readlink /usr/bin/falco").strip(), "falco-ebpf")

    def test_names_of_the_peers_units_are_ours_while_we_are_here(self):
        self.install(self.peer)
        self.install(self.ours)
        for name in ("falco", *peer.UNITS):
            link = self.machine.sh(f"readlink {UNITS}/{name}.service")
            self.assertIn("falco-ebpf.service", link, name)
        self.machine.sh("dpkg -r falco-ebpf")
        for name in ("falco", "falco-ebpf", *peer.UNITS):
            self.machine.sh(f"test -h {UNITS}/{name}.service", ok=False)

    def test_the_peer_comes_back_to_what_it_left(self):
        before = self.stock_with_local()
        links = self.machine.files(UNITS)
        self.install(self.ours)
        self.machine.sh("dpkg -r falco-ebpf")
        self.install(self.peer)
        after = self.machine.files("/etc/falco")
        self.assertEqual({p: after.get(p) for p in before}, before)
        self.assertEqual(self.machine.files(UNITS), links)
        self.assertEqual(self.machine.sh("falco"), "peer\n")
        self.machine.sh("dpkg -P falco-ebpf")
        after = self.machine.files("/etc/falco")
        self.assertEqual({p: after.get(p) for p in before}, before)

    def test_installing_the_peer_pushes_us_out(self):
        before = self.stock_with_local()
        self.install(self.ours)
        self.machine.sh(f"dpkg -r falco-ebpf && dpkg -i {self.peer} && dpkg -P falco-ebpf")
        self.assertEqual(self.machine.files("/etc/falco"), before)

    def test_purging_the_peer_leaves_us_configured(self):
        before = self.stock_with_local()
        self.install(self.ours)
        self.machine.sh("dpkg -P falco")
        after = self.machine.files("/etc/falco")
        self.assertEqual({p: after.get(p) for p in before}, before)

    def remove_first(self, remembers):
        """As apt does: the peer is gone before our package is unpacked."""
        before = self.stock_with_local()
        if remembers:  # apt has the package's question script run before, where there is debconf
            self.machine.sh(f"dpkg-deb -e {self.ours} /tmp/control && /tmp/control/config")
        self.machine.sh("dpkg -r falco")
        return before

    def test_rules_that_went_with_the_peer_before_us_come_back(self):
        before = self.remove_first(remembers=True)
        self.install(self.ours)
        after = self.machine.files("/etc/falco")
        self.assertEqual({p: after.get(p) for p in before}, before)
        self.assertNotIn(OWN, after)

    def test_rules_that_went_with_the_peer_are_in_apts_cache(self):
        before = self.remove_first(remembers=False)
        self.machine.sh(f"cp {self.peer} /var/cache/apt/archives/falco_0.45.0_amd64.deb")
        self.install(self.ours)
        self.machine.sh("rm /var/cache/apt/archives/falco_0.45.0_amd64.deb")
        after = self.machine.files("/etc/falco")
        self.assertEqual({p: after.get(p) for p in before}, before)
        self.assertNotIn(OWN, after)

    def test_without_the_peers_rules_ours_watch(self):
        self.remove_first(remembers=False)
        self.assertIn("went away", self.install(self.ours))
        self.assertIn(OWN, self.machine.files("/etc/falco"))

    def test_a_configuration_nobody_packaged_survives_even_purge(self):
        mine = {"/etc/falco/falco.yaml": peer.CONFIG.replace("true", "false"),
                "/etc/falco/falco_rules.yaml": peer.RULES,
                "/etc/falco/falco_rules.local.yaml": "# mine\n"}
        for path, text in mine.items():
            self.machine.write(path, text)
        self.install(self.ours)
        found = self.machine.files("/etc/falco")
        self.assertEqual({p: found.get(p) for p in mine}, mine)
        self.assertNotIn(OWN, found)
        self.machine.sh("dpkg -P falco-ebpf")
        self.assertEqual(self.machine.files("/etc/falco"), mine)

    def test_a_machine_without_any_gets_our_rules_and_loses_all_by_purge(self):
        self.install(self.ours)
        self.assertIn("falco-ebpf_rules.yaml", self.machine.read(OWN))
        self.machine.sh("dpkg -r falco-ebpf")
        self.assertNotIn(OWN, self.machine.files("/etc/falco"))
        self.install(self.ours)
        self.assertIn(OWN, self.machine.files("/etc/falco"))
        self.machine.sh("dpkg -P falco-ebpf")
        self.assertFalse(self.machine.path("/etc/falco").exists())
        for left in ("/var/lib/falco-ebpf", "/var/cache/falco-ebpf", "/var/spool/falco-ebpf"):
            self.assertFalse(self.machine.path(left).exists(), left)

    def test_public_rules_alone_keep_ours_off(self):
        self.machine.write("/etc/falco/falco_rules.yaml", peer.RULES)
        self.install(self.ours)
        found = self.machine.files("/etc/falco")
        self.assertNotIn(OWN, found)
        self.assertNotIn("falco-ebpf_rules.yaml", found["/etc/falco/falco.yaml"])
        self.assertEqual(found["/etc/falco/falco_rules.yaml"], peer.RULES)

    def newer(self, word="newer"):
        """The same package with another falco.yaml and a higher version."""
        self.machine.sh(
            f"rm -rf /tmp/newer && dpkg-deb -R {self.ours} /tmp/newer && cd /tmp/newer && "
            f"sed -i 's/^Version:.*/Version: 9:9{word}/' DEBIAN/control && "
            f"echo '# {word}' >>usr/share/falco-ebpf/etc/falco.yaml && rm DEBIAN/md5sums && "
            "dpkg-deb -Znone -b . /tmp/newer.deb")
        return "/tmp/newer.deb"

    def test_an_upgrade_keeps_what_was_changed_and_asks_nothing_about_the_rest(self):
        self.install(self.ours)
        self.machine.write("/etc/falco/falco_rules.local.yaml", "# changed\n")
        self.machine.sh("systemctl --quiet disable falco-ebpf")
        newer = self.newer()
        self.install(newer)
        self.assertTrue(self.machine.read("/etc/falco/falco.yaml").endswith("# newer\n"))
        self.machine.write("/etc/falco/falco.yaml", "# mine\n")
        self.assertIn("was changed and stays", self.install(self.newer("newest")))
        self.assertEqual(self.machine.read("/etc/falco/falco.yaml"), "# mine\n")
        self.assertEqual(self.machine.read("/etc/falco/falco_rules.local.yaml"), "# changed\n")
        self.machine.sh("systemctl is-enabled falco-ebpf", ok=False)

    def test_paths_of_a_kept_configuration_are_open_to_the_unit(self):
        self.machine.write("/etc/falco/falco.yaml", peer.CONFIG + (
            "file_output:\n  enabled: true\n  filename: /data/alerts/events.txt\n"
            "program_output:\n  enabled: true\n  program: /root/bin/alert\n"))
        self.install(self.ours)
        text = self.machine.read(f"{UNITS}/falco-ebpf.service.d/50-paths.conf")
        self.assertIn("ReadWritePaths=-/data/alerts\n", text)
        self.assertIn("ProtectHome=read-only\n", text)
        self.machine.sh("dpkg -P falco-ebpf")
        self.machine.sh(f"test -e {UNITS}/falco-ebpf.service.d", ok=False)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--deb", required=True)
    given, rest = arguments.parse_known_args()
    if not pathlib.Path(given.deb).exists():
        overlay.skip("no .deb was made")
    overlay.enter()
    if subprocess.run(["sh", "-c", "command -v dpkg systemctl"], capture_output=True).returncode:
        overlay.skip("no dpkg or no systemctl here")
    Takeover.deb = given.deb
    unittest.main(argv=["takeover_test", *rest])
