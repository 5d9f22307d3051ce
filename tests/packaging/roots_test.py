# SPDX-License-Identifier: Apache-2.0
"""The static programs on systems of other years: Debian 11, 12 and 13, each fresh, by package and
by archive, and a root that holds nothing but them.

    python3 roots_test.py --deb FILE --archive FILE --static-link FILE --roots FOLDER
"""
import argparse
import http.server
import pathlib
import shutil
import ssl
import subprocess
import tarfile
import tempfile
import threading
import unittest

import overlay

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
CAPTURE = "shell_from_server.scap"
REPLAY = ("falco-ebpf -c /etc/falco/falco.yaml -r /etc/falco/falco-ebpf_rules.yaml "
          f"-o stdout_output.enabled=true -e /tmp/{CAPTURE}")


class Roots(unittest.TestCase):
    given = None

    def machine(self, suite):
        packages = ("systemd", "systemd-sysv", "dbus", "procps", "apt-utils") \
            if suite == "bookworm" else ()
        root = overlay.fresh_root(suite, self.given.roots, packages)
        machine = overlay.Machine(root, bare=False)
        machine.copy_in(DATA / CAPTURE, f"/tmp/{CAPTURE}")
        return machine

    def check_programs(self, machine):
        said = machine.sh(REPLAY)
        self.assertIn("Server started a shell", said)
        self.assertIn("bytes of machine code", said)
        self.assertIn("no problems", machine.sh(
            "falco-rulec check /etc/falco/falco-ebpf_rules.yaml"))
        machine.sh("falco-bench --version")

    def check_suite(self, suite):
        machine = self.machine(suite)
        before = machine.files("/etc")
        machine.sh(f"dpkg -i {machine.copy_in(self.given.deb, '/tmp/ours.deb')}")
        self.check_programs(machine)
        machine.sh("dpkg -P falco-ebpf")
        self.assertEqual(set(machine.files("/etc")) - set(before),
                         {"/etc/dpkg/dpkg.cfg.d/fast"} - set(before))
        machine.copy_in(self.given.archive, "/tmp/ours.tar.gz")
        machine.sh("cd /tmp && tar -xzf ours.tar.gz && falco-ebpf-*/install.sh")
        self.check_programs(machine)
        machine.sh("cd /tmp && falco-ebpf-*/install.sh --remove")
        self.assertEqual([p for p in machine.files("/etc") if "falco" in p], [])
        machine.sh("command -v falco-ebpf falco", ok=False)

    def test_bullseye(self):
        self.check_suite("bullseye")

    def test_bookworm(self):
        self.check_suite("bookworm")

    def test_trixie(self):
        self.check_suite("trixie")

    def empty_root(self):
        root = pathlib.Path(tempfile.mkdtemp(prefix="packaging-"))
        self.addCleanup(shutil.rmtree, root)
        overlay.Machine.mount("-t", "tmpfs", "tmpfs", root)
        self.addCleanup(overlay.run, "umount", "-l", str(root))
        for folder in ("proc", "tmp", "etc"):
            (root / folder).mkdir()
        return root

    def test_a_root_with_nothing_else(self):
        root = self.empty_root()
        with tarfile.open(self.given.archive) as archive:
            for member in archive.getmembers():
                member.name = member.name.partition("/")[2]
                if member.name.startswith(("usr/bin/falco", "etc/falco")):
                    archive.extract(member, root)
        overlay.Machine.mount("-t", "proc", "proc", root / "proc")
        self.addCleanup(overlay.run, "umount", "-l", str(root / "proc"))
        (root / "cache").mkdir(mode=0o700)
        shutil.copy(DATA / CAPTURE, root / "tmp")
        done = overlay.run("chroot", str(root), *("/usr/bin/" + REPLAY).split(), "-o",
                           "engine.cache_dir=/cache")
        self.assertIn("Server started a shell", done.stdout, done.stderr)
        self.assertIn("bytes of machine code", done.stdout + done.stderr)

    def test_the_parts_for_outputs_work_there_too(self):
        root = self.empty_root()
        (root / "etc/hosts").write_text("127.0.0.1 localhost receiver.test\n")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
                        "-subj", "/CN=receiver.test", "-addext", "subjectAltName=DNS:receiver.test",
                        "-keyout", root / "key.pem", "-out", root / "ca.pem"],
                       check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(root / "ca.pem", root / "key.pem")
        server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
        server.RequestHandlerClass.log_message = lambda *_: None
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        shutil.copy(self.given.static_link, root / "static_link")
        url = f"https://receiver.test:{server.server_port}/"
        done = overlay.run("chroot", str(root), "/static_link", url, "/ca.pem")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("OpenSSL", done.stdout)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    for option in ("--deb", "--archive", "--static-link", "--roots"):
        arguments.add_argument(option, required=True)
    Roots.given, more = arguments.parse_known_args()
    overlay.enter()
    if overlay.run("sh", "-c", "command -v mmdebstrap").returncode != 0:
        overlay.skip("no mmdebstrap here")
    unittest.main(argv=["roots_test", *more])
