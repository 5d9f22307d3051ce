// SPDX-License-Identifier: Apache-2.0
// Every operator, modifier and quantifier with every right side on every kind of value, absent
// included: machine code must say what the interpreter says.
#include "tests/diff/fake_fields.hpp"
#include "tests/diff/native_engine.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"

namespace sensor::testing {
namespace {

using lang::CondNode;
using lang::Constant;
using lang::Predicate;
using lang::Program;
using lang::Quantifier;
using lang::Term;

Constant text_constant(const std::string& s) {
    Constant c;
    c.kind = Kind::Text;
    c.bytes = s;
    return c;
}

Constant number_constant(Kind kind, std::int64_t n) {
    Constant c;
    c.kind = kind;
    c.bits = kind == Kind::Double ? __builtin_bit_cast(std::uint64_t, static_cast<double>(n))
                                  : static_cast<std::uint64_t>(n);
    return c;
}

Constant address_constant(const std::string& bytes, int prefix) {
    Constant c;
    c.kind = bytes.size() == 4 ? Kind::Ip4 : Kind::Ip6;
    c.bytes = bytes;
    c.is_net = prefix >= 0;
    c.prefix = static_cast<std::uint8_t>(prefix >= 0 ? prefix : 0);
    return c;
}

/// Right sides: none, each constant alone, and lists of one kind and of several.
std::vector<std::vector<Constant>> right_sides() {
    std::vector<std::vector<Constant>> sides{{}};
    std::vector<Constant> texts;
    for (const std::string& s : ValuePool::texts()) {
        texts.push_back(text_constant(s));
        sides.push_back({texts.back()});
    }
    sides.push_back(texts);
    sides.emplace_back(texts.begin() + 7, texts.begin() + 12);
    for (const Kind kind : {Kind::Int, Kind::Uint, Kind::Double}) {
        std::vector<Constant> numbers;
        for (const std::int64_t n : ValuePool::numbers()) {
            numbers.push_back(number_constant(kind, n));
            sides.push_back({numbers.back()});
        }
        sides.push_back(numbers);
    }
    sides.push_back({number_constant(Kind::Bool, 1)});
    sides.push_back({number_constant(Kind::Bool, 0), number_constant(Kind::Bool, 1)});
    std::vector<Constant> mixed{texts[1], number_constant(Kind::Int, -1),
                                number_constant(Kind::Uint, 5)};
    for (const std::string& a : ValuePool::addresses()) {
        sides.push_back({address_constant(a, -1)});
        for (const int prefix : {0, 1, 8, 13, 32}) sides.push_back({address_constant(a, prefix)});
        mixed.push_back(address_constant(a, 24));
    }
    sides.push_back(mixed);
    return sides;
}

std::uint32_t pool_term(Program& program) {
    Term term;
    term.kind = Term::Kind::Field;
    term.field.id = FieldId::proc_name;
    term.type = ParamType::CHARBUF;
    return program.add_term(term);
}

void add_condition(Program& program, std::uint32_t predicate) {
    CondNode node;
    node.kind = CondNode::Kind::Predicate;
    node.predicate = predicate;
    program.conditions.push_back({program.add_node(node), lang::EventSet::all()});
}

bool is_good_regex(const std::vector<Constant>& constants) {
    for (const Constant& c : constants) {
        if (c.kind != Kind::Text || !eval::Regex::compile(c.bytes)) return false;
    }
    return true;
}

/// Operators that are not always left to the general function, so that the level can matter.
bool has_inline_code(Op op) {
    switch (op) {
        case Op::eq:
        case Op::ne:
        case Op::lt:
        case Op::le:
        case Op::gt:
        case Op::ge:
        case Op::startswith:
        case Op::endswith:
        case Op::in:
        case Op::exists: return true;
        default: return false;
    }
}

Program every_predicate(Op op, Modifier modifier) {
    Program program;
    const std::uint32_t left = pool_term(program);
    std::size_t singles = 0;
    for (const auto& constants : right_sides()) {
        // One function does all that has no code of its own: some right sides are enough there.
        if (!has_inline_code(op) && constants.size() == 1 && singles++ % 4 != 0) continue;
        if (op == Op::regex && !is_good_regex(constants)) continue;
        if (modifier != Modifier::none && constants.size() == 1) continue;
        for (const Quantifier quantifier : {Quantifier::One, Quantifier::Any, Quantifier::All}) {
            Predicate p;
            p.left = left;
            p.op = op;
            p.modifier = modifier;
            p.quantifier = quantifier;
            p.constants = constants;
            add_condition(program, program.add_predicate(p));
        }
    }
    return program;
}

void compare_on_pool(const Program& program, std::uint32_t level) {
    const auto native = native_engine(program, level, pool_extractor);
    const auto runtime = eval::Runtime::create(program, pool_extractor);
    REQUIRE(runtime);
    eval::FrameMemory memory(**runtime);
    fields::Arena arena;
    const TestEvent event = make_event(EventType::close, {});
    fields::Context context;
    context.event = event.event();
    context.arena = &arena;
    for (std::size_t k = 0; k < value_pool().all().size(); ++k) {
        context.evt_num = k;
        const auto expected = interpreted(memory, program, context);
        INFO("value " << k << " of kind " << int(value_pool().all()[k].kind) << ", level "
                      << level);
        REQUIRE(matched(*native, program, context) == expected);
    }
}

}  // namespace

TEST_CASE("machine code agrees on every operator and kind of value") {
    for (const OpInfo& op : all_ops()) {
        for (const Modifier m :
             {Modifier::none, Modifier::oneof, Modifier::anyof, Modifier::allof}) {
            // What has a list of its own or none takes no modifier in the language.
            if (m != Modifier::none && op.right != RightSide::ONE) continue;
            INFO("operator " << op.text << " " << to_text(m));
            const Program program = every_predicate(op.op == Op::eq1 ? Op::eq : op.op, m);
            compare_on_pool(program, 1);
            const bool twice = op.op == Op::eq || op.op == Op::endswith || op.op == Op::in;
            if (m == Modifier::none && twice) compare_on_pool(program, 0);
        }
    }
}

}  // namespace sensor::testing
