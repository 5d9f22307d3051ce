# SPDX-License-Identifier: Apache-2.0
"""Each output against a real receiver: rsyslogd, nginx with TLS and client certificates, HTTPS and
OTLP receivers of our own, librdkafka's mock cluster, programs, files.

  outputs_test.py --bin FOLDER [--only PART]
"""

import gzip
import json
import os
import threading
import time

import service
from service import Harness, Receiver, check, check_that, numbers, program, wait_until

COUNT = 300


def delivered(harness, name, count):
    wait_until(f"{count} delivered to {name}",
               lambda: harness.channel(name)["delivered"] >= count)


def syslog(test):
    """rsyslogd on a socket of its own: facility, priority, tag and text as syslog(3) sends them."""
    daemon = program("rsyslogd")
    if not daemon:
        return "skipped: no rsyslogd"
    conf = test.write("rsyslog.conf", f"""
global(workDirectory="{test.folder}")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{test.path('log')}" RateLimit.Interval="0")
template(name="all" type="string" string="%pri% %programname% %msg%\\n")
action(type="omfile" file="{test.path('messages')}" template="all")
""")
    test.start(daemon, "-n", "-f", conf, "-i", test.path("rsyslog.pid"))
    wait_until("rsyslogd listens", lambda: os.path.exists(test.path("log")))
    harness = Harness(test, syslog=test.path("log"))
    harness.post(COUNT)
    wait_until("rsyslogd has all", lambda: len(numbers(test.path("messages"))) >= COUNT)
    check("in order, once each", numbers(test.path("messages")), list(range(COUNT)))
    with open(test.path("messages"), encoding="utf-8") as file:
        first = file.readline()
    check_that("priority and tag", first.startswith("12 falco-test  12:26:40.000000000: Warning "),
               first)
    check("counts", harness.close()["channels"]["syslog"]["delivered"], COUNT)
    return None


def nginx(test):
    """nginx with TLS that asks for a client certificate; behind it a receiver that sees all."""
    server = program("nginx")
    if not server:
        return "skipped: no nginx"
    test.certificates()
    behind = Receiver()
    port = service.free_port()
    conf = test.write("nginx.conf", f"""
daemon off; master_process off; pid {test.path('nginx.pid')}; error_log {test.path('error.log')};
worker_processes 1; events {{ }}
http {{
  access_log {test.path('access.log')};
  client_body_temp_path {test.path('body')}; proxy_temp_path {test.path('proxy')};
  fastcgi_temp_path {test.path('fcgi')}; uwsgi_temp_path {test.path('uwsgi')};
  scgi_temp_path {test.path('scgi')};
  server {{
    listen 127.0.0.1:{port} ssl; server_name localhost;
    ssl_certificate {test.path('server.pem')}; ssl_certificate_key {test.path('server.key')};
    ssl_client_certificate {test.path('ca.pem')}; ssl_verify_client on;
    location / {{ proxy_pass http://127.0.0.1:{behind.port};
                  proxy_set_header X-Client $ssl_client_s_dn; }}
  }}
}}
""")
    test.start(server, "-p", test.folder, "-c", conf)

    def listens():
        with service.contextlib.suppress(OSError):
            service.socket.create_connection(("127.0.0.1", port)).close()
            return True
        return False

    wait_until("nginx listens", listens)
    trusted = {"http": f"https://localhost:{port}/alerts", "http__ca_cert": test.path("ca.pem")}
    mtls = {"http__mtls": 1, "http__client_cert": test.path("client.pem"),
            "http__client_key": test.path("client.key")}
    harness = Harness(test, json=1, **trusted, **mtls)
    harness.post(COUNT)
    delivered(harness, "http", COUNT)
    harness.close()
    found = sorted(json.loads(body)["output_fields"]["seq"] for body in behind.bodies())
    check("all arrive", found, list(range(COUNT)))
    headers = behind.requests[0]["headers"]
    check("client certificate", headers["X-Client"], "CN=client")
    check("user agent", headers["User-Agent"], "falcosecurity/falco")

    refused = Harness(test, timeout_ms=300, **trusted)  # without a client certificate
    refused.post(3)
    wait_until("refused without a certificate", lambda: refused.channel("http")["refused"] >= 3)
    refused.close()

    wary = Harness(test, timeout_ms=300, http=trusted["http"], **mtls)  # knows no such authority
    wary.post(1)
    wait_until("the server is not trusted",
               lambda: "certificate" in wary.channel("http")["last_error"])
    check("nothing left at the end", wary.close()["channels"]["http"]["dropped"], {"at_end": 1})
    behind.close()
    return None


def https(test):
    """Bodies, headers, compression, kept connections and several requests at once."""
    test.certificates()
    gate, together = threading.Barrier(4), threading.Event()

    def answer(_):
        if not together.is_set():  # the first may come alone, while the rest is not posted yet
            try:
                gate.wait(1)
                together.set()
            except threading.BrokenBarrierError:
                gate.reset()
        return 200, {}, b"thanks"

    receiver = Receiver(answer, tls=test.server_context())
    harness = Harness(test, http=f"https://localhost:{receiver.port}/x?y=z",
                      http__ca_cert=test.path("ca.pem"), http__in_flight=4, http__compress=1,
                      http__header="own")
    harness.post(COUNT)
    delivered(harness, "http", COUNT)
    harness.close()
    first = receiver.requests[0]
    check("path", first["path"], "/x?y=z")
    check("content type of text", first["headers"]["Content-Type"], "text/plain")
    check("compressed", first["headers"]["Content-Encoding"], "gzip")
    check("own header", first["headers"]["X-Test"], "own")
    found = sorted(numbers_in(gzip.decompress(body)) for body in receiver.bodies())
    check("one alert a request", found, list(range(COUNT)))
    check_that("four requests were there together", together.is_set())
    check_that("connections are kept", len(receiver.connections) <= 4, receiver.connections)
    receiver.close()


def numbers_in(body):
    """The number of an alert; -1: one that the sensor made itself, say about refused ones."""
    found = service.re.search(rb"seq=(\d+)", body)
    return int(found.group(1)) if found else -1


def http_answers(test):
    """What is tried again, what is refused, what is waited for."""
    seen = {}
    times = []

    def answer(request):
        number = numbers_in(request["body"])
        seen[number] = seen.get(number, 0) + 1
        if number == 0 and seen[number] == 1:
            times.append(time.monotonic())
            return 503, {"Retry-After": "1"}, b""
        if number == 0:
            times.append(time.monotonic())
        if number == 1 and seen[number] < 3:
            return 500, {}, b""
        if number == 2:
            return 400, {}, b"never"
        if number == 3:
            return 302, {"Location": "/elsewhere"}, b""
        if number == 4:
            return 200, {}, b"x" * 5_000_000  # more than is ever read
        return 200, {}, b""

    receiver = Receiver(answer)
    harness = Harness(test, http=f"http://127.0.0.1:{receiver.port}/", http__in_flight=1)
    harness.post(6)
    wait_until("all settled", lambda: harness.channel("http")["delivered"] >= 4
               and harness.channel("http")["refused"] == 2)
    stats = harness.close()["channels"]["http"]
    check("refused: 400 and 302", stats["refused"], 2)
    check("nothing dropped", stats["dropped"], {})
    check("tries", [seen[k] for k in range(6)], [2, 3, 1, 1, 1, 1])
    check_that("Retry-After is heeded", times[1] - times[0] >= 0.99, times)
    check("no redirection is followed", {r["path"] for r in receiver.requests}, {"/"})
    receiver.close()


def http_timeouts(test):
    """A receiver that does not answer for a while: tried again, at once a few times, then later."""
    open_again = threading.Event()

    def answer(_):
        open_again.wait(60)
        return 200, {}, b""

    receiver = Receiver(answer)
    harness = Harness(test, http=f"http://127.0.0.1:{receiver.port}/", http__timeout_ms=100,
                      http__timeouts=2, http__in_flight=2)
    harness.post(10)
    wait_until("time-outs", lambda: harness.channel("http")["retries"] >= 4)
    check("nothing lost", harness.channel("http")["refused"], 0)
    open_again.set()
    delivered(harness, "http", 10)
    harness.close()
    check("all arrive", {numbers_in(body) for body in receiver.bodies()}, set(range(10)))
    receiver.close()


def otlp(test):
    """Log records over HTTP: shape, batches, partial success, a record that spoils its batch."""
    parts = []
    state = {"busy": 2}

    def answer(request):
        check_type = request["headers"]["Content-Type"]
        body = json.loads(gzip.decompress(request["body"]))
        records = body["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
        if state["busy"]:
            state["busy"] -= 1
            return 503, {"Retry-After": "1"} if state["busy"] == 0 else {}, b""
        found = [attribute(record, "falco.output_fields.seq") for record in records]
        if 7 in found:
            return 400, {}, b"{}"
        parts.append((check_type, body, found))
        if 20 in found:
            return 200, {}, json.dumps({"partialSuccess": {
                "rejectedLogRecords": "1", "errorMessage": "too old"}}).encode()
        return 200, {}, b"{}"

    receiver = Receiver(answer)
    harness = Harness(test, otlp=f"http://127.0.0.1:{receiver.port}/v1/logs", otlp__batch=16)
    harness.post(100)
    wait_until("all settled", lambda: harness.channel("otlp")["delivered"] >= 98
               and harness.channel("otlp")["refused"] == 2)
    stats = harness.close()["channels"]["otlp"]
    check("refused: one spoiled, one rejected", stats["refused"], 2)
    check("every other record", sorted(n for _, _, found in parts for n in found if n is not None),
          [n for n in range(100) if n != 7])
    content_type, body, _ = parts[0]
    check("content type", content_type, "application/json")
    resource = {a["key"]: a["value"]["stringValue"]
                for a in body["resourceLogs"][0]["resource"]["attributes"]}
    check("resource", resource, {"host.name": "HOST", "service.name": "falco-ebpf"})
    record = body["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]
    check("severity", (record["severityNumber"], record["severityText"]), (13, "Warning"))
    check("time", record["timeUnixNano"],
          str(1_600_000_000_000_000_000 + attribute(record, "falco.output_fields.seq")))
    check_that("body", "Warning Shadow opened" in record["body"]["stringValue"], record["body"])
    check_that("batches", max(len(found) for _, _, found in parts) > 1)
    receiver.close()


def attribute(record, key):
    for one in record["attributes"]:
        if one["key"] == key:
            return int(one["value"]["intValue"])
    return None


def kafka(test):
    """librdkafka's mock cluster: key, order, a broker that goes away and comes back."""
    cluster = test.start(os.path.join(test.bin, "kafka_mock"), "alerts", test.path("topic"))
    brokers = cluster.line()
    harness = Harness(test, json=1, kafka=brokers, kafka__topic="alerts")
    harness.post(COUNT)
    delivered(harness, "kafka", COUNT)
    cluster.ask("down")
    harness.post(COUNT)
    wait_until("the broker is missed", lambda: harness.channel("kafka")["failing"])
    cluster.ask("up")
    delivered(harness, "kafka", 2 * COUNT)
    stats = harness.close()["channels"]["kafka"]
    check("nothing lost", (stats["refused"], stats["dropped"]), (0, {}))
    wait_until("all are in the topic", lambda: len(set(topic(test))) == 2 * COUNT)
    check("in order", topic(test)[:COUNT], list(range(COUNT)))
    with open(test.path("topic"), encoding="utf-8") as file:
        check("the key", file.readline().split("\t")[0], "HOST")


def topic(test):
    return numbers(test.path("topic"), rb'"seq":(\d+)')


def left_out(test):
    """A channel whose options can never work is left out; the others go on."""
    harness = Harness(test, kafka="", http="nonsense://", file=test.path("events"))
    harness.post(1)
    delivered(harness, "file", 1)
    check("channels", list(harness.close()["channels"]), ["file"])
    for name in ("kafka", "http"):
        check_that(name, service.re.search(name + ": .*this output is left out",
                                           test.harness_log()), test.harness_log())


def file_reopened(test):
    """A file moved away by log rotation, and a disk's folder that comes late."""
    path = test.path("events.txt")
    harness = Harness(test, file=path, file__keep_alive=1)
    harness.post(COUNT)
    delivered(harness, "file", COUNT)
    os.rename(path, path + ".1")
    harness.do("reopen")
    harness.post(COUNT)
    delivered(harness, "file", 2 * COUNT)
    harness.close()
    check("before", numbers(path + ".1") + numbers(path), list(range(2 * COUNT)))
    check_that("both hold some", os.path.exists(path))


def programs(test):
    """One process for all alerts, one for each, and one that hangs."""
    out = test.path("out")
    one = Harness(test, program=f"cat >> {out}", program__keep_alive=1)
    one.post(COUNT)
    wait_until("cat has all", lambda: len(numbers(out)) == COUNT)
    check("counts", one.close()["channels"]["program"]["delivered"], COUNT)
    check("in order", numbers(out), list(range(COUNT)))

    each = test.path("each")
    harness = Harness(test, program=f"sed s/^/$$:/ >> {each}")
    harness.post(20)
    delivered(harness, "program", 20)
    harness.close()
    with open(each, encoding="utf-8") as file:
        check("a process each", len({line.split(":")[0] for line in file}), 20)

    hung = Harness(test, program="exec sleep 1000", program__keep_alive=1, timeout_ms=200)
    hung.post(2000)
    wait_until("it is said", lambda: '"program" output timeout' in test.harness_log())
    final = hung.close()["channels"]["program"]
    check("every alert is accounted for", final["delivered"] + final["dropped"]["at_end"], 2000)
    check("nothing was read", final["delivered"], 0)


def next_start(test):
    """What a receiver that was away never got comes with the next start, before anything newer."""
    port = service.free_port()
    common = {"http": f"http://127.0.0.1:{port}/", "spool": test.path("spool"), "timeout_ms": 300,
              "http__in_flight": 1}
    first = Harness(test, **common)
    first.post(COUNT)
    check("kept", first.close()["channels"]["http"]["spool_waiting"], COUNT)
    sink = test.start(os.path.join(test.bin, "http_sink"), str(port), test.path("bodies"))
    check("listens", sink.line(), str(port))
    second = Harness(test, **common)
    second.post(COUNT)
    delivered(second, "http", 2 * COUNT)
    second.close()
    check("the old ones first", numbers(test.path("bodies")), [*range(COUNT), *range(COUNT)])


def killed(test):
    """After kill -9 of the sensor the spool is whole: all that was stored is delivered."""
    port = service.free_port()
    common = {"http": f"http://127.0.0.1:{port}/", "spool": test.path("spool"), "queue_mb": 1,
              "timeout_ms": 300}
    first = Harness(test, **common)
    first.post(20000, 10000)
    stored = wait_until("something is spooled", lambda: first.channel("http")["spooled"])
    first.kill()
    sink = test.start(os.path.join(test.bin, "http_sink"), str(port), test.path("bodies"))
    sink.line()
    second = Harness(test, **common)
    wait_until("the spool is empty", lambda: second.channel("http")["spool_waiting"] == 0
               and second.channel("http")["delivered"] >= stored)
    check("nothing is damaged", second.close()["channels"]["http"]["dropped"], {})
    with open(test.path("bodies"), "rb") as file:
        found = set(file.read().splitlines())
    check_that("all that was stored", len(found) >= stored, (len(found), stored))


if __name__ == "__main__":
    service.main([syslog, nginx, https, http_answers, http_timeouts, otlp, kafka, left_out,
                  file_reopened, programs, next_start, killed])
