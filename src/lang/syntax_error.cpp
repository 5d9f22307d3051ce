// SPDX-License-Identifier: Apache-2.0
#include "lang/syntax_error.hpp"

#include <algorithm>

#include "event/field_table.hpp"
#include "grammar/messages.hpp"
#include "lang/similar.hpp"
#include "lang/syntax_words.hpp"
#include "lang/text_index.hpp"
#include "lang/tokens.hpp"

namespace sensor::lang {
namespace {

namespace g = sensor::grammar;

class Explainer {
public:
    Explainer(std::string_view text, std::size_t offset, std::string_view expecting)
        : text_(text),
          offset_(token_at(text, offset).begin),
          expecting_(expecting),
          before_(tokens_before(text, offset_)),
          found_(token_at(text, offset_)) {}

    SyntaxError explain() const {
        using Step = Found (Explainer::*)() const;
        for (const Step step :
             {&Explainer::not_closed, &Explainer::foreign_sign, &Explainer::after_check,
              &Explainer::at_value, &Explainer::in_list, &Explainer::in_transformer,
              &Explainer::in_brackets, &Explainer::at_operator, &Explainer::at_start}) {
            if (Found found = (this->*step)()) return *std::move(found);
        }
        return *here({});
    }

private:
    using Found = std::optional<SyntaxError>;

    /// The k-th token before the place, counted back from 0.
    Token last(std::size_t k = 0) const {
        return k < before_.size() ? before_[before_.size() - 1 - k] : Token{};
    }
    Token next() const { return token_at(text_, found_.end()); }
    bool expects(std::string_view what) const { return expecting_ == what; }
    /// Does the token before go on over the place: "5s", "my-app"?
    bool glued() const { return last().end() > offset_; }
    /// Does the k-th token before stand where a check begins?
    bool begins_check(std::size_t k) const {
        const Token before = last(k + 1);
        return before.kind == Token::Kind::End || before.is("(") || is_boolean(before);
    }
    /// Field, or what stands for one, before the operator that is the k-th token before.
    std::string subject(std::size_t k) const {
        const Token field = last(k + 1);
        return field.kind == Token::Kind::Word ? std::string(field.text) : "FIELD";
    }

    static Found made(std::size_t offset, std::string message, std::string hint) {
        SyntaxError error;
        error.pos.offset = static_cast<std::uint32_t>(offset);
        error.message = std::move(message);
        error.hint = std::move(hint);
        return error;
    }
    static Found at(const Token& token, std::string message, std::string hint) {
        return made(token.begin, std::move(message), std::move(hint));
    }
    /// At the place itself, with the sentence that always holds.
    Found here(std::string hint, std::string_view found = {}) const {
        std::string message = "unexpected ";
        if (found.empty()) found = found_.text;
        message += found_.kind == Token::Kind::End ? "end of the condition" : in_quotes(found);
        if (!before_.empty()) {
            const Token& before = before_.back();
            const std::size_t size = std::min(before.end(), offset_) - before.begin;
            message += " after " + in_quotes(before.text.substr(0, size));
        }
        return made(offset_, message + ", expecting " + std::string(expecting_), std::move(hint));
    }

    Found not_closed() const {
        if (expects(g::expected<g::closing_quote>) ||
            expects(g::expected<g::closing_single_quote>)) {
            const std::vector<Token> all = tokens_before(text_, text_.size());
            return at(
                all.back(), "the quote is not closed",
                std::string("close it with another ") + all.back().text.front() + ", or remove it");
        }
        const bool group = expects(g::expected<g::group_end>);
        if (!group && !expects(g::expected<g::closing_parenthesis>)) return {};
        if (found_.kind != Token::Kind::End && (group || !is_boolean(found_))) return {};
        std::vector<Token> open;
        for (const Token& token : before_) {
            if (token.is("(")) open.push_back(token);
            if (token.is(")") && !open.empty()) open.pop_back();
        }
        if (open.empty()) return {};
        if (found_.kind != Token::Kind::End)
            return here("a ')' is missing before " + in_quotes(found_.text));
        return at(open.back(), "'(' is not closed", "add a ')' where the group or list ends");
    }

    /// A sign that only other languages have: =~, <>, ===.
    Found foreign_sign() const {
        const Token sign = last();
        if (sign.kind != Token::Kind::Symbol) return {};
        const std::string_view ours = operator_meant(sign.text);
        if (ours.empty() || found_.kind == Token::Kind::End) return {};
        return at(sign, in_quotes(sign.text) + " is not an operator", "write " + in_quotes(ours));
    }

    Found after_check() const {
        const bool outside = expects(g::expected<g::end_of_condition>);
        if (!outside && !expects(g::expected<g::group_end>)) return {};
        if (found_.is(")")) return here("there is no '(' to it: remove it");
        if (found_.text.starts_with('#'))
            return here("a condition holds no comments: put them on lines between the keys", "#");
        if (Found found = word_before()) return found;
        if (Found found = boolean_word()) return found;
        if (last(1).kind != Token::Kind::End && takes_value(last(1)))
            if (Found found = after_value()) return found;
        if (last().is("exists")) return here("'exists' takes no value; or is an 'and' missing?");
        if (found_.is_value() || found_.is("("))
            return here("is 'and' or 'or' missing before " + in_quotes(found_.text) + "?");
        return {};
    }

    /// and, or, not where they cannot be, or written otherwise.
    Found boolean_word() const {
        if (found_.is("and") || found_.is("or")) {
            if (next().kind == Token::Kind::End)
                return at(found_, "nothing follows " + in_quotes(found_.text),
                          "write a check behind it, or remove it");
            return here("a blank is missing behind " + in_quotes(found_.text));
        }
        if (found_.kind == Token::Kind::End || found_.is("not")) return {};
        const std::string_view meant = boolean_meant(found_.text);
        const bool sign = found_.is("&&") || found_.is("||");
        const bool check_follows =
            looks_like_field(next().text) || next().is("(") || next().is("not");
        if (meant.empty() || (!sign && !check_follows)) return {};
        return here("write " + in_quotes(meant));
    }

    /// What looked like a macro, and cannot be one by what follows.
    Found word_before() const {
        const Token word = last();
        if (word.kind != Token::Kind::Word || !begins_check(0)) return {};
        if (is_boolean(word))
            return at(word, in_quotes(word.text) + " stands where a check begins", "remove it");
        if (found_.is("(") && word.end() == found_.begin) return unknown_transformer(word);
        const bool compares = found_.kind == Token::Kind::Symbol || is_operator(found_) ||
                              is_operator(next()) || next().kind == Token::Kind::Symbol;
        if (!compares || (!glued() && !is_operator(found_) && found_.kind != Token::Kind::Symbol))
            return {};
        return at(word, in_quotes(word.text) + " is not a field", field_like_hint(word.text));
    }

    Found unknown_transformer(const Token& word) const {
        if (word.is("val")) {
            return at(word, "val() stands on the right side of an operator only",
                      "write the field alone: " + std::string(next().text));
        }
        return at(word, in_quotes(word.text) + " is not a transformer",
                  transformer_hint(word.text));
    }

    /// Behind a whole comparison with a value: mostly quotes are missing.
    Found after_value() const {
        const Token value = last();
        const Token op = last(1);
        if (is_boolean(value) && value.kind == Token::Kind::Word) {
            return at(value,
                      "the value of " + subject(1) + " is missing before " + in_quotes(value.text),
                      "write a value; if " + in_quotes(value.text) + " is the value, quote it");
        }
        if (glued() && is_number(value.text.substr(0, offset_ - value.begin)))
            return at(value, in_quotes(value.text) + " is not a number",
                      "write digits only; there are no units, times are in nanoseconds");
        if (found_.is(",")) {
            const std::string items = list_text(phrase(text_, value.begin));
            if (takes_list(op))
                return here("a list is written in parentheses: " + std::string(op.text) + " " +
                            items);
            return here(several_hint(subject(1), op.text, items));
        }
        const bool check_follows = looks_like_field(found_.text) &&
                                   (is_operator(next()) || next().kind == Token::Kind::Symbol);
        if (value.kind != Token::Kind::Word || check_follows || takes_list(op)) return {};
        return here("quote a value that holds blanks, '=', ',' or parentheses: \"" +
                    std::string(phrase(text_, value.begin)) + "\"");
    }

    Found at_value() const {
        const Token op = last();
        if (expects(g::expected<g::number_value>)) {
            if (found_.kind == Token::Kind::Quoted && is_number(inside(found_.text)))
                return here("write the number without quotes: " + std::string(inside(found_.text)));
            if (found_.kind == Token::Kind::Word)
                return here(in_quotes(op.text) + " compares with a number: " + subject(0) + " " +
                            std::string(op.text) + " 3");
        } else if (expects(g::expected<g::text_value>)) {
            if (found_.is("("))
                return here(
                    several_hint(subject(0), op.text, std::string(phrase(text_, found_.begin))));
        } else if (expects(g::expected<g::list_value>)) {
            if (found_.is_value())
                return here("a list is written in parentheses: " + std::string(op.text) + " " +
                            list_text(phrase(text_, found_.begin)));
        } else {
            return {};
        }
        return here("the value of " + subject(0) + " is missing");
    }

    Found in_list() const {
        if (expects(g::expected<g::list_item>) || expects(g::expected<g::list_operand>))
            return here(found_.is(")") || found_.is(",") ? "there is a comma too many: remove it"
                                                         : "");
        if (!expects(g::expected<g::closing_parenthesis>)) return {};
        if (found_.is(",")) return here("there is a comma too many: remove it");
        if (found_.is_value() && last().is_value()) {
            return here("a comma is missing between " + in_quotes(last().text) + " and " +
                        in_quotes(found_.text) + ", or quotes around both");
        }
        if (found_.kind == Token::Kind::Symbol || found_.is("("))
            return here("quote a value that holds '=', ',' or parentheses");
        return {};
    }

    Found in_transformer() const {
        if (!expects(g::expected<g::operand>)) return {};
        const std::string name(last(1).text);
        if (found_.is(")") && last().is("("))
            return here(name + "() needs an argument: " + name + "(proc.name)");
        // The grammar reads a word as far as it may be a field.
        if (last().kind == Token::Kind::Word && (last(1).is("(") || last(1).is(",")))
            return at(
                last(), in_quotes(last().text) + " is not a field",
                "a text inside a transformer is quoted: \"" + std::string(last().text) + "\"");
        if (found_.kind == Token::Kind::Word)
            return here("a text inside a transformer is quoted: \"" + std::string(found_.text) +
                        "\"");
        return {};
    }

    Found in_brackets() const {
        const std::string_view field = last().text.substr(0, last().text.find('['));
        if (expects(g::expected<g::argument_text>))
            return here("write an argument without blanks between the brackets: " +
                            std::string(field) + "[...]",
                        found_.text.substr(0, 1));
        if (!expects(g::expected<g::closing_bracket>)) return {};
        return here("close the bracket: " + std::string(last().text) + "]");
    }

    Found at_operator() const {
        if (!expects(g::expected<g::operator_and_right>)) return {};
        const Token field = last();
        const std::string name = field.is(")") ? "FIELD" : std::string(field.text);
        if (glued())
            return at(field, in_quotes(field.text) + " is not a field",
                      field_like_hint(field.text));
        if (found_.text.starts_with('['))
            return here("write no blank before the bracket: " + name + std::string(found_.text));
        if (found_.is("not") && is_operator(next())) {
            const std::string both = "not " + std::string(next().text);
            return here("write 'not' before the field: not " + name + " " +
                            std::string(next().text) + " ...",
                        both);
        }
        if (found_.kind == Token::Kind::End || found_.is(")") || is_boolean(found_)) {
            return at(field.is(")") ? found_ : field,
                      in_quotes(name) + " is not compared with anything", alone_hint(name));
        }
        if (const std::string_view glued_op = operator_inside(found_.text); !glued_op.empty())
            return here("a blank is missing behind " + in_quotes(glued_op));
        if (const std::string_view ours = operator_meant(found_.text); !ours.empty())
            return here("write " + in_quotes(ours));
        if (found_.is_value())
            return here("an operator is missing: " + name + " = " + std::string(found_.text));
        return {};
    }

    Found at_start() const {
        if (!expects(g::expected<g::negation>)) return {};
        if (before_.empty() && found_.kind == Token::Kind::End)
            return here("write at least one check, such as evt.type = execve");
        if (found_.kind == Token::Kind::End && is_boolean(last()))
            return at(last(), "nothing follows " + in_quotes(last().text),
                      "write a check behind it, or remove it");
        if (found_.kind == Token::Kind::End && last().is("("))
            return at(last(), "'(' is not closed", "write a check and a ')' behind it");
        if (found_.is("!") || found_.is("~")) return here("write 'not'");
        if (found_.is(")") && last().is("("))
            return here("the parentheses are empty: write a check between them, or remove them");
        if (found_.kind == Token::Kind::Quoted && looks_like_field(inside(found_.text)))
            return here("a field is written without quotes: " + std::string(inside(found_.text)));
        if (found_.text.starts_with('%') && looks_like_field(found_.text.substr(1)))
            return here("a field is written without '%' in a condition: " +
                        std::string(found_.text.substr(1)));
        if (found_.kind == Token::Kind::Symbol)
            return here("a field is missing before " + in_quotes(found_.text));
        return {};
    }

    std::string_view text_;
    std::size_t offset_;
    std::string_view expecting_;
    std::vector<Token> before_;
    Token found_;
};

}  // namespace

SyntaxError explain_syntax(std::string_view text, std::size_t offset, std::string_view expecting) {
    SyntaxError error = Explainer(text, offset, expecting).explain();
    error.pos = TextIndex(text).at(error.pos.offset);
    return error;
}

}  // namespace sensor::lang
