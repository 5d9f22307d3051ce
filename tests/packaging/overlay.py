# SPDX-License-Identifier: Apache-2.0
"""A machine to install packages on: a root file system (this one's own, or a fresh one) with a
layer above it that takes all writes, in mount and process namespaces of its own. Nothing of the
real one changes, and no service is started. Used by the tests of packages.

    if __name__ == "__main__":
        overlay.enter()           # starts this program again inside; 77 with a reason if it cannot
        machine = overlay.Machine()
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIP = 77


def skip(reason):
    print("skipped:", reason)
    sys.exit(SKIP)


def enter():
    if os.environ.get("PACKAGING_INSIDE"):
        return
    if os.geteuid() != 0:
        skip("needs root, for namespaces")
    if subprocess.run(["unshare", "-m", "-p", "-f", "true"], capture_output=True).returncode != 0:
        skip("no mount and process namespaces here")
    os.environ["PACKAGING_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", "-m", "-p", "-f", "--mount-proc", "--kill-child",
                          sys.executable, *sys.argv])


def fresh_root(suite, cache, packages=()):
    """A minimal Debian, unpacked once in the folder `cache`; its path. Skips without one."""
    root = pathlib.Path(cache) / suite
    if not (root / ".complete").exists():
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        done = run("mmdebstrap", "--quiet", "--variant=minbase", "--mode=root",
                   *(["--include=" + ",".join(packages)] if packages else []), suite, str(root))
        if done.returncode != 0:
            skip(f"no {suite} from the archive: {done.stderr[-300:]}")
        (root / ".complete").touch()
    return root


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          **options)


class Machine:
    def __init__(self, lower="/", bare=True):
        """lower: a root file system. bare: dpkg knows of no package, which is quickly read."""
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="packaging-"))
        self.mount("-t", "tmpfs", "tmpfs", self.base)
        for name in ("upper", "work", "root"):
            (self.base / name).mkdir()
        self.root = self.base / "root"
        layers = f"lowerdir={lower},upperdir={self.base}/upper,workdir={self.base}/work"
        if not self.mount("-t", "overlay", "overlay", "-o", layers, self.root):
            skip("the file system takes no overlay")
        self.mount("-t", "proc", "proc", self.root / "proc")
        self.mount("--rbind", "/dev", self.root / "dev")
        (self.root / "tmp").mkdir(exist_ok=True)
        if bare:
            shutil.rmtree(self.path("/var/lib/dpkg/info"), ignore_errors=True)
            self.path("/var/lib/dpkg/info").mkdir(parents=True)
            self.write("/var/lib/dpkg/status", "")
        self.write("/etc/dpkg/dpkg.cfg.d/fast", "force-unsafe-io\n")
        # Whatever the machine below does: nothing is started.
        self.write("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)

    def pretend_installed(self, deb):
        """Tells dpkg that what a package depends on is there, as it is on the machine below."""
        depends = run("dpkg-deb", "-f", str(deb), "Depends").stdout
        names = {one.split()[0] for group in depends.split(",") for one in group.split("|")[:1]
                 if one.split()}
        self.write("/var/lib/dpkg/status", "\n".join(
            f"Package: {name}\nStatus: install ok installed\nVersion: 99:1\nArchitecture: amd64\n"
            "Maintainer: none\nDescription: stands in\n" for name in sorted(names)))
        for name in names:
            self.write(f"/var/lib/dpkg/info/{name}.list", "")

    @staticmethod
    def mount(*arguments):
        return run("mount", *map(str, arguments)).returncode == 0

    def path(self, path):
        return self.root / str(path).lstrip("/")

    def write(self, path, text, mode=0o644):
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_symlink():
            target.unlink()
        target.write_text(text)
        target.chmod(mode)

    def read(self, path):
        return self.path(path).read_text()

    def copy_in(self, source, path):
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(pathlib.Path(source).read_bytes())
        target.chmod(0o755)
        return "/" + str(path).lstrip("/")

    def sh(self, command, ok=True):
        """Runs a line inside. ok: whether it must work; None: either way. Output of both kinds."""
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive",
                       "LC_ALL": "C.UTF-8", "HOME": "/root"}
        done = subprocess.run(["chroot", str(self.root), "sh", "-c", command], text=True,
                              stdin=subprocess.DEVNULL, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if ok is not None and (done.returncode == 0) != ok:
            raise AssertionError(f"exit {done.returncode}: {command}\n{done.stdout}")
        return done.stdout

    def files(self, folder):
        """{path: content or link} of everything in a folder that is not a folder."""
        top = self.path(folder)
        found = {}
        for path in sorted(top.rglob("*")):
            name = "/" + str(path.relative_to(self.root))
            if path.is_symlink():
                found[name] = "-> " + os.readlink(path)
            elif path.is_file():
                found[name] = path.read_text(errors="replace")
        return found
