# SPDX-License-Identifier: Apache-2.0
"""falco-rulec test: what passes, what fails and how it is said, JUnit XML, coverage."""
import re
import shutil
import xml.etree.ElementTree

import program

RULES = """- rule: Read shadow
  desc: d
  condition: evt.type = openat and fd.name = /etc/shadow
  output: read by %proc.name
  priority: WARNING
- rule: Never tested
  desc: d
  condition: evt.type = chdir
  output: o
  priority: INFO
"""
GOOD = """rules: rules.yaml
cases:
- case: cat reads it
  by: cat
  event: {openat: {fd: 3, name: /etc/shadow}}
  alerts:
  - {rule: Read shadow, output: read by cat}
"""
BAD = """- case: passwd <is & not> it
  by: cat
  event: {openat: {fd: 3, name: /etc/passwd}}
  alerts: [Read shadow]
- case: nothing expected
  event: {openat: {fd: 3, name: /etc/shadow}}
  alerts: []
"""


class Test(program.Case):
    def setUp(self):
        super().setUp()
        self.write("rules.yaml", RULES)

    def test_good(self):
        path = self.write("good.yaml", GOOD)
        done = self.run_rulec("test", path)
        self.assertIn("1 case: 1 passed", done.stdout)
        self.run_rulec("test", "--native", path)
        self.assertIn("cat reads it", self.run_rulec("test", "-v", path).stdout)

    def test_failure_says_what_differs_and_why(self):
        path = self.write("bad.yaml", GOOD + BAD)
        junit = self.folder / "out.xml"
        text = self.run_rulec("test", path, "--junit", str(junit), expect=1).stdout
        for part in ("bad.yaml:8", "- Read shadow", "+ Read shadow: read by", "1 passed, 2 failed",
                     "fd.name = /etc/shadow is false, it was /etc/passwd"):
            self.assertIn(part, text)
        root = xml.etree.ElementTree.parse(junit).getroot()
        self.assertEqual(root.tag, "testsuites")
        self.assertEqual((root.get("tests"), root.get("failures"), root.get("errors")),
                         ("3", "2", "0"))
        cases = root.findall("./testsuite/testcase")
        self.assertEqual([case.get("name") for case in cases],
                         ["cat reads it", "passwd <is & not> it", "nothing expected"])
        self.assertIsNone(cases[0].find("failure"))
        self.assertIn("was /etc/passwd", cases[1].find("failure").text)
        self.assertEqual(cases[1].get("line"), "8")

    def test_what_cannot_be_run(self):
        good = self.write("good.yaml", GOOD)
        wrong = self.write("wrong.yaml", GOOD.replace("openat:", "opennat:"))
        junit = self.folder / "out.xml"
        done = self.run_rulec("test", wrong, good, "--junit", str(junit), expect=2)
        self.assertIn("wrong.yaml:5:11: error: no event opennat", done.stdout)
        self.assertIn("1 passed", done.stdout)
        root = xml.etree.ElementTree.parse(junit).getroot()
        self.assertEqual(root.get("errors"), "1")
        self.run_rulec("test", str(self.folder / "none.yaml"), expect=2)
        empty = self.folder / "empty"
        empty.mkdir()
        self.run_rulec("test", str(empty), expect=2)
        self.run_rulec("test", good, "--junit", str(self.folder / "no/such/out.xml"), expect=2)
        self.run_rulec("test", good, "--rules", str(self.folder / "none.yaml"), expect=2)

    def test_rules_are_replaced(self):
        path = self.write("good.yaml", GOOD)
        other = self.write("other.yaml", RULES.replace("/etc/shadow", "/etc/gshadow"))
        text = self.run_rulec("test", path, "--rules", other, expect=1).stdout
        self.assertIn("fd.name = /etc/gshadow is false", text)

    def test_capture(self):
        case = "cases:\n- case: shell\n  match: all\n  capture: {}\n  alerts: {}\n"
        start = f"rules: {self.rules}\n"
        path = self.write("capture.yaml", start + case.format(self.capture, "[]"))
        text = self.run_rulec("test", path, expect=1).stdout
        found = [line.split("+ ", 1)[1].split(" × ") for line in text.splitlines() if " × " in line]
        self.assertTrue(found)
        alerts = "{" + ", ".join(f"'{rule}': {count}" for count, rule in found) + "}"
        self.write("capture.yaml", start + case.format(self.capture, alerts))
        self.run_rulec("test", path)
        self.write("capture.yaml", start + case.format("none.scap", "[]"))
        self.assertIn("none.scap", self.run_rulec("test", path, expect=2).stdout)

    def test_coverage(self):
        path = self.write("good.yaml", GOOD)
        text = self.run_rulec("test", path, "--coverage").stdout
        self.assertIn("1 of 2 rules were fired by a test (50 %)", text)
        self.assertIn("Never tested", text)
        self.run_rulec("test", path, "--coverage-min", "50")
        self.run_rulec("test", path, "--coverage-min", "51", expect=1)

    def test_folder(self):
        (self.folder / "tests/deep").mkdir(parents=True)
        self.write("tests/a.yaml", GOOD.replace("rules.yaml", "../rules.yaml"))
        self.write("tests/deep/b.yml", GOOD.replace("rules.yaml", "../../rules.yaml"))
        text = self.run_rulec("test", str(self.folder / "tests")).stdout
        self.assertIn("2 cases: 2 passed", text)

    def test_examples_of_the_documentation(self):
        page = (self.tree / "docs/rule-tests.md").read_text()
        shutil.copy(self.capture, self.folder)
        examples = re.findall(r"```yaml\n(.*?)```", page, re.S)
        self.assertGreater(len(examples), 3)
        for text in examples:
            if text.startswith("- case"):
                text = "cases:\n" + text
            if not text.startswith("rules:") and "condition:" not in text:
                text = f"rules: {self.rules}\n" + text
            path = self.write("example.yaml", text)
            self.run_rulec("test", path, "--rules-dir", str(self.tree / "rules"))


if __name__ == "__main__":
    program.main()
