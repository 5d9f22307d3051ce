# SPDX-License-Identifier: Apache-2.0
"""The guest's root file system: an archive (cpio, format "newc") that the kernel unpacks into
memory at boot. Files are written into it straight from where they lie; programs bring the shared
libraries that ldd names. Used by guest_files.py."""

import os
import re
import stat
import subprocess


def merged(path):
    """A path below /bin, /lib, ... as what the link of that name leads to."""
    return re.sub(r"^/(bin|sbin|lib|lib64)/", r"/usr/\1/", path)


class Initramfs:
    """Writes one archive. Paths are those of the guest."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.there = {"/"}
        for name in ("bin", "sbin", "lib", "lib64"):
            self.folder("/usr/" + name)
            self.link("/" + name, "usr/" + name)
        self.folder("/dev")
        self._entry("/dev/console", stat.S_IFCHR | 0o600, device=(5, 1))

    def close(self):
        self._entry("TRAILER!!!", 0)
        self.file.close()

    def _entry(self, path, mode, content=b"", device=(0, 0)):
        name = path.removeprefix("/").encode() + b"\0"
        numbers = [len(self.there), mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name), 0]
        self._padded(b"070701" + b"".join(b"%08X" % number for number in numbers) + name)
        self._padded(content)
        self.there.add(path)

    def _padded(self, data):
        self.file.write(data + b"\0" * (-len(data) % 4))

    def folder(self, path, mode=0o755):
        if path in self.there:
            return
        self.folder(os.path.dirname(path))
        self._entry(path, stat.S_IFDIR | mode)

    def link(self, path, target):
        self.folder(os.path.dirname(path))
        self._entry(path, stat.S_IFLNK | 0o777, target.encode())

    def text(self, path, content, mode=0o644):
        self.folder(os.path.dirname(path))
        self._entry(path, stat.S_IFREG | mode, content.encode())

    def copy(self, source, path):
        path = merged(path)
        if path in self.there:
            return
        self.folder(os.path.dirname(path))
        with open(source, "rb") as file:
            self._entry(path, stat.S_IFREG | stat.S_IMODE(os.stat(source).st_mode), file.read())

    def program(self, source, path):
        """A program and the libraries it is linked with, these where they lie here."""
        self.copy(source, path)
        listed = subprocess.run(["ldd", source], capture_output=True, text=True, check=False)
        for library in re.findall(r"(?:=> |^\s+)(/\S+) \(0x", listed.stdout, re.M):
            self.copy(library, library)

    def tree(self, source, path):
        """A folder with everything in it."""
        for where, _, files in os.walk(source):
            for name in files:
                full = os.path.join(where, name)
                self.copy(full, path + full.removeprefix(source))
