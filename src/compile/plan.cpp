// SPDX-License-Identifier: Apache-2.0
#include "compile/plan.hpp"

#include <algorithm>
#include <utility>

namespace sensor::compile {
namespace {

using lang::CondNode;
using lang::Constant;
using lang::Predicate;
using lang::Program;
using lang::Term;

constexpr std::size_t kMostInline = 256;     // constants of one `in` turned into code
constexpr std::size_t kMostInlineText = 32;  // bytes; a longer comparison is shared
constexpr double kRemember = 6;  // cost from which a shared result is worth a memory cell

bool is_event_type(const Term& term) {
    return term.kind == Term::Kind::Field && term.field.id == FieldId::evt_type &&
           term.field.arg.kind == FieldArg::Kind::None;
}

bool all_of_kind(const Predicate& p, Kind kind) {
    return std::all_of(p.constants.begin(), p.constants.end(),
                       [kind](const Constant& c) { return c.kind == kind; });
}

bool all_text(const Predicate& p) {
    return std::all_of(p.constants.begin(), p.constants.end(), [](const Constant& c) {
        return c.kind == Kind::Text || c.kind == Kind::Bytes;
    });
}

bool all_numbers(const Predicate& p) {
    return all_of_kind(p, Kind::Int) || all_of_kind(p, Kind::Uint) || all_of_kind(p, Kind::Bool);
}

Form form_of_single(const Predicate& p) {
    if (p.constants.size() != 1) return Form::Call;
    switch (p.op) {
        case Op::eq:
        case Op::ne: return all_text(p) ? Form::Text : all_numbers(p) ? Form::Number : Form::Call;
        case Op::startswith:
        case Op::endswith: return all_text(p) ? Form::Text : Form::Call;
        case Op::lt:
        case Op::le:
        case Op::gt:
        case Op::ge: return all_numbers(p) ? Form::Number : Form::Call;
        default: return Form::Call;
    }
}

Form form_of(const Program& program, const Predicate& p) {
    if (p.op == Op::exists)
        return p.quantifier == lang::Quantifier::One ? Form::Exists : Form::Call;
    if (p.right_is_term) return Form::Call;
    if (is_event_type(program.terms[p.left]) && p.op != Op::regex) return Form::EventType;
    if (p.quantifier != lang::Quantifier::One || p.modifier != Modifier::none) return Form::Call;
    if (p.op != Op::in && p.op != Op::intersects) return form_of_single(p);
    if (p.constants.empty() || p.constants.size() > kMostInline) return Form::Call;
    if (all_text(p)) return Form::TextIn;
    return all_numbers(p) ? Form::NumberIn : Form::Call;
}

double field_cost(const FieldRef& field) {
    const FieldInfo& info = field_info(field.id);
    if ((info.flags & (field_flag::ANY_ANCESTOR | field_flag::LIST)) != 0) return 20;
    switch (field.id) {
        case FieldId::evt_args:
        case FieldId::evt_arg: return 30;
        default: break;
    }
    switch (info.cls) {
        case FieldClass::FDLIST: return 60;
        case FieldClass::FS_PATH:
        case FieldClass::CONTAINER:
        case FieldClass::K8S: return 15;
        default: return 4;
    }
}

double term_cost(const Program& program, std::uint32_t k) {
    const Term& term = program.terms[k];
    if (term.kind == Term::Kind::Field) return field_cost(term.field);
    double cost = term.kind == Term::Kind::Constant ? 1 : 25;
    for (const std::uint32_t arg : term.args) cost += term_cost(program, arg);
    return cost;
}

double operator_cost(Op op) {
    switch (op) {
        case Op::regex: return 150;
        case Op::icontains: return 60;
        case Op::glob:
        case Op::iglob:
        case Op::pmatch: return 50;
        case Op::contains:
        case Op::bcontains: return 25;
        default: return 10;
    }
}

double predicate_cost(const Program& program, const Predicate& p, Form form) {
    switch (form) {
        case Form::EventType: return 1;
        case Form::Exists:
        case Form::Number: return 1 + term_cost(program, p.left) / 4;
        case Form::NumberIn:
        case Form::Text: return 2 + term_cost(program, p.left) / 4;
        case Form::TextIn: return 4 + term_cost(program, p.left) / 4;
        case Form::Call: break;
    }
    const double many = p.modifier == Modifier::none ? 1 : static_cast<double>(p.constants.size());
    const double right = p.right_is_term ? term_cost(program, p.right) : 0;
    return term_cost(program, p.left) + right + operator_cost(p.op) * std::max(many, 1.0);
}

double predicate_likely(const Predicate& p) {
    switch (p.op) {
        case Op::eq: return 0.08;
        case Op::ne: return 0.92;
        case Op::exists: return 0.8;
        case Op::in:
        case Op::intersects:
        case Op::pmatch: return 0.15;
        case Op::lt:
        case Op::le:
        case Op::gt:
        case Op::ge: return 0.5;
        default: return 0.1;
    }
}

/// The order that makes a chain cheapest: cost per chance to end it.
void order_chain(NodePlan& plan, const std::vector<NodePlan>& nodes, bool ends_when) {
    const auto rank = [&](std::uint32_t k) {
        const double ends = ends_when ? nodes[k].likely : 1 - nodes[k].likely;
        return nodes[k].cost / std::max(ends, 0.001);
    };
    std::sort(plan.children.begin(), plan.children.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::pair(rank(a), a) < std::pair(rank(b), b);
    });
    double reached = 1;
    for (const std::uint32_t k : plan.children) {
        plan.cost += reached * nodes[k].cost;
        reached *= ends_when ? 1 - nodes[k].likely : nodes[k].likely;
    }
    plan.likely = ends_when ? 1 - reached : reached;
}

void estimate(const Program& program, Plan& plan, std::size_t index) {
    const CondNode& node = program.nodes[index];
    NodePlan& n = plan.nodes[index];
    switch (node.kind) {
        case CondNode::Kind::True: n.likely = 1; break;
        case CondNode::Kind::False: n.likely = 0; break;
        case CondNode::Kind::Predicate: {
            const Predicate& p = program.predicates[node.predicate];
            n.cost = predicate_cost(program, p, plan.forms[node.predicate]);
            n.likely = predicate_likely(p);
            break;
        }
        case CondNode::Kind::Not:
            n.cost = plan.nodes[node.children.front()].cost;
            n.likely = 1 - plan.nodes[node.children.front()].likely;
            break;
        case CondNode::Kind::And:
        case CondNode::Kind::Or:
            n.children = node.children;
            order_chain(n, plan.nodes, node.kind == CondNode::Kind::Or);
            break;
    }
}

bool worth_remembering(const Program& program, const Plan& plan, std::size_t index) {
    const CondNode& node = program.nodes[index];
    if (node.kind == CondNode::Kind::And || node.kind == CondNode::Kind::Or) {
        return plan.nodes[index].cost >= kRemember || node.children.size() > 4;
    }
    if (node.kind != CondNode::Kind::Predicate) return false;
    const Predicate& p = program.predicates[node.predicate];
    switch (plan.forms[node.predicate]) {
        case Form::Call: return true;
        case Form::Text: return p.constants.front().bytes.size() > kMostInlineText;
        case Form::TextIn:
        case Form::NumberIn: return p.constants.size() > 2;
        default: return false;
    }
}

/// Counts the places that will ask for each node, from the roots down; children have smaller
/// indices, so a node's count is complete when it is reached.
void count_sites(const Program& program, Plan& plan) {
    for (const lang::Condition& condition : program.conditions) ++plan.nodes[condition.root].sites;
    for (std::size_t k = plan.nodes.size(); k-- > 0;) {
        NodePlan& n = plan.nodes[k];
        n.remembered = n.sites > 1 && worth_remembering(program, plan, k);
        const std::uint32_t copies = n.remembered ? 1 : n.sites;
        if (copies == 0) continue;
        for (const std::uint32_t child : program.nodes[k].children)
            plan.nodes[child].sites += copies;
    }
}

}  // namespace

Plan make_plan(const Program& program, Effort effort) {
    Plan plan;
    for (const Predicate& p : program.predicates) plan.forms.push_back(form_of(program, p));
    plan.nodes.resize(program.nodes.size());
    for (std::size_t k = 0; k < program.nodes.size(); ++k) estimate(program, plan, k);
    if (effort == Effort::Quick) {
        for (Form& form : plan.forms) {
            if (form != Form::EventType) form = Form::Call;
        }
    }
    count_sites(program, plan);
    return plan;
}

}  // namespace sensor::compile
