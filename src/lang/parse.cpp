// SPDX-License-Identifier: Apache-2.0
// Runs the grammar of grammar/condition.hpp over a text and turns PEGTL's parse tree into ours.
// PEGTL reports by exceptions; they end here.
#include "lang/parse.hpp"

#include "grammar/messages.hpp"
#include "lang/syntax_error.hpp"
#include "lang/text_index.hpp"
#include "lang/tree.hpp"

namespace sensor::lang {
namespace {

namespace g = sensor::grammar;
namespace peg = tao::pegtl;

struct Depth {
    unsigned now = 0;
};
struct TooDeep {
    std::size_t offset;
};

// Rules that every nesting goes through; the tree must keep them, others are not told of starts.
template <typename Rule>
inline constexpr bool nests = false;
template <>
inline constexpr bool nests<g::disjunction> = true;
template <>
inline constexpr bool nests<g::transform> = true;
template <>
inline constexpr bool nests<g::operand_list> = true;

/// Messages from the table, and a limit on nesting, as nesting is recursion.
template <typename Rule>
struct Control : peg::normal<Rule> {
    template <typename In, typename... States>
    [[noreturn]] static void raise(const In& in, States&&... /*unused*/) {
        static_assert(g::expected<Rule> != nullptr,
                      "grammar/messages.hpp has no row for this rule");
        throw peg::parse_error(g::expected<Rule>, in);
    }
    template <typename In>
    static void start(const In& in, Depth& depth) {
        if constexpr (nests<Rule>) {
            // The outermost is no nesting, and a transformer is only looked for.
            const unsigned most = kMaxNesting + (std::is_same_v<Rule, g::disjunction> ? 0 : 1);
            if (depth.now++ > most) throw TooDeep{in.byte()};
        }
    }
    template <typename In>
    static void success(const In& /*unused*/, Depth& depth) noexcept {
        if constexpr (nests<Rule>) --depth.now;
    }
    template <typename In>
    static void failure(const In& /*unused*/, Depth& depth) noexcept {
        if constexpr (nests<Rule>) --depth.now;
    }
};

// What the tree keeps; fold_one leaves out a level that holds a single thing.
template <typename Rule>
using Selector = peg::parse_tree::selector<
    Rule,
    peg::parse_tree::store_content::on<
        g::name, g::quoted, g::bare_argument, g::bare_text, g::hex_number, g::decimal_number,
        g::transformer_name, g::number_operator, g::text_operator, g::list_operator,
        g::unary_operator, g::modifier, g::plain_word, g::macro_name, g::not_word, g::field,
        g::transform, g::argument, g::operand_list, g::value_field, g::list, g::comparison,
        g::not_group>,
    peg::parse_tree::fold_one::on<g::negation, g::conjunction, g::disjunction>>;

using Tree = peg::parse_tree::node;

struct Parsed {
    std::unique_ptr<Tree> tree;
    std::optional<SyntaxError> error;
};

template <typename Rule>
Parsed run(std::string_view text) {
    Parsed parsed;
    try {
        peg::memory_input in(text.data(), text.size(), "");
        Depth depth;
        parsed.tree = peg::parse_tree::parse<Rule, Selector, peg::nothing, Control>(in, depth);
        if (!parsed.tree) parsed.error = SyntaxError{{}, "not a condition", {}};
    } catch (const peg::parse_error& error) {
        parsed.error = explain_syntax(text, error.positions().front().byte, error.message());
    } catch (const TooDeep& deep) {
        parsed.error =
            SyntaxError{TextIndex(text).at(deep.offset),
                        "nested more than " + std::to_string(kMaxNesting) + " levels deep",
                        "take parts out into macros"};
    } catch (const std::exception& error) {
        parsed.error = SyntaxError{{}, std::string("cannot parse: ") + error.what(), {}};
    }
    return parsed;
}

/// Parse tree to syntax tree. Only unescaping of quoted texts can still fail.
class Builder {
public:
    explicit Builder(std::string_view text) : index_(text) {}

    std::optional<SyntaxError> error;

    NodePtr node(const Tree& t) {
        if (t.is_type<g::disjunction>()) return many(t, Node::Kind::Or);
        if (t.is_type<g::conjunction>()) return many(t, Node::Kind::And);
        if (t.is_type<g::negation>() || t.is_type<g::not_group>()) return negation(t);
        auto made = std::make_unique<Node>();
        made->pos = at(t);
        if (t.is_type<g::macro_name>()) {
            made->kind = Node::Kind::Macro;
            made->macro = t.string();
            return made;
        }
        comparison(t, *made);
        return made;
    }

    Operand operand(const Tree& t) {
        Operand o;
        o.pos = at(t);
        if (t.is_type<g::field>()) {
            field(t, o);
        } else if (t.is_type<g::value_field>()) {
            field(*t.children.front(), o);
        } else if (t.is_type<g::transform>()) {
            transform(t, o);
        } else if (t.is_type<g::list>() || t.is_type<g::operand_list>()) {
            o.kind = Operand::Kind::List;
            for (const auto& item : t.children) o.items.push_back(operand(*item));
        } else if (t.is_type<g::hex_number>() || t.is_type<g::decimal_number>()) {
            o.kind = Operand::Kind::Number;
            o.text = t.string();
        } else {
            o.kind = Operand::Kind::Text;
            o.quoted = t.is_type<g::quoted>();
            o.text = o.quoted ? unescape(t) : t.string();
        }
        return o;
    }

private:
    TextPos at(const Tree& t) const { return index_.at(t.m_begin.byte); }

    NodePtr many(const Tree& t, Node::Kind kind) {
        auto made = std::make_unique<Node>();
        made->kind = kind;
        made->pos = at(t);
        for (const auto& child : t.children) made->children.push_back(node(*child));
        return made;
    }

    // Pairs of `not` cancel out.
    NodePtr negation(const Tree& t) {
        bool negated = false;
        const Tree* inner = &t;
        while (inner->is_type<g::negation>() || inner->is_type<g::not_group>()) {
            if (inner->is_type<g::not_group>()) {
                negated = !negated;
            } else if (inner->children.size() % 2 == 0) {
                negated = !negated;
            }
            inner = inner->children.back().get();
        }
        NodePtr operand = node(*inner);
        if (!negated) return operand;
        auto made = std::make_unique<Node>();
        made->kind = Node::Kind::Not;
        made->pos = at(t);
        made->children.push_back(std::move(operand));
        return made;
    }

    void comparison(const Tree& t, Node& made) {
        made.kind = Node::Kind::Check;
        std::size_t k = 0;
        made.left = operand(*t.children[k++]);
        const Tree& op = *t.children[k++];
        made.op_pos = at(op);
        for (const OpInfo& info : all_ops()) {
            if (info.text == op.string_view()) made.op = info.op;
        }
        if (k < t.children.size() && t.children[k]->is_type<g::modifier>()) {
            for (const Modifier m : {Modifier::oneof, Modifier::anyof, Modifier::allof}) {
                if (to_text(m) == t.children[k]->string_view()) made.modifier = m;
            }
            ++k;
        }
        if (k < t.children.size()) made.right = operand(*t.children[k]);
    }

    std::string argument(const Tree& t) {
        const Tree& inner = *t.children.front();
        return inner.is_type<g::quoted>() ? unescape(inner) : inner.string();
    }

    void field(const Tree& t, Operand& o) {
        o.kind = Operand::Kind::Field;
        o.field.name = t.children.front()->string();
        if (t.children.size() > 1) o.field.bracket = argument(*t.children[1]);
    }

    void transform(const Tree& t, Operand& o) {
        o.kind = Operand::Kind::Transform;
        for (const TransformerInfo& info : all_transformers()) {
            if (info.text == t.children.front()->string_view())
                o.transform.transformer = info.transformer;
        }
        for (std::size_t k = 1; k < t.children.size(); ++k) {
            const Tree& child = *t.children[k];
            if (child.is_type<g::argument>()) {
                o.transform.bracket = argument(child);
            } else {
                o.transform.args.push_back(operand(child));
            }
        }
    }

    std::string unescape(const Tree& t) {
        std::size_t bad = 0;
        std::optional<std::string> plain = unquote(t.string_view(), bad);
        if (plain) return *std::move(plain);
        if (!error) {
            const std::string escape(t.string_view().substr(bad, 2));
            error = SyntaxError{index_.at(t.m_begin.byte + bad),
                                "'" + escape + "' is not an escape sequence",
                                "for a backslash itself write two: '\\" + escape + "'"};
        }
        return {};
    }

    TextIndex index_;
};

}  // namespace

ParseResult parse_condition(std::string_view text) {
    ParseResult result;
    Parsed parsed = run<g::condition>(text);
    if (parsed.error) {
        result.error = std::move(parsed.error);
        return result;
    }
    Builder builder(text);
    NodePtr root = builder.node(*parsed.tree->children.front());
    if (builder.error) {
        result.error = std::move(builder.error);
    } else {
        result.root = std::move(root);
    }
    return result;
}

OperandResult parse_expression(std::string_view text) {
    OperandResult result;
    Parsed parsed = run<g::expression>(text);
    if (parsed.error) {
        result.error = std::move(parsed.error);
        return result;
    }
    Builder builder(text);
    Operand operand = builder.operand(*parsed.tree->children.front());
    if (builder.error) {
        result.error = std::move(builder.error);
    } else {
        result.operand = std::move(operand);
    }
    return result;
}

}  // namespace sensor::lang
