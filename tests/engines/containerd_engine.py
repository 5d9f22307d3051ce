# SPDX-License-Identifier: Apache-2.0
"""A containerd of the test's own, with an image for containers and one for pods."""

import contextlib
import json

import stage

IMAGE = "localhost/bb:1"
PAUSE = "localhost/pause:1"
CONFIG = """version = 2
disabled_plugins = [{disabled}]
root = "{folder}/root-of-containerd"
state = "{folder}/state"
[grpc]
  address = "{folder}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      BinaryName = "{runc}"
"""
NETWORK = {"cniVersion": "0.4.0", "name": "test", "plugins": [
    {"type": "ptp", "ipMasq": False, "ipam": {"type": "host-local", "dataDir": "", "ranges": [
        [{"subnet": "10.211.0.0/24"}]]}}]}


class Containerd:
    def __init__(self, folder, group, disabled=""):
        self.folder = folder
        self.group = group
        self.socket = str(folder / "containerd.sock")
        (folder / "containerd.toml").write_text(CONFIG.format(
            folder=folder, pause=PAUSE, disabled=disabled, runc=stage.runc_that_is_held(folder)))
        (folder / "cni").mkdir()
        NETWORK["plugins"][0]["ipam"]["dataDir"] = str(folder / "addresses")
        (folder / "cni" / "10-test.conflist").write_text(json.dumps(NETWORK))
        self.daemon = None

    def ctr(self, space, *words):
        return stage.run("ctr", "-a", self.socket, "-n", space, *words)

    def start_daemon(self):
        self.daemon = stage.Daemon(["containerd", "-c", self.folder / "containerd.toml"],
                                   self.folder / "containerd.log")
        self.daemon.wait_for(self.socket)
        stage.wait_until("containerd", lambda: self.ctr("default", "version"))

    def stop_daemon(self):
        self.daemon.stop()


def image_archive(folder, name, command):
    """An image of one layer, as docker saves it: containerd reads that."""
    import hashlib
    import tarfile
    layer = folder / "root.tar"
    if not layer.exists():
        stage.root_tar(folder)
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Cmd": command},
                         "rootfs": {"type": "layers", "diff_ids": [
                             "sha256:" + hashlib.sha256(layer.read_bytes()).hexdigest()]}})
    (folder / "config.json").write_text(config)
    manifest = [{"Config": "config.json", "RepoTags": [name], "Layers": ["root.tar"]}]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    archive = folder / "image.tar"
    with tarfile.open(archive, "w") as out:
        for part in ("manifest.json", "config.json", "root.tar"):
            out.add(folder / part, part)
    return archive


@contextlib.contextmanager
def containerd(folder, group, disabled=""):
    stage.need("containerd", "ctr", "runc", "busybox")
    engine = Containerd(folder, group, disabled)
    engine.start_daemon()
    try:
        for name, command in ((IMAGE, ["sh"]), (PAUSE, ["/bin/sleep", "1000000"])):
            for space in ("k8s.io", "default"):
                engine.ctr(space, "images", "import", image_archive(folder, name, command))
        yield engine
    finally:
        engine.stop_daemon()
