// SPDX-License-Identifier: Apache-2.0
// Single checks: what one says about another of the same field. A check that lists its values is
// tried on each of them with the sensor's own comparison; ranges and parts of texts go by form.
#include <algorithm>

#include "eval/compare.hpp"
#include "rulec/logic.hpp"

namespace sensor::rulec {
namespace {

using lang::Constant;
using lang::Predicate;

Value value_of(const Constant& c) {
    switch (c.kind) {
        case Kind::Text: return Value::of_text(c.bytes);
        case Kind::Bytes: return Value::of_bytes(c.bytes);
        case Kind::Ip4:
        case Kind::Ip6: return Value::of_ip(c.bytes);
        default: {
            Value value;
            value.bits = c.bits;
            value.kind = c.kind;
            return value;
        }
    }
}

bool is_single(const Predicate& p) { return p.constants.size() == 1; }
/// Names its values one by one.
bool lists_values(const Predicate& p) {
    return (p.op == Op::eq && is_single(p)) || (p.op == Op::in && !p.constants.empty());
}

bool is_below(Op op) { return op == Op::lt || op == Op::le; }
bool is_above(Op op) { return op == Op::gt || op == Op::ge; }
bool is_strict(Op op) { return op == Op::lt || op == Op::gt; }

bool compare(Op op, const Constant& left, const Constant& right) {
    return eval::compare(op, value_of(left), value_of(right));
}

bool range_implies(const Predicate& a, const Predicate& b) {
    const Constant& from = a.constants.front();
    const Constant& to = b.constants.front();
    const bool keeps_edge = is_strict(b.op) && !is_strict(a.op);
    if (is_below(a.op) && is_below(b.op)) return compare(keeps_edge ? Op::lt : Op::le, from, to);
    if (is_above(a.op) && is_above(b.op)) return compare(keeps_edge ? Op::gt : Op::ge, from, to);
    if (b.op != Op::ne) return false;
    if (is_below(a.op)) return compare(is_strict(a.op) ? Op::ge : Op::gt, to, from);
    return compare(is_strict(a.op) ? Op::le : Op::lt, to, from);
}

bool ranges_disjoint(const Predicate& a, const Predicate& b) {
    if (is_above(a.op) && is_below(b.op)) return ranges_disjoint(b, a);
    if (!is_below(a.op) || !is_above(b.op)) return false;
    const bool touch = !is_strict(a.op) && !is_strict(b.op);
    return compare(touch ? Op::lt : Op::le, a.constants.front(), b.constants.front());
}

bool part_implies(const Predicate& a, const Predicate& b) {
    const std::string& from = a.constants.front().bytes;
    const std::string& to = b.constants.front().bytes;
    if (a.op == Op::startswith && b.op == Op::startswith) return from.starts_with(to);
    if (a.op == Op::endswith && b.op == Op::endswith) return from.ends_with(to);
    if (b.op == Op::contains) return from.find(to) != std::string::npos;
    if (b.op != Op::ne) return false;
    bool known = true;
    return !holds_for(a, b.constants.front(), known) && known;
}

bool parts_disjoint(const Predicate& a, const Predicate& b) {
    const std::string& left = a.constants.front().bytes;
    const std::string& right = b.constants.front().bytes;
    if (a.op == Op::startswith && b.op == Op::startswith)
        return !left.starts_with(right) && !right.starts_with(left);
    if (a.op == Op::endswith && b.op == Op::endswith)
        return !left.ends_with(right) && !right.ends_with(left);
    return false;
}

bool is_range(const Predicate& p) { return (is_below(p.op) || is_above(p.op)) && is_single(p); }
bool is_part(const Predicate& p) {
    return (p.op == Op::startswith || p.op == Op::endswith || p.op == Op::contains) && is_single(p);
}

/// None, or every, value that `p` lists makes `other` hold.
bool each_value(const Predicate& p, const Predicate& other, bool wanted) {
    return std::all_of(p.constants.begin(), p.constants.end(), [&](const Constant& c) {
        bool known = true;
        return holds_for(other, c, known) == wanted && known;
    });
}

}  // namespace

bool is_plain(const lang::Program& program, const Predicate& p) {
    const lang::Term& term = program.terms[p.left];
    return !p.right_is_term && p.modifier == Modifier::none &&
           p.quantifier == lang::Quantifier::One && !term.is_list &&
           std::none_of(p.constants.begin(), p.constants.end(),
                        [](const Constant& c) { return c.is_net; });
}

bool holds_for(const Predicate& p, const Constant& value, bool& known) {
    known = true;
    const Value left = value_of(value);
    if (p.op == Op::exists) return true;
    if (p.op == Op::in) {
        return std::any_of(p.constants.begin(), p.constants.end(),
                           [&](const Constant& c) { return eval::equal(left, value_of(c)); });
    }
    switch (p.op) {
        case Op::eq:
        case Op::ne:
        case Op::lt:
        case Op::le:
        case Op::gt:
        case Op::ge:
        case Op::startswith:
        case Op::endswith:
        case Op::contains:
        case Op::icontains:
            if (is_single(p)) return eval::compare(p.op, left, value_of(p.constants.front()));
            break;
        default: break;
    }
    known = false;
    return false;
}

bool implies(const lang::Program& program, const Predicate& a, const Predicate& b) {
    if (a == b) return true;
    if (a.left != b.left) return false;
    if (b.op == Op::exists && b.quantifier == a.quantifier) return true;
    if (!is_plain(program, a) || !is_plain(program, b)) return false;
    if (lists_values(a)) return each_value(a, b, true);
    if (is_range(a) && is_single(b)) return range_implies(a, b);
    return is_part(a) && is_single(b) && part_implies(a, b);
}

bool disjoint(const lang::Program& program, const Predicate& a, const Predicate& b) {
    if (a.left != b.left || !is_plain(program, a) || !is_plain(program, b)) return false;
    if (lists_values(a)) return each_value(a, b, false);
    if (lists_values(b)) return each_value(b, a, false);
    if (is_range(a) && is_range(b)) return ranges_disjoint(a, b);
    return is_part(a) && is_part(b) && parts_disjoint(a, b);
}

}  // namespace sensor::rulec
