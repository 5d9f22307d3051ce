// SPDX-License-Identifier: Apache-2.0
// Condition tree to typed program. Each check becomes one predicate; boolean operators are built
// bottom-up with constants folded and duplicates dropped, beside them the events they may hold for.
#include "lang/check.hpp"

#include <map>
#include <unordered_set>

#include "lang/checker.hpp"
#include "lang/comparison.hpp"
#include "lang/event_set.hpp"
#include "lang/parse.hpp"

namespace sensor::lang {
namespace {

constexpr std::size_t kManyEqual = 64;

struct Built {
    std::uint32_t node = 0;
    TruthSets sets;
};

class Walker {
public:
    Walker(Program& program, std::vector<Problem>& problems)
        : program_(program), terms_(program, problems), comparisons_(terms_) {}

    bool failed() const { return failed_; }

    Built walk(const Node& node, unsigned depth) {
        if (depth > kMaxTreeDepth) {
            if (!failed_)
                terms_.error(node.pos, "nested more than " + std::to_string(kMaxTreeDepth) +
                                           " levels deep, macros included");
            failed_ = true;
            return constant(true);
        }
        switch (node.kind) {
            case Node::Kind::Check: return check(node);
            case Node::Kind::Not: return negate(walk(*node.children.front(), depth + 1));
            case Node::Kind::And:
            case Node::Kind::Or: return combine(node, depth);
            case Node::Kind::Macro: break;
        }
        terms_.error(node.pos, "undefined macro '" + node.macro + "'");
        failed_ = true;
        return constant(true);
    }

private:
    Built constant(bool value) {
        CondNode made;
        made.kind = value ? CondNode::Kind::True : CondNode::Kind::False;
        Built built{program_.add_node(std::move(made)), {}};
        (value ? built.sets.yes : built.sets.no) = EventSet::all();
        return built;
    }

    Built check(const Node& node) {
        const std::optional<Comparison> comparison = comparisons_.build(node);
        if (!comparison) {
            failed_ = true;
            return constant(true);
        }
        if (comparison->always) return constant(*comparison->always);
        CondNode made;
        made.kind = CondNode::Kind::Predicate;
        made.predicate = program_.add_predicate(comparison->predicate);
        return {program_.add_node(std::move(made)), comparison->sets};
    }

    Built negate(Built inner) {
        std::swap(inner.sets.yes, inner.sets.no);
        const CondNode& node = program_.nodes[inner.node];
        CondNode made;
        switch (node.kind) {
            case CondNode::Kind::True: made.kind = CondNode::Kind::False; break;
            case CondNode::Kind::False: made.kind = CondNode::Kind::True; break;
            case CondNode::Kind::Not: inner.node = node.children.front(); return inner;
            default: made.kind = CondNode::Kind::Not; made.children.push_back(inner.node);
        }
        inner.node = program_.add_node(std::move(made));
        return inner;
    }

    Built combine(const Node& node, unsigned depth) {
        const bool conjunction = node.kind == Node::Kind::And;
        CondNode made;
        made.kind = conjunction ? CondNode::Kind::And : CondNode::Kind::Or;
        Built result;
        (conjunction ? result.sets.yes : result.sets.no) = EventSet::all();
        bool decided = false;
        Seen seen;
        for (const NodePtr& child : node.children) {
            const Built part = walk(*child, depth + 1);
            EventSet& narrowed = conjunction ? result.sets.yes : result.sets.no;
            EventSet& widened = conjunction ? result.sets.no : result.sets.yes;
            narrowed = both(narrowed, conjunction ? part.sets.yes : part.sets.no);
            widened = either(widened, conjunction ? part.sets.no : part.sets.yes);
            decided = append(made, part.node, seen) || decided;
        }
        if (decided) return constant(!conjunction);
        if (made.children.empty()) return constant(conjunction);
        if (!conjunction && made.children.size() >= kManyEqual) merge_equal(made);
        result.node =
            made.children.size() == 1 ? made.children.front() : program_.add_node(std::move(made));
        return result;
    }

    using Seen = std::unordered_set<std::uint32_t>;

    /// Adds a part to an And or Or, unless it says nothing new.
    /// out: true if the part decides the whole (False in And, True in Or)
    bool append(CondNode& whole, std::uint32_t part, Seen& seen) {
        const bool conjunction = whole.kind == CondNode::Kind::And;
        const CondNode::Kind kind = program_.nodes[part].kind;
        if (kind == CondNode::Kind::True || kind == CondNode::Kind::False) {
            return (kind == CondNode::Kind::True) != conjunction;
        }
        const std::vector<std::uint32_t> parts =
            kind == whole.kind ? program_.nodes[part].children : std::vector<std::uint32_t>{part};
        for (const std::uint32_t p : parts) {
            if (seen.insert(p).second) whole.children.push_back(p);
        }
        return false;
    }

    /// The predicate of a node that is `x = a` or `x in (...)`, nullptr if it is none.
    const Predicate* equality(std::uint32_t node) const {
        const CondNode& n = program_.nodes[node];
        if (n.kind != CondNode::Kind::Predicate) return nullptr;
        const Predicate& p = program_.predicates[n.predicate];
        const bool plain = p.modifier == Modifier::none && !p.right_is_term &&
                           (p.op == Op::eq || p.op == Op::in) && !program_.terms[p.left].is_list &&
                           !p.constants.empty() && p.constants.front().kind != Kind::Double;
        return plain ? &p : nullptr;
    }

    /// Very many `x = a or x = b ...` become `x in (a, b, ...)`, which is looked up and not tried
    /// in turn. Few stay as they are: other rules may share them.
    void merge_equal(CondNode& whole) {
        std::map<std::pair<std::uint32_t, Quantifier>, std::vector<Constant>> values;
        for (const std::uint32_t child : whole.children) {
            if (const Predicate* p = equality(child)) {
                std::vector<Constant>& all = values[{p->left, p->quantifier}];
                all.insert(all.end(), p->constants.begin(), p->constants.end());
            }
        }
        const auto is_merged = [&](std::uint32_t child) {
            const Predicate* p = equality(child);
            return p != nullptr && values.at({p->left, p->quantifier}).size() >= kManyEqual;
        };
        std::erase_if(whole.children, is_merged);
        for (auto& [left, constants] : values) {
            if (constants.size() < kManyEqual) continue;
            Predicate p;
            p.left = left.first;
            p.op = Op::in;
            p.quantifier = left.second;
            p.constants = std::move(constants);
            sort_constants(p.constants);
            CondNode node;
            node.kind = CondNode::Kind::Predicate;
            node.predicate = program_.add_predicate(std::move(p));
            whole.children.push_back(program_.add_node(std::move(node)));
        }
    }

    Program& program_;
    TermBuilder terms_;
    Comparisons comparisons_;
    bool failed_ = false;
};

}  // namespace

Checked check_condition(const Node& root, Program& program) {
    Checked checked;
    Walker walker(program, checked.problems);
    const Built built = walker.walk(root, 0);
    checked.ok = !walker.failed();
    checked.root = built.node;
    checked.events = built.sets.yes;
    // Asynchronous events carry names of their own, so they are always offered to rules.
    if (checked.events.any())
        checked.events.events.set(static_cast<std::size_t>(EventType::asyncevent));
    return checked;
}

CheckedTerm check_output_term(std::string_view text, Program& program) {
    CheckedTerm checked;
    const OperandResult parsed = parse_expression(text);
    if (!parsed.operand) {
        checked.message = parsed.error->message;
        return checked;
    }
    std::vector<Problem> problems;
    TermBuilder terms(program, problems);
    const std::optional<TermUse> use = terms.build(*parsed.operand);
    for (const Problem& problem : problems) {
        if (problem.severity == Severity::Error) {
            checked.message = problem.message;
            checked.hint = problem.hint;
            checked.unknown_field = problem.unknown_filter;
        } else {
            checked.warnings.push_back(problem);
        }
    }
    checked.ok = use.has_value();
    if (use) checked.term = use->term;
    return checked;
}

}  // namespace sensor::lang
