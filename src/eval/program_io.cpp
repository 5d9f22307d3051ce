// SPDX-License-Identifier: Apache-2.0
#include "eval/program_io.hpp"

#include "eval/byte_stream.hpp"

namespace sensor::eval {
namespace {

using lang::Condition;
using lang::CondNode;
using lang::Constant;
using lang::Predicate;
using lang::Program;
using lang::Term;

void write_constant(ByteWriter& out, const Constant& c) {
    out.enumerator(c.kind);
    out.number(c.prefix);
    out.flag(c.is_net);
    out.number(c.bits);
    out.text(c.bytes);
}

bool has_good_size(const Constant& c) {
    if (c.kind == Kind::Ip4) return c.bytes.size() == 4 && c.prefix <= 32;
    if (c.kind == Kind::Ip6) return c.bytes.size() == 16 && c.prefix <= 128;
    return c.kind != Kind::List && !c.is_net;
}

Constant read_constant(ByteReader& in) {
    Constant c;
    c.kind = in.enumerator(Kind::List);
    c.prefix = in.number<std::uint8_t>();
    c.is_net = in.flag();
    c.bits = in.number<std::uint64_t>();
    c.bytes = in.text();
    if (!has_good_size(c)) in.fail();
    return c;
}

void write_indices(ByteWriter& out, const std::vector<std::uint32_t>& indices) {
    out.number(static_cast<std::uint32_t>(indices.size()));
    for (const std::uint32_t k : indices) out.number(k);
}

std::vector<std::uint32_t> read_indices(ByteReader& in, std::uint64_t limit) {
    std::vector<std::uint32_t> indices(in.count(4));
    for (std::uint32_t& k : indices) k = in.below(limit);
    return indices;
}

void write_term(ByteWriter& out, const Term& t) {
    out.enumerator(t.kind);
    out.enumerator(t.field.id);
    out.enumerator(t.field.arg.kind);
    out.number(static_cast<std::uint64_t>(t.field.arg.index));
    out.text(t.field.arg.key);
    out.enumerator(t.field.type);
    out.flag(t.field.is_list);
    write_constant(out, t.constant);
    out.enumerator(t.transformer);
    write_indices(out, t.args);
    out.text(t.option);
    out.flag(t.has_option);
    out.enumerator(t.type);
    out.flag(t.is_list);
}

Term read_term(ByteReader& in, std::size_t index) {
    Term t;
    t.kind = in.enumerator(Term::Kind::List);
    t.field.id = in.enumerator(FieldId::count);
    t.field.arg.kind = in.enumerator(FieldArg::Kind::Name);
    t.field.arg.index = static_cast<std::int64_t>(in.number<std::uint64_t>());
    t.field.arg.key = in.text();
    t.field.type = in.enumerator(ParamType::PID32);
    t.field.is_list = in.flag();
    t.constant = read_constant(in);
    t.transformer = in.enumerator(Transformer::getopt);
    t.args = read_indices(in, index);  // only earlier terms, so there is no cycle
    t.option = in.text();
    t.has_option = in.flag();
    t.type = in.enumerator(ParamType::PID32);
    t.is_list = in.flag();
    if (t.kind == Term::Kind::Field && t.field.id == FieldId::count) in.fail();
    link_field_arg(t.field.id, t.field.arg);
    return t;
}

void write_predicate(ByteWriter& out, const Predicate& p) {
    out.number(p.left);
    out.enumerator(p.op);
    out.enumerator(p.modifier);
    out.enumerator(p.quantifier);
    out.flag(p.right_is_term);
    out.number(p.right);
    out.number(static_cast<std::uint32_t>(p.constants.size()));
    for (const Constant& c : p.constants) write_constant(out, c);
}

Predicate read_predicate(ByteReader& in, std::size_t term_count) {
    Predicate p;
    p.left = in.below(term_count);
    p.op = in.enumerator(Op::exists);
    p.modifier = in.enumerator(Modifier::allof);
    p.quantifier = in.enumerator(lang::Quantifier::All);
    p.right_is_term = in.flag();
    p.right = in.below(p.right_is_term ? term_count : std::uint64_t{1} << 32);
    p.constants.resize(in.count(16));
    for (Constant& c : p.constants) c = read_constant(in);
    return p;
}

void write_node(ByteWriter& out, const CondNode& n) {
    out.enumerator(n.kind);
    out.number(n.predicate);
    write_indices(out, n.children);
}

CondNode read_node(ByteReader& in, std::size_t index, std::size_t predicate_count) {
    CondNode n;
    n.kind = in.enumerator(CondNode::Kind::Not);
    const bool is_predicate = n.kind == CondNode::Kind::Predicate;
    n.predicate = in.below(is_predicate ? predicate_count : std::uint64_t{1} << 32);
    n.children = read_indices(in, index);
    if (n.kind == CondNode::Kind::Not && n.children.size() != 1) in.fail();
    return n;
}

template <std::size_t N>
void write_bits(ByteWriter& out, const std::bitset<N>& bits) {
    for (std::size_t word = 0; word < N / 64; ++word) {
        std::uint64_t value = 0;
        for (std::size_t k = 0; k < 64; ++k) value |= std::uint64_t{bits[word * 64 + k]} << k;
        out.number(value);
    }
}

template <std::size_t N>
std::bitset<N> read_bits(ByteReader& in) {
    static_assert(N % 64 == 0);
    std::bitset<N> bits;
    for (std::size_t word = 0; word < N / 64; ++word) {
        const auto value = in.number<std::uint64_t>();
        for (std::size_t k = 0; k < 64; ++k) bits[word * 64 + k] = (value >> k & 1) != 0;
    }
    return bits;
}

}  // namespace

std::string write_program(const Program& program) {
    ByteWriter out;
    out.number(static_cast<std::uint32_t>(program.terms.size()));
    for (const Term& t : program.terms) write_term(out, t);
    out.number(static_cast<std::uint32_t>(program.predicates.size()));
    for (const Predicate& p : program.predicates) write_predicate(out, p);
    out.number(static_cast<std::uint32_t>(program.nodes.size()));
    for (const CondNode& n : program.nodes) write_node(out, n);
    out.number(static_cast<std::uint32_t>(program.conditions.size()));
    for (const Condition& c : program.conditions) {
        out.number(c.root);
        write_bits(out, c.events.events);
        write_bits(out, c.events.generic);
    }
    return out.take();
}

Result<Program> read_program(std::string_view bytes) {
    ByteReader in(bytes);
    Program program;
    const std::uint32_t terms = in.count(40);
    for (std::uint32_t k = 0; k < terms && in.ok(); ++k) program.terms.push_back(read_term(in, k));
    const std::uint32_t predicates = in.count(16);
    for (std::uint32_t k = 0; k < predicates && in.ok(); ++k) {
        program.predicates.push_back(read_predicate(in, terms));
    }
    const std::uint32_t nodes = in.count(8);
    for (std::uint32_t k = 0; k < nodes && in.ok(); ++k)
        program.nodes.push_back(read_node(in, k, predicates));
    const std::uint32_t conditions = in.count(4 + (REC_MAX_EVENTS + REC_MAX_SC) / 8);
    for (std::uint32_t k = 0; k < conditions && in.ok(); ++k) {
        Condition c;
        c.root = in.below(nodes);
        c.events.events = read_bits<REC_MAX_EVENTS>(in);
        c.events.generic = read_bits<REC_MAX_SC>(in);
        program.conditions.push_back(c);
    }
    if (!in.at_end()) return Error("damaged rule program");
    return program;
}

}  // namespace sensor::eval
