# SPDX-License-Identifier: Apache-2.0
"""What a guest has: busybox, the programs under test where the build put them (the kernel tests
know their helper by its path), rules, configuration, and init.sh. Nothing else is there. Used by
guest_test.py."""

import os
import shutil

from initramfs import Initramfs

HERE = os.path.dirname(os.path.abspath(__file__))
# Commands of the guest that busybox gives.
APPLETS = """cat chmod cp echo grep hostname insmod ip kill ln mkdir mount poweroff setsid sh sleep
true uname""".split()
PROGRAMS = ["falco-ebpf", "falco-rulec", "kernel_tests", "kernel_helper"]


def add_programs(archive, options):
    archive.program(shutil.which("busybox"), "/usr/bin/busybox")
    for name in APPLETS:
        archive.link("/usr/bin/" + name, "busybox")
    for name in PROGRAMS:
        archive.program(f"{options.bin}/{name}", f"{options.bin}/{name}")
    archive.program(f"{options.helpers}/nginx", "/guest/nginx")


def add_texts(archive, options):
    archive.text("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
    archive.text("/etc/group", "root:x:0:\n")
    archive.text("/etc/shadow", "root:*:1:0:99999:7:::\n", 0o600)
    archive.text("/etc/hostname", "guest\n")
    archive.text("/guest/settings",
                 f"SENSOR={options.bin}/falco-ebpf\nTESTS={options.bin}/kernel_tests\n")
    archive.copy(f"{HERE}/actions.sh", "/guest/actions.sh")
    archive.copy(f"{HERE}/init.sh", "/init")


def write_initramfs(path, options, kernel):
    archive = Initramfs(path)
    add_programs(archive, options)
    add_texts(archive, options)
    for module in kernel.modules:
        archive.copy(module, "/guest/modules/" + os.path.basename(module))
    archive.tree(f"{options.root}/rules", "/guest/rules")
    archive.copy(f"{options.root}/config/falco.yaml", "/guest/falco.yaml")
    archive.copy(f"{options.root}/bpf/VERIFIED.md", f"{options.root}/bpf/VERIFIED.md")
    for name in ("/proc", "/sys", "/tmp", "/root", "/run", "/var/tmp"):
        archive.folder(name)
    archive.close()
