# SPDX-License-Identifier: Apache-2.0
"""Stands in for the package of Falco: the same names, paths and kinds of files, contents of our
own. Built as .deb with dpkg-deb and as .rpm with rpmbuild. Used by the tests of packages."""
import subprocess

CONFIG = """\
# As delivered.
config_files:
  - /etc/falco/config.d
rules_files:
  - /etc/falco/falco_rules.yaml
  - /etc/falco/falco_rules.local.yaml
  - /etc/falco/rules.d
stdout_output:
  enabled: true
webserver:
  enabled: true
  listen_port: 8765
"""
RULES = """\
- list: shells
  items: [sh, bash]
- macro: started
  condition: evt.type in (execve, execveat)
- rule: Shell started
  desc: A shell started.
  condition: started and proc.name in (shells)
  output: Shell (command=%proc.cmdline)
  priority: NOTICE
- rule: Secret read
  desc: The file of passwords was opened.
  condition: evt.type in (open, openat) and fd.name = /etc/shadow
  output: Secret (command=%proc.cmdline)
  priority: WARNING
"""
LOCAL = "# Your rules.\n"
UNITS = ("falco-modern-bpf", "falco-kmod", "falco-custom")
CONFFILES = ("/etc/falco/falco.yaml", "/etc/falco/falco_rules.local.yaml")

_UNIT = """\
[Unit]
Description=Peer
[Service]
ExecStart=/usr/bin/falco
[Install]
WantedBy=multi-user.target
Alias=falco.service
"""
_POSTINST = "#!/bin/sh\nset -e\nsystemctl --quiet enable falco-modern-bpf.service\n"
_PRERM = "#!/bin/sh\nset -e\nsystemctl --quiet disable falco-modern-bpf.service || true\n"


def files():
    found = {"/usr/bin/falco": "#!/bin/sh\necho peer\n", "/etc/falco/falco.yaml": CONFIG,
             "/etc/falco/falco_rules.yaml": RULES, "/etc/falco/falco_rules.local.yaml": LOCAL,
             "/etc/falco/config.d/falco.container_plugin.yaml": "load_plugins: [container]\n"}
    for unit in UNITS:
        found[f"/usr/lib/systemd/system/{unit}.service"] = _UNIT
    return found


def _fill(tree):
    for path, text in files().items():
        target = tree / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(0o755 if "/bin/" in path else 0o644)


def deb(folder):
    """Builds FOLDER/falco.deb; its path."""
    tree = folder / "falco"
    _fill(tree)
    control = tree / "DEBIAN"
    control.mkdir(parents=True)
    (control / "control").write_text(
        "Package: falco\nVersion: 0.45.0\nArchitecture: amd64\nMaintainer: Peer <peer@localhost>\n"
        "Description: peer\n")
    (control / "conffiles").write_text("\n".join(CONFFILES) + "\n")
    for name, text in (("postinst", _POSTINST), ("prerm", _PRERM)):
        (control / name).write_text(text)
        (control / name).chmod(0o755)
    out = folder / "falco.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "-b", tree, out], check=True,
                   capture_output=True)
    return out


def rpm(folder):
    """Builds FOLDER/falco.rpm; its path."""
    tree = folder / "tree"
    _fill(tree)
    listed = "".join(f"%config(noreplace) {p}\n" if p in CONFFILES else f"{p}\n" for p in files())
    spec = folder / "falco.spec"
    spec.write_text(
        "Name: falco\nVersion: 0.45.0\nRelease: 1\nSummary: peer\nLicense: none\n"
        "AutoReqProv: no\n%description\npeer\n"
        f"%install\ncp -a {tree}/. %{{buildroot}}/\n"
        "%post\nsystemctl --quiet enable falco-modern-bpf.service\n"
        "%preun\nsystemctl --quiet disable falco-modern-bpf.service || true\n"
        f"%files\n{listed}")
    subprocess.run(["rpmbuild", "-bb", "--define", f"_topdir {folder}/rpmbuild", "--target",
                    "x86_64", "--define", "__os_install_post %{nil}", spec],
                   check=True, capture_output=True)
    built = next((folder / "rpmbuild/RPMS").rglob("*.rpm"))
    return built.rename(folder / "falco.rpm")
