# SPDX-License-Identifier: Apache-2.0
"""Hostile clients of the web server: slow ones, huge ones, malformed ones, very many. While each is
at work, a second process asks for the health every 50 ms over a connection of its own and must
always be answered; the server's memory has a bound. Over HTTP, then over TLS.

  web_test.py --example web_example
"""

import argparse
import multiprocessing
import os
import random
import resource
import selectors
import shutil
import socket
import ssl
import struct
import sys
import tempfile
import time

from example import HOST, Example, enter_namespaces, make_certificate, raise_loopback

PATIENCE_S = 5        # what a kubelet waits for a health answer
EVERY_S = 0.05
MEMORY_MB = 24        # the server may grow by so much, whatever comes
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
RANDOM = random.Random(7)


def connect(port, timeout=PATIENCE_S):
    return socket.create_connection((HOST, port), timeout=timeout)


def read_all(sock):
    data = b""
    try:
        while part := sock.recv(65536):
            data += part
    except OSError:
        pass
    return data


def ask_once(port, context):
    sock = connect(port)
    if context:
        sock = context.wrap_socket(sock, server_hostname=HOST)
    with sock:
        sock.sendall(HEALTH)
        return b'{"status": "ok"}' in read_all(sock)


def probe(port, certificate, end, result):
    """The good client. Sends (asked, reasons of failures, longest wait in s)."""
    context = ssl.create_default_context(cafile=certificate) if certificate else None
    asked, failures, longest = 0, [], 0.0
    while not end.is_set():
        begin = time.monotonic()
        try:
            if not ask_once(port, context):
                failures.append("another answer")
        except OSError as error:
            failures.append(repr(error))
        asked += 1
        longest = max(longest, time.monotonic() - begin)
        end.wait(EVERY_S)
    result.send((asked, failures, longest))


class Watch:
    """The good client at work, for one attack."""

    def __init__(self, name, example, certificate=None):
        self.name, self.example, self.certificate = name, example, certificate

    def __enter__(self):
        self.end = multiprocessing.Event()
        self.result, theirs = multiprocessing.Pipe(False)
        self.process = multiprocessing.Process(
            target=probe, args=(self.example.port, self.certificate, self.end, theirs))
        self.process.start()

    def __exit__(self, kind, *_):
        time.sleep(4 * EVERY_S)  # the good client asks some more, behind the attack
        self.end.set()
        asked, failures, longest = self.result.recv()
        self.process.join()
        if kind:
            return
        memory = self.example.memory_kb("VmHWM") // 1024
        print(f"{self.name}: {asked} asked, longest {longest * 1000:.0f} ms, peak {memory} MB,"
              f" {self.example.stats()}", flush=True)
        assert asked > 0 and not failures, f"{self.name}: {failures[:5]} of {asked}"


# ---- attacks; each returns when it is over

def slow_header(port, first=b"GET /healthz HTTP/1.1\r\nX: ", count=500, seconds=9):
    """A byte a second from each, back again as soon as it is cut."""
    selector, last, cut = selectors.DefaultSelector(), {}, 0

    def begin():
        sock = connect(port)
        sock.setblocking(False)
        sock.send(first)
        selector.register(sock, selectors.EVENT_READ)
        last[sock] = time.monotonic()

    for _ in range(count):
        begin()
    stop = time.monotonic() + seconds
    while (now := time.monotonic()) < stop:
        for key, _ in selector.select(0.05):  # an answer or the end: cut
            selector.unregister(key.fileobj)
            del last[key.fileobj]
            key.fileobj.close()
            cut += 1
            begin()
        for sock in [one for one, at in last.items() if now - at >= 1]:
            last[sock] = now
            try:
                sock.send(b"a")
            except OSError:
                pass
    for sock in last:
        sock.close()
    assert cut > count, cut


def huge_header(port):
    status = set()
    for _ in range(20):
        with connect(port) as sock:
            try:
                sock.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * (1 << 20))
            except OSError:
                pass
            status.add(read_all(sock)[:12])
    # Where the rest is still on its way, a reset may come before the answer.
    assert status <= {b"HTTP/1.1 431", b""} and status != {b""}, status


def huge_body(port):
    for head, status in ((b"Content-Length: 104857600\r\n\r\n", b"HTTP/1.1 413 "),
                         (b"Transfer-Encoding: chunked\r\n\r\n6400000\r\n", b"HTTP/1.1 411 ")):
        with connect(port) as sock:
            sock.sendall(b"POST /reload HTTP/1.1\r\nHost: x\r\n" + head)
            try:
                for _ in range(100):
                    sock.sendall(bytes(1 << 20))
            except OSError:
                pass
            answer = read_all(sock)
        assert not answer or answer.startswith(status), answer[:80]


def garbage(port, count=300):
    for _ in range(count):
        with connect(port) as sock:
            try:
                sock.sendall(RANDOM.randbytes(RANDOM.randrange(1, 3000)))
                sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            answer = read_all(sock)
        assert not answer or answer.startswith(b"HTTP/1.1 4") or answer[:1] == b"\x15", answer[:80]


def client_hello():
    hello = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), hello, server_hostname="x")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return hello.read()


def slow_handshake(port):
    slow_header(port, client_hello()[:-50])


def broken_tls(port, count=300):
    """Starts of a handshake that go on as nothing, or as garbage."""
    first = client_hello()
    held = []
    for _ in range(count):
        sock = connect(port)
        cut = RANDOM.randrange(1, len(first))
        sock.sendall(first[:cut] + (RANDOM.randbytes(200) if cut % 2 else b""))
        held.append(sock)
    for sock in held:
        sock.close()


def half_open(port, count=300):
    """Silent ones, ones that only listen, ones that reset in the middle of their request."""
    held = []
    for number in range(count):
        sock = connect(port)
        if number % 3 == 1:
            sock.shutdown(socket.SHUT_WR)
        if number % 3 == 2:
            sock.sendall(HEALTH[:20] if number % 2 else HEALTH)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()
        else:
            held.append(sock)
    time.sleep(1)
    for sock in held:
        sock.close()


def many_at_once(port, count=1000):
    """All connect before the first asks; each must be answered or see an end."""
    socks = [connect(port) for _ in range(count)]
    answered = 0
    for sock in socks:
        try:
            sock.sendall(HEALTH)
        except OSError:
            pass
    for sock in socks:
        answered += b'{"status": "ok"}' in read_all(sock)
        sock.close()
    assert answered >= count * 9 // 10, answered


def pipeline(port, count=10000):
    """Many requests at once on one connection, with and without reading the answers."""
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with connect(port) as sock, connect(port) as deaf:
        for each in (deaf, sock):
            each.setblocking(False)
        data, sent, answers = one * count, 0, b""
        stop = time.monotonic() + 20
        while time.monotonic() < stop:
            for each in (sock, deaf):
                try:
                    sent += each.send(data[sent % len(one):65536]) if each is sock else \
                        each.send(one * 100)
                except OSError:
                    pass
            try:
                part = sock.recv(65536)
            except BlockingIOError:
                continue
            except OSError:
                break
            if not part:
                break
            answers += part
    assert 0 < answers.count(b'{"status": "ok"}') <= 1000, answers.count(b"ok")


def deaf_readers(port, count=100):
    """Ask for the largest answer and never read it."""
    held = []
    for _ in range(count):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(PATIENCE_S)
        sock.connect((HOST, port))
        sock.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        held.append(sock)
    time.sleep(3)
    for sock in held:
        sock.close()


def await_empty(example):
    """All connections of the attacks are gone, by themselves or by deadline."""
    stop = time.monotonic() + 30
    while example.stats()["open"] > 0 and time.monotonic() < stop:
        time.sleep(0.1)
    assert example.stats()["open"] == 0, example.stats()


def run(example, certificate, attacks):
    before = example.memory_kb()
    for attack in attacks:
        with Watch(attack.__name__, example, certificate):
            attack(example.port)
        await_empty(example)
    assert example.threads() == 3, example.threads()  # main, events, web
    grown = (example.memory_kb("VmHWM") - before) // 1024
    print(f"memory: {before} kB before, {example.memory_kb()} kB after, grown at most {grown} MB")
    assert grown <= MEMORY_MB, grown


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--example", required=True)
    arguments = parser.parse_args()
    enter_namespaces()
    raise_loopback()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192), most))
    with Example(arguments.example, "--rules", "1500") as example:
        run(example, None, [slow_header, huge_header, huge_body, garbage, half_open, many_at_once,
                            pipeline, deaf_readers])
        print(f"HTTP: {example.start_text}, stopped in {example.stop()} us")
    if not shutil.which("openssl"):
        print("TLS left out: no openssl")
        return
    with tempfile.TemporaryDirectory() as folder:
        pem = os.path.join(folder, "server.pem")
        make_certificate(pem)
        with Example(arguments.example, "--certificate", pem) as example:
            run(example, pem + ".crt", [garbage, broken_tls, half_open, slow_handshake])
            print(f"TLS: {example.start_text}, stopped in {example.stop()} us")


if __name__ == "__main__":
    sys.exit(main())
