# SPDX-License-Identifier: Apache-2.0
"""A docker that a test plays, for what real engines do not do on demand: it answers late, or for a
thousand containers. Its containers are control groups with a process in them."""

import contextlib
import hashlib
import http.server
import json
import os
import pathlib
import resource
import signal
import socketserver
import subprocess
import threading
import time

IMAGE = "shop/app:2"


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64


def handler(docker):
    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self, body, status=200):
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            with contextlib.suppress(BrokenPipeError):  # it did not wait for the answer
                self.end_headers()
                self.wfile.write(data)

        def do_GET(self):  # noqa: N802: a name of the library
            target = self.path
            if target.startswith("/events"):
                self.send_response(200)
                self.end_headers()
                docker.over.wait()
            elif target.startswith("/containers/json"):
                self.answer([{"Id": id_, "State": "running"} for id_ in docker.listed])
            elif target.startswith("/containers/"):
                id_ = target.split("/")[2]
                time.sleep(docker.delay_s)
                if id_ in docker.names:
                    self.answer(docker.inspect(id_))
                else:
                    self.answer({"message": "no such container"}, 404)
            elif target.startswith("/images/"):
                self.answer({"RepoTags": [IMAGE], "RepoDigests": []})
            else:
                self.answer({"message": "page not found"}, 404)

        def address_string(self):
            return "local"

        def log_message(self, *_):
            pass

    return Handler


class Docker:
    """names: of its containers by id; listed: those that it tells of when asked for all"""

    kind, image, run_options, remove_options = "docker", IMAGE, [], []

    def __init__(self, folder, group):
        self.folder, self.group = folder, group
        self.socket = str(folder / "docker.sock")
        self.names, self.listed = {}, []
        self.delay_s = 0.0
        self.over = threading.Event()
        self.processes = []
        self.server = Server(self.socket, handler(self))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def inspect(self, id_):
        return {"Id": id_, "Name": "/" + self.names[id_], "Created": "2026-01-02T03:04:05Z",
                "Image": "sha256:" + "fe" * 32, "HostConfig": {"Privileged": False},
                "Config": {"Image": IMAGE, "Labels": {"app": "shop"},
                           "Env": [f"VARIABLE_{k}={'x' * 60}" for k in range(10)]},
                "Mounts": [{"Source": "/srv", "Destination": "/data", "Mode": "", "RW": True}]}

    def make(self, name, listed=False):
        """A container without processes. out: its control group"""
        id_ = hashlib.sha256(name.encode()).hexdigest()
        self.names[id_] = name
        if listed:
            self.listed.append(id_)
        group = pathlib.Path("/sys/fs/cgroup/cpu") / self.group / f"docker-{id_}.scope"
        group.mkdir(parents=True)
        return group

    def start(self, name, script, **options):
        """A new container with a shell in it, which reads lines from its standard input."""
        group = self.make(name, **options)
        process = subprocess.Popen(["sh", "-c", f"echo $$ > {group}/cgroup.procs; {script}"],
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def end_all(self):
        for process in self.processes:
            process.stdin.close()
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()

    def stop(self):
        self.end_all()
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


@contextlib.contextmanager
def docker(folder, group):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a pipe to each process
    engine = Docker(folder, group)
    try:
        yield engine
    finally:
        engine.stop()
