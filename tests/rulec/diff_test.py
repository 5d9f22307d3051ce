# SPDX-License-Identifier: Apache-2.0
"""falco-rulec diff: alerts gained and lost, texts changed, exit status."""
import json

import program

RULE = """- rule: {name}
  desc: d
  condition: {condition}
  output: "{output}"
  priority: {priority}
"""


def rules(*rows):
    text = ""
    for row in rows:
        defaults = {"name": "Exec", "condition": "evt.type = execve", "output": "%proc.name",
                    "priority": "INFO"}
        text += RULE.format(**{**defaults, **row})
    return text


class Diff(program.Case):
    def diff(self, old, new, *words, expect):
        done = self.run_rulec("diff", self.write("old.yaml", old), self.write("new.yaml", new),
                              "--capture", self.capture, "--format", "json", *words, expect=expect)
        return json.loads(done.stdout)

    def test_same(self):
        found = self.diff(rules({}), rules({}), expect=0)
        self.assertGreater(found["alerts_before"], 0)
        self.assertEqual(found["alerts_before"], found["alerts_after"])
        self.assertFalse(found["different"])

    def test_rewritten_condition_with_the_same_alerts(self):
        new = rules({"condition": "evt.type in (execve) and not evt.type = open"})
        found = self.diff(rules({}), new, expect=0)
        self.assertEqual(found["changed"], {"Exec": ["condition"]})

    def test_lost_and_gained(self):
        new = rules({"condition": "evt.type = execve and proc.name = sh"})
        lost = self.diff(rules({}), new, "--show", "2", expect=1)
        gained = self.diff(new, rules({}), "--show", "2", expect=1)
        self.assertGreater(lost["lost"], 0)
        self.assertEqual((lost["gained"], gained["lost"]), (0, 0))
        self.assertEqual(lost["lost"], gained["gained"])
        self.assertEqual(lost["rules"]["Exec"]["before"] - lost["lost"],
                         lost["rules"]["Exec"]["after"])
        self.assertEqual(lost["rules"]["Exec"]["lost_alerts"],
                         gained["rules"]["Exec"]["gained_alerts"])
        self.assertLessEqual(len(lost["rules"]["Exec"]["lost_alerts"]), 2)

    def test_only_texts_differ(self):
        for row, what in (({"output": "x"}, "output"), ({"priority": "ERROR"}, "priority")):
            found = self.diff(rules({}), rules(row), expect=1)
            self.assertEqual((found["gained"], found["lost"]), (0, 0))
            self.assertEqual(found["changed"], {"Exec": [what]})

    def test_first_match_moves_alerts_between_rules(self):
        old, both = rules({}), rules({"name": "Before"}, {})
        found = self.diff(old, both, expect=1)
        self.assertEqual(found["added"], ["Before"])
        self.assertEqual(found["rules"]["Exec"]["lost"], found["rules"]["Before"]["gained"])
        found = self.diff(old, both, "--match", "all", expect=1)
        self.assertEqual(found["rules"]["Exec"]["lost"], 0)

    def test_several_files_and_text(self):
        a, b = self.write("a.yaml", rules({})), self.write("b.yaml", rules({"name": "Chdir",
                           "condition": "evt.type = chdir"}))
        done = self.run_rulec("diff", "--old", a, "--new", a, "--new", b, "--capture", self.capture,
                              self.capture, expect=1)
        self.assertIn("added", done.stdout)
        self.assertIn("Chdir", done.stdout)

    def test_cannot_work(self):
        good = self.write("a.yaml", rules({}))
        wrong = self.write("b.yaml", rules({"condition": "("}))
        done = self.run_rulec("diff", good, wrong, "--capture", self.capture, expect=2)
        self.assertIn("b.yaml:3:", done.stderr)
        self.run_rulec("diff", good, good, "--capture", good, expect=2)
        self.run_rulec("diff", good, good, expect=2)
        self.run_rulec("diff", good, "--capture", self.capture, expect=2)
        self.run_rulec("diff", good, str(self.folder / "none"), "--capture", self.capture, expect=2)


if __name__ == "__main__":
    program.main()
