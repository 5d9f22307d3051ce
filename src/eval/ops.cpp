// SPDX-License-Identifier: Apache-2.0
#include "eval/ops.hpp"

#include "eval/compare.hpp"
#include "eval/glob.hpp"

namespace sensor::eval {
namespace {

using lang::Quantifier;

/// `value OP constant` for one single value.
bool satisfies(Op op, const Value& value, const Operand& operand, fields::Arena* arena) noexcept {
    if (op == Op::regex) {
        return is_textual(value) && operand.regex.has_value() &&
               operand.regex->matches(value.text(), arena);
    }
    if (op == Op::glob || op == Op::iglob) {
        return is_textual(value) && operand.glob != nullptr && operand.glob->matches(value.text());
    }
    if (operand.is_net && (op == Op::eq || op == Op::ne)) {
        return in_net(value, operand.value, operand.prefix) == (op == Op::eq);
    }
    return compare(op, value, operand.value);
}

/// The same where the right side is a value of the event.
bool satisfies_value(Op op, const Value& value, const Value& right) noexcept {
    if (op == Op::glob || op == Op::iglob) {
        return is_textual(value) && is_textual(right) &&
               glob_match(right.text(), value.text(), op == Op::iglob);
    }
    return compare(op, value, right);
}

bool is_member(const PreparedPredicate& p, const Value& value, const Value* right) noexcept {
    if (right == nullptr) return p.set != nullptr && p.set->contains(value);
    if (right->kind != Kind::List) return equal(value, *right);
    for (std::uint32_t k = 0; k < right->len; ++k) {
        if (equal(value, right->list()[k])) return true;
    }
    return false;
}

/// A list value: `in` asks for all elements (true for none), `intersects` for any.
bool list_membership(const PreparedPredicate& p, const Value& left, const Value* right) noexcept {
    const bool all = p.op == Op::in;
    for (std::uint32_t k = 0; k < left.len; ++k) {
        if (is_member(p, left.list()[k], right) != all) return !all;
    }
    return all;
}

bool decide(Modifier modifier, std::size_t hits, std::size_t size) noexcept {
    switch (modifier) {
        case Modifier::oneof: return hits == 1;
        case Modifier::anyof: return hits != 0;
        default: return size != 0 && hits == size;
    }
}

bool with_modifier(const PreparedPredicate& p, const Value& left, const Value* right,
                   fields::Arena* arena) noexcept {
    std::size_t hits = 0;
    if (right == nullptr) {
        for (const Operand& operand : p.operands)
            hits += satisfies(p.op, left, operand, arena) ? 1 : 0;
        return decide(p.modifier, hits, p.operands.size());
    }
    const bool list = right->kind == Kind::List;
    const Value* values = list ? right->list() : right;
    const std::size_t size = list ? right->len : 1;
    for (std::size_t k = 0; k < size; ++k) hits += satisfies_value(p.op, left, values[k]) ? 1 : 0;
    return decide(p.modifier, hits, size);
}

/// One value (or one list taken as a whole).
bool holds_once(const PreparedPredicate& p, const Value& left, const Value* right,
                fields::Arena* arena) noexcept {
    if (p.modifier != Modifier::none) return with_modifier(p, left, right, arena);
    switch (p.op) {
        case Op::in:
        case Op::intersects:
            return left.kind == Kind::List ? list_membership(p, left, right)
                                           : is_member(p, left, right);
        case Op::pmatch:
            return p.trie != nullptr && is_textual(left) && p.trie->matches(left.text());
        case Op::exists: return true;
        default: break;
    }
    if (right != nullptr) return satisfies_value(p.op, left, *right);
    return !p.operands.empty() && satisfies(p.op, left, p.operands.front(), arena);
}

}  // namespace

Value to_value(const lang::Constant& constant) noexcept {
    Value v;
    v.kind = constant.kind;
    switch (constant.kind) {
        case Kind::Text:
        case Kind::Bytes:
        case Kind::Ip4:
        case Kind::Ip6:
            v.bits = reinterpret_cast<std::uintptr_t>(constant.bytes.data());
            v.len = static_cast<std::uint32_t>(constant.bytes.size());
            break;
        default: v.bits = constant.bits; break;
    }
    return v;
}

Result<PreparedPredicate> prepare(const lang::Predicate& predicate) {
    PreparedPredicate p;
    p.op = predicate.op == Op::eq1 ? Op::eq : predicate.op;
    p.modifier = predicate.modifier;
    p.quantifier = predicate.quantifier;
    if (predicate.right_is_term) return p;
    if (p.op == Op::in || p.op == Op::intersects)
        p.set = std::make_unique<ValueSet>(predicate.constants);
    if (p.op == Op::pmatch) {
        p.trie = std::make_unique<PathTrie>();
        for (const lang::Constant& c : predicate.constants) p.trie->add(c.bytes);
        p.trie->finish();
    }
    if (p.modifier == Modifier::none && (p.set != nullptr || p.trie != nullptr)) return p;
    p.operands.reserve(predicate.constants.size());
    for (const lang::Constant& c : predicate.constants) {
        Operand operand;
        operand.value = to_value(c);
        operand.is_net = c.is_net;
        operand.prefix = c.prefix;
        if (p.op == Op::regex) {
            SENSOR_TRY(operand.regex, Regex::compile(c.bytes));
        }
        if ((p.op == Op::glob || p.op == Op::iglob) && is_textual(operand.value))
            operand.glob = std::make_unique<GlobPattern>(c.bytes, p.op == Op::iglob);
        p.operands.push_back(std::move(operand));
    }
    return p;
}

bool holds(const PreparedPredicate& p, const Value& left, const Value* right,
           fields::Arena* arena) noexcept {
    if (p.quantifier == Quantifier::One || left.kind != Kind::List)
        return holds_once(p, left, right, arena);
    const bool all = p.quantifier == Quantifier::All;
    for (std::uint32_t k = 0; k < left.len; ++k) {
        const Value& element = left.list()[k];
        if ((element.present() && holds_once(p, element, right, arena)) != all) return !all;
    }
    return all && left.len != 0;
}

}  // namespace sensor::eval
