# SPDX-License-Identifier: Apache-2.0
"""Everything away at once, under 5,000 alerts a second: kill -9 of the HTTP receiver, a full disk,
the system log's socket gone, a program that hangs, no Kafka broker. Posting goes on undelayed,
memory stays bounded, and when all come back the backlog drains: every alert is with each receiver,
or counted by the name of the channel and the reason. Proven by the sequence numbers each has.

  outage_test.py --bin FOLDER [--seconds 60] [--rate 5000]

Needs root, for small disks of its own (tmpfs in a mount namespace); without it, it is skipped.
"""

import os
import signal
import socket
import sys
import threading
import time

import service
from service import Harness, check, check_that, numbers, wait_until

QUEUE_MB = 16
DRAIN_S = 120
DISK_MB = 512  # 60 s of alerts, and what fills it


class Syslog:
    """A system log daemon that loses nothing when told to go: what it was sent, it still reads."""

    def __init__(self, path, into):
        self.path, self.file = path, open(into, "ab")
        self.start()

    def start(self):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind(self.path)
        self.thread = threading.Thread(target=self.read, args=(self.socket,), daemon=True)
        self.thread.start()

    def read(self, server):
        while data := server.recv(65536):
            self.file.write(data + b"\n")
        self.file.flush()

    def stop(self):
        os.unlink(self.path)
        self.socket.shutdown(socket.SHUT_RD)  # nothing new; then recv() gives what there is
        self.thread.join()
        self.socket.close()


def fill_disk(path):
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 65536)
        except OSError:
            pass
        try:
            while True:
                file.write(b"x")
        except OSError:
            pass


def missing_of(name, path, stats, posted, pattern=rb"seq=(\d+)"):
    """Checks one receiver's numbers against the counts; returns (missing, repeated)."""
    found = numbers(path, pattern)
    missing = posted - len(set(found))
    counted = stats["refused"] + sum(stats["dropped"].values())
    check_that(f"{name}: {missing} alerts are missing, {counted} are counted", missing <= counted)
    check_that(f"{name}: delivered", stats["delivered"] >= len(set(found)), stats)
    return missing, len(found) - len(set(found))


def outage(test):
    rate, seconds = test.options.rate, test.options.seconds
    port = service.free_port()
    sink_command = [os.path.join(test.bin, "http_sink"), str(port), test.path("bodies")]
    sink = test.start(*sink_command)
    sink.line()
    cluster = test.start(os.path.join(test.bin, "kafka_mock"), "alerts", test.path("topic"))
    syslog = Syslog(test.path("log"), test.path("messages"))
    test.small_disk("disk", DISK_MB)
    harness = Harness(test, queue_mb=QUEUE_MB, spool=test.path("spool"), spool_mb=1024,
                      file=test.path("disk/events"), file__keep_alive=1,
                      syslog=test.path("log"), http=f"http://127.0.0.1:{port}/",
                      kafka=cluster.line(), kafka__topic="alerts", program__keep_alive=1,
                      program=f"echo $$ > {test.path('program')}; exec cat >> {test.path('out')}")
    total = rate * (seconds + 4)
    harness.do(f"post {total} {rate}")
    wait_until("all receive", lambda: all(
        channel["delivered"] > rate for channel in harness.do("stats")["channels"].values()))

    sink.kill(signal.SIGKILL)
    fill_disk(test.path("disk/filler"))
    syslog.stop()
    with open(test.path("program"), encoding="utf-8") as file:
        cat = int(file.read())
    os.kill(cat, signal.SIGSTOP)
    check("the broker is down", cluster.ask("down"), "done")
    before = harness.do("stats")
    worst_rss, worst_queue = 0, 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        stats = harness.do("stats")
        worst_rss = max(worst_rss, stats["rss_kb"])
        worst_queue = max(worst_queue, stats["queue_bytes"])
        time.sleep(0.5)
    stats = harness.do("stats")
    for name, channel in stats["channels"].items():
        got = channel["delivered"] - before["channels"][name]["delivered"]
        check_that(f"{name} is away", got < rate * seconds / 2, got)
    check_that("the queue is bounded", worst_queue <= QUEUE_MB << 20, worst_queue)
    check_that("posting goes on", stats["posted"] >= before["posted"] + rate * seconds * 0.8,
               stats["posted"])

    os.unlink(test.path("disk/filler"))
    syslog.start()
    os.kill(cat, signal.SIGCONT)
    cluster.ask("up")
    sink = test.start(*sink_command)
    begun = time.monotonic()
    posted = harness.do("posted")
    wait_until("the backlog is drained", lambda: all(
        channel["waiting"] == 0 and channel["spool_waiting"] == 0
        for channel in harness.do("stats")["channels"].values()), DRAIN_S)
    drained = time.monotonic() - begun
    final = harness.close()
    print(f"drained {drained:.1f} s after", flush=True)
    wait_until("kafka's topic is read", lambda: kafka_is_read(test, final, total))
    syslog.stop()
    check("nothing is lost before the channels", final["dropped_inbox"], 0)
    paths = {"file": "disk/events", "syslog": "messages", "http": "bodies", "program": "out",
             "kafka": "topic"}
    losses = {name: missing_of(name, test.path(path), final["channels"][name], total)
              for name, path in paths.items()}
    spooled = {name: channel["spooled"] for name, channel in final["channels"].items()}
    return (f"{total} alerts at {rate}/s, away for {seconds} s; worst post "
            f"{posted['worst_post_us']:.0f} us, most memory {worst_rss / 1024:.1f} MB (VmRSS), "
            f"queue at most {worst_queue / 1e6:.1f} MB, drained {drained:.1f} s after; spooled "
            f"{spooled}; missing and repeated by receiver {losses}")


def spool_disk(test):
    """A spool whose own disk is full: what it cannot keep is counted, what it kept comes."""
    test.small_disk("small", 3)
    port = service.free_port()
    harness = Harness(test, queue_mb=1, spool=test.path("small/spool"), spool_mb=64,
                      http=f"http://127.0.0.1:{port}/")
    count = 60000
    harness.post(count, 20000)
    wait_until("the disk refuses",
               lambda: harness.channel("http")["dropped"].get("spool_error", 0) > 0)
    sink = test.start(os.path.join(test.bin, "http_sink"), str(port), test.path("bodies"))
    sink.line()
    wait_until("the backlog is drained", lambda: harness.channel("http")["waiting"] == 0
               and harness.channel("http")["spool_waiting"] == 0)
    final = harness.close()
    stats = final["channels"]["http"]
    check("nothing is damaged", stats["dropped"].get("damaged", 0), 0)
    check_that("some were kept", stats["spooled"] > 1000, stats)
    found = set(numbers(test.path("bodies")))
    lost = sum(stats["dropped"].values()) + final["dropped_inbox"]
    check_that("missing ones are counted", count - len(found) <= lost, (len(found), lost))
    return f"{len(found)} of {count} arrive, {lost} are counted as lost"


def kafka_is_read(test, final, total):
    channel = final["channels"]["kafka"]
    lost = channel["refused"] + sum(channel["dropped"].values())
    return len(set(numbers(test.path("topic")))) + lost >= total


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("skipped: needs root to mount a small disk")
        sys.exit(77)
    if "IN_NAMESPACE" not in os.environ:
        os.environ["IN_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "-m", sys.executable, *sys.argv])
    service.main([spool_disk, outage], [("--seconds", int, 60), ("--rate", int, 5000)])
