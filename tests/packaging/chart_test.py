# SPDX-License-Identifier: Apache-2.0
"""Chart and manifest: what they render to, that it asks for no more rights than the sensor needs,
that the sensor takes the configuration in it, and, where there is kubectl, that Kubernetes knows
each field.

    python3 chart_test.py --sensor FILE
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import yaml
except ImportError:
    print("skipped: no yaml for Python here (python3-yaml)")
    sys.exit(77)

from chart import Chart

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "packaging/chart"
MANIFEST = ROOT / "packaging/kubernetes/falco-ebpf.yaml"


def render(**values):
    return {name: yaml.safe_load(text) for name, text in Chart(CHART, values).files().items()}


def leaves(value, path=""):
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}")
    elif isinstance(value, list) and value:
        for k, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{k}]")
    else:
        yield path, value


class ChartTest(unittest.TestCase):
    sensor = None

    def container(self, **values):
        return render(**values)["daemonset.yaml"]["spec"]["template"]["spec"]["containers"][0]

    def test_rights_are_those_the_sensor_needs(self):
        rights = self.container()["securityContext"]
        self.assertEqual(set(rights["capabilities"]["add"]),
                         {"BPF", "PERFMON", "SYS_PTRACE", "SYS_RESOURCE"})
        self.assertEqual(rights["capabilities"]["drop"], ["ALL"])
        self.assertFalse(rights["privileged"])
        self.assertFalse(rights["allowPrivilegeEscalation"])
        self.assertTrue(rights["readOnlyRootFilesystem"])

    def test_nothing_of_the_node_can_be_written(self):
        pod = render()["daemonset.yaml"]["spec"]["template"]["spec"]
        host = {v["name"] for v in pod["volumes"] if "hostPath" in v}
        mounts = {m["name"]: m for m in pod["containers"][0]["volumeMounts"]}
        self.assertEqual(set(mounts), {v["name"] for v in pod["volumes"]})
        for name in host:
            self.assertTrue(mounts[name].get("readOnly"), name)
        self.assertFalse(pod["automountServiceAccountToken"])

    def test_probes_ask_where_the_sensor_answers(self):
        container = self.container(falco={"webserver": {"k8s_healthz_endpoint": "/h",
                                                        "listen_port": 9000}})
        self.assertEqual(container["ports"][0]["containerPort"], 9000)
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            self.assertEqual(container[probe]["httpGet"], {"path": "/h", "port": "web"})

    def test_selectors_pick_the_pods(self):
        found = render(metrics={"serviceMonitor": {"enabled": True}})
        spec = found["daemonset.yaml"]["spec"]
        labels = spec["template"]["metadata"]["labels"].items()
        for selector in (spec["selector"]["matchLabels"],
                         found["service.yaml"]["spec"]["selector"]):
            self.assertLessEqual(selector.items(), labels)
        self.assertLessEqual(
            found["servicemonitor.yaml"]["spec"]["selector"]["matchLabels"].items(),
            found["service.yaml"]["metadata"]["labels"].items())

    def test_values_arrive(self):
        rules = "- rule: Mine\n  enabled: false\n"
        found = render(customRules={"mine.yaml": rules}, priorityClassName="high",
                       nodeSelector={"disk": "ssd"}, extraArgs=["-A"],
                       serviceAccount={"create": False, "name": "other"},
                       image={"tag": "9"})
        self.assertEqual(found["rules.yaml"]["data"], {"mine.yaml": rules})
        self.assertNotIn("serviceaccount.yaml", found)
        pod = found["daemonset.yaml"]["spec"]["template"]["spec"]
        self.assertEqual(pod["serviceAccountName"], "other")
        self.assertEqual(pod["priorityClassName"], "high")
        self.assertEqual(pod["nodeSelector"], {"disk": "ssd"})
        self.assertEqual(pod["containers"][0]["args"], ["-A"])
        self.assertEqual(pod["containers"][0]["image"], "falco-ebpf:9")
        self.assertNotIn("servicemonitor.yaml", found)

    def test_a_value_that_is_not_there_is_told(self):
        chart = Chart(CHART)
        del chart.top["Values"]["spool"]
        with self.assertRaisesRegex(ValueError, "daemonset.yaml.*spool"):
            chart.files()

    def test_the_sensor_takes_the_configuration(self):
        text = render()["configmap.yaml"]["data"]["falco.yaml"]
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder, "falco.yaml")
            config.write_text(text)
            done = subprocess.run([self.sensor, "-c", config, "-L", "-r",
                                   ROOT / "rules/falco-ebpf_rules.yaml"],
                                  capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_manifest_is_the_chart_with_its_own_values(self):
        made = subprocess.run([sys.executable, pathlib.Path(__file__).with_name("chart.py"), CHART],
                              capture_output=True, text=True, check=True).stdout
        self.assertEqual(MANIFEST.read_text(), made,
                         "make it anew: tests/packaging/chart.py packaging/chart")

    def test_kubernetes_knows_every_field_of_the_daemon_set(self):
        try:
            subprocess.run(["kubectl", "version", "--client"], capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("no kubectl here")
        ours = render()["daemonset.yaml"]
        # Read into the types of its own, which drops what these lack, and printed again.
        done = subprocess.run(["kubectl", "set", "image", "--local", "-f", "-", "-o", "json",
                               "falco=other"], input=json.dumps(ours), capture_output=True,
                              text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        theirs = dict(leaves(json.loads(done.stdout)))
        missing = [path for path, _ in leaves(ours) if path not in theirs]
        self.assertEqual(missing, [])


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--sensor", required=True)
    given, rest = arguments.parse_known_args()
    ChartTest.sensor = given.sensor
    unittest.main(argv=["chart_test", *rest])
