# SPDX-License-Identifier: Apache-2.0
"""What is in the packages, before anything is installed: files, rights, scripts, unit, list of
parts.

    python3 package_test.py --build FOLDER [--deb FILE] [--rpm FILE] [--archive FILE] [--static]

FOLDER: the build folder they were made in. A format that was not made is skipped.
"""
import argparse
import gzip
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNIT = ROOT / "packaging/systemd/falco-ebpf.service"
PROGRAMS = ("falco-ebpf", "falco-rulec", "falco-bench")
# The layout of Falco's own package, as far as we fill it; in every format.
EXPECTED = {"usr/bin/falco", *(f"usr/bin/{p}" for p in PROGRAMS),
            "etc/falco/falco-ebpf_rules.yaml", "usr/lib/systemd/system/falco-ebpf.service",
            "usr/share/man/man8/falco-ebpf.8.gz", "usr/share/man/man1/falco-rulec.1.gz",
            "usr/share/man/man1/falco-bench.1.gz", "usr/share/man/man5/falco.yaml.5.gz",
            "usr/share/falco-ebpf/etc/falco.yaml", "usr/share/falco-ebpf/own-rules.yaml",
            "usr/share/doc/falco-ebpf/falco-ebpf.spdx.json"}


def run(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True)


def have(program):
    return shutil.which(program) is not None


class Package(unittest.TestCase):
    given = None

    def unpacked(self, kind):
        """The tree of a package, unpacked; skips if it was not made."""
        file = getattr(self.given, kind)
        if file is None or not pathlib.Path(file).exists():
            self.skipTest(f"no {kind} was made")
        folder = tempfile.mkdtemp(prefix="package-")
        self.addCleanup(shutil.rmtree, folder)
        if kind == "deb":
            done = run("dpkg-deb", "-x", file, folder)
        elif kind == "rpm":
            done = run("sh", "-c", f"cd {folder} && rpm2cpio {file} | cpio -idm --quiet")
        else:
            done = run("tar", "-xzf", file, "-C", folder, "--strip-components=1")
        self.assertEqual(done.returncode, 0, done.stderr)
        return pathlib.Path(folder)

    def files(self, kind):
        tree = self.unpacked(kind)
        return tree, {str(p.relative_to(tree)) for p in tree.rglob("*") if not p.is_dir()}

    def check_tree(self, kind):
        tree, files = self.files(kind)
        self.assertEqual(EXPECTED - files, set())
        self.assertEqual((tree / "usr/bin/falco").readlink(), pathlib.Path("falco-ebpf"))
        for program in PROGRAMS:
            path = tree / "usr/bin" / program
            self.assertEqual(path.stat().st_mode & 0o777, 0o755)
            if self.given.static:
                told = run("ldd", path)
                self.assertIn("statically linked", told.stdout + told.stderr)
        for page in files:
            if "/man/" in page and not (tree / page).is_symlink():
                self.assertTrue(gzip.decompress((tree / page).read_bytes()).startswith(b'.\\"'))
        return tree, files

    def test_deb(self):
        _, files = self.check_tree("deb")
        self.assertIn("etc/init.d/falco-ebpf", files)
        # Written by the scripts where there is none: dpkg must not know them (keep.sh says why).
        self.assertNotIn("etc/falco/falco.yaml", files)
        self.assertNotIn("etc/falco/falco_rules.yaml", files)
        for field in ("Provides", "Conflicts", "Replaces"):
            self.assertEqual(run("dpkg-deb", "-f", self.given.deb, field).stdout, "falco\n")

    def test_rpm(self):
        if not have("rpm2cpio") or not have("cpio"):
            self.skipTest("no rpm2cpio or cpio here")
        _, files = self.check_tree("rpm")
        self.assertNotIn("etc/falco/falco.yaml", files)
        for what in ("--provides", "--conflicts", "--obsoletes"):
            names = {line.split()[0] for line in run("rpm", "-qp", what, self.given.rpm)
                     .stdout.splitlines()}
            self.assertIn("falco", names, what)
        self.assertEqual(run("rpm", "-qpc", self.given.rpm).stdout.split(),
                         ["/etc/falco/falco-ebpf_rules.yaml"])
        listed = run("rpm", "-qp", "--requires", self.given.rpm).stdout.split("\n")
        self.assertEqual([r for r in listed if ".so" in r], [])

    def test_archive(self):
        _, files = self.check_tree("archive")
        self.assertLessEqual({"install.sh", "etc/falco/falco.yaml",
                              "etc/falco/falco_rules.local.yaml"}, files)

    def test_the_list_of_parts_names_what_is_inside(self):
        tree = self.unpacked("deb")
        folder = tree / "usr/share/doc/falco-ebpf"
        parts = json.loads((folder / "falco-ebpf.spdx.json").read_text())
        self.assertEqual(parts["spdxVersion"], "SPDX-2.3")
        names = {p["name"]: p for p in parts["packages"]}
        kind = "STATIC_LINK" if self.given.static else "DYNAMIC_LINK"
        linked = {r["relatedSpdxElement"] for r in parts["relationships"]
                  if r["relationshipType"] == kind}
        needed = ["libc6-dev", "libbpf-dev", "libyaml-cpp-dev", "llvm-19-dev"] \
            if self.given.static else ["libc6", "libbpf1", "libllvm19"]
        for name in needed:
            self.assertIn(name, names)
            self.assertIn(names[name]["SPDXID"], linked)
            self.assertNotEqual(names[name]["versionInfo"], "")
        ids = {e["SPDXID"] for e in parts["packages"] + parts["files"]} | {"SPDXRef-DOCUMENT"}
        for relation in parts["relationships"]:
            self.assertLessEqual({relation["spdxElementId"], relation["relatedSpdxElement"]}, ids)
        if self.given.static:
            self.assertIn("libbpf-dev.txt", {p.name for p in (folder / "third-party").iterdir()})

    def test_lintian_finds_nothing(self):
        if self.given.deb is None or not have("lintian"):
            self.skipTest("no .deb or no lintian here")
        done = run("lintian", "--allow-root", "--fail-on", "error,warning", self.given.deb)
        self.assertEqual((done.stdout.strip(), done.returncode), ("", 0))

    def test_scripts_are_plain_shell(self):
        built = pathlib.Path(self.given.build, "packaging")
        scripts = [built / name for name in
                   ("config", "preinst", "postinst", "prerm", "postrm", "pre.sh", "post.sh",
                    "posttrans.sh", "preun.sh", "postun.sh")]
        scripts += [ROOT / "packaging" / name for name in
                    ("init/falco-ebpf", "tgz/install.sh", "man/falco.yaml.sh",
                     "container/build.sh")]
        for script in scripts:
            for shell in ("dash", "sh"):
                if have(shell):
                    done = run(shell, "-n", script)
                    self.assertEqual(done.returncode, 0, done.stderr)
            if have("shellcheck"):  # 2317, 2034: functions that only another script calls
                done = run("shellcheck", "-s", "sh", "-e", "SC2317,SC2034,SC2154", script)
                self.assertEqual(done.stdout, "", script)

    def test_unit(self):
        if not have("systemd-analyze"):
            self.skipTest("no systemd-analyze here")
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder, UNIT.name)
            # Its program and manual are not installed here.
            unit.write_text(re.sub(r"(?m)^Documentation=.*\n", "", UNIT.read_text()
                                   .replace("/usr/bin/falco-ebpf", "/bin/true")))
            done = run("systemd-analyze", "verify", unit)
            self.assertEqual((done.stderr, done.returncode), ("", 0))
            done = run("systemd-analyze", "security", "--offline=true", "--no-pager", unit)
            exposure = re.search(r"exposure level.*: ([0-9.]+)", done.stdout)
            if exposure is None:
                self.skipTest("this systemd-analyze knows no --offline")
            self.assertLessEqual(float(exposure.group(1)), 2.0)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--build", required=True)
    for option in ("--deb", "--rpm", "--archive"):
        arguments.add_argument(option, type=lambda name: pathlib.Path(name).resolve())
    arguments.add_argument("--static", action="store_true")
    Package.given, more = arguments.parse_known_args()
    unittest.main(argv=["package_test", *more])
