# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus reads /metrics over HTTP, and over HTTPS with a token; what it stores is what
the program said. promtool finds nothing wrong with our own names.

  prometheus_test.py --example web_example
"""

import argparse
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from example import HOST, Example, enter_namespaces, make_certificate, raise_loopback, skip

TOKEN = "0123456789abcdef-token"
WAIT_S = 60
CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: plain
    static_configs: [{{targets: ["{host}:{plain}"]}}]
  - job_name: secret
    scheme: https
    authorization: {{credentials_file: "{token}"}}
    tls_config: {{ca_file: "{pem}.crt"}}
    static_configs: [{{targets: ["{host}:{secret}"]}}]
  - job_name: stranger
    scheme: https
    tls_config: {{ca_file: "{pem}.crt"}}
    static_configs: [{{targets: ["{host}:{secret}"]}}]
"""


def free_port():
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        return sock.getsockname()[1]


def get(url, context=None, token=None, method="GET"):
    """(status, body) of one request."""
    request = urllib.request.Request(url, method=method)
    if token:
        request.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(request, timeout=10, context=context) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class Prometheus:
    def __init__(self, folder, config):
        path = os.path.join(folder, "prometheus.yml")
        with open(path, "w", encoding="ascii") as out:
            out.write(config)
        self.base = f"http://{HOST}:{free_port()}"
        self.log = open(os.path.join(folder, "log"), "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            ["prometheus", "--config.file", path, "--storage.tsdb.path",
             os.path.join(folder, "data"), "--web.listen-address", self.base[7:]],
            stdout=self.log, stderr=self.log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def api(self, path, **query):
        _, body = get(f"{self.base}/api/v1/{path}?{urllib.parse.urlencode(query)}")
        return json.loads(body)["data"]

    def value(self, query):
        """{job: number} of an instant query."""
        return {one["metric"].get("job"): float(one["value"][1])
                for one in self.api("query", query=query)["result"]}

    def until(self, what, test):
        """Asks again until `test` gives something; that."""
        stop, last = time.monotonic() + WAIT_S, None
        while time.monotonic() < stop:
            try:
                last = test(self)
                if last:
                    return last
            except (OSError, KeyError, ValueError):
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        self.log.seek(0)
        raise AssertionError(f"{what}: {last}\n{self.log.read()[-2000:]}")


def check_targets(prometheus):
    """Both good jobs are read, the one without a token is not."""
    def judged(server):
        targets = {one["labels"]["job"]: one for one in server.api("targets")["activeTargets"]}
        if any(one["health"] == "unknown" for one in targets.values()) or len(targets) != 3:
            return None
        return {job: (one["health"], one["lastError"]) for job, one in targets.items()}

    targets = prometheus.until("targets", judged)
    assert targets["plain"] == ("up", ""), targets
    assert targets["secret"] == ("up", ""), targets
    assert targets["stranger"][0] == "down" and "401" in targets["stranger"][1], targets


def check_series(prometheus, text):
    both = {"plain": 8, "secret": 8}
    query = ('falcosecurity_falco_rules_matches_total{rule_name="Shadow opened",priority="4",'
             'source="syscall",tag_filesystem="true"}')
    assert prometheus.value(query) == both, prometheus.value(query)
    assert prometheus.value("falcosecurity_falco_cpu_usage_ratio >= 0").keys() == both.keys()
    lost = 'sum by (job) (falco_ebpf_events_lost_total{reason="ring_full"})'
    assert prometheus.value(lost) == {"plain": 50, "secret": 50}
    growing = "rate(falcosecurity_scap_n_evts_total[10s]) > 0"
    prometheus.until("a growing counter",
                     lambda server: server.value(growing).keys() == both.keys())
    series = [line for line in text.splitlines() if not line.startswith("#")]
    taken = prometheus.value("scrape_samples_post_metric_relabeling")
    assert taken["plain"] == len(series), (taken, len(series))
    about = prometheus.api("metadata", metric="falcosecurity_scap_n_drops_buffer_total")
    [row] = about["falcosecurity_scap_n_drops_buffer_total"]
    assert row["type"] == "counter" and "ring was full" in row["help"], row


def check_lint(text):
    """The peer's names are as they are; of ours nothing is to complain about."""
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True,
                          text=True, check=False)
    complaints = (done.stdout + done.stderr).strip().splitlines()
    known = re.compile(r'falcosecurity_\w+ (non-counter metrics should not have "_total" suffix'
                       r'|use base unit "seconds" instead of "nanoseconds")$')
    others = [one for one in complaints if not known.match(one)]
    assert not others and complaints, others


def check_access(plain, secret, context):
    plain, secret = f"http://{HOST}:{plain}", f"https://{HOST}:{secret}"
    assert get(plain + "/healthz") == (200, '{"status": "ok"}')
    assert get(secret + "/healthz", context) == (200, '{"status": "ok"}')
    assert get(secret + "/metrics", context)[0] == 401
    assert get(secret + "/metrics", context, TOKEN + "x")[0] == 401
    status, versions = get(secret + "/versions", context, TOKEN)
    assert status == 200 and json.loads(versions)["engine_version"] == "63", versions
    assert get(secret + "/reload", context, TOKEN, "POST")[0] == 202
    assert get(secret + "/reload", context, None, "POST")[0] == 401
    assert get(plain + "/reload", method="POST")[0] == 403
    assert get(plain + "/reload")[0] == 405
    assert get(plain + "/nothing")[0] == 404


def check_health(example):
    url = f"http://{HOST}:{example.port}"
    example.command('unhealthy no "event" came back')
    status, body = get(url + "/healthz")
    assert status == 503 and json.loads(body)["reason"] == 'no "event" came back', body
    example.command("healthy")
    assert get(url + "/healthz")[0] == 200
    # An event thread that hangs: no metrics, but answers.
    example.command("stall")
    status, body = get(url + "/metrics")
    assert status == 503 and "in time" in body, (status, body)
    assert get(url + "/healthz")[0] == 200
    example.command("go on")
    assert get(url + "/metrics")[0] == 200


def check_certificate(port, pem):
    """A new certificate is served without a restart; one that is broken is not."""
    def served(trusted):
        context = ssl.create_default_context(cafile=trusted)
        try:
            return get(f"https://{HOST}:{port}/healthz", context)[0] == 200
        except urllib.error.URLError:
            return False

    shutil.copy(pem + ".crt", pem + ".first")
    make_certificate(pem)
    stop = time.monotonic() + 20
    while not served(pem + ".crt") and time.monotonic() < stop:
        time.sleep(0.1)
    assert served(pem + ".crt") and not served(pem + ".first")
    with open(pem, "w", encoding="ascii") as out:
        out.write("broken")
    stop = time.monotonic() + 2.5
    while time.monotonic() < stop:
        assert served(pem + ".crt")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--example", required=True)
    arguments = parser.parse_args()
    missing = [one for one in ("prometheus", "promtool", "openssl") if not shutil.which(one)]
    if missing:
        skip(f"no {' and no '.join(missing)}; packaging/deps.sh service installs them")
    enter_namespaces()
    raise_loopback()
    with tempfile.TemporaryDirectory() as folder:
        pem, token = os.path.join(folder, "server.pem"), os.path.join(folder, "token")
        make_certificate(pem)
        with open(token, "w", encoding="ascii") as out:
            out.write(TOKEN)
        os.chmod(token, 0o600)
        with Example(arguments.example) as plain, \
                Example(arguments.example, "--certificate", pem, "--token", token) as secret:
            context = ssl.create_default_context(cafile=pem + ".crt")
            check_access(plain.port, secret.port, context)
            _, text = get(f"http://{HOST}:{plain.port}/metrics")
            check_lint(text)
            config = CONFIG.format(host=HOST, plain=plain.port, secret=secret.port, token=token,
                                   pem=pem)
            with Prometheus(folder, config) as prometheus:
                check_targets(prometheus)
                check_series(prometheus, text)
            check_health(plain)
            check_certificate(secret.port, pem)
    print("prometheus read both servers")


if __name__ == "__main__":
    sys.exit(main())
