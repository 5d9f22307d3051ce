// SPDX-License-Identifier: Apache-2.0
#include "compile/plan.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/program_of.hpp"

namespace sensor::compile {
namespace {

using sensor::testing::program_of;

Form form_of(const char* text) {
    const lang::Program program = program_of({text});
    REQUIRE(program.predicates.size() == 1);
    return make_plan(program).forms[0];
}

}  // namespace

TEST_CASE("what becomes code of its own") {
    CHECK(form_of("evt.type in (open, close)") == Form::EventType);
    CHECK(form_of("evt.type != open") == Form::EventType);
    CHECK(form_of("proc.name = sh") == Form::Text);
    CHECK(form_of("fd.name startswith /etc") == Form::Text);
    CHECK(form_of("proc.name in (sh, bash)") == Form::TextIn);
    CHECK(form_of("proc.pid > 5") == Form::Number);
    CHECK(form_of("user.uid in (0, 1)") == Form::NumberIn);
    CHECK(form_of("proc.is_sid_leader = true") == Form::Number);
    CHECK(form_of("proc.pname exists") == Form::Exists);
}

TEST_CASE("what is left to the general function") {
    CHECK(form_of("proc.cmdline contains nc") == Form::Call);
    CHECK(form_of("fd.name glob /etc/*") == Form::Call);
    CHECK(form_of("proc.aname = sshd") == Form::Call);
    CHECK(form_of("fd.snet in (10.0.0.0/8)") == Form::Call);
    CHECK(form_of("proc.name = val(proc.pname)") == Form::Call);
    CHECK(form_of("proc.name = oneof (a, b)") == Form::Call);
}

TEST_CASE("a quick plan leaves all but the event type to it, in the same order") {
    const lang::Program program =
        program_of({"proc.cmdline regex \"a+\" and proc.name = sh and evt.type = open"});
    const Plan quick = make_plan(program, Effort::Quick), full = make_plan(program);
    const std::uint32_t root = program.conditions[0].root;
    CHECK(quick.nodes[root].children == full.nodes[root].children);
    for (std::size_t k = 0; k < program.predicates.size(); ++k) {
        const bool type = full.forms[k] == Form::EventType;
        CHECK(quick.forms[k] == (type ? Form::EventType : Form::Call));
    }
}

TEST_CASE("cheap and selective children come first") {
    const lang::Program program =
        program_of({"proc.cmdline regex \"a+\" and proc.name = sh and evt.type = open"});
    const Plan plan = make_plan(program);
    const std::uint32_t root = program.conditions[0].root;
    const auto& order = plan.nodes[root].children;
    REQUIRE(order.size() == 3);
    CHECK(plan.forms[program.nodes[order[0]].predicate] == Form::EventType);
    CHECK(plan.forms[program.nodes[order[1]].predicate] == Form::Text);
    CHECK(plan.forms[program.nodes[order[2]].predicate] == Form::Call);
}

TEST_CASE("shared and dear nodes are remembered, single ones are not") {
    const lang::Program program = program_of(
        {"evt.type = open and (proc.cmdline contains a or proc.aname = b)",
         "evt.type = close and (proc.cmdline contains a or proc.aname = b)", "proc.name = once"});
    const Plan plan = make_plan(program);
    std::size_t remembered = 0;
    for (std::size_t k = 0; k < plan.nodes.size(); ++k) {
        if (!plan.nodes[k].remembered) continue;
        ++remembered;
        CHECK(program.nodes[k].kind == lang::CondNode::Kind::Or);
        CHECK(plan.nodes[k].sites == 2);
    }
    CHECK(remembered == 1);
}

}  // namespace sensor::compile
