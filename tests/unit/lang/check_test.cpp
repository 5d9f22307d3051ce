// SPDX-License-Identifier: Apache-2.0
// Names, types and values of conditions: what is accepted, what is said about the rest.
#include "lang/check.hpp"

#include "lang/parse.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;
using lang::Checked;
using lang::Predicate;
using lang::Program;
using lang::Severity;

namespace {

Checked check(std::string_view text, Program& program) {
    const lang::ParseResult parsed = lang::parse_condition(text);
    INFO(text);
    REQUIRE(parsed.root);
    return lang::check_condition(*parsed.root, program);
}

bool accepts(std::string_view text) {
    Program program;
    return check(text, program).ok;
}

std::string first_error(std::string_view text) {
    Program program;
    for (const lang::Problem& p : check(text, program).problems) {
        if (p.severity == Severity::Error) return p.message;
    }
    return {};
}

bool warns(std::string_view text, std::string_view part) {
    Program program;
    const Checked checked = check(text, program);
    REQUIRE(checked.ok);
    for (const lang::Problem& p : checked.problems) {
        if (p.severity == Severity::Warning && p.message.find(part) != std::string::npos)
            return true;
    }
    return false;
}

/// The only predicate of a one-check condition.
Predicate predicate(std::string_view text) {
    Program program;
    INFO(text);
    REQUIRE(check(text, program).ok);
    REQUIRE(program.predicates.size() == 1);
    return program.predicates.front();
}

void all_accepted(std::initializer_list<const char*> texts) {
    for (const char* text : texts) {
        INFO(text);
        INFO(first_error(text));
        CHECK(accepts(text));
    }
}

void all_refused(std::initializer_list<const char*> texts) {
    for (const char* text : texts) {
        INFO(text);
        CHECK_FALSE(accepts(text));
    }
}

}  // namespace

TEST_CASE("very many values of one field are one set; few stay for other rules to share") {
    const auto predicates = [](int count) {
        std::string text = "evt.type = open and (proc.pid = 1";
        for (int k = 0; k < count; ++k) text += " or fd.name = /f" + std::to_string(k);
        sensor::lang::Program program;
        REQUIRE(check(text + ")", program).ok);
        return program;
    };
    CHECK(predicates(20).predicates.size() == 22);
    const sensor::lang::Program many = predicates(1000);
    const auto& last = many.predicates.back();
    CHECK(last.op == sensor::Op::in);
    CHECK(last.constants.size() == 1000);
    const auto& root = many.nodes.back();
    REQUIRE(root.kind == sensor::lang::CondNode::Kind::And);
    CHECK(many.nodes[root.children[1]].children.size() == 2);
}

TEST_CASE("operators fit types") {
    all_accepted({"evt.is_io = true", "fd.name < 5", "evt.buffer startswith ab",
                  "evt.buffer bcontains 4A", "fd.name glob /etc/*", "evt.cpu > -500",
                  "fd.types in (file, pipe)", "fd.types intersects (file)", "fd.types exists",
                  "fd.net = 10.0.0.0/8", "fd.sip != ::1", "evt.rawarg.res >= 0",
                  "fd.sip.name in (a.example, b.example)", "fd.sip.name exists", "proc.pid != 3",
                  "evt.rawtime > 5", "fd.name exists"});
    all_refused({"evt.is_io = 1", "evt.is_io < 1", "evt.rawtime contains 5",
                 "proc.pid startswith 1", "evt.buffer icontains a", "evt.buffer glob a",
                 "evt.buffer regex a", "fd.name bcontains 41", "fd.name bstartswith 41",
                 "fd.types = file", "fd.types startswith f", "fd.net contains a",
                 "fd.sip.name startswith a", "fd.types = anyof (file)", "fd.sip > 5",
                 "evt.outputtime = x"});
    CHECK(first_error("proc.pid startswith 1") ==
          "operator 'startswith' cannot be used here: proc.pid yields values of type INT64");
}

TEST_CASE("numbers are decimal and in range") {
    all_accepted({"user.uid = -1", "proc.pid = -1", "evt.cpu = 32767", "user.uid = 4294967295",
                  "evt.num = -1", "fd.num > 4294967295", "fd.num > -65535",
                  "evt.rawarg.res > 4294967295", "evt.rawarg.res < -1", "proc.pid = ' 5'",
                  "proc.pid = +5", "evt.rawarg.fd = 4"});
    all_refused({"proc.pid > 0x1F", "proc.pid > 1.5", "proc.pid > 2e+3", "evt.cpu = 65537",
                 "user.uid = 4294967296", "user.uid = -2", "user.uid > -1", "proc.pid = 5x",
                 "proc.pid = ''", "proc.pid = '-'", "proc.pid = 99999999999999999999",
                 "thread.cpu = 2.0", "evt.rawarg.flags = O_CREAT"});
    CHECK(accepts("thread.cpu = 2"));
    CHECK(predicate("user.uid = -1").constants[0].bits == 0xffffffffu);
    CHECK(predicate("user.uid = -1").constants[0].kind == Kind::Uint);
    CHECK(predicate("fd.num = -5").constants[0].kind == Kind::Int);
    CHECK(static_cast<std::int64_t>(predicate("fd.num = -5").constants[0].bits) == -5);
    CHECK(predicate("thread.cpu = 2").constants[0].kind == Kind::Double);
}

TEST_CASE("booleans") {
    CHECK(predicate("evt.is_io = true").constants[0].bits == 1);
    CHECK(predicate("evt.is_io in (false)").constants[0].kind == Kind::Bool);
    all_refused({"evt.is_io = True", "evt.is_io = yes", "evt.is_io = ''"});
}

TEST_CASE("ports by number and service") {
    CHECK(predicate("fd.sport = https").constants[0].bits == 443);
    CHECK(predicate("fd.sport = ''").constants[0].bits == 0);
    CHECK(predicate("fd.sport = 65535").constants[0].bits == 65535);
    all_refused({"fd.sport = nosuchservice", "fd.sport = 70000", "fd.sport = -1"});
    CHECK(accepts("fd.proto in (ssh, http)"));
}

TEST_CASE("addresses and networks") {
    CHECK(predicate("fd.sip = 1.2.3.4").constants[0].bytes == "\x01\x02\x03\x04");
    CHECK(predicate("fd.sip = ::1").constants[0].kind == Kind::Ip6);
    all_refused({"fd.sip = ::ffff:1.2.3.4", "fd.sip = 1.2.3", "fd.sip = host", "fd.sip = ''",
                 "fd.snet = 10.1.2.3", "fd.snet = 10.0.0.0/33", "fd.snet = ::/0",
                 "fd.snet = 10.0.0.0/", "fd.snet = /8", "fd.snet = 10.0.0.0/8x",
                 "fd.snet = ::/129"});
    const lang::Constant net = predicate("fd.snet = 10.1.2.3/8").constants[0];
    CHECK(net.is_net);
    CHECK(net.prefix == 8);
    CHECK(net.bytes == std::string("\x0a\0\0\0", 4));
    CHECK(predicate("fd.snet = 10.1.2.3/12").constants[0].bytes == std::string("\x0a\0\0\0", 4));
    CHECK(predicate("fd.snet = 10.17.2.3/12").constants[0].bytes == std::string("\x0a\x10\0\0", 4));
    CHECK(accepts("fd.snet = 0.0.0.0/0"));
    CHECK(accepts("fd.net in (\"127.0.0.1/24\", 2001:db8::/32)"));
}

TEST_CASE("texts and buffers") {
    CHECK(accepts("proc.name = " + std::string(255, 'a')));
    CHECK_FALSE(accepts("proc.name = " + std::string(256, 'a')));
    CHECK_FALSE(accepts("evt.buffer contains " + std::string(256, 'a')));
    CHECK_FALSE(accepts("proc.exe = \"\\x00\""));
    CHECK(predicate("evt.buffer = \"q\\x00r\"").constants[0].bytes == std::string("q\0r", 3));
    CHECK(predicate("evt.buffer bcontains 4a0B").constants[0].bytes == "\x4a\x0b");
    all_refused(
        {"evt.buffer bcontains 4", "evt.buffer bcontains 4g", "evt.buffer bstartswith ' 4'"});
    CHECK(predicate("evt.buffer bcontains 4A") == predicate("evt.buffer bcontains 4a"));
    CHECK(predicate("proc.name in (b, a, b)").constants.size() == 2);
    CHECK(predicate("proc.name in (b, a)").constants[0].bytes == "a");
}

TEST_CASE("event type names are checked") {
    all_accepted({"evt.type = open", "evt.type in (open, openat)", "evt.type startswith open",
                  "evt.type = madvise", "evt.type = procexit", "evt.type = pread64",
                  "syscall.type = zzz", "evt.type = asyncevent"});
    all_refused(
        {"evt.type startswith op", "evt.type glob o*", "evt.type in (open, zzz)", "evt.type = ''"});
    Program program;
    const Checked checked = check("evt.type=some_invalid_event", program);
    REQUIRE(checked.problems.size() == 1);
    CHECK(checked.problems[0].message == "unknown event type 'some_invalid_event'");
    CHECK(checked.problems[0].unknown_filter);
    CHECK(checked.problems[0].pos.column == 10);
    CHECK(check("evt.type=opennat", program).problems[0].hint.find("'openat'") !=
          std::string::npos);
}

TEST_CASE("unknown fields") {
    Program program;
    const Checked checked = check("proc.name = a and proc.nobody = b and fd.nane = c", program);
    CHECK_FALSE(checked.ok);
    REQUIRE(checked.problems.size() == 2);
    CHECK(checked.problems[0].message == "unknown field 'proc.nobody'");
    CHECK(checked.problems[0].unknown_filter);
    CHECK(checked.problems[0].pos.column == 19);
    CHECK(checked.problems[1].hint.find("'fd.name'") != std::string::npos);
    all_refused({"evt.arg.zzz = 1", "evt.rawarg[0] = 1", "proc.aname[x] = a",
                 "container.label.app = x", "thread.cgroup[cpu] = x", "proc.name[1] = a",
                 "evt.arg exists", "container.label exists"});
    all_accepted({"evt.arg[99] = x", "proc.aname[0] = x", "thread.cgroup.cpu = x",
                  "evt.arg.flags contains O_CREAT", "container.mount.dest[/proc*] exists",
                  "container.label[a-b/c] = x", "proc.env[A] = x"});
}

TEST_CASE("regular expressions") {
    CHECK(accepts("proc.name regex 'ma.*l'"));
    all_refused(
        {"proc.name regex \"\\\\d+\"", "proc.name regex \"(?i)x\"", "proc.name regex \"[\""});
    CHECK(warns("proc.name regex '^mail$'", "may be optimized"));
    CHECK(warns("proc.name regex '.*mail.*'", "may be optimized"));
    CHECK_FALSE(warns("proc.name regex 'ma(i|y)l'", "may be optimized"));
    CHECK_FALSE(warns("proc.name regex 'a.*b'", "may be optimized"));
}

TEST_CASE("values that look like fields") {
    CHECK(warns("proc.name = proc.pname",
                "'proc.pname' may be a valid field misused as a const string value"));
    CHECK(warns("proc.name in (a, proc.pname)", "misused"));
    CHECK(warns("proc.name = \"toupper( proc.pname )\"", "field transformer misused"));
    CHECK_FALSE(warns("proc.name = tolower", "misused"));
    CHECK_FALSE(warns("proc.name = run.sh", "misused"));
}

TEST_CASE("comparing with fields") {
    all_accepted({"proc.name = val(proc.pname)", "proc.pid > val(proc.ppid)",
                  "fd.sip = val(fd.cip)", "proc.name = toupper(proc.pname)",
                  "proc.name in val(proc.pname)", "proc.name contains val(proc.pname)"});
    all_refused({"proc.pid = val(proc.name)", "proc.aname = val(proc.name)",
                 "proc.name = val(proc.aname[1])", "fd.snet = val(fd.sip)",
                 "fd.name pmatch val(proc.name)", "fd.name regex val(proc.name)",
                 "evt.type = val(proc.name)", "proc.name = val(evt.type)",
                 "proc.name = val(zz.top)", "fd.net = val(fd.net)"});
}

TEST_CASE("transformers are typed") {
    all_accepted({"toupper(proc.name) = A", "toupper(\"a\") = A", "b64(evt.buffer) contains x",
                  "len(fd.types) = 2", "len(fd.name) > 5", "len(evt.buffer) > 5",
                  "basename(fd.name) = x", "join(\",\", (proc.pid, \"x\")) = y",
                  "join(\"-\", ()) = ''", "concat(proc.name, \"-\", proc.exe) = x",
                  "toupper(fd.types) in (FILE)",
                  "getopt((proc.name, \"v\"), \"ab:\") intersects (a)",
                  "getopt((\"-b\", \"x\"), \"b:\")[b] = x", "len(getopt((\"-b\"), \"b\")) = 1"});
    all_refused({"toupper(proc.pid) = A", "toupper(evt.buffer) = A", "toupper(proc.aname) = A",
                 "concat(\"a\", proc.pid) = x", "concat(proc.name) = x",
                 "join(\",\", proc.args) = x", "toupper(proc.name, proc.exe) = A",
                 "len(proc.pid) = 1", "toupper(proc.name)[1] = A",
                 "getopt((\"-b\"), \"b\")[ab] = x", "getopt((\"-b\"), \"b\")[\"\"] = x",
                 "getopt(proc.name, \"b\") in (x)", "getopt((\"-b\"), proc.name) in (x)",
                 "tolower(evt.type) = open", "toupper(fd.ip) = A", "getopt((\"-b\"), \"b\") = x"});
}

TEST_CASE("quantifiers of fields that stand for several") {
    CHECK(predicate("proc.aname = x").quantifier == lang::Quantifier::Any);
    CHECK(predicate("proc.aname != x").quantifier == lang::Quantifier::Any);
    CHECK(predicate("proc.aname[1] != x").quantifier == lang::Quantifier::One);
    CHECK(predicate("proc.aname exists").quantifier == lang::Quantifier::Any);
    CHECK(predicate("fd.ip = 1.1.1.1").quantifier == lang::Quantifier::Any);
    CHECK(predicate("fd.ip != 1.1.1.1").quantifier == lang::Quantifier::All);
    CHECK(predicate("fd.net in (10.0.0.0/8)").quantifier == lang::Quantifier::Any);
    CHECK(predicate("fd.port intersects (443)").op == Op::in);
    CHECK(predicate("fd.sip != 1.1.1.1").quantifier == lang::Quantifier::One);
}

TEST_CASE("equal checks are one, whatever their spelling") {
    Program program;
    const Checked a = check("proc.name = a and fd.name in (x, y)", program);
    const Checked b = check("fd.name in (y, x, y) and proc.name == a", program);
    CHECK(program.predicates.size() == 2);
    CHECK(a.ok);
    CHECK(b.ok);
    check("fd.name intersects (x, y) or fd.name = anyof (x, y)", program);
    CHECK(program.predicates.size() == 2);
    check("fd.name != allof (x, y)", program);
    CHECK(program.predicates.size() == 3);
    CHECK(program.predicates[2].modifier == Modifier::allof);
}

TEST_CASE("nodes are flat, folded and children come first") {
    Program program;
    const Checked checked =
        check("proc.name=a and (fd.name=b and (proc.name=a and evt.num>=0)) and not not proc.exe=c",
              program);
    REQUIRE(checked.ok);
    const lang::CondNode& root = program.nodes[checked.root];
    CHECK(root.kind == lang::CondNode::Kind::And);
    CHECK(root.children.size() == 3);
    for (const std::uint32_t child : root.children) CHECK(child < checked.root);
    CHECK(program.nodes[check("evt.num=0 and proc.name=a", program).root].kind ==
          lang::CondNode::Kind::False);
    CHECK(program.nodes[check("evt.num=0 or proc.name=a", program).root].kind ==
          lang::CondNode::Kind::Predicate);
    CHECK(program.nodes[check("not evt.num=0", program).root].kind == lang::CondNode::Kind::True);
    CHECK(program.nodes[check("evt.num=5", program).root].kind == lang::CondNode::Kind::Predicate);
    CHECK(program.nodes[check("proc.name in ()", program).root].kind ==
          lang::CondNode::Kind::False);
    CHECK(program.nodes[check("not proc.aname in ()", program).root].kind ==
          lang::CondNode::Kind::True);
    CHECK(program.nodes[check("not (proc.name=a or not fd.name=b)", program).root].kind ==
          lang::CondNode::Kind::Not);
}

TEST_CASE("deprecated fields are said once") {
    Program program;
    const Checked checked = check("evt.dir=< and evt.type=open and evt.dir=<", program);
    REQUIRE(checked.problems.size() == 1);
    CHECK(checked.problems[0].code == "LOAD_DEPRECATED_ITEM");
    CHECK(check("evt.latency > 1 and evt.wait_latency > 1", program).problems.size() == 2);
}

TEST_CASE("the direction of an event is known, and a check of the other one is warned of") {
    Program program;
    using Kind = lang::CondNode::Kind;
    CHECK(program.nodes[check("evt.dir = <", program).root].kind == Kind::True);
    CHECK(program.nodes[check("evt.dir in (>, <)", program).root].kind == Kind::True);
    for (const char* dead : {"evt.dir=>", "evt.dir != <", "evt.dir in (>)"}) {
        const Checked checked = check(dead, program);
        INFO(dead);
        CHECK(checked.ok);
        CHECK(program.nodes[checked.root].kind == Kind::False);
        REQUIRE(checked.problems.size() == 1);
        CHECK(checked.problems[0].code == "LOAD_DEPRECATED_ITEM");
        CHECK(checked.problems[0].message.find("never holds") != std::string::npos);
    }
}

TEST_CASE("old plugin fields compared with <NA>") {
    Program program;
    CHECK(check("ka.verb = <NA>", program).problems.front().code == "LOAD_UNSAFE_NA_CHECK");
    CHECK(check("jevt.value in (a, <NA>)", program).problems.front().code ==
          "LOAD_UNSAFE_NA_CHECK");
    CHECK(check("ka.verb startswith <NA>", program).problems.front().code ==
          "LOAD_ERR_COMPILE_CONDITION");
    CHECK(check("proc.name = <NA>", program).problems.empty());
}

TEST_CASE("macros must be replaced before") {
    CHECK(first_error("a and proc.name = b") == "undefined macro 'a'");
}
