// SPDX-License-Identifier: Apache-2.0
#include "eval/runtime.hpp"

#include "eval/interpret.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"

namespace sensor::eval {
namespace {

using lang::CondNode;
using lang::Predicate;
using lang::Program;
using lang::Term;
using sensor::testing::make_event;
using sensor::testing::TestEvent;

// proc.name is "sh" in events with an odd number and absent in the others; evt.num counts its calls
// in the context's previous_ts_ns so that a test can see how often it was asked.
Value odd_name(const fields::Context& c, const FieldArg&) noexcept {
    return c.evt_num % 2 == 1 ? Value::of_text("sh") : Value::absent();
}
Value counted(const fields::Context& c, const FieldArg&) noexcept {
    ++const_cast<fields::Context&>(c).previous_ts_ns;
    return Value::of_uint(c.evt_num);
}
fields::Extractor lookup(FieldId id) noexcept {
    return id == FieldId::proc_name ? odd_name : counted;
}

std::uint32_t field(Program& program, FieldId id) {
    Term term;
    term.field.id = id;
    return program.add_term(term);
}

std::uint32_t leaf(Program& program, Predicate p) {
    CondNode node;
    node.kind = CondNode::Kind::Predicate;
    node.predicate = program.add_predicate(std::move(p));
    return program.add_node(node);
}

std::uint32_t join(Program& program, CondNode::Kind kind, std::vector<std::uint32_t> children) {
    CondNode node;
    node.kind = kind;
    node.children = std::move(children);
    return program.add_node(node);
}

Predicate named(Program& program, Op op) {
    Predicate p;
    p.left = field(program, FieldId::proc_name);
    p.op = op;
    lang::Constant c;
    c.kind = Kind::Text;
    c.bytes = "sh";
    if (op != Op::exists) p.constants = {c};
    return p;
}

class Judge {
public:
    explicit Judge(const Program& program)
        : runtime_(*Runtime::create(program, lookup)),
          memory_(*runtime_),
          event_(make_event(EventType::close, {})) {
        context_.event = event_.event();
        context_.arena = &arena_;
    }
    bool operator()(std::uint32_t root, std::uint64_t evt_num) {
        context_.evt_num = evt_num;
        context_.previous_ts_ns = 0;
        return interpret(memory_.begin(context_), root);
    }
    std::uint64_t asked() const { return context_.previous_ts_ns; }
    FrameMemory& memory() { return memory_; }
    const Runtime& runtime() const { return *runtime_; }

private:
    std::unique_ptr<Runtime> runtime_;
    FrameMemory memory_;
    TestEvent event_;
    fields::Arena arena_;
    fields::Context context_;
};

}  // namespace

TEST_CASE("an absent value makes every check false, and its negation true") {
    Program program;
    const std::uint32_t is = leaf(program, named(program, Op::eq));
    const std::uint32_t is_not = leaf(program, named(program, Op::ne));
    const std::uint32_t there = leaf(program, named(program, Op::exists));
    const std::uint32_t not_is = join(program, CondNode::Kind::Not, {is});
    const std::uint32_t not_is_not = join(program, CondNode::Kind::Not, {is_not});
    Judge judge(program);
    CHECK(judge(is, 1));
    CHECK_FALSE(judge(is_not, 1));
    CHECK(judge(there, 1));
    CHECK_FALSE(judge(is, 2));
    CHECK_FALSE(judge(is_not, 2));
    CHECK_FALSE(judge(there, 2));
    CHECK(judge(not_is, 2));
    CHECK(judge(not_is_not, 2));
}

TEST_CASE("an absent right side makes the check false") {
    Program program;
    Predicate p = named(program, Op::ne);
    p.left = field(program, FieldId::evt_num);
    p.constants.clear();
    p.right_is_term = true;
    p.right = field(program, FieldId::proc_name);
    const std::uint32_t root = leaf(program, p);
    Judge judge(program);
    CHECK(judge(root, 1));
    CHECK_FALSE(judge(root, 2));
}

TEST_CASE("and, or, empty chains and constants") {
    Program program;
    const std::uint32_t yes = join(program, CondNode::Kind::True, {});
    const std::uint32_t no = join(program, CondNode::Kind::False, {});
    const std::uint32_t all = join(program, CondNode::Kind::And, {yes, no});
    const std::uint32_t some = join(program, CondNode::Kind::Or, {no, yes});
    const std::uint32_t nothing_and = join(program, CondNode::Kind::And, {});
    const std::uint32_t nothing_or = join(program, CondNode::Kind::Or, {});
    Judge judge(program);
    CHECK(judge(yes, 1));
    CHECK_FALSE(judge(no, 1));
    CHECK_FALSE(judge(all, 1));
    CHECK(judge(some, 1));
    CHECK(judge(nothing_and, 1));
    CHECK_FALSE(judge(nothing_or, 1));
}

TEST_CASE("a term is computed once an event, also when stamps start over") {
    Program program;
    Predicate p;
    p.left = field(program, FieldId::evt_num);
    p.op = Op::exists;
    const std::uint32_t a = leaf(program, p);
    p.op = Op::gt;
    lang::Constant zero;
    zero.kind = Kind::Uint;
    p.constants = {zero};
    const std::uint32_t b = leaf(program, p);
    const std::uint32_t root = join(program, CondNode::Kind::And, {a, b});
    Judge judge(program);
    CHECK(judge(root, 5));
    CHECK(judge.asked() == 1);
    judge.memory().frame().stamp = kMaxStamp - 1;
    for (std::uint64_t n = 6; n < 10; ++n) {
        CHECK(judge(root, n));
        CHECK(judge.asked() == 1);
        CHECK(judge.memory().frame().stamp <= kMaxStamp);
        CHECK(judge.memory().frame().values[p.left].as_uint() == n);
    }
}

TEST_CASE("transformers and lists of terms") {
    Program program;
    Term text;
    text.kind = Term::Kind::Constant;
    text.constant.kind = Kind::Text;
    text.constant.bytes = "x";
    Term list;
    list.kind = Term::Kind::List;
    list.args = {program.add_term(text), field(program, FieldId::proc_name)};
    Term separator = text;
    separator.constant.bytes = "-";
    Term joined;
    joined.kind = Term::Kind::Transform;
    joined.transformer = Transformer::join;
    joined.args = {program.add_term(separator), program.add_term(list)};
    Predicate p = named(program, Op::eq);
    p.left = program.add_term(joined);
    p.constants[0].bytes = "x-sh";
    const std::uint32_t root = leaf(program, p);
    p.op = Op::exists;
    p.constants.clear();
    const std::uint32_t there = leaf(program, p);
    Judge judge(program);
    CHECK(judge(root, 1));
    CHECK(judge(there, 1));
    CHECK_FALSE(judge(there, 2));  // one element is missing, so the whole is
}

TEST_CASE("exists on an ancestor field asks for at least one") {
    Program program;
    Term list;
    list.kind = Term::Kind::List;
    Predicate p;
    p.left = program.add_term(list);
    p.op = Op::exists;
    const std::uint32_t whole = leaf(program, p);
    p.quantifier = lang::Quantifier::Any;
    const std::uint32_t some = leaf(program, p);
    Judge judge(program);
    CHECK(judge(whole, 1));
    CHECK_FALSE(judge(some, 1));
}

TEST_CASE("a pattern that does not compile is an error") {
    Program program;
    Predicate p = named(program, Op::regex);
    p.constants[0].bytes = "[";
    leaf(program, p);
    CHECK_FALSE(Runtime::create(program, lookup));
}

}  // namespace sensor::eval
