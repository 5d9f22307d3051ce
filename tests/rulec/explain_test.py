# SPDX-License-Identifier: Apache-2.0
"""falco-rulec explain: a rule, a condition, an event given and one of a capture."""
import json

import program

RULES = """- list: readers
  items: [cat, less]
- macro: open_read
  condition: (evt.type in (open, openat, openat2) and fd.num >= 0)
- rule: Read secret
  desc: A secret file is read.
  condition: open_read and fd.name startswith /etc/ and proc.name in (readers)
  output: secret read (file=%fd.name by=%proc.name)
  priority: WARNING
  exceptions:
  - name: known
    fields: [proc.exepath, fd.name]
    comps: [=, startswith]
  - name: silent
    fields: [proc.name]
    values: [[backup]]
- rule: Read anything
  desc: d
  condition: open_read
  output: o
  priority: INFO
"""
EVENT = '{"openat": {"fd": 3, "name": "/etc/shadow", "flags": "O_RDONLY"}, "by": "%s"}'


class Explain(program.Case):
    def setUp(self):
        super().setUp()
        self.file = self.write("rules.yaml", RULES)

    def event(self, by, *words, expect=0):
        done = self.run_rulec("explain", "Read secret", self.file, "--event", EVENT % by,
                              "--format", "json", *words, expect=expect)
        return json.loads(done.stdout)

    def test_rule(self):
        text = self.run_rulec("explain", "Read secret", self.file).stdout
        for part in ("as written", "open_read: and", "proc.name in (cat, less)",
                     "exception silent:", "no values yet", "2 rules", "dispatch",
                     "because of evt.type in", "asked for open, openat, openat2"):
            self.assertIn(part, text)

    def test_part_of_a_name_is_enough(self):
        self.assertIn("Read secret", self.run_rulec("explain", "secret", self.file).stdout)
        done = self.run_rulec("explain", "read", self.file, expect=2)
        self.assertIn("it could be 'Read secret', 'Read anything'", done.stderr)
        done = self.run_rulec("explain", "Reed secret", self.file, expect=2)
        self.assertIn("did you mean 'Read secret'", done.stderr)

    def test_did_not_fire(self):
        found = self.event("bash")
        self.assertFalse(found["event"]["fired"])
        self.assertIn("proc.name in (cat, less) is false, it was bash", found["event"]["verdict"])
        tree = found["event"]["tree"]
        self.assertEqual(tree["truth"], "false")
        wrong = [part for part in tree["children"] if part["truth"] == "false"]
        self.assertEqual([part["text"] for part in wrong], ["proc.name in (cat, less)"])
        self.assertTrue(wrong[0]["decisive"])
        self.assertEqual(wrong[0]["values"], {"proc.name": "bash"})
        self.assertNotIn("silence", found["event"])

    def test_fired_and_silenced(self):
        found = self.event("cat")["event"]
        self.assertTrue(found["fired"])
        self.assertEqual(found["alert"], "secret read (file=/etc/shadow by=cat)")
        silence = found["silence"]
        self.assertTrue(silence["own_fields"])
        self.assertEqual(silence["exception"], "known")
        # Pasted behind the rules it does what it promises, and no more.
        pasted = self.write("pasted.yaml", RULES + silence["yaml"])
        for by, fires in (("cat", False), ("less", True)):
            again = self.run_rulec("explain", "Read secret", pasted, "--event", EVENT % by,
                                   "--format", "json")
            self.assertEqual(json.loads(again.stdout)["event"]["fired"], fires)
        text = self.run_rulec("explain", "Read secret", pasted, "--event", EVENT % "cat").stdout
        self.assertIn("the exception known covers it", text)

    def test_earlier_rule_is_named(self):
        found = self.run_rulec("explain", "Read anything", self.file, "--event", EVENT % "cat")
        self.assertIn("but 'Read secret' comes before it", found.stdout)

    def test_event_of_file_and_standard_input(self):
        path = self.write("event.yaml", "events:\n- chdir: {path: /etc}\n- openat: {fd: 3, name: "
                          "shadow}\nby: {name: cat, cwd: /}\n")
        for where, stdin in ((f"@{path}", ""), ("-", (self.folder / "event.yaml").read_text())):
            done = self.run_rulec("explain", "Read secret", self.file, "--event", where,
                                  stdin=stdin)
            self.assertIn("fired: ", done.stdout)
            self.assertIn("/etc/shadow", done.stdout)

    def test_condition(self):
        done = self.run_rulec("explain", "--condition", "open_read and proc.name = 'a \"b'",
                              self.file, "--event", EVENT % "cat")
        self.assertIn("is false, it was cat", done.stdout)
        done = self.run_rulec("explain", "--condition", "proc.name = cat")
        self.assertIn("asked for every event", done.stdout)
        done = self.run_rulec("explain", "--condition", "proc.nme = cat", expect=1)
        self.assertIn("proc.nme", done.stderr)
        self.assertIn("^", done.stderr)

    def test_capture(self):
        text = self.run_rulec("diff", self.rules, self.rules, "--capture", self.capture, "--format",
                              "json").stdout
        rule = max(json.loads(text)["rules"].items(), key=lambda row: row[1]["before"])[0]
        empty = self.write("none.yaml", "- list: a\n  items: [b]\n")
        text = self.run_rulec("diff", self.rules, empty, "--capture", self.capture, "--show", "1",
                              "--format", "json", "--match", "all", expect=1).stdout
        number = json.loads(text)["rules"][rule]["lost_alerts"][0].split(":")[0].split()[1]
        done = self.run_rulec("explain", rule, self.rules, "--capture", self.capture, "--num",
                              number, "--format", "json")
        found = json.loads(done.stdout)["event"]
        self.assertTrue(found["fired"])
        self.assertEqual(found["number"], int(number))
        self.assertGreaterEqual(found["silence"]["silenced"], 1)
        self.assertLessEqual(found["silence"]["silenced"], found["silence"]["alerts"])

    def test_what_cannot_be_explained(self):
        for words, text in (
                (["--event", "{"], "error"),
                (["--event", '{"opennat": {}}'], "did you mean"),
                (["--event", "@" + str(self.folder / "none")], "none"),
                (["--event", EVENT % "cat", "--capture", self.capture], "not both"),
                (["--capture", self.capture], "--num"),
                (["--num", "3"], "--capture"),
                (["--capture", self.capture, "--num", "99999999"], "the last one is"),
                (["--capture", self.file, "--num", "1"], "rules.yaml")):
            done = self.run_rulec("explain", "Read secret", self.file, *words, expect=2)
            self.assertIn(text, done.stderr)
        self.run_rulec("explain", "Read secret", expect=2)
        self.run_rulec("explain", "Read secret", str(self.folder / "none"), expect=2)
        wrong = self.write("wrong.yaml", RULES.replace("proc.name in", "proc.name inn"))
        self.run_rulec("explain", "Read secret", wrong, expect=1)

    def test_colour_on_a_terminal_only(self):
        words = ["explain", "Read secret", self.file, "--event", EVENT % "cat"]
        self.assertNotIn("\x1b", self.run_rulec(*words).stdout)
        self.assertIn("\x1b[32m", self.on_terminal(*words, NO_COLOR=""))
        self.assertNotIn("\x1b", self.on_terminal(*words, NO_COLOR="1"))


if __name__ == "__main__":
    program.main()
