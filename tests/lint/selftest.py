# SPDX-License-Identifier: Apache-2.0
"""Proves that each lint program finds what it is for, and leaves a clean tree alone."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import layers
import names
import sizes
import tree

HEAD = "// SPDX-License-Identifier: Apache-2.0\n"


class LintTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def put(self, path, text, head=HEAD):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(head + text, encoding="utf-8")

    def found(self, program):
        return [f"{path}:{line}: {message}" for path, line, message in program.check(self.root)]

    def assert_one(self, program, start, part):
        found = self.found(program)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(start), found[0])
        self.assertIn(part, found[0])


class Layers(LintTest):
    def test_allowed_includes_pass(self):
        self.put("bpf/wire.h", "")
        self.put("grammar/fields.def", "")
        self.put("grammar/condition.hpp", "#include <tao/pegtl.hpp>\n")
        self.put("src/base/log.cpp", '#include <spdlog/spdlog.h>\n#include "base/result.hpp"\n')
        self.put("src/event/event.cpp", '#include "base/log.hpp"\n#include "../../bpf/wire.h"\n')
        self.put("src/lang/parse.cpp", '#include "grammar/condition.hpp"\n#include <re2/re2.h>\n')
        self.put("src/capture/a.cpp", '#include <bpf/libbpf.h>\n#include "probe.skel.h"\n')
        self.put("src/compile/a.cpp", '#include <llvm/IR/Type.h>\n#include "rules/a.hpp"\n')
        self.put("src/compile/main_x.cpp", '#include <CLI/CLI.hpp>\n#include "app/list.hpp"\n')
        self.put("src/config/a.cpp", '#include "output/a.hpp"\n#include <yaml-cpp/yaml.h>\n')
        self.put("src/app/main.cpp", '#include "engine/engine.hpp"\n')
        self.put("bpf/probe.bpf.c", '#include "wire.h"\n#include "../grammar/fields.def"\n')
        self.assertEqual(self.found(layers), [])

    def test_upward_and_sideways_arrows(self):
        for module, other in [("base", "event"), ("event", "state"), ("state", "fields"),
                              ("capture", "state"), ("rules", "fields"), ("fields", "lang"),
                              ("compile", "engine"), ("engine", "compile"), ("engine", "rules"),
                              ("output", "state"), ("eval", "rules"), ("eval", "app")]:
            with self.subTest(module=module, other=other):
                self.put(f"src/{module}/a.cpp", f'\n#include "{other}/b.hpp"\n')
                self.assert_one(layers, f"src/{module}/a.cpp:3:", f"must not include {other}")
                (self.root / f"src/{module}/a.cpp").unlink()

    def test_a_relative_path_does_not_hide_the_arrow(self):
        self.put("src/app/b.hpp", "")
        self.put("src/event/a.cpp", '#include "../app/b.hpp"\n')
        self.assert_one(layers, "src/event/a.cpp:2:", "must not include app")

    def test_each_library_has_its_owner(self):
        for module, header in [("event", "spdlog/spdlog.h"), ("app", "bpf/libbpf.h"),
                               ("lang", "tao/pegtl.hpp"), ("output", "yaml-cpp/yaml.h"),
                               ("engine", "llvm/IR/Module.h"), ("rules", "re2/re2.h"),
                               ("engine", "CLI/CLI.hpp"), ("event", "nlohmann/json.hpp"),
                               ("app", "catch2/catch.hpp"), ("state", "linux/bpf.h")]:
            with self.subTest(module=module, header=header):
                self.put(f"src/{module}/a.cpp", f"#include <{header}>\n")
                self.assert_one(layers, f"src/{module}/a.cpp:2:", header)
                (self.root / f"src/{module}/a.cpp").unlink()

    def test_grammar_kernel_and_unknown_folders(self):
        self.put("src/rules/a.cpp", '#include "grammar/condition.hpp"\n')
        self.assert_one(layers, "src/rules/a.cpp:2:", "only lang")
        self.put("src/rules/a.cpp", "")
        self.put("bpf/a.bpf.c", '#include "../src/event/event.hpp"\n')
        self.assert_one(layers, "bpf/a.bpf.c:2:", "event")
        self.put("bpf/a.bpf.c", "")
        self.put("grammar/a.hpp", '#include "base/log.hpp"\n')
        self.assert_one(layers, "grammar/a.hpp:2:", "depends on nothing")
        self.put("grammar/a.hpp", "")
        self.put("src/app/a.cpp", '#include "bpf/record.h"\n')
        self.assert_one(layers, "src/app/a.cpp:2:", "only bpf/wire.h")
        self.put("src/app/a.cpp", "")
        self.put("src/novel/a.cpp", "")
        self.assert_one(layers, "src/novel/a.cpp:1:", "has no row")


class Sizes(LintTest):
    def body(self, lines, start="void f() {"):
        return start + "\n" + "    g();\n" * lines + "}\n"

    def test_limits_are_inclusive(self):
        self.put("src/base/a.cpp", self.body(58) + "x" * 100 + "\n")
        self.put("src/base/b.cpp", "\n" * 449)
        self.put("grammar/events.def", "\n" * 5000 + "x" * 300)
        self.assertEqual(self.found(sizes), [])

    def test_long_line_file_and_function(self):
        self.put("src/base/a.cpp", "x" * 101)
        self.assert_one(sizes, "src/base/a.cpp:2:", "101 columns")
        self.put("src/base/a.cpp", "\n" * 450)
        self.assert_one(sizes, "src/base/a.cpp:451:", "file of 451")
        self.put("src/base/a.cpp", "namespace a {\n" + self.body(59) + "}\n")
        self.assert_one(sizes, "src/base/a.cpp:3:", "function of 61")

    def test_every_form_of_function_is_seen(self):
        forms = ["A::A(int x) : x_(x), y_{x} {", "template <typename T>\nauto f(T t) -> int {",
                 "bool operator==(const A& a) const {", "A& operator=(A&& a) noexcept {",
                 "int f(int x = 3, void (*g)(int) = nullptr) {", "struct task* f(void) {",
                 'SEC("tp_btf/x") int on_x(void *ctx) {', 'TEST_CASE("a { b") {',
                 "void operator()(int x) {"]
        for form in forms:
            with self.subTest(form=form):
                self.put("src/base/a.hpp", "struct S {\n" + self.body(70, form) + "};\n")
                self.assert_one(sizes, "src/base/a.hpp:", "function of")

    def test_what_is_no_function(self):
        for form in ["namespace a::b {", "class A : public B<int> {", "const int table[] = {",
                     "enum class E {", 'extern "C" {', "constexpr auto t = make(3) + T{"]:
            with self.subTest(form=form):
                self.put("src/base/a.hpp", self.body(70, form))
                self.assertEqual(self.found(sizes), [])

    def test_cases_of_a_line_do_not_count(self):
        cases = "".join(f"        case {i}: return {i};\n" for i in range(200))
        self.put("src/base/a.cpp", "int f(int x) {\n    switch (x) {\n" + cases + "    }\n}\n")
        self.assertEqual(self.found(sizes), [])
        cases = "".join(f"        case {i}:\n            return {i};\n" for i in range(40))
        self.put("src/base/a.cpp", "int f(int x) {\n    switch (x) {\n" + cases + "    }\n}\n")
        self.assert_one(sizes, "src/base/a.cpp:2:", "function of 84")

    def test_braces_in_text_are_not_counted(self):
        text = ("void f() {\n    a(\"}\"); // }\n    b('}');\n    /* } */ c(R\"x(\n}\n)x\");\n"
                "#define M() {\n    int n = 1'000'000;\n" + "    g();\n" * 60 + "}\n")
        self.put("src/base/a.cpp", text)
        self.assert_one(sizes, "src/base/a.cpp:2:", "function of 69")

    def test_raw_strings_may_be_wide(self):
        self.put("tests/a.cpp", 'const char* t = R"(\n' + "x" * 300 + '\n)";\n')
        self.assertEqual(self.found(sizes), [])


class Names(LintTest):
    def test_clean_tree(self):
        self.put("src/base/a.cpp", 'open("/etc/shadow"); // work/around, /dev/null, XXXXXX\n')
        self.put("rules/a.yaml", "condition: fd.name startswith /home/ or fd.name = /tmp/x\n")
        self.put("tests/cases/a.yaml", "fd.name: /home/ann/.bashrc\n")
        self.assertEqual(self.found(names), [])

    def test_paths_of_a_machine(self):
        for path in ["/wo" "rk/main/src/a", "/ho" "me/jane/src/x", "/tmp/bash" "_jobs.0/a/b"]:
            with self.subTest(path=path):
                self.put("packaging/a.sh", f"cd {path}\n")
                self.assert_one(names, "packaging/a.sh:2:", "build machine")

    def test_hosts_of_registries(self):
        for host in ["deb." "debian.org", "py" "pi.org", "registry." "npmjs.org", "eu." "pkg.dev"]:
            with self.subTest(host=host):
                self.put("README.md", f"get it from https://{host}/x\n")
                self.assert_one(names, "README.md:2:", "registry")

    def test_unfinished_work(self):
        for word in ["TO" "DO", "FIX" "ME", "XX" "X"]:
            for path in ["src/base/a.cpp", "bpf/a.h", "grammar/a.def"]:
                with self.subTest(word=word, path=path):
                    self.put(path, f"// {word}: later\n")
                    self.assert_one(names, f"{path}:2:", "unfinished")
                    (self.root / path).unlink()

    def test_licence_line(self):
        self.put("src/base/a.cpp", "int x;\n", head="")
        self.assert_one(names, "src/base/a.cpp:1:", "licence")


class Program(LintTest):
    def test_exit_code_and_output(self):
        for program in ("layers.py", "sizes.py", "names.py"):
            run = [sys.executable, str(Path(tree.__file__).with_name(program)), str(self.root)]
            self.put("src/base/a.cpp", '#include "app/x.hpp"\n' + "x" * 101 + " TO" "DO\n")
            done = subprocess.run(run, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1, program)
            self.assertRegex(done.stdout, r"^src/base/a\.cpp:\d+: ")
            self.put("src/base/a.cpp", "")
            done = subprocess.run(run, capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stdout), (0, ""), program)


if __name__ == "__main__":
    unittest.main()
