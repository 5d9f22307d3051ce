# SPDX-License-Identifier: Apache-2.0
"""Kernels of other Debian releases: fetched with apt, taken out of their packages, never installed.
apt gets a state of its own, in the given folder; of this machine it uses the mirror, the keys and
the settings. Used by guest_test.py."""

import collections
import lzma
import os
import re
import subprocess
import tarfile
import tempfile

# QEMU 7.2 mixes up the flags at cmpxchg16b, with which the allocator of these kernels works: they
# are told that the processor lacks it. From 7.0 on they work otherwise, and need it.
NO_CMPXCHG16B = "clearcpuid=141"
# release: of Debian, whose meta package names the kernel; runs: the sensor is to run there, else it
# is to say that the kernel is too old; told: on the kernel's command line.
Wanted = collections.namedtuple("Wanted", "name release runs told")
KERNELS = [
    Wanted("5.10", "bullseye", False, NO_CMPXCHG16B),
    Wanted("6.1", "bookworm", True, NO_CMPXCHG16B),
    Wanted("6.12", "trixie", True, NO_CMPXCHG16B),
    Wanted("newest", "sid", True, ""),
]
MODULES = ["overlay"]  # what tests need and a cloud kernel has as a module; without dependencies

Kernel = collections.namedtuple("Kernel", "release image modules")


class Missing(Exception):
    """Why a kernel cannot be had."""


def output_of(command, environment=None, folder=None):
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder,
                          env={**os.environ, "LC_ALL": "C", **(environment or {})})
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("E:")]
        raise Missing(f"{command[0]} {command[1]}: " + ("; ".join(lines) or done.stderr.strip()))
    return done.stdout


def mirror():
    """(address, options of its line) of Debian's main archive as this machine's apt knows it."""
    form = "$(REPO_URI)|$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(SIGNED_BY)"
    for line in output_of(["apt-get", "indextargets", "--format", form,
                           "Created-By: Packages"]).splitlines():
        address, origin, label, component, key = line.split("|")
        if (origin, label, component) == ("Debian", "Debian", "main"):
            return address, f"[signed-by={key}] " if key.startswith("/") else ""
    raise Missing("apt knows no archive of Debian; apt-get update brings its lists")


class Archive:
    """apt for one release and processor."""

    def __init__(self, folder, release, processor):
        self.folder = folder
        os.makedirs(f"{folder}/lists/partial", exist_ok=True)
        os.makedirs(f"{folder}/cache/archives/partial", exist_ok=True)
        address, options = mirror()
        self._write("sources.list", f"deb {options}{address} {release} main\n")
        self._write("apt.conf", f"""Dir::State "{folder}";
Dir::State::Lists "{folder}/lists";
Dir::State::status "/dev/null";
Dir::Cache "{folder}/cache";
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "-";
APT::Architecture "{processor}";
APT::Architectures {{ "{processor}"; }};
Acquire::Retries "3";
""")
        self.environment = {"APT_CONFIG": f"{folder}/apt.conf"}

    def _write(self, name, text):
        with open(f"{self.folder}/{name}", "w", encoding="utf-8") as file:
            file.write(text)

    def ask(self, *command, folder=None):
        return output_of(command, self.environment, folder)

    def depends(self, package):
        text = self.ask("apt-cache", "depends", "--important", package)
        return re.findall(r"Depends: ([\w.+-]+)", text)

    def kernel_packages(self, processor):
        """The image that the release's meta package names and what else it consists of."""
        image = next((name for name in self.depends(f"linux-image-cloud-{processor}")
                      if name.startswith("linux-image-")), None)
        if image is None:
            raise Missing("the release has no kernel for clouds")
        version = image.removeprefix("linux-image-")
        parts = [name for name in self.depends(image)
                 if name.startswith("linux-") and name.endswith("-" + version)]
        return version, [image, *parts]


def keep(stream, name, folder):
    """A file of a package under its bare name, modules unpacked."""
    data = stream.read()
    if name.endswith(".xz"):
        name, data = name.removesuffix(".xz"), lzma.decompress(data)
    with open(f"{folder}/{name}", "wb") as file:
        file.write(data)


def take_out(package, folder):
    """Image and wanted modules of a package."""
    wanted = re.compile(r"vmlinuz(-.*)?|(" + "|".join(MODULES) + r")\.ko(\.xz)?")
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package],
                          stdout=subprocess.PIPE) as unpacker:
        with tarfile.open(fileobj=unpacker.stdout, mode="r|") as members:
            for member in members:
                name = os.path.basename(member.name)
                if member.isfile() and wanted.fullmatch(name):
                    keep(members.extractfile(member),
                         "vmlinuz" if name.startswith("vmlinuz") else name, folder)


def fetch(wanted, processor, cache):
    """The kernel's files, from the cache if this version is there. Raises Missing."""
    archive = Archive(f"{cache}/apt-{wanted.release}-{processor}", wanted.release, processor)
    archive.ask("apt-get", "update", "-q")
    release, packages = archive.kernel_packages(processor)
    folder = f"{cache}/{release}"
    if not os.path.isdir(folder):
        with tempfile.TemporaryDirectory(dir=cache) as work:
            os.mkdir(f"{work}/kernel")
            archive.ask("apt-get", "download", "-q", *packages, folder=work)
            for name in os.listdir(work):
                if name.endswith(".deb"):
                    take_out(f"{work}/{name}", f"{work}/kernel")
            os.rename(f"{work}/kernel", folder)
    modules = [f"{folder}/{name}.ko" for name in MODULES
               if os.path.exists(f"{folder}/{name}.ko")]
    return Kernel(release, f"{folder}/vmlinuz", modules)
