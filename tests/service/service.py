# SPDX-License-Identifier: Apache-2.0
"""Real receivers of alerts, started by the tests beside this file in a folder of their own, and the
harness that sends to them. Whatever is started here is ended here, by its own process id."""

import argparse
import contextlib
import http.server
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import checks  # noqa: E402
from checks import Failure, check, check_that  # noqa: E402, F401: for the tests

PATIENCE_S = 120  # on a machine that does much else
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]


def wait_until(what, condition, seconds=PATIENCE_S):
    return checks.wait_until(what, condition, seconds)


def program(name):
    """The path of an installed program, or None."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def numbers(path, pattern=rb"seq=(\d+)"):
    """All sequence numbers in a file, in their order."""
    if not os.path.exists(path):
        return []
    with open(path, "rb") as file:
        return [int(found) for found in re.findall(pattern, file.read())]


class Process:
    """A started program; its first line of output, if asked for."""

    def __init__(self, command, folder, log, **more):
        self.log = open(os.path.join(folder, log), "ab")
        self.process = subprocess.Popen(command, cwd=folder, stderr=self.log,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        **more)

    def line(self):
        return self.process.stdout.readline().strip()

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.line()

    def kill(self, how=signal.SIGKILL):
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(PATIENCE_S)
        self.process.stdin.close()
        self.process.stdout.close()
        self.log.close()


class Harness(Process):
    """outputs_harness with options; `.` in a name is written `__`."""

    def __init__(self, test, **options):
        words = [f"{key.replace('__', '.')}={value}" for key, value in options.items()]
        super().__init__([os.path.join(test.bin, "harness"), *words], test.folder, "harness.log",
                         env={**os.environ, "TZ": "UTC"})
        test.started.append(self)

    def do(self, command):
        answer = self.ask(command)
        if not answer:
            raise Failure(f"the harness ended at '{command}': {self.process.wait()}")
        return json.loads(answer)

    def post(self, count, rate=0):
        self.do(f"post {count} {rate}")
        return self.do("posted")

    def channel(self, name):
        return self.do("stats")["channels"][name]

    def close(self):
        final = self.do("close")
        check("the harness ends well", self.process.wait(PATIENCE_S), 0)
        return final


class Receiver:
    """An HTTP or HTTPS server in this process. `answer(request)` gives (status, headers, body)."""

    def __init__(self, answer=None, tls=None):
        self.requests = []
        self.connections = set()
        self.lock = threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = {"path": self.path, "headers": self.headers, "body": body}
                with receiver.lock:
                    receiver.requests.append(request)
                    receiver.connections.add(self.client_address)
                status, headers, text = answer(request) if answer else (200, {}, b"")
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # the sender gave up, as some tests want it to

        self.server = Server(("127.0.0.1", 0), Handler)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def bodies(self):
        with self.lock:
            return [request["body"] for request in self.requests]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Test:
    """What one test function gets: a folder, the programs, and what it started."""

    def __init__(self, options, folder):
        self.bin = os.path.abspath(options.bin)
        self.options = options
        self.folder = folder
        self.started = []
        self.at_end = []  # commands

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def start(self, *command, log="program.log", **more):
        started = Process(list(command), self.folder, log, **more)
        self.started.append(started)
        return started

    def harness_log(self):
        with open(self.path("harness.log"), encoding="utf-8") as file:
            return file.read()

    def end(self):
        for one in self.started:
            with contextlib.suppress(Exception):
                one.kill()
        for command in self.at_end:
            subprocess.run(command, check=False)

    def small_disk(self, name, size_mb):
        """A file system of its own; the test runs in a mount namespace as root."""
        os.mkdir(self.path(name))
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "none",
                        self.path(name)], check=True)
        self.at_end.append(["umount", self.path(name)])
        return self.path(name)

    def certificates(self):
        """An authority, a server for localhost and a client, made by openssl."""
        self.write("openssl.cnf", "[req]\ndistinguished_name=dn\n[dn]\n"
                   "[server]\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n[client]\n"
                   "extendedKeyUsage=clientAuth\n")

        def openssl(*words):
            subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

        openssl("req", "-x509", *KEY, "-nodes", "-keyout", "ca.key", "-out",
                "ca.pem", "-days", "2", "-subj", "/CN=Test CA")
        for name in ("server", "client"):
            openssl("req", *KEY, "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                    "-subj", f"/CN={name}", "-config", "openssl.cnf")
            openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                    "-CAcreateserial", "-days", "2", "-out", f"{name}.pem", "-extfile",
                    "openssl.cnf", "-extensions", name)

    def server_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path("server.pem"), self.path("server.key"))
        return context


def main(tests, arguments=()):
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--only", default="")
    for name, kind, default in arguments:
        parser.add_argument(name, type=kind, default=default)
    options = parser.parse_args()
    failed = 0
    for function in tests:
        if options.only not in function.__name__:
            continue
        with tempfile.TemporaryDirectory(prefix="falco-ebpf-service-") as folder:
            test = Test(options, folder)
            try:
                said = function(test)
                print(f"{function.__name__}: {said or 'ok'}", flush=True)
            except Failure as problem:
                failed += 1
                print(f"{function.__name__}: FAILED: {problem}", flush=True)
                if os.path.exists(test.path("harness.log")):
                    print("    " + test.harness_log()[-2000:].replace("\n", "\n    "))
            finally:
                test.end()
    sys.exit(1 if failed else 0)
