// SPDX-License-Identifier: Apache-2.0
#include "lang/comparison.hpp"

#include <algorithm>
#include <tuple>

#include "lang/literal.hpp"
#include "lang/similar.hpp"
#include "lang/tree.hpp"
#include "lang/value_hint.hpp"

namespace sensor::lang {
namespace {

using namespace field_flag;

bool is_event_type(const TermUse& use) {
    return use.field == FieldId::evt_type || use.field == FieldId::syscall_type;
}

bool is_host_name(FieldId id) {
    return id == FieldId::fd_cip_name || id == FieldId::fd_sip_name || id == FieldId::fd_lip_name ||
           id == FieldId::fd_rip_name;
}

bool is_equality(Op op) { return op == Op::eq || op == Op::eq1 || op == Op::ne; }
bool is_membership(Op op) { return op == Op::in || op == Op::intersects; }

std::string named(Op op) { return "operator '" + std::string(op_info(op).text) + "'"; }

std::string kind_of(const TermUse& use) {
    return (use.is_list ? "a list of " : "values of type ") + std::string(to_text(use.type));
}

bool list_element_ok(ParamType type) {
    switch (type) {
        case ParamType::CHARBUF:
        case ParamType::UINT64:
        case ParamType::RELTIME:
        case ParamType::ABSTIME:
        case ParamType::BOOL:
        case ParamType::IPADDR:
        case ParamType::IPNET: return true;
        default: return false;
    }
}

bool before(const Constant& a, const Constant& b) {
    return std::tie(a.kind, a.bits, a.prefix, a.bytes) <
           std::tie(b.kind, b.bits, b.prefix, b.bytes);
}

/// evt.num counts from 1, so some comparisons with it are decided.
std::optional<bool> fold_event_number(const Predicate& p) {
    const std::vector<Constant>& c = p.constants;
    if (p.modifier != Modifier::none || p.right_is_term) return std::nullopt;
    if (p.op == Op::in) {
        const bool hopeless =
            std::all_of(c.begin(), c.end(), [](const Constant& k) { return k.bits == 0; });
        return hopeless ? std::optional<bool>(false) : std::nullopt;
    }
    if (c.size() != 1) return std::nullopt;
    const std::uint64_t n = c.front().bits;
    switch (p.op) {
        case Op::eq: return n == 0 ? std::optional<bool>(false) : std::nullopt;
        case Op::ne:
        case Op::gt: return n == 0 ? std::optional<bool>(true) : std::nullopt;
        case Op::lt: return n <= 1 ? std::optional<bool>(false) : std::nullopt;
        case Op::le: return n == 0 ? std::optional<bool>(false) : std::nullopt;
        case Op::ge: return n <= 1 ? std::optional<bool>(true) : std::nullopt;
        default: return std::nullopt;
    }
}

/// A single value is never in an empty list: lists that sites fill are often empty.
std::optional<bool> fold_membership(const TermUse& left, const Predicate& p) {
    const bool membership = p.op == Op::in || p.op == Op::intersects;
    if (!membership || left.is_list || p.right_is_term || !p.constants.empty()) return std::nullopt;
    return false;
}

/// evt.dir, which is "<" of every event that is judged.
std::optional<bool> fold_direction(const Predicate& p) {
    const bool plain = p.modifier == Modifier::none && !p.right_is_term;
    if (!plain || (p.op != Op::eq && p.op != Op::ne && p.op != Op::in)) return std::nullopt;
    const bool exit = std::any_of(p.constants.begin(), p.constants.end(),
                                  [](const Constant& c) { return c.bytes == "<"; });
    return exit == (p.op != Op::ne);
}

std::optional<bool> fold(const TermUse& left, const Predicate& p) {
    if (left.field == FieldId::evt_num) return fold_event_number(p);
    if (left.field == FieldId::evt_dir) return fold_direction(p);
    return fold_membership(left, p);
}

/// What a check of evt.type or syscall.type says about the event.
TruthSets event_type_sets(const TermUse& left, const Predicate& p) {
    std::vector<std::string_view> names;
    for (const Constant& c : p.constants) names.push_back(c.bytes);
    const bool syscall_only = left.field == FieldId::syscall_type;
    const bool single = p.modifier == Modifier::none;
    if ((p.op == Op::eq && single) || p.op == Op::in) return event_named(names, true, syscall_only);
    const bool none_of = single || (p.modifier == Modifier::allof && !names.empty());
    if (p.op == Op::ne && none_of) return event_named(names, false, syscall_only);
    return any_event();
}

/// Plugin fields of old rule files, where "<NA>" was a value like any other.
bool is_unsafe_na_check(const Node& node) {
    const std::string& name = node.left.field.name;
    if (node.left.kind != Operand::Kind::Field ||
        !(name.starts_with("ka.") || name.starts_with("jevt.")))
        return false;
    if (!node.right || !(is_equality(node.op) || is_membership(node.op) || node.op == Op::pmatch))
        return false;
    const auto is_na = [](const Operand& o) {
        return o.kind == Operand::Kind::Text && o.text == "<NA>";
    };
    return is_na(*node.right) ||
           std::any_of(node.right->items.begin(), node.right->items.end(), is_na);
}

}  // namespace

void sort_constants(std::vector<Constant>& constants) {
    std::sort(constants.begin(), constants.end(), before);
    constants.erase(std::unique(constants.begin(), constants.end()), constants.end());
}

std::optional<Comparison> Comparisons::build(const Node& node) {
    if (is_unsafe_na_check(node)) {
        terms_.warning("LOAD_UNSAFE_NA_CHECK", node.pos,
                       "comparing " + to_text(node.left) + " with <NA> is unsafe: use 'exists'");
    }
    const std::optional<TermUse> left = terms_.build(node.left);
    if (!left) return std::nullopt;
    if (node.left.kind == Operand::Kind::Transform &&
        TermBuilder::transforms_event_type(node.left)) {
        terms_.error(node.left.pos,
                     "evt.type and syscall.type cannot be transformed in a condition");
        return std::nullopt;
    }
    if (!operator_fits(node, *left)) return std::nullopt;
    Comparison made;
    made.sets = any_event();
    Predicate& p = made.predicate;
    p.left = left->term;
    p.op = node.op == Op::eq1 ? Op::eq : node.op;
    p.modifier = node.modifier;
    if (node.right) {
        const bool is_term = node.right->kind == Operand::Kind::Field ||
                             node.right->kind == Operand::Kind::Transform;
        if (is_term ? !right_term(node, *left, p) : !right_constants(node, *left, p))
            return std::nullopt;
    }
    canonical(*left, p);
    made.always = fold(*left, p);
    if (left->field == FieldId::evt_dir && made.always == false) {
        terms_.retract_warning(node.left.pos);  // says less
        terms_.warning("LOAD_DEPRECATED_ITEM", node.pos,
                       to_text(node) + " never holds: a call is one event, and its evt.dir is <",
                       "leave the check out, results and arguments are there together");
    }
    if (is_event_type(*left) && !p.right_is_term) made.sets = event_type_sets(*left, p);
    return made;
}

bool Comparisons::operator_fits(const Node& node, const TermUse& left) {
    if ((left.flags & PRINT_ONLY) != 0) {
        terms_.error(node.left.pos,
                     "the field " + to_text(node.left) + " can only be used in outputs");
        return false;
    }
    if (node.op == Op::exists) return true;
    const std::string subject = to_text(node.left) + " yields " + kind_of(left);
    if (left.is_list) {
        if (!is_membership(node.op) || !list_element_ok(left.type)) {
            terms_.error(node.op_pos, named(node.op) + " cannot be used here: " + subject,
                         "lists take 'in', 'intersects' and 'exists'");
            return false;
        }
        return true;
    }
    if ((op_info(node.op).types & type_class_of(left.type)) == 0) {
        std::string fitting;
        for (const OpInfo& op : all_ops()) {
            const bool fits = op.op == Op::exists || (op.types & type_class_of(left.type)) != 0;
            if (fits) fitting += (fitting.empty() ? "" : " ") + std::string(op.text);
        }
        terms_.error(node.op_pos, named(node.op) + " cannot be used here: " + subject,
                     "operators that fit: " + fitting);
        return false;
    }
    if (is_host_name(left.field) && !is_equality(node.op) && node.op != Op::in) {
        terms_.error(node.op_pos, named(node.op) + " cannot be used with " + to_text(node.left),
                     "it takes = == != in exists");
        return false;
    }
    return true;
}

bool Comparisons::right_term(const Node& node, const TermUse& left, Predicate& predicate) {
    const Operand& operand = *node.right;
    const auto refuse = [&](const std::string& why) {
        terms_.error(operand.pos, why);
        return false;
    };
    if (is_event_type(left) || TermBuilder::transforms_event_type(operand)) {
        return refuse("evt.type and syscall.type cannot be compared with a field");
    }
    const std::optional<TermUse> right = terms_.build(operand);
    if (!right) return false;
    if (node.op == Op::pmatch || node.op == Op::regex || node.op == Op::bcontains ||
        node.op == Op::bstartswith) {
        return refuse(named(node.op) + " needs a constant on its right side");
    }
    if (((left.flags | right->flags) & (NO_RHS | PRINT_ONLY)) != 0) {
        const bool on_left = (left.flags & NO_RHS) != 0;
        return refuse("the field " + to_text(on_left ? node.left : operand) +
                      " cannot be compared with another field");
    }
    if (type_class_of(left.type) == type_class::NET)
        return refuse("networks cannot be compared with a field");
    const bool lists_fit =
        left.is_list == right->is_list || (is_membership(node.op) && right->is_list);
    if (left.type != right->type || !lists_fit) {
        return refuse(to_text(node.left) + " yields " + kind_of(left) + ", but " +
                      to_text(operand) + " yields " + kind_of(*right));
    }
    predicate.right_is_term = true;
    predicate.right = right->term;
    return true;
}

bool Comparisons::check_value(const Node& node, const TermUse& left, const Operand& value) {
    if (is_event_type(left) && left.field == FieldId::evt_type && !is_event_name(value.text)) {
        terms_.unknown(value.pos, "unknown event type '" + value.text + "'",
                       did_you_mean(value.text, event_names()));
        return false;
    }
    if (left.field == FieldId::syscall_type && syscall_info(value.text) == nullptr) {
        terms_.warning(kConditionWarning, value.pos,
                       "there is no system call '" + value.text + "': this never holds",
                       did_you_mean(value.text, event_names()));
    }
    if (type_class_of(left.type) != type_class::TEXT) return true;
    warn_of_text(node, value);
    if (node.op != Op::regex) return true;
    if (const std::string wrong = regex_error(value.text); !wrong.empty()) {
        terms_.error(value.pos,
                     "invalid regular expression " + quote_if_needed(value.text) + ": " + wrong,
                     regex_hint(node, value.text));
        return false;
    }
    if (is_simple_regex(value.text)) {
        terms_.warning(kConditionWarning, value.pos,
                       "regular expression " + quote_if_needed(value.text) +
                           " may be optimized with simpler operators",
                       "see startswith, endswith, contains, =");
    }
    return true;
}

/// Texts that are allowed and most likely not meant.
void Comparisons::warn_of_text(const Node& node, const Operand& value) {
    if (const std::string misused = misused_text(value.text); !misused.empty())
        terms_.warning(kConditionWarning, value.pos, misused,
                       "to compare with a field write val(" + value.text + ")");
    if (value.quoted) return;
    if (std::string hint = typographic_quotes_hint(value.text); !hint.empty())
        terms_.warning(kConditionWarning, value.pos, "typographic quotes in " + value.text,
                       std::move(hint));
    if (std::string hint = flag_hint(node, value.text); !hint.empty())
        terms_.warning(kConditionWarning, value.pos,
                       to_text(node.left) + " never holds '" + value.text + "'", std::move(hint));
}

bool Comparisons::right_constants(const Node& node, const TermUse& left, Predicate& predicate) {
    const LiteralType type{left.type, left.field == FieldId::evt_rawarg};
    bool ok = true;
    const auto add = [&](const Operand& value) {
        if (!check_value(node, left, value)) {
            ok = false;
            return;
        }
        Result<Constant> constant = parse_literal(type, node.op, value.text);
        if (!constant) {
            terms_.error(value.pos,
                         "invalid value for " + to_text(node.left) + ": " + constant.error().text,
                         value_hint(node, left, value.text));
            ok = false;
            return;
        }
        predicate.constants.push_back(*std::move(constant));
    };
    if (node.right->kind == Operand::Kind::List) {
        std::for_each(node.right->items.begin(), node.right->items.end(), add);
    } else {
        add(*node.right);
    }
    return ok;
}

void Comparisons::canonical(const TermUse& left, Predicate& p) {
    // Several spellings of "is one of" become one, so that they share a predicate.
    const bool any_equal = p.modifier == Modifier::anyof && p.op == Op::eq;
    const bool intersects = p.op == Op::intersects && !left.is_list;
    if (any_equal || intersects) {
        p.op = Op::in;
        p.modifier = Modifier::none;
    }
    if (p.op == Op::in && !p.right_is_term) sort_constants(p.constants);
    const bool ancestors = (left.flags & ANY_ANCESTOR) != 0 && left.arg == FieldArg::Kind::None;
    if (ancestors) p.quantifier = Quantifier::Any;
    if ((left.flags & EITHER_END) != 0)
        p.quantifier = p.op == Op::ne ? Quantifier::All : Quantifier::Any;
}

}  // namespace sensor::lang
